"""The roster of the viewer's own hospital, a week at a time."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongying.consult.roster import Duty
from tongying.kernel.errors import BadInput, NotFound
from tongying.web.alliance import rosters
from tongying.web.alliance.week import WeekView, week_of
from tongying.web.pages.alliance_words import WEEKDAYS
from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in

YEARS: Final = (2000, 2100)
"""Weeks outside are slips of the pen."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def roster(request: HttpRequest) -> HttpResponse:
    """Show a week; put a shift on it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return _page(request)
    rosters.check_may_change(viewer)
    names = ("login", "day", "begins", "ends", "duty")
    given = {name: request.POST.get(name, "").strip() for name in names}
    day, span = _day(given["day"]), (_time(given["begins"]), _time(given["ends"]))
    first, last = span
    if day is None or first is None or last is None or given["duty"] not in set(Duty):
        return _page(request, _("Give the day and the times as 08:00."), given)
    one = rosters.shift_on(day, (first, last), login=given["login"], duty=Duty(given["duty"]))
    try:
        rosters.add_shift(viewer, one)
    except (BadInput, NotFound) as error:
        return _page(request, told(error), given)
    return _to_week(day)


@require_POST
@signed_in
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Take a shift off the roster."""
    rosters.remove_shift(request.viewer, number)  # type: ignore[attr-defined]
    return _to_week(_day(request.POST.get("week", "")))


@require_POST
@signed_in
def copy(request: HttpRequest) -> HttpResponse:
    """Copy the week before into this one."""
    monday = _day(request.POST.get("week", ""))
    if monday is None:
        return _to_week(None)
    monday -= timedelta(days=monday.weekday())
    copied, left = rosters.copy_week(request.viewer, monday)  # type: ignore[attr-defined]
    text = _("%(copied)s shifts copied, %(left)s left out because of an overlap.")
    tone = "amber" if left else "green"
    messages.success(request, text % {"copied": copied, "left": left}, extra_tags=tone)
    return _to_week(monday)


def _page(
    request: HttpRequest, error: str = "", given: dict[str, str] | None = None
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    asked = _day(given["day"] if given else request.GET.get("week", ""))
    week = week_of(viewer, asked)
    number = request.GET.get("shift", "")
    context: dict[str, Any] = {
        "place": "roster",
        "week": week,
        "columns": list(zip(WEEKDAYS, week.days, strict=True)),
        "sunday": week.monday + timedelta(days=6),
        "duties": list(Duty),
        "error": error,
        "form": given or _form(request, week),
        "chosen": week.block(int(number)) if number.isdecimal() and len(number) < 12 else None,
        "adding": bool(given) or "add" in request.GET,
    }
    return render(request, "pages/roster.html", context, status=422 if error else 200)


def _form(request: HttpRequest, week: WeekView) -> dict[str, str]:
    day = _day(request.GET.get("day", "")) or week.monday
    return {
        "login": request.GET.get("who", "")[:64],
        "day": day.isoformat(),
        "begins": "08:00",
        "ends": "12:00",
        "duty": Duty.DESK.value,
    }


def _to_week(day: date | None) -> HttpResponseRedirect:
    address = reverse("roster")
    return HttpResponseRedirect(f"{address}?week={day.isoformat()}" if day else address)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None


def _time(text: str) -> time | None:
    try:
        at = time.fromisoformat("00:00" if text == "24:00" else text)
    except ValueError:
        return None
    return at.replace(second=0, microsecond=0) if at.tzinfo is None else None
