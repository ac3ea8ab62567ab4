"""The study list."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.web.pages.archive_words import SORT_WORDS
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.listing import Sort, StudyFilter, modalities_for, study_window
from tongying.web.uploads.store import may_upload

_FALLING = frozenset({Sort.ARRIVED, Sort.DATE, Sort.IMAGES, Sort.BIRTH})
"""What one wants to see the latest or largest of first."""


@require_safe
@signed_in
@vary_on_headers("HX-Request")
def studies(request: HttpRequest) -> HttpResponse:
    """List the studies that exist for the viewer, a window at a time."""
    viewer = request.viewer  # type: ignore[attr-defined]
    wanted, error = _filter(request.GET)
    window = study_window(viewer, wanted)
    context = {
        "place": "studies",
        "window": window,
        "wanted": wanted,
        "error": error,
        "columns": [_column(request.GET, sort, wanted) for sort in SORT_WORDS],
        "next_url": _address(request.GET, offset=window.next_offset),
        "filtered": bool(wanted.words or wanted.modality or wanted.since or wanted.until),
        "first": wanted.offset == 0,
        "may_upload": may_upload(viewer),
    }
    if not request.headers.get("HX-Request"):
        context["modalities"] = modalities_for(viewer)
        return render(request, "pages/studies.html", context)
    fragment = "list" if wanted.offset == 0 else "rows"
    return render(request, f"pages/studies.html#{fragment}", context)


def _filter(given: QueryDict) -> tuple[StudyFilter, str]:
    """Read what the list shall show; a malformed day is told, and does not narrow the list."""
    error = ""
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        text = given.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[name] = None
            error = _("Write a day as 2026-03-01.")
    try:
        sort = Sort(given.get("sort", ""))
    except ValueError:
        sort = Sort.ARRIVED
    down = given.get("order", "down" if sort in _FALLING else "up") == "down"
    offset = given.get("offset", "")
    return StudyFilter(
        words=given.get("q", "").strip()[:200],
        modality=given.get("modality", "").strip()[:16],
        since=days["since"],
        until=days["until"],
        sort=sort,
        descending=down,
        offset=int(offset) if offset.isascii() and offset.isdigit() and len(offset) < 9 else 0,
    ), error


def _column(given: QueryDict, sort: Sort, wanted: StudyFilter) -> dict[str, object]:
    here = sort is wanted.sort
    down = (not wanted.descending) if here else sort in _FALLING
    return {
        "name": sort.value,
        "word": SORT_WORDS[sort],
        "direction": ("descending" if wanted.descending else "ascending") if here else "",
        "url": _address(given, sort=sort.value, order="down" if down else "up"),
    }


def _address(given: QueryDict, **changes: object) -> str:
    """Return the list's address with some parameters changed."""
    kept = {
        name: value
        for name in ("q", "modality", "since", "until", "sort", "order")
        if (value := given.get(name))
    }
    kept |= {name: str(value) for name, value in changes.items() if value is not None}
    return "?" + urlencode(kept)
