"""The ledger of normal children in the browser: the list with its counts, a child, withdrawal."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.kernel.errors import BadInput
from tongying.norms.measure import measures
from tongying.web.norms import ledger as store
from tongying.web.pages.ledger_words import BAND_WORDS, ROUTE_WORDS, STATE_WORDS, history_words
from tongying.web.pages.norm_tabs import norm_tabs
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@require_safe
@signed_in
@never_cache
def ledger(request: HttpRequest) -> HttpResponse:
    """List the values of the viewer's hospital; count what is ready by age and sex."""
    viewer = request.viewer  # type: ignore[attr-defined]
    given = request.GET
    number = given.get("page", "")
    wanted = store.LedgerFilter(
        measure=_one_of(given.get("measure", ""), measures()),
        state=_one_of(given.get("state", ""), STATE_WORDS),
        band=_one_of(given.get("band", ""), BAND_WORDS),
        sex=_one_of(given.get("sex", ""), {"F": "", "M": ""}),
        route=_one_of(given.get("route", ""), ROUTE_WORDS),
        page=int(number) if number.isdecimal() and len(number) < 8 else 1,
    )
    page = store.ledger_page(viewer, wanted)
    filters = {
        key: getattr(wanted, key)
        for key in ("measure", "state", "band", "sex", "route")
        if getattr(wanted, key)
    }
    at = min(max(wanted.page, 1), page.pages)
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "page": page,
        "wanted": wanted,
        "filtered": bool(filters),
        "states": STATE_WORDS,
        "bands": BAND_WORDS,
        "routes": ROUTE_WORDS,
        "number": at,
        "before": urlencode({**filters, "page": at - 1}) if at > 1 else "",
        "after": urlencode({**filters, "page": at + 1}) if at < page.pages else "",
        "wanted_children": store.WANTED,
        "chosen": measures().get(wanted.measure),
        "may_manage": store.may_manage_ledger(viewer),
        "may_read": store.may_read_entries(viewer),
    }
    return render(request, "pages/ledger.html", context)


@require_safe
@signed_in
@never_cache
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """Show a child of the ledger: values, consent, releases, history."""
    return _subject(request, code)


@require_POST
@signed_in
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw a child."""
    viewer = request.viewer  # type: ignore[attr-defined]
    reason = request.POST.get("reason", "")
    try:
        touched = store.withdraw(viewer, code, reason)
    except BadInput as refusal:
        return _subject(request, code, error=refusal_sentence(refusal), reason=reason)
    words = _("The child is withdrawn; no later fit uses its values.")
    if touched:
        words += " " + ngettext(
            "%(number)s release holds them and says so from now on.",
            "%(number)s releases hold them and say so from now on.",
            len(touched),
        ) % {"number": len(touched)}
    messages.success(request, words)
    return HttpResponseRedirect(reverse("norm-subject", args=[code]))


def _subject(request: HttpRequest, code: str, *, error: str = "", reason: str = "") -> HttpResponse:
    view = store.subject_of(request.viewer, code)  # type: ignore[attr-defined]
    known = measures()
    names = store.names_of(event.actor for event in view.history)
    context = {
        "place": "norms",
        "tabs": norm_tabs(request, "norm-ledger"),
        "view": view,
        "history": [
            (event, names.get(event.actor, event.actor), history_words(event, known))
            for event in view.history
        ],
        "error": error,
        "reason": reason,
    }
    return render(request, "pages/ledger_subject.html", context, status=422 if error else 200)


def _one_of(given: str, known: object) -> str:
    return given if given in known else ""  # type: ignore[operator]
