"""Frozen sets, evaluations on them, and the failure library."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.kernel.errors import BadInput, Conflict
from tongying.web.evidence import evaluations, incidents, registry
from tongying.web.evidence.kinds import kinds_of_all
from tongying.web.evidence.vendors import page_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def sets(request: HttpRequest) -> HttpResponse:
    """List the frozen sets, and freeze a new one."""
    viewer = request.viewer  # type: ignore[attr-defined]
    error = ""
    if request.method == "POST":
        try:
            name, kind = request.POST.get("name", ""), request.POST.get("kind", "")
            code = evaluations.freeze(viewer, name, kind)
        except BadInput as refusal:
            error = refusal_sentence(refusal)
        else:
            messages.success(request, _("The set is frozen; it never changes."))
            return HttpResponseRedirect(reverse("evidence-set", args=[code]))
    context = {
        "place": "ai",
        "sets": evaluations.sets(viewer),
        "kinds": kinds_of_all(),
        "may_evaluate": evaluations.may_evaluate(viewer),
        "error": error,
        "given": request.POST if error else {},
    }
    return render(request, "pages/evidence_sets.html", context, status=422 if error else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def one_set(request: HttpRequest, code: str) -> HttpResponse:
    """Show a frozen set with its evaluations, and evaluate a model on it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    error, status = "", 200
    if request.method == "POST":
        try:
            model, against = request.POST.get("model", ""), request.POST.get("against", "")
            made = evaluations.evaluate_on(viewer, code, model, against)
        except (BadInput, Conflict) as refusal:
            error = refusal_sentence(refusal)
            status = 409 if isinstance(refusal, Conflict) else 422
        else:
            return HttpResponseRedirect(reverse("evidence-evaluation", args=[made]))
    frozen, found = evaluations.set_of(viewer, code)
    context = {
        "place": "ai",
        "one": frozen,
        "evaluations": found,
        "models": registry.versions(),
        "may_evaluate": evaluations.may_evaluate(viewer),
        "words": kinds_of_all().get(frozen.kind),
        "error": error,
        "given": request.POST if error else {},
    }
    return render(request, "pages/evidence_set.html", context, status=status)


@require_safe
@signed_in
@never_cache
def evaluation(request: HttpRequest, code: str) -> HttpResponse:
    """Show an evaluation: overall, by group, and against another model."""
    viewer = request.viewer  # type: ignore[attr-defined]
    one = evaluations.evaluation_of(viewer, code)
    context = {"place": "ai", "one": one, "words": kinds_of_all().get(one.kind)}
    return render(request, "pages/evidence_evaluation.html", context)


@require_safe
@signed_in
@never_cache
def failures(request: HttpRequest) -> HttpResponse:
    """Show the failure library."""
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "place": "ai",
        "lines": incidents.library(viewer),
        "may_offer": viewer.role in incidents.CLOSING_ROLES,
    }
    return render(request, "pages/evidence_failures.html", context)


@require_POST
@signed_in
def offer(request: HttpRequest, code: str) -> HttpResponse:
    """Say whether teaching may use a failure."""
    viewer = request.viewer  # type: ignore[attr-defined]
    incidents.offer_for_teaching(viewer, code, teachable=request.POST.get("teachable") == "1")
    return HttpResponseRedirect(reverse("evidence-failures"))


@require_safe
@signed_in
@never_cache
def vendor(request: HttpRequest) -> HttpResponse:
    """Show a vendor the figures of its own models."""
    page = page_of(request.viewer)  # type: ignore[attr-defined]
    return render(request, "pages/vendor.html", {"place": "vendor", "page": page})
