"""The rules that decide which steps a study triggers: read, tried on a study, saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongying.ai.card.definition import ModelCard
from tongying.ai.rules.definition import Asked, Rules
from tongying.ai.rules.reading import RulesRefused, read_rules
from tongying.ai.rules.shipped import NO_RULES
from tongying.consult.case import Urgency
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.pathway.faults import Fault
from tongying.web.ai import rule_trial, ruling
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import whole

LONGEST_QUESTION: Final = 4000


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Show the rules of one's hospital, try them on a study, save a new version.

    ``then=check`` only reads the text, ``then=try`` tries it on a study, ``then=save`` saves it.
    """
    viewer = request.viewer  # type: ignore[attr-defined]
    ruling.check_seeing(viewer)
    held = ruling.rules_for(viewer.hospital)
    if request.method != "POST":
        start = _start(request, held)
        return _shown(request, held, {"written": start, "study": request.GET.get("study", "")})
    written = request.POST.get("text", "").replace("\r\n", "\n")
    context: dict[str, Any] = {"written": written, "study": request.POST.get("study", "")}
    context["words"] = request.POST.get("words", "")[:LONGEST_QUESTION]
    context["urgency"] = request.POST.get("urgency", "")
    then = request.POST.get("then", "")
    if then == "save":
        ruling.check_saving(viewer)
    try:
        # trying shows which models are not here; a text that is to hold may not name one
        rules = _read(written, ruling.cards_here() if then != "try" else None)
        match then:
            case "save":
                after = whole(request.POST.get("version", ""))
                ruling.save(viewer, written, after=-1 if after is None else after)
                messages.success(request, _("The rules are saved; studies that come follow them."))
                return HttpResponseRedirect(reverse("ai-rules"))
            case "try":
                context["trial"] = _tried(request, rules, context)
            case _:
                context["fine"] = True
    except RulesRefused as refusal:
        context["faults"] = [(one, _line(written, one)) for one in refusal.faults]
        return _shown(request, held, context, status=422)
    except (BadInput, Conflict, NotFound) as refusal:
        context["error"] = refusal_sentence(refusal)
        status = {Conflict: 409, NotFound: 404}
        found = next((code for kind, code in status.items() if isinstance(refusal, kind)), 422)
        return _shown(request, held, context, status=found)
    return _shown(request, held, context)


def _read(written: str, cards: Mapping[str, ModelCard] | None) -> Rules:
    if not written.strip():
        return NO_RULES
    return read_rules(written, name="rules", cards=cards)


def _tried(request: HttpRequest, rules: Rules, context: dict[str, Any]) -> rule_trial.Trial:
    viewer = request.viewer  # type: ignore[attr-defined]
    sent = request.FILES.getlist("files")
    if not sent:
        return rule_trial.try_study(viewer, rules, context["study"])
    urgency = context["urgency"]
    asked = Asked(
        hospital=viewer.hospital,
        words=context["words"],
        urgency=Urgency(urgency) if urgency in set(Urgency) else None,
        has_prior=request.POST.get("prior") == "yes",
    )
    return rule_trial.try_headers(viewer, rules, [(one.name or "", one) for one in sent], asked)


def _start(request: HttpRequest, held: ruling.RulesHeld) -> str:
    """Return the text to begin with: that of the version asked for, or the one that holds."""
    wanted = whole(request.GET.get("version", ""))
    viewer = request.viewer  # type: ignore[attr-defined]
    if wanted == ruling.SHIPPED:
        return ruling.shipped_text()
    versions = ruling.saved_versions(viewer) if wanted is not None else ()
    return next((one.text for one in versions if one.version == wanted), held.text)


def _shown(
    request: HttpRequest, held: ruling.RulesHeld, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "place": "ai",
        "held": held,
        "versions": ruling.saved_versions(viewer),
        "may_save": ruling.may_save(viewer),
        "studies": rule_trial.studies_offered(viewer),
        "urgencies": tuple(Urgency),
    } | more
    return render(request, "pages/ai_rules.html", context, status=status)


def _line(written: str, fault: Fault) -> str:
    """Return the line of a text that a fault is about."""
    lines = written.splitlines()
    return lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
