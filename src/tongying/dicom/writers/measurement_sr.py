"""Measurements and their place among normal children as a Comprehensive 3D SR after TID 1500.

Each measurement has a group of its own: the value; whether it lies within the norm's limits; z
and centile; the limits; the population, its source, the norm's id and digest; and, as text, every
caveat, the interval of the centile, how it was measured, or why it could not be scored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import highdicom.sr as structured
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import (
    DerivedRefused,
    WrittenObject,
)
from tongying.dicom.writers.device_report import DeviceReport, write_device_report
from tongying.dicom.writers.drawn_marks import DrawnMarks, coordinates_of
from tongying.dicom.writers.measurement_concepts import (
    CENTILE,
    COMMENT,
    EXPECTED,
    LOWER_LIMIT,
    NO_UNITS,
    NORMALITY,
    PERCENT,
    PROCEDURE,
    SIDES,
    SITES,
    UPPER_LIMIT,
    Z_SCORE,
    name_of,
    unit_of,
)
from tongying.dicom.writers.report_parts import evidence_place, rounded, template_of
from tongying.dicom.writers.study_context import (
    ObjectIdentity,
    StudyContext,
)
from tongying.kernel.caveat import Caveat
from tongying.kernel.ids import uid_of
from tongying.norms.measure import Measure
from tongying.norms.method import MeasuringMethod
from tongying.norms.score.result import Score

_CONTAINS = structured.RelationshipTypeValues.CONTAINS
_PROPERTY = structured.RelationshipTypeValues.HAS_PROPERTIES
DESCRIPTION: Final = "测量 Measurements"


@dataclass(frozen=True, slots=True)
class Reported:
    """A measurement to be reported.

    Attributes
    ----------
    code : str
        Its own code; tells it apart over reports.
    measure : Measure
    side : str
        R, L, or empty.
    value : float
        As entered, in `unit`.
    unit : str
    measured_on : date
    method : MeasuringMethod or None
        None where nobody said.
    entered_by : str
        Name and hospital of the doctor.
    score : Score or None
    norm_sha256 : str
        Digest of the norm it was scored by.
    refusal : str
        Why it has no score; empty where it has.
    caveats : tuple of Caveat
        What was doubtful when it was measured.
    marks : DrawnMarks or None
        Where it was drawn; None for what was typed.
    """

    code: str
    measure: Measure
    side: str
    value: float
    unit: str
    measured_on: date
    method: MeasuringMethod | None
    entered_by: str
    score: Score | None
    norm_sha256: str
    refusal: str
    caveats: tuple[Caveat, ...] = ()
    marks: DrawnMarks | None = None


def write_measurement_sr(
    reported: Sequence[Reported],
    context: StudyContext,
    images: Sequence[WrittenObject],
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write measurements into the child's study.

    It is complete and not verified: no person has signed it.

    Parameters
    ----------
    reported : sequence of Reported
    context : StudyContext
        The study they were measured on.
    images : sequence of WrittenObject
        Of the study, one at least, those that were drawn on among them. On which of them a value
        was measured is claimed only where its marks are there.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If there is no measurement or no image, or the time has no zone.

    References
    ----------
    DICOM PS3.3 section A.35.13; PS3.16 TID 1500, 1501, 300, 310, 311, 312, 1002, 1204.
    """
    if not reported or not images:
        raise DerivedRefused("A report of measurements needs a measurement and its study's images.")
    template = template_of(context)
    report = DeviceReport(
        procedure=PROCEDURE,
        groups=[_group(one) for one in reported],
        evidence=[evidence_place(template, image) for image in images],
        study=template,
        description=DESCRIPTION,
    )
    return write_device_report(report, identity=identity, written_at=written_at)


def _group(one: Reported) -> structured.MeasurementsAndQualitativeEvaluations:
    group = structured.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=structured.TrackingIdentifier(
            uid=uid_of(f"tongying/measurement/{one.code}"), identifier=one.code
        ),
        finding_sites=_sites(one),
        measurements=[_measurement(one)],
    )
    items = group[0].ContentSequence
    items.extend(structured.TextContentItem(COMMENT, said, _CONTAINS) for said in _comments(one))
    return group


def _measurement(one: Reported) -> structured.Measurement:
    found = one.score
    value, unit = (one.value, one.unit) if found is None else (found.value, found.unit)
    return structured.Measurement(
        name_of(one.measure),
        rounded(value),
        unit_of(unit),
        properties=None if found is None else _properties(found, one.norm_sha256),
        referenced_coordinates=None if one.marks is None else coordinates_of(one.marks),
    )


def _properties(found: Score, sha256: str) -> structured.MeasurementProperties:
    unit = unit_of(found.unit)
    limits = [
        _number(name, value, unit)
        for name, value in ((LOWER_LIMIT, found.low), (UPPER_LIMIT, found.high))
        if value is not None
    ]
    standing = [
        _number(name, value, of)
        for name, value, of in (
            (Z_SCORE, found.z, NO_UNITS),
            (CENTILE, found.centile, PERCENT),
            (EXPECTED, found.expected, unit),
        )
        if value is not None
    ]
    norm = f"{found.norm}, sha256 {sha256}" if sha256 else found.norm
    return structured.MeasurementProperties(
        normality=NORMALITY[found.position],
        measurement_statistical_properties=structured.MeasurementStatisticalProperties(
            values=standing,
            description=_population(found),
            authority=found.source or norm,
        )
        if standing
        else None,
        normal_range_properties=structured.NormalRangeProperties(
            values=limits, description=f"{found.limits_say}; {_population(found)}", authority=norm
        )
        if limits
        else None,
    )


def _population(found: Score) -> str:
    near = "" if found.n_near is None else f", {found.n_near} children near this age"
    return f"{found.population}{near}"


def _number(name: Code, value: float, unit: Code) -> structured.NumContentItem:
    return structured.NumContentItem(name, rounded(value), unit, relationship_type=_PROPERTY)


def _sites(one: Reported) -> list[structured.FindingSite] | None:
    site = SITES.get(one.measure.area)
    if site is None:
        return None
    return [structured.FindingSite(site, laterality=SIDES.get(one.side))]


def _comments(one: Reported) -> Iterator[str]:
    if one.side and one.measure.area not in SITES:
        yield {"R": "Side: right.", "L": "Side: left."}[one.side]
    yield f"Measured on {one.measured_on.isoformat()}; entered by {one.entered_by}."
    if one.method is not None:
        yield f"Measured with: {one.method.says()}."
    yield from (caveat.sentence for caveat in one.caveats)
    if one.score is None:
        yield f"Not scored: {one.refusal}"
        return
    found = one.score
    if found.centile_interval is not None:
        low, high = found.centile_interval
        yield f"90 % interval of the centile: {low:.3g} to {high:.3g}."
    if found.between is not None:
        low, high = found.between
        yield f"Between the printed centiles {low:g} and {high:g}."
    if found.low is None and found.high is None and found.z is None:
        yield f"Reference: {found.norm}; {_population(found)}."
    for caveat in found.caveats:
        yield caveat.sentence
