"""The case page, the moves made on it, and the images it points at."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongying.consult.desk import (
    Act,
    AnswerMissing,
    AssigneeMissing,
    OfferEmpty,
    Opinion,
    OverrideReasonMissing,
    ReasonMissing,
)
from tongying.consult.disagreement import Disagreement
from tongying.consult.draft_mark import DraftUnconfirmed
from tongying.consult.specialty import Specialty
from tongying.consult.states import RULES, Move
from tongying.kernel.errors import TongyingError
from tongying.kernel.ids import UserId
from tongying.web.cases import store
from tongying.web.cases.showing import show
from tongying.web.cases.shown import CaseView
from tongying.web.cases.store import KeyImagePick, StaleRevision
from tongying.web.desk.plan import CHOOSING
from tongying.web.pages.case_context import case_context
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.words import DISAGREEMENT_WORDS, EVENT_WORDS
from tongying.web.pathways.freezing import AnswerNotWhole

OPINION_MOVES: Final = frozenset({Move.SIGN, Move.AMEND})
CONFIRMED: Final = OPINION_MOVES | {Move.DISCARD}
"""Moves that are asked for once more before they are made."""

PARTS: Final = frozenset({"documents"})
"""Parts of the page that htmx may ask for alone."""


@never_cache
@require_GET
@signed_in
def page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a case, or the part of it that htmx asks for."""
    view = show(request.viewer, case_id)  # type: ignore[attr-defined]
    part = request.GET.get("part", "")
    name = "pages/case.html"
    if part in PARTS:
        name = f"pages/case_{part}.html"
    return render(request, name, case_context(request, view))


@never_cache
@require_POST
@signed_in
def move(request: HttpRequest, case_id: int, move: str) -> HttpResponse:
    """Make a move; ask for the reason or the confirmation where it is still missing."""
    if move not in {one.value for one in Move} - {Move.EDIT.value, Move.WRITE.value}:
        raise Http404
    act = _act(request, Move(move))
    posted = request.POST
    needs_words = RULES[act.move].needs_reason and not act.reason
    if needs_words or (act.move in CONFIRMED and "confirm" not in posted):
        asked_before = "reason" in posted and "confirm" in posted
        return _ask(
            request, case_id, act, _("Give a reason in a few words.") if asked_before else ""
        )
    try:
        store.act(
            request.viewer,  # type: ignore[attr-defined]
            case_id,
            act,
            revision=_revision(request),
        )
    except (
        StaleRevision,
        ReasonMissing,
        AnswerMissing,
        AssigneeMissing,
        OfferEmpty,
        OverrideReasonMissing,
        AnswerNotWhole,
        DraftUnconfirmed,
    ) as refusal:
        return _ask(request, case_id, act, refusal_sentence(refusal), refusal=refusal)
    done = EVENT_WORDS.get(act.move)
    if done is not None:
        messages.success(request, _("Done: %(what)s.") % {"what": done})
    return HttpResponseRedirect("/" if act.move is Move.DISCARD else f"/cases/{case_id}/")


@require_POST
@signed_in
def add_key_image(request: HttpRequest, case_id: int) -> HttpResponse:
    """Point at an image of the case."""
    posted = request.POST
    frame = posted.get("frame", "1")
    pick = KeyImagePick(
        study_uid=posted.get("study", ""),
        series_uid=posted.get("series", ""),
        sop_uid=posted.get("sop", ""),
        frame=int(frame) if frame.isdecimal() and len(frame) < 7 else 1,
        caption=posted.get("caption", "").strip(),
    )
    store.add_key_image(request.viewer, case_id, pick)  # type: ignore[attr-defined]
    return _key_images(request, case_id)


@require_POST
@signed_in
def change_key_image(request: HttpRequest, case_id: int, image_id: int) -> HttpResponse:
    """Change the caption of an image the case points at, or drop the image."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if "drop" in request.POST:
        store.drop_key_image(viewer, case_id, image_id)
    else:
        store.set_caption(viewer, case_id, image_id, request.POST.get("caption", ""))
    return _key_images(request, case_id)


def _key_images(request: HttpRequest, case_id: int) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(f"/cases/{case_id}/#key-images")
    view = show(request.viewer, case_id)  # type: ignore[attr-defined]
    return render(request, "pages/case_key_images.html", case_context(request, view))


def _act(request: HttpRequest, move: Move) -> Act:
    posted = request.POST
    act = Act(move, reason=posted.get("reason", "").strip())
    assignee = posted.get("assignee", "")
    if move is Move.ASSIGN and assignee.isdecimal():
        act = replace(act, assignee=UserId(int(assignee)))
    if move is Move.OFFER:
        ticked = (one for one in posted.getlist("offer") if one.isdecimal())
        act = replace(act, offered=frozenset(UserId(int(one)) for one in ticked))
    if move is Move.COMPLETE and posted.get("specialty", "") in set(Specialty):
        act = replace(act, specialty=Specialty(posted["specialty"]))
    if move in OPINION_MOVES and posted.get("against_local", "") in set(Disagreement):
        act = replace(act, against_local=Disagreement(posted["against_local"]))
    if move in OPINION_MOVES:
        texts = (posted.get(name, "").strip() for name in ("answer", "findings", "advice"))
        act = replace(act, opinion=Opinion(*texts))
    return act


def _revision(request: HttpRequest) -> int | None:
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() else None


def _ask(
    request: HttpRequest,
    case_id: int,
    act: Act,
    error: str,
    *,
    refusal: TongyingError | None = None,
) -> HttpResponse:
    """Show what is about to be done, with the words typed so far, and ask for the rest."""
    view = show(request.viewer, case_id)  # type: ignore[attr-defined]
    if refusal is None and act.opinion is not None and not act.opinion.answer:
        error = _("Answer the question before you sign.")
    stale = isinstance(refusal, StaleRevision)
    context = case_context(request, view)
    context |= {
        "move": act.move,
        "act": act,
        "needs_reason": RULES[act.move].needs_reason or isinstance(refusal, OverrideReasonMissing),
        "error": error,
        "disagreements": DISAGREEMENT_WORDS.items(),
        "stale": stale,
        "theirs": _theirs(view, act) if stale else [],
        "can_go_on": act.move in view.moves
        and (act.move not in CHOOSING or act.assignee is not None),
    }
    name = "pages/case_move.html"
    if request.headers.get("HX-Request"):
        name += "#ask"
    return render(request, name, context, status=(409 if stale else 422) if error else 200)


def _theirs(view: CaseView, act: Act) -> list[tuple[str, str]]:
    """Return the stored texts that differ from what is about to be signed."""
    if act.opinion is None:
        return []
    stored = view.draft
    pairs = (
        ("answer", stored.answer, act.opinion.answer),
        ("findings", stored.findings, act.opinion.findings),
        ("advice", stored.advice, act.opinion.advice),
    )
    return [(name, old) for name, old, new in pairs if old != new]
