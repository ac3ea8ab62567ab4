"""The need board: needs of the alliance, and the thread of each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.ai.card.definition import Step
from tongying.kernel.errors import BadInput, Conflict
from tongying.web.evidence import needs
from tongying.web.evidence.choices import installed_models, sets_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in

DRAFT = ("title", "why", "step", "disease")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """Show the board, and take a new need."""
    viewer = request.viewer  # type: ignore[attr-defined]
    given: dict[str, str] = {}
    error = ""
    if request.method == "POST":
        given = {name: request.POST.get(name, "") for name in DRAFT}
        try:
            code = needs.raise_need(viewer, needs.NeedDraft(**given))
        except BadInput as refusal:
            error = refusal_sentence(refusal)
        else:
            messages.success(request, _("The need is on the board."))
            return HttpResponseRedirect(reverse("need", args=[code]))
    listed = needs.board(viewer)
    context = {
        "place": "needs",
        "columns": [
            (stage, [one for one in listed if one.stage is stage])
            for stage in needs.Stage
            if stage is not needs.Stage.DECLINED
        ],
        "declined": [one for one in listed if one.stage is needs.Stage.DECLINED],
        "any": bool(listed),
        "steps": list(Step),
        "given": given,
        "error": error,
    }
    return render(request, "pages/needs.html", context, status=422 if error else 200)


@require_safe
@signed_in
@never_cache
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a need and its thread."""
    return render(request, "pages/need.html", _context(request, code))


@require_POST
@signed_in
def move(request: HttpRequest, code: str) -> HttpResponse:
    """Take a need one step on."""
    viewer = request.viewer  # type: ignore[attr-defined]
    stage = request.POST.get("stage", "")
    link = request.POST.get(f"link-{stage}", "")
    try:
        needs.move(viewer, code, needs.Move(stage, request.POST.get("words", ""), link))
    except (BadInput, Conflict) as refusal:
        context = _context(request, code) | {
            "error": refusal_sentence(refusal),
            "given": request.POST,
        }
        status = 409 if isinstance(refusal, Conflict) else 422
        return render(request, "pages/need.html", context, status=status)
    messages.success(request, _("Noted on the need's thread."))
    return HttpResponseRedirect(reverse("need", args=[code]))


@require_POST
@signed_in
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """Say that one has the same need, or no longer."""
    needs.vote(request.viewer, code)  # type: ignore[attr-defined]
    back = request.POST.get("back", "")
    where = reverse("need", args=[code]) if back == "need" else reverse("needs")
    return HttpResponseRedirect(where)


def _context(request: HttpRequest, code: str) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    return {
        "place": "needs",
        "need": needs.need_of(viewer, code),
        "sets": sets_of(viewer),
        "models": installed_models(),
    }
