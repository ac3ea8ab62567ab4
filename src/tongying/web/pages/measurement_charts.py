"""A child's measurements over time: grouped by measure, on the centile chart of their norm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongying.norms.axis import DAYS_PER_YEAR, AxisKind
from tongying.norms.chart.fan import ChartPoint, fan_svg
from tongying.norms.chart.words import Language
from tongying.norms.norm import Norm
from tongying.web.measurements.changing import Changed, change_between
from tongying.web.measurements.shown import Shown
from tongying.web.pages.measurement_words import name_of
from tongying.web.pages.words import in_chinese

YOUNG_DAYS: Final = 3 * DAYS_PER_YEAR
"""A child not older than this is drawn on the first three years, where curves are steep."""


@dataclass(frozen=True, slots=True)
class Group:
    """One measure of a child.

    Attributes
    ----------
    name : str
    lines : tuple of Shown
        The newest first, struck ones too.
    chart : str
        SVG of the norm's curves with the child's points; empty where no value is scored.
    left_out : int
        Standing values that are not on the chart: refused, or scored by another norm.
    change : Changed or None
        Between the last two values on the chart.
    """

    name: str
    lines: tuple[Shown, ...]
    chart: str
    left_out: int
    change: Changed | None


def groups_of(lines: Sequence[Shown]) -> tuple[Group, ...]:
    """Return a child's measurements by measure and side, the one measured last first."""
    kept: dict[tuple[str, str], list[Shown]] = {}
    for line in lines:
        kept.setdefault((line.measure, line.side), []).append(line)
    return tuple(_group(rows) for rows in kept.values())


def _group(rows: list[Shown]) -> Group:
    standing = [one for one in rows if one.struck is None]
    norm = next((one.norm for one in standing if one.norm is not None), None)
    placed = [one for one in standing if norm is not None and _by(one, norm)]
    chart = ""
    if norm is not None and norm.axis is not AxisKind.NONE:
        chart = _chart(norm, placed)
    change = change_between(placed[1], placed[0]) if len(placed) > 1 else None
    return Group(
        name=name_of(rows[0]),
        lines=tuple(rows),
        chart=chart,
        left_out=len(standing) - len(placed),
        change=change,
    )


def _by(shown: Shown, norm: Norm) -> bool:
    return shown.norm is not None and shown.norm.id == norm.id


def _chart(norm: Norm, placed: Sequence[Shown]) -> str:
    points = [
        ChartPoint(one.score.x, one.score.value, one.measured_on.isoformat())
        for one in placed
        if one.score is not None
    ]
    return fan_svg(
        norm,
        sex=placed[0].sex,
        language=Language.CHINESE if in_chinese() else Language.ENGLISH,
        points=points,
        window=_window(norm, points),
    )


def _window(norm: Norm, points: Sequence[ChartPoint]) -> tuple[float, float] | None:
    if norm.axis not in (AxisKind.AGE, AxisKind.CORRECTED_AGE):
        return None
    oldest = max(point.x for point in points)
    return (0.0, YOUNG_DAYS) if oldest <= YOUNG_DAYS else None
