"""Who saw what, on the hospital's own data."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.kernel.sheet import BYTE_ORDER_MARK, guarded
from tongying.web.pages.archive_words import door_word, event_words
from tongying.web.pages.signed_in import signed_in
from tongying.web.trail.listing import (
    TrailFilter,
    TrailLine,
    actors_of,
    export_trail,
    trail_window,
)


class _Echo:
    """A file for `csv` that hands every line back."""

    def write(self, line: str) -> str:
        return line


@require_safe
@signed_in
@vary_on_headers("HX-Request")
def trail(request: HttpRequest) -> HttpResponse:
    """List the events, newest first."""
    viewer = request.viewer  # type: ignore[attr-defined]
    wanted, error = _filter(request.GET)
    window = trail_window(viewer, wanted)
    context = {
        "place": "trail",
        "window": window,
        "wanted": wanted,
        "error": error,
        "actors": actors_of(viewer),
        "older_url": "?" + urlencode(_kept(request.GET) | {"before": str(window.older)}),
        "export_query": urlencode(_kept(request.GET)),
        "filtered": bool(_kept(request.GET)),
    }
    name = "pages/trail.html"
    if request.headers.get("HX-Request"):
        name += "#rows" if wanted.before is not None else "#list"
    return render(request, name, context)


@require_safe
@signed_in
def export(request: HttpRequest) -> StreamingHttpResponse:
    """Send the events as CSV for a spreadsheet (UTF-8 with its mark)."""
    wanted, _error = _filter(request.GET)
    lines = export_trail(request.viewer, wanted)  # type: ignore[attr-defined]
    response = StreamingHttpResponse(_rows(lines), content_type="text/csv; charset=utf-8")
    today = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="trail-{today}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _rows(lines: Iterable[TrailLine]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    head = [_("Number"), _("Time"), _("Log-in name"), _("Name"), _("Hospital")]
    yield BYTE_ORDER_MARK + writer.writerow([*head, _("Act"), _("Kind"), _("On"), _("Way")])
    for line in lines:
        event = line.event
        yield writer.writerow(
            guarded(value)
            for value in (
                str(line.number),
                f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S}",
                event.actor,
                line.name,
                line.hospital,
                event_words(event),
                event.kind,
                event.target,
                door_word(event.detail.get("door", "")),
            )
        )


def _filter(given: QueryDict) -> tuple[TrailFilter, str]:
    error, day = "", None
    if text := given.get("day", "").strip():
        try:
            day = date.fromisoformat(text)
        except ValueError:
            error = _("Write a day as 2026-03-01.")
    before = given.get("before", "")
    return TrailFilter(
        target=given.get("target", "").strip()[:200],
        actor=given.get("actor", "").strip()[:80],
        day=day,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None,
    ), error


def _kept(given: QueryDict) -> dict[str, str]:
    return {
        name: value for name in ("target", "actor", "day") if (value := given.get(name, "").strip())
    }
