"""The worklist, its preview, and the way to the case that is due first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as _p
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongying.consult.people import Role
from tongying.consult.states import State
from tongying.web.cases import store
from tongying.web.cases.showing import show
from tongying.web.cases.worklist import SORTS, TABS, WorklistPage, WorklistQuery
from tongying.web.cases.worklist import worklist as worklist_page
from tongying.web.desk.critical import open_criticals
from tongying.web.pages.opening import viewer_link
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.worklist_lines import lines_of

WINDOW: Final = 100
"""Rows that one answer carries; the next come when the reader nears the end."""

TAB_WORDS: Final[dict[str, Promise]] = {
    "mine": _p("tab", "Waiting for you"),
    "open": _p("tab", "Open"),
    "signed": _p("tab", "Answered"),
    "all": _p("tab", "All"),
}

COLUMNS: Final[tuple[tuple[str, str, Promise], ...]] = (
    ("due", "left", _p("column", "Time left")),
    ("urgency", "urgency", _p("column", "Level")),
    ("name", "child", _p("column", "Child")),
    ("age", "age", _p("column", "Age")),
    ("", "question", _p("column", "Question")),
    ("hospital", "hospital", _p("column", "Hospital")),
    ("", "mod", _p("column", "Images")),
    ("state", "state", _p("column", "State")),
)
"""Sort key (empty: cannot be sorted by), class, and heading of each column."""

_ANSWERED: Final = frozenset({State.SIGNED, State.ACKNOWLEDGED})


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab with its count and address."""

    name: str
    label: str | Promise
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `url` sorts by it, `order` is how the rows are sorted by it now."""

    name: str
    label: str | Promise
    url: str
    order: str


@never_cache
@require_GET
@signed_in
def worklist(request: HttpRequest) -> HttpResponse:
    """Show the cases, or the part of them that htmx asks for."""
    query = _query(request)
    page = worklist_page(request.viewer, query)  # type: ignore[attr-defined]
    name = "pages/worklist.html"
    if request.headers.get("HX-Request"):
        name += "#rows" if query.offset else "#list"
    context = _context(request, query, page)
    response = render(request, name, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@never_cache
@require_GET
@signed_in
def preview(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case beside the list."""
    view = show(request.viewer, case_id)  # type: ignore[attr-defined]
    context = {"view": view, "viewer_link": viewer_link(view)}
    return render(request, "pages/case_preview.html", context)


@never_cache
@require_GET
@signed_in
def next_case(request: HttpRequest) -> HttpResponse:
    """Go to the case that waits for the reader and is due first."""
    case_id = store.next_case(request.viewer)  # type: ignore[attr-defined]
    return HttpResponseRedirect("/" if case_id is None else f"/cases/{case_id}/")


@require_GET
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """Show the keys on a page of their own."""
    return render(request, "pages/help_keys.html")


def _query(request: HttpRequest) -> WorklistQuery:
    asked = request.GET
    tab = asked.get("tab", "")
    sort = asked.get("sort", "")
    offset = asked.get("offset", "")
    return WorklistQuery(
        tab=tab if tab in TABS else TABS[0],
        text="".join(one for one in asked.get("q", "") if one.isprintable()).strip()[:200],
        sort=sort if sort in SORTS else "due",
        descending=asked.get("dir") == "desc",
        offset=int(offset) if offset.isdecimal() and len(offset) < 8 else 0,
        limit=WINDOW,
    )


def _context(request: HttpRequest, query: WorklistQuery, page: WorklistPage) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    now = timezone.now()
    pressing = _pressing(page, now) if query == WorklistQuery(limit=WINDOW) else {}
    return pressing | {
        "place": "worklist",
        "page": page,
        "lines": lines_of(page.rows, now),
        "query": query,
        "direction": "desc" if query.descending else "asc",
        "tabs": [
            Tab(name, label, page.counts[name], _url(query, tab=name))
            for name, label in TAB_WORDS.items()
        ],
        "columns": [_column(query, *column) for column in COLUMNS],
        "more_url": _url(query, offset=query.offset + WINDOW),
        "all_url": _url(query, tab="all"),
        "waiting_count": page.counts["mine"],
        "asks": viewer.role is Role.REQUESTER,
        "open_criticals": open_criticals(viewer),
    }


def _pressing(page: WorklistPage, now: datetime) -> dict[str, Any]:
    """Say how many of the reader's own cases are overdue, and when the next one is due."""
    due = [row.due_at for row in page.rows if row.due_at and row.state not in _ANSWERED]
    late = sum(at < now for at in due)
    return {
        "late_count": f"{late}+" if late == WINDOW and page.more else late,
        "next_due": next((at for at in due if at >= now), None),
    }


def _column(query: WorklistQuery, sort: str, name: str, label: Promise) -> Column:
    if not sort:
        return Column(name, label, "", "")
    order = ""
    if query.sort == sort:
        order = "descending" if query.descending else "ascending"
    turned = order == "ascending"
    return Column(name, label, _url(query, sort=sort, dir="desc" if turned else "asc"), order)


def _url(query: WorklistQuery, **change: str | int) -> str:
    values: dict[str, str | int] = {
        "tab": query.tab,
        "q": query.text,
        "sort": query.sort,
        "dir": "desc" if query.descending else "asc",
        "offset": 0,
    }
    values |= change
    plain = {"q": "", "sort": "due", "dir": "asc", "offset": 0}
    kept = {name: value for name, value in values.items() if value != plain.get(name)}
    return "/?" + urlencode(kept)
