"""What happened to a study on its way through the steps; repeating, cancelling and asking runs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.consult.people import Viewer
from tongying.kernel.errors import Conflict
from tongying.web.ai.asking import ASKING_ROLES, ask, ask_again, cancel
from tongying.web.ai.events import events_of
from tongying.web.ai.ruling import cards_here
from tongying.web.ai.sight import run_of, runs_for
from tongying.web.ai.states import OPEN_RUNS
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.study_page import study_view


@never_cache
@require_safe
@signed_in
def page(request: HttpRequest, uid: str) -> HttpResponse:
    """Show the events of a study and its runs."""
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {"place": "studies", "row": study_view(viewer, uid).row}
    context |= events_context(viewer, uid)
    return render(request, "pages/ai_events.html", context)


@require_POST
@signed_in
def begin(request: HttpRequest, uid: str) -> HttpResponse:
    """Ask a model about a study."""
    viewer = request.viewer  # type: ignore[attr-defined]
    model = request.POST.get("model", "")
    back = HttpResponseRedirect(reverse("ai-events", args=[uid]))
    if not model:
        messages.error(request, _("Choose a model."))
        return back
    try:
        ask(viewer, uid, model)
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The model is asked; its result appears here."))
    return back


@require_POST
@signed_in
def again(request: HttpRequest, code: str) -> HttpResponse:
    """Repeat a run that has ended."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = run_of(viewer, code)
    try:
        ask_again(viewer, code)
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The run is repeated."))
    return HttpResponseRedirect(reverse("ai-events", args=[row.study.uid]))


@require_POST
@signed_in
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """End a run that waits or runs."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = run_of(viewer, code)
    try:
        cancel(viewer, code)
    except Conflict as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The run is cancelled."))
    return HttpResponseRedirect(reverse("ai-events", args=[row.study.uid]))


def events_context(viewer: Viewer, uid: str) -> dict[str, Any]:
    """Return what ``_ai_events.html`` shows: events, runs, and models that may be asked."""
    rows = runs_for(viewer).filter(study__uid=uid).select_related("model").order_by("pk")
    return {
        "ai_study_uid": uid,
        "ai_events": tuple(reversed(events_of(viewer, uid))),
        "ai_event_runs": [
            {
                "code": row.code,
                "model": f"{row.model.card_id} {row.model.version}",
                "step": row.step,
                "state": row.state,
                "trigger": row.trigger,
                "deadline": row.deadline,
                "open": row.state in OPEN_RUNS,
            }
            for row in rows
        ],
        "ai_may_ask": viewer.role in ASKING_ROLES,
        "ai_cards": tuple(cards_here().values()) if viewer.role in ASKING_ROLES else (),
    }
