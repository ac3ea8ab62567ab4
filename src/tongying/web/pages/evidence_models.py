"""The registry of models, and the page of one: its card, where it stands, what stands behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.ai.card.definition import Step
from tongying.kernel.errors import BadInput, Conflict
from tongying.web.ai.standing import follows, may_move, move, stop
from tongying.web.ai.states import Standing
from tongying.web.evidence import drift, evaluations, incidents, registry
from tongying.web.evidence.figures import evidence_for, reading_effect
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

SERIOUS = "A serious incident was reported: {code}."
"""Kept as the reason of the stop."""


@require_safe
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """List the models by step of the examination."""
    viewer = request.viewer  # type: ignore[attr-defined]
    lines = registry.listed(viewer)
    context = {
        "place": "ai",
        "groups": [
            (step, [one for one in lines if one.card and one.card.step is step]) for step in Step
        ],
        "unreadable": [one for one in lines if one.card is None],
        "failures": incidents.library(viewer),
        "sets": evaluations.sets(viewer),
        "may_evaluate": evaluations.may_evaluate(viewer),
    }
    return render(request, "pages/ai_models.html", context)


@require_safe
@signed_in
@never_cache
def page(request: HttpRequest, card_id: str) -> HttpResponse:
    """Show a model."""
    return render(request, "pages/ai_model.html", _context(request, card_id))


@require_POST
@signed_in
def change(request: HttpRequest, card_id: str) -> HttpResponse:
    """Move a model to another standing at one's hospital."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = _row(request, card_id)

    def act() -> str:
        to, reason = request.POST.get("to", ""), request.POST.get("reason", "")
        move(viewer, row, to, reason, evidence_for)
        return _("The model's standing is changed; approver and reason are kept.")

    return _done(request, card_id, act)


@require_POST
@signed_in
def incident(request: HttpRequest, card_id: str) -> HttpResponse:
    """Report an incident with a model."""
    viewer = request.viewer  # type: ignore[attr-defined]
    row = _row(request, card_id)

    def act() -> str:
        severity, what = request.POST.get("severity", ""), request.POST.get("what", "")
        code = incidents.report(viewer, row, severity, what)
        if severity == incidents.Severity.SERIOUS.value:
            stop(row, viewer.hospital, SERIOUS.format(code=code), viewer)
        return _("The incident is reported.")

    return _done(request, card_id, act)


@require_POST
@signed_in
def close_incident(request: HttpRequest, card_id: str, code: str) -> HttpResponse:
    """Close an incident."""
    viewer = request.viewer  # type: ignore[attr-defined]

    def act() -> str:
        incidents.close(viewer, code, request.POST.get("outcome", ""))
        return _("The incident is closed.")

    return _done(request, card_id, act)


@require_POST
@signed_in
def answer_alarm(request: HttpRequest, card_id: str, number: int) -> HttpResponse:
    """Answer an alarm of a monitor."""
    viewer = request.viewer  # type: ignore[attr-defined]

    def act() -> str:
        drift.answer_alarm(viewer, number, request.POST.get("answer", ""))
        return _("The alarm is answered.")

    return _done(request, card_id, act)


def _done(request: HttpRequest, card_id: str, act: Callable[[], str]) -> HttpResponse:
    try:
        said = act()
    except (BadInput, Conflict) as refusal:
        context = _context(request, card_id) | {
            "error": refusal_sentence(refusal),
            "given": request.POST,
        }
        status = 409 if isinstance(refusal, Conflict) else 422
        return render(request, "pages/ai_model.html", context, status=status)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("ai-model", args=[card_id]))


def _row(request: HttpRequest, card_id: str) -> Any:
    one = registry.model_of(request.viewer, card_id)  # type: ignore[attr-defined]
    if one.row is None:
        raise registry.ModelUnknown("There is no such model here.")
    return one.row


def _context(request: HttpRequest, card_id: str) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    one = registry.model_of(viewer, card_id)
    row = one.row
    return {
        "place": "ai",
        "one": one,
        "card": one.card,
        "moves": registry.moves_of(row, viewer.hospital) if row else (),
        "evidence": evidence_for(row, viewer.hospital) if row else None,
        "effect": reading_effect(row, viewer.hospital) if row else None,
        "onward": follows(Standing(one.standing)) if row and may_move(viewer) else (),
        "incidents": incidents.incidents_of(viewer, row) if row else (),
        "alarms": drift.alarms_of(viewer, row) if row else (),
        "watching": drift.watching_of(row, viewer.hospital) if row else None,
        "evaluations": evaluations.evaluations_of_model(viewer, row) if row else (),
        "severities": list(incidents.Severity),
        "may_close": viewer.role in incidents.CLOSING_ROLES,
    }
