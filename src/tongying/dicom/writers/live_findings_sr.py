"""Findings and measurements of a live ultrasound session as a Comprehensive 3D SR after TID 1500.

A length has a group of its own: its value, and where it was drawn on the object that has the scale.
A finding in words is a group with its text and the picture it was said of. Who said or measured it,
and when, stands in every group; the report as a whole is complete and verified by no person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import Comprehensive3DSRStorage

from tongying.dicom.writers.derived import SCHEME, DerivedRefused, WrittenObject
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.drawn_marks import DrawnMark, DrawnMarks, MarkShape, coordinates_of
from tongying.dicom.writers.measurement_concepts import COMMENT, SIDES, name_of, unit_of
from tongying.dicom.writers.report_parts import evidence_place, rounded, template_of
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    Predecessor,
    StudyContext,
    predecessor_item,
)
from tongying.kernel.ids import uid_of
from tongying.norms.measure import Measure

PROCEDURE: Final = Code("LIV001", SCHEME, "Live joint ultrasound examination")
DESCRIPTION: Final = "实时联合检查 Live findings"
_CONTAINS: Final = structured.RelationshipTypeValues.CONTAINS
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Said:
    """Who said or measured something, and when.

    Attributes
    ----------
    by : str
        Name and hospital.
    at : datetime
        With time zone.
    """

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SeenOn:
    """The picture that something was said of; frame from 1, None where it has a single one."""

    image: WrittenObject
    frame: int | None


@dataclass(frozen=True, slots=True)
class LiveLength:
    """A length drawn on a picture that has a scale.

    Attributes
    ----------
    code : str
        Its own code; the same over reports.
    measure : Measure or None
        Where its name is one of the platform's measures; None for a length of its own name.
    side : str
        R, L, or empty.
    name : str
        As it was written; may be empty.
    mm : float
    on : SeenOn
        The object with the region.
    ends : tuple of Point
        In pixels from the centre of the first one.
    said : Said
    comments : tuple of str
    """

    code: str
    measure: Measure | None
    side: str
    name: str
    mm: float
    on: SeenOn
    ends: tuple[Point, Point]
    said: Said
    comments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveFinding:
    """A finding in words, and the picture it was said of, if any."""

    code: str
    text: str
    on: SeenOn | None
    said: Said


@dataclass(frozen=True, slots=True)
class LiveFindings:
    """What a report says, the objects it speaks of, and the version before it."""

    findings: tuple[LiveFinding, ...]
    lengths: tuple[LiveLength, ...]
    images: tuple[WrittenObject, ...]
    before: Predecessor | None = None


def write_live_findings_sr(
    told: LiveFindings, context: StudyContext, *, identity: ObjectIdentity, written_at: datetime
) -> Dataset:
    """Write what was found and measured in a live session into its study.

    Parameters
    ----------
    told : LiveFindings
    context : StudyContext
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If nothing was found or measured, there is no picture, or the time has no zone.

    References
    ----------
    DICOM PS3.3 sections A.35.13 and C.17.2 (predecessor); PS3.16 TID 1500, 1501, 300, 320.
    """
    if not (told.findings or told.lengths) or not told.images:
        raise DerivedRefused("A report of a live session needs a finding or a length, on pictures.")
    template = template_of(context)
    report = DeviceReport(
        procedure=PROCEDURE,
        groups=[*map(_length, told.lengths), *map(_finding, told.findings)],
        evidence=[evidence_place(template, image) for image in told.images],
        study=template,
        description=DESCRIPTION,
    )
    dataset = write_device_report(report, identity=identity, written_at=written_at)
    if told.before is not None:
        item = predecessor_item(told.before, sop_class_uid=Comprehensive3DSRStorage)
        dataset.PredecessorDocumentsSequence = [item]
    return dataset


def _length(one: LiveLength) -> structured.MeasurementsAndQualitativeEvaluations:
    mark = DrawnMark(MarkShape.LINE, one.ends)
    marks = DrawnMarks(one.on.image, one.on.frame, (mark,))
    measurement = structured.Measurement(
        codes.SCT.Length if one.measure is None else name_of(one.measure),
        rounded(one.mm),
        unit_of("mm"),
        referenced_coordinates=coordinates_of(marks),
    )
    words = [
        *([one.name] if one.name else []),
        *([f"Side: {SIDES[one.side].meaning.lower()}."] if one.side else []),
        f"Measured by {one.said.by}, {_when(one.said)}.",
        *one.comments,
    ]
    return _group(one.code, words, measurements=[measurement])


def _finding(one: LiveFinding) -> structured.MeasurementsAndQualitativeEvaluations:
    words = [one.text, f"Said by {one.said.by}, {_when(one.said)}."]
    if one.on is None:
        return _group(one.code, words)
    frames = None if one.on.frame is None else [one.on.frame]
    image = one.on.image
    source = structured.SourceImageForMeasurementGroup(image.sop_class_uid, image.sop_uid, frames)
    return _group(one.code, words, source_images=[source])


def _group(
    code: str,
    words: Sequence[str],
    *,
    measurements: Sequence[structured.Measurement] | None = None,
    source_images: Sequence[structured.SourceImageForMeasurementGroup] | None = None,
) -> structured.MeasurementsAndQualitativeEvaluations:
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"tongying/live/{code}"), identifier=code
        ),
        measurements=measurements,
        source_images=source_images,
    )
    items = group[0].ContentSequence
    items.extend(structured.TextContentItem(COMMENT, said, _CONTAINS) for said in words)
    return group


def _when(said: Said) -> str:
    return f"{said.at:%Y-%m-%d %H:%M:%S %z}"
