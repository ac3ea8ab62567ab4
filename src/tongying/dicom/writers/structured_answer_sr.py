"""The answers of a pathway's report as a Comprehensive 3D SR after TID 1500.

Each section has a group for what has no side, one for the right and one for the left. A choice is
a qualitative evaluation, a number a measurement, words and days are text under the concept of
their field. Fields and options are concepts of our own scheme: a common code is never given
another meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import SCHEME, DerivedRefused, WrittenObject
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.measurement_concepts import COMMENT, SIDES, SITES, unit_of
from tongying.dicom.writers.report_parts import evidence_place, rounded, template_of
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    StudyContext,
)
from tongying.kernel.ids import uid_of

PROCEDURE: Final = Code("PWY001", SCHEME, "Structured answer of a pathway")
DESCRIPTION: Final = "结构化意见 Structured answer"
_CONTAINS = structured.RelationshipTypeValues.CONTAINS
_LONGEST_MEANING: Final = 64


@dataclass(frozen=True, slots=True)
class Coded:
    """Something with an id of ours and its English words."""

    id: str
    english: str


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class ReportedAnswer:
    """An answer to be reported.

    Attributes
    ----------
    field : Coded
    side : str
        R, L, or empty.
    value : tuple of Coded, Quantity or str
        What was chosen; or a number; or words or a day.
    said : str
        Where it follows from: a rule's source, a measurement; empty for what was typed.
    """

    field: Coded
    side: str
    value: tuple[Coded, ...] | Quantity | str
    said: str = ""


@dataclass(frozen=True, slots=True)
class ReportedSection:
    """A part of the report.

    Attributes
    ----------
    section : Coded
    area : str
        Of the measures, such as ``hip``; empty where it is not one place of the body.
    answers : tuple of ReportedAnswer
    """

    section: Coded
    area: str
    answers: tuple[ReportedAnswer, ...]


@dataclass(frozen=True, slots=True)
class AnsweredReport:
    """What was answered.

    Attributes
    ----------
    code : str
        Tells this report's groups apart from every other's.
    pathway : Coded
    version : int
        Of the pathway.
    digest : str
        SHA-256 of the pathway's text.
    signer : str
        Name and hospital of who signed the opinion.
    opinion : str
        Number and version of that opinion.
    sections : tuple of ReportedSection
    """

    code: str
    pathway: Coded
    version: int
    digest: str
    signer: str
    opinion: str
    sections: tuple[ReportedSection, ...]


def write_structured_answer_sr(
    answered: AnsweredReport,
    context: StudyContext,
    images: Sequence[WrittenObject],
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write the answers of a signed report into the child's study.

    The object itself is verified by no person: it repeats what the signed opinion's author
    answered, and says whose opinion that is.

    Parameters
    ----------
    answered : AnsweredReport
    context : StudyContext
    images : sequence of WrittenObject
        Of the study, one at least.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If nothing is answered, there is no image, or the time has no zone.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1501, 300, 1002, 1204.
    """
    groups = [
        group
        for section in answered.sections
        for side in ("", "R", "L")
        for group in _groups(answered, section, side)
    ]
    if not groups or not images:
        raise DerivedRefused("A structured answer needs an answer and its study's images.")
    template = template_of(context)
    report = DeviceReport(
        procedure=PROCEDURE,
        groups=groups,
        evidence=[evidence_place(template, image) for image in images],
        study=template,
        description=DESCRIPTION,
    )
    return write_device_report(report, identity=identity, written_at=written_at)


def _groups(
    answered: AnsweredReport, section: ReportedSection, side: str
) -> list[structured.MeasurementsAndQualitativeEvaluations]:
    """Return the group of a section's answers for a side, or none where nothing is answered."""
    mine = [one for one in section.answers if one.side == side]
    if not mine:
        return []
    name = "/".join(part for part in (answered.pathway.id, section.section.id, side) if part)
    site = SITES.get(section.area)
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"tongying/structured-answer/{answered.code}/{name}"),
            identifier=f"{answered.code}/{name}",
        ),
        finding_sites=None
        if site is None
        else [structured.FindingSite(site, laterality=SIDES.get(side))],
        measurements=[
            structured.Measurement(
                _concept(one.field), rounded(one.value.value), unit_of(one.value.unit)
            )
            for one in mine
            if isinstance(one.value, Quantity)
        ]
        or None,
        qualitative_evaluations=[
            structured.QualitativeEvaluation(_concept(one.field), _concept(chosen))
            for one in mine
            if isinstance(one.value, tuple)
            for chosen in one.value
        ]
        or None,
    )
    items = group[0].ContentSequence
    for one in mine:
        if isinstance(one.value, str):
            items.append(structured.TextContentItem(_concept(one.field), one.value, _CONTAINS))
    comments = [f"{one.field.english}: {one.said}" for one in mine if one.said]
    if side and site is None:
        comments.insert(0, {"R": "Side: right.", "L": "Side: left."}[side])
    comments.append(
        f"Pathway {answered.pathway.id} version {answered.version}, sha256 {answered.digest};"
        f" answered with opinion {answered.opinion}, signed by {answered.signer}."
    )
    items.extend(structured.TextContentItem(COMMENT, said, _CONTAINS) for said in comments)
    return [group]


def _concept(one: Coded) -> structured.CodedConcept:
    """Return an id of ours as a concept; a code of more than 16 characters is a long one."""
    meaning = one.english[:_LONGEST_MEANING].strip() or one.id[:_LONGEST_MEANING]
    return structured.CodedConcept(one.id, SCHEME, meaning)
