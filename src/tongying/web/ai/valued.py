"""Values of runs: each against norms of the same tool only, beside what other tools said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from tongying.consult.people import Viewer
from tongying.web import now as clock
from tongying.web.ai.models import RunRow
from tongying.web.ai.shown import ItemReview, OtherTool, ShownValue
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import MODEL
from tongying.web.measurements.scoring import scored
from tongying.web.measurements.shown import Refused
from tongying.web.people.models import Member
from tongying.web.records.models import Study

DAY_UNKNOWN: Final = Refused(
    "ai.study-day-unknown",
    "The study does not say its day, so the child's age then is not known.",
)


@dataclass(frozen=True, slots=True)
class _Told:
    """One value of a run's result."""

    run: RunRow
    measure: str
    side: str
    value: float
    unit: str
    method: Mapping[str, Any]
    json: Mapping[str, Any]

    @property
    def key(self) -> str:
        return value_key(self.measure, self.side)


def value_key(measure: str, side: str) -> str:
    """Return what a review names a value by.

    Examples
    --------
    >>> value_key("brain-volume", ""), value_key("kidney-length", "R")
    ('value:brain-volume', 'value:kidney-length:R')
    """
    return f"value:{measure}" + (f":{side}" if side else "")


def values_of_runs(
    viewer: Viewer,
    study: Study,
    rows: Iterable[RunRow],
    reviews: Mapping[int, Mapping[str, ItemReview]],
) -> dict[int, tuple[ShownValue, ...]]:
    """Return the values of runs on a study, by the key of the run's row.

    Parameters
    ----------
    viewer : Viewer
    study : Study
    rows : iterable of RunRow
        Whose results the viewer may see.
    reviews : mapping
        Row of the run -> item -> what the viewer said last.
    """
    told = [one for row in rows for one in _told_by(row)]
    if not told:
        return {}
    entered_by = Member.objects.select_related("hospital").get(pk=viewer.user)
    shown = scored(viewer, [_unsaved(study, one, entered_by) for one in told])
    found: dict[int, list[ShownValue]] = {}
    if study.date is None:
        shown = [replace(one, score=None, norm=None, refused=DAY_UNKNOWN) for one in shown]
    for one, score in zip(told, shown, strict=True):
        found.setdefault(one.run.pk, []).append(
            ShownValue(
                key=one.key,
                shown=score,
                others=tuple(_others(one, told)),
                caveats=score.caveats,
                review=reviews.get(one.run.pk, {}).get(one.key),
            )
        )
    return {pk: tuple(values) for pk, values in found.items()}


def _told_by(row: RunRow) -> list[_Told]:
    return [
        _Told(
            run=row,
            measure=one["measure"],
            side=one.get("side", ""),
            value=float(one["value"]),
            unit=one["unit"],
            method=one.get("method") or {},
            json=one,
        )
        for one in (row.result or {}).get("values", ())
    ]


def _others(one: _Told, told: list[_Told]) -> Iterable[OtherTool]:
    for other in told:
        same = (other.measure, other.side) == (one.measure, one.side)
        if same and other.run.model_id != one.run.model_id:
            yield OtherTool(_tool(other), other.value, other.unit)


def _tool(one: _Told) -> str:
    parts = (one.method.get("tool"), one.method.get("version"))
    return " ".join(str(part) for part in parts if part) or one.run.model.card_id


def _unsaved(study: Study, one: _Told, entered_by: Member) -> MeasurementRow:
    return MeasurementRow(
        hospital_id=study.hospital_id,
        child_id=study.child_id,
        study=study,
        measure=one.measure,
        side=one.side,
        value=one.value,
        unit=one.unit,
        measured_on=study.date or one.run.asked_at.date(),
        source=MODEL,
        caveats=list(one.json.get("caveats", ())),
        entered_by=entered_by,
        entered_at=clock.now(),
        **{
            column: one.method.get(part) or ""
            for column, part in (
                ("tool", "tool"),
                ("tool_version", "version"),
                ("protocol", "protocol"),
                ("rule", "rule"),
            )
        },
    )
