"""CSV files of the alliance: checked row by row, applied as a whole, sent out again."""

from __future__ import annotations

import base64
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongying.consult.alliance_import.columns import COLUMNS, Kind
from tongying.consult.alliance_import.outcome import Outcome, RowResult
from tongying.consult.alliance_import.writing import template
from tongying.kernel.errors import BadInput
from tongying.web.alliance.exporting import export_for
from tongying.web.alliance.importing import Import, import_for, kinds_for
from tongying.web.alliance.standing import NotYourBooks
from tongying.web.pages.archive_words import told
from tongying.web.pages.sent_file import csv_response, sent_file, sent_name
from tongying.web.pages.signed_in import signed_in

_ORDER: Final = (Outcome.REFUSED, Outcome.CHANGED, Outcome.ADDED, Outcome.UNCHANGED)
"""What has to be looked at stands first."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def import_page(request: HttpRequest) -> HttpResponse:
    """Take a file, say what each row would do, and apply it when asked to."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if not kinds_for(viewer):
        raise NotYourBooks("A hospital's own coordinator or administrator makes its roster.")
    if request.method != "POST":
        return _page(request, chosen=request.GET.get("kind", ""))
    chosen, apply = request.POST.get("kind", ""), request.POST.get("apply") == "1"
    if chosen not in set(Kind):
        return _page(request, error=_("Choose what the file is a list of."))
    file, name = sent_file(request), sent_name(request)
    if not file:
        return _page(request, chosen=chosen, error=_("Choose a CSV file."))
    try:
        result = import_for(viewer, Kind(chosen), file, apply=apply)
    except BadInput as error:
        return _page(request, chosen=chosen, error=told(error))
    kept = "" if result.applied or result.refused else base64.b64encode(file).decode("ascii")
    return _page(request, chosen=chosen, result=result, kept=kept, name=name)


@require_safe
@signed_in
def template_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Send an empty table with its headings and one invented row."""
    if kind not in set(Kind):
        raise Http404
    return csv_response(template(Kind(kind)), f"template-{kind}.csv")


@require_safe
@signed_in
@never_cache
def export_file(request: HttpRequest, kind: str) -> HttpResponse:
    """Send what the viewer looks after."""
    if kind not in set(Kind):
        raise Http404
    return csv_response(export_for(request.viewer, Kind(kind)), f"{kind}.csv")  # type: ignore[attr-defined]


def _place(one: RowResult[Any]) -> tuple[int, bool]:
    """Return where a row stands: refused first, and what is doubtful before what is not."""
    return _ORDER.index(one.outcome), one.fault is None


def _page(
    request: HttpRequest,
    *,
    chosen: str = "",
    result: Import | None = None,
    error: str = "",
    **extra: Any,
) -> HttpResponse:
    kinds = kinds_for(request.viewer)  # type: ignore[attr-defined]
    kind = Kind(chosen) if chosen in set(Kind) else None
    rows = sorted(result.rows, key=_place) if result else []
    context = {
        "place": "alliance",
        "kinds": kinds,
        "chosen": kind if kind in kinds else kinds[0],
        "columns": {one: COLUMNS[one] for one in kinds},
        "result": result,
        "rows": rows,
        "counts": [(one, result.counts[one]) for one in _ORDER] if result else [],
        "error": error,
        **extra,
    }
    bad = error or (result is not None and result.refused)
    return render(request, "pages/alliance_import.html", context, status=422 if bad else 200)
