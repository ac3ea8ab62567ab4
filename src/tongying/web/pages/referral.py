"""A referral: sending it from the case, its page, and what both hospitals do on it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongying.consult.document import Language
from tongying.consult.outcome import Agreement
from tongying.consult.referral import REFERRAL_RULES, ReferralMove
from tongying.consult.referral_moves import ReferralAct, check_refer
from tongying.consult.referral_order import Order
from tongying.kernel.errors import BadInput, Conflict, TongyingError
from tongying.web import now as clock
from tongying.web.cases.showing import show
from tongying.web.pages.opening import viewer_link
from tongying.web.pages.referral_form import (
    RECORDED,
    appointment_of,
    comparison_of,
    order_from,
    order_of,
    order_options,
    outcome_of,
)
from tongying.web.pages.referral_words import REFERRAL_EVENT_WORDS
from tongying.web.pages.sentences import refusal_sentence, said
from tongying.web.pages.signed_in import signed_in
from tongying.web.referrals import comparing, store
from tongying.web.referrals.reading import hospitals_to_refer_to, show_referral
from tongying.web.referrals.slip import PAPERS, slip_pdf

ENTRIES = frozenset(ReferralMove) - {ReferralMove.SEND, ReferralMove.OUTCOME}
"""Moves with an address of their own."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new(request: HttpRequest, case_id: int) -> HttpResponse:
    """Ask for what a referral must say, filled in as far as the opinion goes; send it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, case_id)
    check_refer(viewer, view.case)
    if request.method != "POST":
        return _order_page(request, case_id, order_from(view), {})
    order = order_of(request.POST)
    faults = order.faults(view.case.asking)
    if faults:
        return _order_page(request, case_id, order, faults)
    try:
        number = store.send(viewer, case_id, order)
    except (BadInput, Conflict) as refusal:
        return _order_page(request, case_id, order, {"": refusal_sentence(refusal)})
    messages.success(
        request, _("The referral is sent. The receiving hospital can open the images.")
    )
    return HttpResponseRedirect(f"/referrals/{number}/")


@never_cache
@require_GET
@signed_in
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Show a referral."""
    return _page(request, number)


@never_cache
@require_POST
@signed_in
def move(request: HttpRequest, number: int, move: str) -> HttpResponse:
    """Make a move; what is missing comes back with the form as it was typed."""
    if move not in {one.value for one in ENTRIES}:
        raise Http404
    which = ReferralMove(move)
    posted = request.POST
    books = REFERRAL_RULES[which].books
    act = ReferralAct(
        which,
        posted.get("reason", "").strip(),
        appointment_of(posted.dict()) if books else None,
    )
    revision = posted.get("revision", "")
    try:
        store.act(
            request.viewer,  # type: ignore[attr-defined]
            number,
            act,
            revision=int(revision) if revision.isdecimal() else None,
        )
    except (BadInput, Conflict) as refusal:
        return _page(request, number, wrong=move, refusal=refusal)
    return _done(request, number, move)


@never_cache
@require_POST
@signed_in
def record(request: HttpRequest, number: int) -> HttpResponse:
    """Record a piece of the outcome."""
    try:
        store.record(request.viewer, number, outcome_of(request.POST.dict()))  # type: ignore[attr-defined]
    except (BadInput, Conflict) as refusal:
        return _page(request, number, wrong="outcome", refusal=refusal)
    return _done(request, number, ReferralMove.OUTCOME.value)


@never_cache
@require_POST
@signed_in
def compare(request: HttpRequest, number: int) -> HttpResponse:
    """Set the opinion against the outcome."""
    try:
        comparing.compare(request.viewer, number, comparison_of(request.POST.dict()))  # type: ignore[attr-defined]
    except (BadInput, Conflict) as refusal:
        return _page(request, number, wrong="compare", refusal=refusal)
    return _done(request, number, comparing.COMPARE)


@never_cache
@require_POST
@signed_in
def offer_teaching(request: HttpRequest, number: int) -> HttpResponse:
    """Offer the case for teaching."""
    comparing.offer_teaching(request.viewer, number)  # type: ignore[attr-defined]
    return _done(request, number, comparing.TEACHING)


@never_cache
@require_POST
@signed_in
def mark_seen(request: HttpRequest, number: int) -> HttpResponse:
    """Say that what came home has been read."""
    store.mark_seen(request.viewer, number)  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"/referrals/{number}/#outcomes")


@never_cache
@require_POST
@signed_in
def send_images(request: HttpRequest, number: int) -> HttpResponse:
    """Have the images sent to the receiving hospital's node again."""
    try:
        store.send_images_again(request.viewer, number)  # type: ignore[attr-defined]
    except Conflict as refusal:
        return _page(request, number, wrong="images", refusal=refusal)
    return _done(request, number, store.IMAGES_ASKED)


@never_cache
@require_GET
@signed_in
def slip(request: HttpRequest, number: int) -> HttpResponse:
    """Print the parents' slip: Chinese unless asked otherwise, A4 or A5."""
    paper = request.GET.get("paper", PAPERS[0])
    language = request.GET.get("language", Language.ZH_HANS.value)
    if paper not in PAPERS or language not in {one.value for one in Language}:
        raise Http404
    data = slip_pdf(
        request.viewer,  # type: ignore[attr-defined]
        number,
        paper=paper,
        language=Language(language),
    )
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="slip-{number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _done(request: HttpRequest, number: int, event: str) -> HttpResponse:
    """Say what has been done and go back to the referral, or where it is no longer seen."""
    messages.success(request, _("Done: %(what)s.") % {"what": REFERRAL_EVENT_WORDS[event]})
    gone = event == ReferralMove.DECLINE.value
    return HttpResponseRedirect("/referrals/" if gone else f"/referrals/{number}/")


def _order_page(
    request: HttpRequest, case_id: int, order: Order, faults: dict[str, str]
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, case_id)
    context = {
        "place": "referrals",
        "view": view,
        "case": view.case,
        "order": order,
        "errors": {name: said(sentence) for name, sentence in faults.items()},
        "error_here": said(faults.get("", "")),
        "hospitals": hospitals_to_refer_to(case_id, viewer),
        "options": order_options(),
    }
    return render(request, "pages/referral_new.html", context, status=422 if faults else 200)


def _page(
    request: HttpRequest, number: int, *, wrong: str = "", refusal: TongyingError | None = None
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    one = show_referral(viewer, number)
    case = show(viewer, one.case_id)
    status = 200
    if refusal is not None:
        status = 409 if isinstance(refusal, Conflict) else 422
    context: dict[str, Any] = {
        "place": "referrals",
        "one": one,
        "view": case,
        "viewer_link": viewer_link(case),
        "pdf": _newest_pdf(case),
        "wrong": wrong,
        "error": refusal_sentence(refusal) if refusal else "",
        "given": request.POST if wrong else {},
        "kinds": RECORDED,
        "agreements": tuple(Agreement),
        "today": timezone.localdate(clock.now()).isoformat(),
        "papers": PAPERS,
    }
    return render(request, "pages/referral.html", context, status=status)


def _newest_pdf(case: Any) -> str:
    """Return the address of the newest opinion as a PDF, or nothing while it is being made."""
    for opinion in case.opinions[:1]:
        if any(document.kind == "pdf-zh" for document in opinion.documents):
            return f"/cases/{case.case.id}/opinions/{opinion.version}/pdf-zh/"
    return ""
