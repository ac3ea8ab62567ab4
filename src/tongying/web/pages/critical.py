"""Reporting a critical finding and acknowledging it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tongying.consult.critical import (
    ACKNOWLEDGE_WITHIN,
    Category,
    FindingMissing,
    ReadBackMissing,
    ReceiverRefused,
    check_report,
)
from tongying.kernel.errors import TongyingError
from tongying.kernel.ids import UserId
from tongying.web.cases.showing import show
from tongying.web.desk import critical as store
from tongying.web.pages.critical_words import CATEGORY_HELP, CATEGORY_WORDS, span_words
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@never_cache
@require_POST
@signed_in
def report(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask what was found, how soon somebody must act and who is told; then report it."""
    posted = request.POST
    receiver = posted.get("receiver", "")
    said = store.Report(
        finding=posted.get("finding", ""),
        category=posted.get("category", ""),
        receiver=UserId(int(receiver) if receiver.isdecimal() and len(receiver) < 16 else 0),
    )
    if "confirm" not in posted:
        return _ask(request, case_id, said)
    try:
        store.report(request.viewer, case_id, said)  # type: ignore[attr-defined]
    except (FindingMissing, ReceiverRefused, store.CategoryRefused) as error:
        return _ask(request, case_id, said, error)
    messages.success(request, _("The critical finding is reported; the receiver is told."))
    return HttpResponseRedirect(f"/cases/{case_id}/")


@never_cache
@require_POST
@signed_in
def acknowledge(request: HttpRequest, case_id: int, number: int) -> HttpResponse:
    """Acknowledge a critical finding with a read-back."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        store.acknowledge(viewer, case_id, number, read_back=request.POST.get("read_back", ""))
    except ReadBackMissing as error:
        view = show(viewer, case_id)
        found = [one for one in store.criticals_of(viewer, case_id) if one.id == number]
        context = {"view": view, "case": view.case, "criticals": found, "place": "worklist"}
        context["critical_error"] = refusal_sentence(error)
        return render(request, "pages/critical.html", context, status=422)
    messages.success(request, _("Acknowledged; the expert is told."))
    return HttpResponseRedirect(f"/cases/{case_id}/")


def _ask(
    request: HttpRequest,
    case_id: int,
    said: store.Report | None = None,
    error: TongyingError | None = None,
) -> HttpResponse:
    """Show the form, with what was typed so far."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, case_id)
    check_report(viewer, view.case)
    context = {
        "place": "worklist",
        "view": view,
        "case": view.case,
        "said": said,
        "error": "" if error is None else refusal_sentence(error),
        "receivers": store.receivers_for(viewer, case_id),
        "categories": [
            (
                one.value,
                CATEGORY_WORDS[one],
                CATEGORY_HELP[one],
                span_words(ACKNOWLEDGE_WITHIN[one]),
            )
            for one in Category
        ],
    }
    name = "pages/critical_report.html"
    if request.headers.get("HX-Request"):
        name += "#ask"
    return render(request, name, context, status=422 if error else 200)
