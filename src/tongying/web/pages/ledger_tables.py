"""Tables of normal children: looked at first, then the good rows entered."""

from __future__ import annotations

import base64
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tongying.kernel.errors import BadInput
from tongying.norms.ledger.columns import COLUMNS
from tongying.web.norms import ledger as store
from tongying.web.norms.ledger_import import LedgerMoved
from tongying.web.norms.ledger_rights import check_managing
from tongying.web.pages.archive_words import told
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.sent_file import csv_response, sent_file, sent_name
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.words import in_chinese


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def table(request: HttpRequest) -> HttpResponse:
    """Take a table, say what each row would do, and enter the good ones when confirmed."""
    viewer = request.viewer  # type: ignore[attr-defined]
    check_managing(viewer)
    if request.method != "POST":
        return _page(request)
    file, name = sent_file(request), sent_name(request)
    if not file:
        return _page(request, error=_("Choose a CSV file."))
    kept = base64.b64encode(file).decode("ascii")
    try:
        if request.POST.get("enter") == "1":
            result = store.enter_table(viewer, file, request.POST.get("seen", ""))
        else:
            result = store.judge_table(viewer, file)
    except LedgerMoved as moved:
        result = store.judge_table(viewer, file)
        return _page(request, error=told(moved), result=result, kept=kept, name=name)
    except BadInput as refusal:
        return _page(request, error=told(refusal))
    return _page(request, result=result, kept=kept, name=name)


@require_safe
@signed_in
def template_file(request: HttpRequest) -> HttpResponse:
    """Send an empty table with its headings and one invented row."""
    viewer = request.viewer  # type: ignore[attr-defined]
    check_managing(viewer)
    text = store.template(viewer, english=not in_chinese())
    return csv_response(text, "normal-children.csv")


def _page(
    request: HttpRequest, *, result: store.TableOutcome | None = None, error: str = "", **extra: Any
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    # What has to be looked at stands first.
    rows = sorted(
        result.rows if result else (), key=lambda one: (not one.faults, not one.doubts, one.number)
    )
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "result": result,
        "rows": rows,
        "columns": COLUMNS,
        "error": error,
        "rules": store.rules_for(viewer, open_only=True),
        **extra,
    }
    bad = error or (result is not None and result.refused and not result.entered)
    return render(request, "pages/ledger_table.html", context, status=422 if bad else 200)
