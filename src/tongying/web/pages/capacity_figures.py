"""The charts of a capacity run, from its result's plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from tongying.kernel.axis import fixed_axis, nice_axis, percent, plain
from tongying.web.pages.capacity_words import lever_name
from tongying.web.pages.charts.bars import Bar, BarChart
from tongying.web.pages.charts.figure import Figure, figure
from tongying.web.pages.charts.lines import LineChart, Mark, Point, Series

BASE_TONE, DEMAND_TONE, STAFF_TONE = 0, 1, 2
WHOLE = 1.0


def growth_figures(result: dict[str, Any]) -> tuple[Figure, ...]:
    """Return what arithmetic alone says: workload per head, and experts against the need."""
    years = result["growth"]
    last = years[-1]["year"]
    doubling = result["doubling_years"]
    marks = ()
    if doubling is not None and doubling <= last:
        label = _("per head doubled after %(years)s years") % {"years": f"{doubling:.1f}"}
        marks = (Mark(doubling, label),)
    note = _("Demand %(demand)s %%, staff %(staff)s %% a year; arithmetic, nothing simulated.") % {
        "demand": f"{result['demand_growth_percent']:+.3g}",
        "staff": f"{result['staff_growth_percent']:+.3g}",
    }
    load = LineChart(
        _("Workload per head"),
        _years(last),
        nice_axis(_("Compared with today (times)"), [one["demand"] for one in years]),
        (
            _curve(pgettext("capacity", "demand"), years, "demand", DEMAND_TONE),
            _curve(pgettext("capacity", "per head"), years, "per_head", BASE_TONE),
            _curve(pgettext("capacity", "staff"), years, "staff", STAFF_TONE),
        ),
        marks,
        note,
    )
    people = LineChart(
        _("Experts needed and there"),
        _years(last),
        nice_axis(_("Experts (people)"), [one["needed"] for one in years]),
        (
            _curve(_("needed"), years, "needed", DEMAND_TONE),
            _curve(_("there"), years, "experts", STAFF_TONE),
        ),
        (),
        _("Needed: for today's workload per head. There: with growth and training."),
    )
    return figure("workload", load), figure("experts", people)


def run_figures(result: dict[str, Any]) -> tuple[Figure, ...]:
    """Return what the simulation says."""
    found = [figure("within", _within(result))]
    if len(result["sampled"]["lever_years"]) and _levers(result):
        found.append(figure("levers", _compared(result), lying=True))
    found.append(figure("hours", _hours(result)))
    found.append(figure("queue", _queue(result)))
    return tuple(found)


def run_note(result: dict[str, Any]) -> str:
    """Return what the figures rest on, with n."""
    sampled = result["sampled"]
    runs = len(sampled["seeds"])
    return ngettext(
        "n = %(cases)s simulated cases; line: median of %(runs)s run; band: 5–95 %%.",
        "n = %(cases)s simulated cases; line: median of %(runs)s runs; band: 5–95 %%.",
        runs,
    ) % {"cases": f"{sampled['cases']:,}", "runs": runs}


def _within(result: dict[str, Any]) -> LineChart:
    series = []
    for tone, name in enumerate(["", *_levers(result)]):
        points = tuple(
            _point(one["year"], one["figures"]["within_6h"])
            for one in result["results"]
            if one["lever"] == name
        )
        series.append(Series(lever_name(name), points, tone))
    return LineChart(
        _("Answered within 6 h"),
        _years(max(1, result["sampled"]["years"][-1])),
        fixed_axis(_("Share of cases by wall time (%)"), 0.0, WHOLE, step=0.2, text=percent),
        tuple(series),
        (),
        run_note(result),
    )


def _compared(result: dict[str, Any]) -> BarChart:
    year = result["sampled"]["lever_years"][-1]
    bars = []
    for tone, name in enumerate(["", *_levers(result)]):
        one = next(
            (one for one in result["results"] if (one["lever"], one["year"]) == (name, year)), None
        )
        if one is None:
            continue
        band = one["figures"]["wall_p95_hours"]
        if band is None:
            hours = f"{one['backlog_hours_per_week']:.0f}"
            text = _("overloaded: %(hours)s h a week undone") % {"hours": hours}
            bars.append(Bar(lever_name(name), None, text, tone=tone))
            continue
        text = f"{band['median']:.1f} h ({band['low']:.1f}–{band['high']:.1f})"
        bars.append(
            Bar(lever_name(name), band["median"], text, band["low"], band["high"], tone=tone)
        )
    highest = [bar.high or 0.0 for bar in bars]
    return BarChart(
        _("P95 of the answer, year %(year)s") % {"year": year},
        nice_axis(_("Wall time (h)"), [*highest, 6.0]),
        tuple(bars),
        marks=(Mark(6.0, "6 h"),),
        note=run_note(result),
    )


def _hours(result: dict[str, Any]) -> BarChart:
    base = result["results"][0]
    came, late = base["arrivals_by_hour"], base["late_by_hour"]
    bars = tuple(
        Bar(
            str(hour),
            one["median"],
            low=one["low"],
            high=one["high"],
            tone=1 if _often_late(one, late[hour]) else 0,
        )
        for hour, one in enumerate(came)
    )
    return BarChart(
        _("Cases by hour, year %(year)s") % {"year": base["year"]},
        nice_axis(_("Cases a day (number)"), [one["high"] for one in came]),
        bars,
        across=_("Hour of submission"),
        note=_("The other colour: more than half of what comes in this hour is answered late.")
        + " "
        + run_note(result),
    )


def _often_late(came: dict[str, float], late: dict[str, float]) -> bool:
    return late["median"] > came["median"] / 2


def _queue(result: dict[str, Any]) -> LineChart:
    year = result["sampled"]["lever_years"][0]
    series, values = [], [0.0]
    for tone, name in enumerate(["", *_levers(result)]):
        for one in result["results"]:
            if (one["lever"], one["year"]) != (name, year) or not one["queue_by_hour"]:
                continue
            points = tuple(_point(hour, band) for hour, band in enumerate(one["queue_by_hour"]))
            series.append(Series(lever_name(name), points, tone, dotted=False))
            values += [point.high or 0.0 for point in points]
    return LineChart(
        _("Waiting over the day, year %(year)s") % {"year": year},
        fixed_axis(_("Hour of the day"), 0, 23, step=3),
        nice_axis(_("Cases nobody has accepted (number)"), values),
        tuple(series),
        (),
        run_note(result),
    )


def _levers(result: dict[str, Any]) -> list[str]:
    return list(dict.fromkeys(one["lever"] for one in result["results"] if one["lever"]))


def _years(last: int) -> Any:
    return fixed_axis(_("Years from today"), 0, max(1, last), step=1, text=plain)


def _curve(name: str, years: Sequence[dict[str, Any]], key: str, tone: int) -> Series:
    return Series(name, tuple(Point(one["year"], one[key]) for one in years), tone)


def _point(x: float, band: dict[str, float] | None) -> Point:
    return Point(x, None) if band is None else Point(x, band["median"], band["low"], band["high"])
