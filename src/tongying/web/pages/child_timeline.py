"""A child's timeline: all examinations, narrowed by part of the body and kind; two at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.archive.body_region import Region
from tongying.archive.modality_family import Kind
from tongying.web.cases.priors import add_prior
from tongying.web.fusion.candidates import candidates_of_study
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.child_page import may_join
from tongying.web.records.timeline import (
    FETAL,
    UNKNOWN_REGION,
    ChildTimeline,
    TimelineFilter,
    TimelineLine,
    child_timeline,
)
from tongying.web.viewer.config import viewer_url


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the page: a year's heading, the day of birth, or a study."""

    year: int | None = None
    birth: date | None = None
    line: TimelineLine | None = None
    picked: bool = False


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A link that narrows the timeline, or widens it again."""

    name: str
    count: int
    url: str
    on: bool


@require_safe
@vary_on_headers("HX-Request")
@signed_in
def timeline(request: HttpRequest, number: int) -> HttpResponse:
    """Show a child's timeline, or the list alone where htmx asks for it."""
    return _page(request, number)


@require_safe
@signed_in
def pair(request: HttpRequest, number: int) -> HttpResponse:
    """Lead to the viewer with two chosen studies, or to their fusion."""
    view = child_timeline(request.viewer, number)  # type: ignore[attr-defined]
    wanted = list(dict.fromkeys(request.GET.getlist("pick")))
    chosen = [line for line in view.lines if line.row.uid in wanted]
    if len(chosen) != 2:
        return _page(request, number, error=_("Choose exactly two studies."), view=view)
    if request.GET.get("to") == "fuse":
        if any(line.fetal for line in chosen):
            error = _("A study from before birth can be compared, but not fused.")
            return _page(request, number, error=error, view=view)
        query = _fusion_query(request, chosen)
        if query is None:
            error = _("Only CT, MR, PET and SPECT can be fused; compare these two instead.")
            return _page(request, number, error=error, view=view)
        return HttpResponseRedirect(f"{reverse('fusion-new')}?{urlencode(query)}")
    newest, older = chosen
    link = viewer_url([newest.row.uid, older.row.uid], modalities=newest.row.modalities)
    return HttpResponseRedirect(link)


@require_POST
@signed_in
def attach(request: HttpRequest, case_id: int) -> HttpResponse:
    """Add one of the child's studies to a question as a prior."""
    add_prior(request.viewer, case_id, request.POST.get("study", ""))  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"{reverse('case', args=[case_id])}#images")


def entries(
    lines: Sequence[TimelineLine], born: date | None, picked: Sequence[str] = ()
) -> list[Entry]:
    """Return the lines of the page: years as headings, the birth below the first study after it.

    Parameters
    ----------
    lines : sequence of TimelineLine
        Newest first, undated ones last.
    born : date or None
        Said only where there are studies from before.
    picked : sequence of str, optional
        Study Instance UIDs that are ticked.
    """
    found: list[Entry] = []
    year: int | None = None
    tells_birth = born is not None and any(line.fetal for line in lines)
    for line in lines:
        day = line.row.date
        if tells_birth and born is not None and (line.fetal or (day is not None and day < born)):
            found.append(Entry(birth=born))
            tells_birth = False
        if day is not None and day.year != year:
            year = day.year
            found.append(Entry(year=year))
        found.append(Entry(line=line, picked=line.row.uid in picked))
    return found


def _page(
    request: HttpRequest, number: int, *, error: str = "", view: ChildTimeline | None = None
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    view = view or child_timeline(viewer, number)
    wanted = _wanted(request.GET)
    picked = request.GET.getlist("pick")
    shown = [line for line in view.lines if wanted.takes(line) or line.row.uid in picked]
    context: dict[str, Any] = {
        "place": "studies",
        "view": view,
        "entries": entries(shown, view.child.birth_date, picked),
        "shown": len(shown),
        "narrowed": wanted != TimelineFilter(),
        "by_kind": _narrowings(view.kinds, number, "kind", wanted),
        "by_region": _narrowings(view.regions, number, "region", wanted),
        "wanted": wanted,
        "error": error,
        "may_join": may_join(viewer) and view.own,
    }
    name = "pages/child_timeline.html"
    if request.headers.get("HX-Request") and not error:
        name += "#list"
    return render(request, name, context, status=422 if error else 200)


def _wanted(given: QueryDict) -> TimelineFilter:
    region, kind = given.get("region", ""), given.get("kind", "")
    return TimelineFilter(
        region=region if region in {*Region, UNKNOWN_REGION} else None,
        kind=kind if kind in {*Kind, FETAL} else None,
    )


def _narrowings(
    counted: Sequence[tuple[str, int]], number: int, name: str, wanted: TimelineFilter
) -> list[Narrowing]:
    now = {"region": wanted.region or "", "kind": wanted.kind or ""}
    found = []
    for value, count in counted:
        on = now[name] == value
        query = {key: one for key, one in {**now, name: "" if on else value}.items() if one}
        url = reverse("child-timeline", args=[number])
        found.append(Narrowing(value, count, f"{url}?{urlencode(query)}" if query else url, on))
    return found


def _fusion_query(request: HttpRequest, chosen: Sequence[TimelineLine]) -> dict[str, str] | None:
    """Return what the fusion form is asked with: the likeliest series of the two, or nothing."""
    uids = {line.row.uid for line in chosen}
    found = candidates_of_study(request.viewer, chosen[0].row.uid)  # type: ignore[attr-defined]
    for pair in found.pairs:
        if {pair.fixed.study_uid, pair.moving.study_uid} == uids:
            fixed, moving = pair.fixed, pair.moving
            return {"study": fixed.study_uid, "fixed": fixed.uid, "moving": moving.uid}
    if uids <= {one.study_uid for one in found.fusible}:
        return {"study": chosen[0].row.uid}
    return None
