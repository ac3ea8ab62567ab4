"""Scoring measurements by the norms in force; what cannot be scored says why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tongying.consult.people import Viewer
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.measure import Measure, measures
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import Measured, Score
from tongying.norms.score.score import score
from tongying.norms.score.velocity import Occasion
from tongying.web.measurements.entering import FETAL
from tongying.web.measurements.facts import ChildBook, Known, book_of
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import MODEL, may_strike
from tongying.web.measurements.shown import Refused, Shown, Struck
from tongying.web.norms.store import norms_in_force
from tongying.web.records.visible import cases_for

ABOUT = ("study", "entered_by", "struck_by", "drawing")
"""Rows that are read with a measurement."""
NO_NORM_OF_TOOL = Refused(
    "measurement.no-norm-of-tool",
    "No norm of this measure was made with the same model, so its value has no centile.",
)


def scored(viewer: Viewer, rows: Sequence[MeasurementRow]) -> list[Shown]:
    """Return measurements with their score, or with the refusal's code and sentence.

    Parameters
    ----------
    viewer : Viewer
        Told what they may strike.
    rows : sequence of MeasurementRow
        That exist for the viewer.
    """
    norms = norms_in_force() if rows else {}
    in_cases = {row.case_id for row in rows if row.case_id is not None}
    seen = set(cases_for(viewer).filter(pk__in=in_cases).values_list("pk", flat=True))
    books = {child: book_of(child) for child in {row.child_id for row in rows}}
    return [_shown(viewer, row, books[row.child_id], norms, seen) for row in rows]


def known_of(row: MeasurementRow, book: ChildBook) -> Known:
    """Return what is known of the child on the day of a measurement."""
    known = measures().get(row.measure)
    if row.gestational_age_days is None and not _fetal(known):
        return book.on(row.measured_on)
    told: float | None = row.gestational_age_days
    if told is None and row.study_id is not None:
        told = book.fetal.get(row.study_id)
    return book.before_birth(told)


def method_of(row: MeasurementRow) -> MeasuringMethod | None:
    """Return how a measurement was made; None where nobody said."""
    parts = (row.tool, row.tool_version, row.protocol, row.rule)
    if not any(parts):
        return None
    tool, version, protocol, rule = (part or None for part in parts)
    return MeasuringMethod(tool=tool, version=version, protocol=protocol, rule=rule)


def _shown(
    viewer: Viewer,
    row: MeasurementRow,
    book: ChildBook,
    norms: dict[str, Norm],
    cases: set[int],
) -> Shown:
    known = known_of(row, book)
    occasion = Occasion(_measured(row), known.facts, row.measured_on)
    found, refused = _scored(row, occasion, known.caveats, norms)
    return Shown(
        code=row.code,
        child=row.child_id,
        study_uid=row.study.uid if row.study else "",
        case=row.case_id if row.case_id in cases else None,
        measure=row.measure,
        known=measures().get(row.measure),
        side=row.side,
        value=row.value,
        unit=row.unit,
        measured_on=row.measured_on,
        method=method_of(row),
        source=row.source,
        entered_by=row.entered_by.name,
        entered_by_id=row.entered_by_id,
        entered_at=row.entered_at,
        hospital=row.hospital_id,
        struck=_struck(row),
        sr_uid=row.sr_uid,
        sex=book.sex,
        chosen_norm=row.norm,
        gestational_age_days=known.facts.gestational_age_days,
        occasion=occasion,
        score=found,
        refused=refused,
        norm=None if found is None else norms.get(found.norm),
        may_strike=may_strike(viewer, row),
        caveats=tuple(Caveat(one["code"], one["sentence"]) for one in row.caveats),
        drawing=row.drawing.code if row.drawing else "",
    )


def _measured(row: MeasurementRow) -> Measured:
    return Measured(
        measure=row.measure,
        value=row.value,
        unit=row.unit,
        method=method_of(row),
        site=row.hospital_id,
    )


def _scored(
    row: MeasurementRow,
    occasion: Occasion,
    caveats: tuple[Caveat, ...],
    norms: dict[str, Norm],
) -> tuple[Score | None, Refused | None]:
    if row.source == MODEL:
        # A norm that names no tool is a norm of people's callipers, or of other models.
        norms = {name: norm for name, norm in norms.items() if norm.method.tool == row.tool}
        if not any(norm.measure == row.measure for norm in norms.values()):
            return None, NO_NORM_OF_TOOL
    try:
        found = score(occasion.measured, occasion.child, occasion.on, norms, norm=row.norm or None)
    except BadInput as refusal:
        return None, Refused(refusal.error_code, refusal.sentence)
    return replace(found, caveats=(*found.caveats, *caveats)), None


def _struck(row: MeasurementRow) -> Struck | None:
    if row.struck_at is None or row.struck_by is None:
        return None
    return Struck(row.struck_by.name, row.struck_at, row.struck_reason)


def _fetal(known: Measure | None) -> bool:
    return known is not None and known.area.startswith(FETAL)
