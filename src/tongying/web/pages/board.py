"""The board: how the alliance keeps its promises, over a period, with everything as CSV."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongying.consult.board import Group
from tongying.consult.proportion import Proportion
from tongying.web.board.store import Board, Period, PeriodRefused, board, last_days
from tongying.web.pages.board_figures import (
    FEW,
    figures_of,
    interval,
    percent,
    specialty_name,
    urgency_name,
)
from tongying.web.pages.charts.figure import as_csv
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

SPANS: Final = (7, 30, 90, 365)
"""Periods of one press, in days."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of groups."""

    name: str
    asked: int
    answered: int
    open: int
    p50: str
    p90: str
    p95: str
    within: tuple[str, ...]
    service_within: tuple[str, ...]
    kept: str


@never_cache
@require_GET
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    """Show the board of a period: ``days=30``, or ``first`` and ``last``."""
    error = ""
    try:
        period = _period(request)
    except PeriodRefused as refusal:
        error, period = refusal_sentence(refusal), last_days()
    shown = board(request.viewer, period)  # type: ignore[attr-defined]
    context = {
        "place": "board",
        "board": shown,
        "error": error,
        "figures": figures_of(shown),
        "query": f"first={period.first}&last={period.last}",
        "spans": SPANS,
        "days": (period.last - period.first).days + 1,
        "tables": (
            (_("By hospital"), "hospital", rows_of(shown.by_hospital, str)),
            (_("By field"), "specialty", rows_of(shown.by_specialty, specialty_name)),
            (_("By urgency"), "urgency", rows_of(shown.by_urgency, urgency_name)),
        ),
        "reading_any": percent(shown.reading.any),
        "reading_any_interval": interval(shown.reading.any),
        "reading_major": percent(shown.reading.major),
        "reading_major_interval": interval(shown.reading.major),
        "outcomes": percent(shown.outcomes),
        "outcomes_interval": interval(shown.outcomes),
        "few": FEW,
    }
    return render(request, "pages/board.html", context, status=422 if error else 200)


@never_cache
@require_GET
@signed_in
def export(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Send a table or a chart's numbers as CSV, or a chart as SVG."""
    shown = board(request.viewer, _period(request))  # type: ignore[attr-defined]
    figure = next((one for one in figures_of(shown) if one.key == name), None)
    if figure is not None and kind == "svg":
        return _file(str(figure.svg), f"{name}.svg", "image/svg+xml")
    if kind != "csv":
        raise Http404
    if figure is not None:
        return _file(as_csv(figure.head, figure.rows), f"{name}.csv", "text/csv")
    table = _tables(shown).get(name)
    if table is None:
        raise Http404
    return _file(as_csv(*table), f"{name}.csv", "text/csv")


def rows_of(groups: Iterable[Group], name: object) -> tuple[Row, ...]:
    """Return groups as lines; quantiles of fewer than five answers are left out."""
    return tuple(
        Row(
            name=name(one.key),  # type: ignore[operator]
            asked=one.asked,
            answered=one.answered,
            open=one.open,
            p50=_hours(one, one.wall.p50),
            p90=_hours(one, one.wall.p90),
            p95=_hours(one, one.wall.p95),
            within=tuple(percent(share) for share in one.wall.within),
            service_within=tuple(percent(share) for share in one.service.within),
            kept=percent(one.kept),
        )
        for one in groups
    )


def _hours(one: Group, value: float | None) -> str:
    return "—" if value is None or one.answered < FEW else f"{value:.1f}"


def _period(request: HttpRequest) -> Period:
    first, last = request.GET.get("first", ""), request.GET.get("last", "")
    if first or last:
        try:
            return Period(date.fromisoformat(first), date.fromisoformat(last))
        except ValueError:
            raise PeriodRefused("Write the days of the period as 2026-03-01.") from None
    days = request.GET.get("days", "")
    return last_days(int(days)) if days.isdecimal() and 0 < int(days) < 366 else last_days()


def _tables(shown: Board) -> dict[str, tuple[list[str], list[list[str]]]]:
    head = ["", "asked", "answered", "open", "closed"]
    for clock in ("wall", "service"):
        head += [f"{clock}_p50_h", f"{clock}_p90_h", f"{clock}_p95_h"]
        head += [f"{clock}_within_4h", f"{clock}_within_6h"]
    head.append("within_promise")
    groups = {
        "hospital": shown.by_hospital,
        "specialty": shown.by_specialty,
        "urgency": shown.by_urgency,
    }
    tables = {name: (head, [_line(one) for one in some]) for name, some in groups.items()}
    tables["silent"] = (
        ["code", "hospital", "days", "has_asked"],
        [[one.code, one.name, str(one.days), str(one.ever)] for one in shown.silent],
    )
    return tables


def _line(one: Group) -> list[str]:
    line = [one.key, str(one.asked), str(one.answered), str(one.open), str(one.closed)]
    for times in (one.wall, one.service):
        line += [_number(times.p50), _number(times.p90), _number(times.p95)]
        line += [_share(share) for share in times.within]
    return [*line, _share(one.kept)]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _share(share: Proportion | None) -> str:
    return _number(None if share is None else share.share)


def _file(text: str, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tongying-{name}"'
    return response
