"""The joint panel on the case page: inviting, writing, concluding, answering, booking."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongying.consult.desk import Act, ReasonMissing, TimeMissing
from tongying.consult.panel_moves import (
    ConclusionChanged,
    HasRead,
    InvitationIncomplete,
    PanelAct,
    PanelNotReady,
    PanelWordsMissing,
    SeatTaken,
    VerdictGiven,
)
from tongying.consult.panel_rules import PANEL_RULES, PanelMove
from tongying.consult.specialty import Specialty
from tongying.consult.states import Move
from tongying.kernel.errors import TongyingError
from tongying.kernel.ids import UserId
from tongying.web.cases import store as cases
from tongying.web.cases.showing import show
from tongying.web.cases.store import StaleRevision
from tongying.web.pages.case_context import case_context
from tongying.web.pages.panel_context import free_specialties
from tongying.web.pages.panel_words import PANEL_MOVE_HELP, PANEL_MOVE_WORDS, missing_words
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.panels import store
from tongying.web.panels.invitees import InviteeRefused
from tongying.web.panels.store import StalePanel

POSTED: Final = frozenset(PanelMove) - {PanelMove.WRITE, PanelMove.CLOSE}
ASKED: Final = frozenset(
    {
        PanelMove.SIGN_OWN,
        PanelMove.DISSENT,
        *(move for move, rule in PANEL_RULES.items() if rule.needs_reason),
    }
)
"""Moves that are asked for once more, with the words they need."""
TEXTS: Final = frozenset({PanelMove.SIGN_OWN, PanelMove.PROPOSE, PanelMove.DISSENT})
TOLD = (
    StalePanel,
    ReasonMissing,
    PanelWordsMissing,
    PanelNotReady,
    ConclusionChanged,
    VerdictGiven,
    SeatTaken,
    HasRead,
    InvitationIncomplete,
    InviteeRefused,
)
"""Refusals after which the page comes back with what was typed."""


@never_cache
@require_GET
@signed_in
def find(request: HttpRequest, case_id: int) -> HttpResponse:
    """List who could be invited, for a specialty and some words."""
    viewer = request.viewer  # type: ignore[attr-defined]
    specialty = _specialty(request.GET.get("specialty", ""))
    text = request.GET.get("q", "").strip()[:80]
    found = store.find(viewer, case_id, specialty=specialty, text=text)
    context = {
        "place": "worklist",
        "case_id": case_id,
        "found": found,
        "specialty": specialty,
        "text": text,
        "free_specialties": free_specialties(store.show(viewer, case_id)),
    }
    name = "pages/panel_find.html"
    if request.headers.get("HX-Request"):
        name += "#found"
    response = render(request, name, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@never_cache
@require_POST
@signed_in
def save(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep one's own opinion as far as it is written; a script gets JSON."""
    viewer = request.viewer  # type: ignore[attr-defined]
    autosave = bool(request.headers.get("Tongying-Autosave"))
    text = request.POST.get("text", "")
    act = PanelAct(PanelMove.WRITE, text=text)
    try:
        store.act(viewer, case_id, act, revision=_revision(request))
    except StalePanel as refusal:
        own = _own(request, case_id)
        if autosave:
            body = {
                "code": refusal.error_code,
                "sentence": refusal_sentence(refusal),
                "revision": own["revision"],
                "values": {"text": own["text"]},
            }
            return JsonResponse(body, status=409)
        return _again(request, case_id, refusal, panel_text=text, panel_theirs=own["text"])
    if autosave:
        return JsonResponse(
            {
                "revision": _own(request, case_id)["revision"],
                "saved_at": f"{timezone.localtime():%H:%M}",
                "errors": {},
                "missing": {},
            }
        )
    messages.success(request, _("The draft is saved."))
    return HttpResponseRedirect(f"/cases/{case_id}/#panel")


@never_cache
@require_POST
@signed_in
def move(request: HttpRequest, case_id: int, move: str) -> HttpResponse:
    """Make a move on the panel; ask for the words or the confirmation where still missing."""
    if move not in {one.value for one in POSTED}:
        raise Http404
    act = _act(request, PanelMove(move))
    if act.move in ASKED and "confirm" not in request.POST:
        return _ask(request, case_id, act)
    try:
        store.act(
            request.viewer,  # type: ignore[attr-defined]
            case_id,
            act,
            revision=_revision(request),
        )
    except TOLD as refusal:
        if act.move in ASKED:
            return _ask(request, case_id, act, refusal)
        if act.move is not PanelMove.PROPOSE:
            return _again(request, case_id, refusal)
        return _again(request, case_id, refusal, proposal=act.text, proposal_typed=True)
    messages.success(request, _("Done: %(what)s.") % {"what": PANEL_MOVE_WORDS[act.move]})
    return HttpResponseRedirect(f"/cases/{case_id}/#panel")


@never_cache
@require_POST
@signed_in
def book(request: HttpRequest, case_id: int) -> HttpResponse:
    """Set the time of a booked panel."""
    at = _moment(request.POST.get("booked_for", ""))
    try:
        cases.act(
            request.viewer,  # type: ignore[attr-defined]
            case_id,
            Act(Move.BOOK, booked_for=at),
            revision=_revision(request),
        )
    except (TimeMissing, StaleRevision) as refusal:
        return _again(request, case_id, refusal, booked_input=request.POST.get("booked_for", ""))
    messages.success(request, _("The time of the panel is set."))
    return HttpResponseRedirect(f"/cases/{case_id}/#panel")


def _act(request: HttpRequest, move: PanelMove) -> PanelAct:
    posted = request.POST
    member, version = posted.get("member", ""), posted.get("version", "")
    return PanelAct(
        move,
        specialty=_specialty(posted.get("specialty", "")),
        member=UserId(int(member)) if member.isdecimal() and len(member) < 16 else None,
        required="optional" not in posted,
        text=posted.get("text", "") if move in TEXTS else "",
        reason=posted.get("reason", ""),
        version=int(version) if version.isdecimal() and len(version) < 9 else None,
    )


def _specialty(text: str) -> Specialty | None:
    return Specialty(text) if text in set(Specialty) else None


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 16 else None


def _moment(text: str) -> datetime | None:
    """Read a browser's date and time field in the installation's time zone."""
    try:
        return timezone.make_aware(datetime.fromisoformat(text))
    except ValueError:
        return None


def _own(request: HttpRequest, case_id: int) -> dict[str, Any]:
    view = store.show(request.viewer, case_id)  # type: ignore[attr-defined]
    own = None if view is None else view.own
    return {
        "revision": 0 if own is None else own.revision,
        "text": "" if own is None else own.opinion,
    }


def _ask(
    request: HttpRequest, case_id: int, act: PanelAct, refusal: TongyingError | None = None
) -> HttpResponse:
    """Show what is about to be done, with the words typed so far, and ask for the rest."""
    view = show(request.viewer, case_id)  # type: ignore[attr-defined]
    error = "" if refusal is None else _told(refusal)
    if refusal is None and act.move is PanelMove.SIGN_OWN and not act.text.strip():
        error = _("Write your opinion before you sign.")
    stale = isinstance(refusal, StalePanel | ConclusionChanged | VerdictGiven)
    context = {
        "place": "worklist",
        "view": view,
        "case": view.case,
        "act": act,
        "revision": request.POST.get("revision", ""),
        "word": PANEL_MOVE_WORDS[act.move],
        "help": PANEL_MOVE_HELP.get(act.move, ""),
        "needs_reason": PANEL_RULES[act.move].needs_reason,
        "signs": act.move is PanelMove.SIGN_OWN,
        "dissents": act.move is PanelMove.DISSENT,
        "conclusion": _conclusion(request, case_id) if act.move is PanelMove.DISSENT else "",
        "error": error,
        "stale": stale,
        "can_go_on": not stale and (act.move is not PanelMove.SIGN_OWN or bool(act.text.strip())),
        "signs_as": getattr(request.user, "name", ""),
    }
    name = "pages/panel_move.html"
    if request.headers.get("HX-Request"):
        name += "#ask"
    return render(request, name, context, status=(409 if stale else 422) if error else 200)


def _conclusion(request: HttpRequest, case_id: int) -> str:
    view = store.show(request.viewer, case_id)  # type: ignore[attr-defined]
    return "" if view is None else view.conclusion


def _again(
    request: HttpRequest, case_id: int, refusal: TongyingError, **typed: str | bool
) -> HttpResponse:
    """Show the case again with what was typed and why it was not done."""
    context = case_context(request, show(request.viewer, case_id))  # type: ignore[attr-defined]
    context |= {"panel_error": _told(refusal)} | typed
    stale = isinstance(refusal, StalePanel | ConclusionChanged | StaleRevision)
    return render(request, "pages/case.html", context, status=409 if stale else 422)


def _told(refusal: TongyingError) -> str:
    if isinstance(refusal, PanelNotReady):
        return missing_words(refusal.missing)
    return refusal_sentence(refusal)
