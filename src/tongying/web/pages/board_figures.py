"""The board's charts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from tongying.consult.board import SHARES_WITHIN_HOURS, Group
from tongying.consult.case import Urgency
from tongying.consult.proportion import Proportion
from tongying.consult.specialty import Specialty
from tongying.kernel.axis import Axis, fixed_axis, nice_axis
from tongying.web.board.store import Board
from tongying.web.pages.charts.bars import Bar, BarChart
from tongying.web.pages.charts.figure import Figure, figure
from tongying.web.pages.charts.lines import LineChart, Mark, Point, Series
from tongying.web.pages.charts.spread import Spread, SpreadChart
from tongying.web.pages.words import SPECIALTY_WORDS, URGENCY_WORDS

MOST_ROWS: Final = 15
"""Hospitals and experts in a chart; the table below has all of them."""
FEW: Final = 5
"""Below this many answers quantiles are not drawn: they would say more than is known."""


def figures_of(board: Board) -> tuple[Figure, ...]:
    """Return the board's charts, those that decide first."""
    return (
        figure("times", _times(board)),
        figure("promise", _promise(board), lying=True),
        figure("days", _days(board)),
        figure("hours", _hours(board)),
        figure("load", _load(board), lying=True),
    )


def specialty_name(code: str) -> str:
    """Return a field's word; a case without one says so."""
    return str(SPECIALTY_WORDS[Specialty(code)]) if code else _("not said")


def urgency_name(code: str) -> str:
    """Return an urgency's word."""
    return str(URGENCY_WORDS[Urgency(code)])


def percent(share: Proportion | None) -> str:
    """Write a proportion with its counts, or a dash where nothing was counted."""
    return "—" if share is None else f"{100 * share.share:.0f} % ({share.k}/{share.n})"


def interval(share: Proportion | None) -> str:
    """Write a proportion's 95 % interval."""
    return "" if share is None else f"{100 * share.low:.0f}–{100 * share.high:.0f} %"


def _times(board: Board) -> SpreadChart:
    rows = [_spread(_("All"), board.whole, 1)]
    rows += [_spread(urgency_name(one.key), one) for one in board.by_urgency]
    rows += [_spread(specialty_name(one.key), one) for one in board.by_specialty[:MOST_ROWS]]
    values = [row.p95 for row in rows if row.p95 is not None]
    return SpreadChart(
        title=_("How long answers took (wall clock)"),
        value=nice_axis(_("hours from question to signature"), [*values, 6.0]),
        rows=tuple(rows),
        marks=tuple(Mark(hours, f"{hours} h") for hours in SHARES_WITHIN_HOURS),
        note=_("Dots: P50, P90, P95. Time waiting for county data is not counted."),
        none=_("fewer than five answers"),
    )


def _spread(label: str, one: Group, tone: int = 0) -> Spread:
    if one.answered < FEW:
        return Spread(label, None, None, None, one.answered, tone)
    return Spread(label, one.wall.p50, one.wall.p90, one.wall.p95, one.answered, tone)


def _promise(board: Board) -> BarChart:
    bars = []
    for place, hours in enumerate(SHARES_WITHIN_HOURS):
        for clock, times in (
            (_("wall clock"), board.whole.wall),
            (_("service clock"), board.whole.service),
        ):
            bars.append(
                _share_bar(
                    _("within %(hours)d h, %(clock)s") % {"hours": hours, "clock": clock},
                    times.within[place],
                    place,
                )
            )
    bars.append(_share_bar(_("within their own promise"), board.whole.kept, 2))
    return BarChart(
        title=_("Promises kept"),
        value=_percent_axis(),
        bars=tuple(bars),
        note=_("Whiskers: 95 % interval (Wilson)."),
    )


def _percent_axis() -> Axis:
    return fixed_axis(_("share of the answers (%)"), 0, 100, step=20)


def _share_bar(label: str, share: Proportion | None, tone: int) -> Bar:
    if share is None:
        return Bar(label, None, _("nothing answered yet"))
    return Bar(label, 100 * share.share, percent(share), 100 * share.low, 100 * share.high, tone)


def _days(board: Board) -> LineChart:
    days = [day for day, _asked, _answered in board.by_day]
    asked = _series(_("asked"), [float(one) for _day, one, _other in board.by_day], 0)
    answered = _series(_("answered"), [float(one) for _day, _other, one in board.by_day], 1)
    most = [point.y or 0.0 for one in (asked, answered) for point in one.points]
    return LineChart(
        title=_("Cases a day"),
        x=_day_axis(days),
        y=nice_axis(_("cases"), most),
        series=(asked, answered),
        note=_("n = %(count)d asked in the period.") % {"count": board.whole.asked},
    )


def _series(name: str, values: Sequence[float], tone: int) -> Series:
    points = tuple(Point(float(place), value) for place, value in enumerate(values))
    return Series(name, points, tone, dotted=len(values) <= 31)


def _day_axis(days: Sequence[date]) -> Axis:
    last = max(1, len(days) - 1)
    every = max(1, len(days) // 6)
    ticks = tuple(
        (float(place), f"{day:%m-%d}") for place, day in enumerate(days) if place % every == 0
    )
    return Axis(_("day"), 0.0, float(last), ticks)


def _hours(board: Board) -> BarChart:
    return BarChart(
        title=_("When questions come"),
        value=nice_axis(_("questions"), [float(one) for one in board.by_hour]),
        bars=tuple(Bar(str(hour), float(count)) for hour, count in enumerate(board.by_hour)),
        across=_("hour of the day"),
        note=_("n = %(count)d asked in the period.") % {"count": sum(board.by_hour)},
    )


def _load(board: Board) -> BarChart:
    carriers = board.carriers[:MOST_ROWS]
    bars = tuple(Bar(one.name, float(one.cases), str(one.cases)) for one in carriers)
    unevenness = (
        _("Gini not known: nothing answered yet.")
        if board.load.gini is None
        else _("Gini %(gini).2f over %(count)d experts (0: everybody the same).")
        % {"gini": board.load.gini, "count": len(board.load.cases)}
    )
    return BarChart(
        title=_("Who answered how many"),
        value=nice_axis(_("answers"), [bar.value or 0.0 for bar in bars]),
        bars=bars,
        note=unevenness,
    )
