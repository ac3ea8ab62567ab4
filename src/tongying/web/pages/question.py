"""Asking: a case begun from a study, its question saved while it is typed, and sent."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tongying.consult.desk import Act
from tongying.consult.states import Move, State
from tongying.web.cases import store
from tongying.web.cases.showing import show
from tongying.web.cases.shown import CaseView
from tongying.web.cases.store import StaleRevision
from tongying.web.measurements.doubting import doubts_of_case
from tongying.web.pages.case_context import case_context, lacking_of
from tongying.web.pages.doubt_form import answered_in, boxes, question_parts
from tongying.web.pages.pathway_context import pathway_card
from tongying.web.pages.question_form import Typed, typed, written
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.words import EVENT_WORDS

SENDS = {
    State.DRAFT: Move.SUBMIT,
    State.RETURNED: Move.RESUBMIT,
    State.WAITING: Move.SUPPLY,
}
"""What sending the question means in the states in which it can be edited."""


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def new(request: HttpRequest) -> HttpResponse:
    """Begin a question about a study: ``study`` is its Study Instance UID.

    A GET only shows the button, so that a link that somebody else made begins nothing.
    """
    study = (request.POST.get("study") or request.GET.get("study", "")).strip()
    if request.method == "GET":
        return render(request, "pages/case_new.html", {"place": "studies", "study": study})
    case_id = store.begin(request.viewer, study)  # type: ignore[attr-defined]
    return HttpResponseRedirect(f"/cases/{case_id}/")


@never_cache
@require_POST
@signed_in
def save(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep what is typed; with ``then=submit`` send it where nothing is missing or doubted.

    What contradicts the child's record is asked about beside its field until somebody says that
    it is right.

    A script that saves while the doctor types gets JSON: ``revision``, ``saved_at``, ``errors``
    and ``missing`` by field, ``lacking`` as HTML; 409 with the stored ``values`` where somebody
    else saved meanwhile.
    """
    viewer = request.viewer  # type: ignore[attr-defined]
    autosave = bool(request.headers.get("Tongying-Autosave"))
    view = show(viewer, case_id)
    form = typed(request.POST, view.case.question)
    revision = _number(request.POST.get("revision", ""))
    try:
        store.act(viewer, case_id, Act(Move.EDIT, question=form.question), revision=revision)
    except StaleRevision as refusal:
        newer = show(viewer, case_id)
        # Pressed while the script was still saving the very same: nothing is overwritten.
        if autosave or form.errors or form.question != newer.case.question:
            return _stale(request, newer, form, refusal, autosave=autosave)
    faults = form.errors | form.missing
    doubts = [
        one
        for one in doubts_of_case(viewer, case_id, answered_in(request.POST))
        if one.field not in form.errors
    ]
    if autosave:
        now = show(viewer, case_id)
        lacking = {"lacking": lacking_of(now), "edits": True}
        return JsonResponse(
            {
                "revision": now.revision,
                "saved_at": f"{timezone.localtime():%H:%M}",
                "errors": form.errors,
                "missing": form.missing,
                "lacking": render_to_string("pages/_lacking.html", lacking, request=request),
                "parts": {"pathway-box": _pathway(request, now)} | question_parts(request, doubts),
            }
        )
    if request.POST.get("then") == "submit" and not faults and not doubts:
        move = SENDS[view.case.state]
        store.act(viewer, case_id, Act(move))
        messages.success(request, _("Done: %(what)s.") % {"what": EVENT_WORDS[move]})
        return HttpResponseRedirect(f"/cases/{case_id}/")
    if form.errors or request.POST.get("then") == "submit":
        asked = boxes(doubts, request.POST)
        return _again(request, show(viewer, case_id), form, status=422, doubts=asked)
    messages.success(request, _("The draft is saved."))
    return HttpResponseRedirect(f"/cases/{case_id}/")


def _stale(
    request: HttpRequest, view: CaseView, form: Typed, refusal: StaleRevision, *, autosave: bool
) -> HttpResponse:
    stored = written(view.case.question)
    if autosave:
        body = {
            "code": refusal.error_code,
            "sentence": refusal_sentence(refusal),
            "revision": view.revision,
            "values": stored,
        }
        return JsonResponse(body, status=409)
    theirs = {name: text for name, text in stored.items() if text != form.values[name]}
    return _again(request, view, form, status=409, theirs=theirs)


def _again(
    request: HttpRequest, view: CaseView, form: Typed, *, status: int, **more: Any
) -> HttpResponse:
    context = case_context(request, view, form=form) | {"shows_faults": True} | more
    return render(request, "pages/case.html", context, status=status)


def _pathway(request: HttpRequest, view: CaseView) -> str:
    """Return the card of the pathway: what the question looks like now, or still misses."""
    context = {"case": view.case, "view": view, "edits": True}
    context |= pathway_card(request.viewer, view)  # type: ignore[attr-defined]
    return render_to_string("pages/_pathway.html", context, request=request)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
