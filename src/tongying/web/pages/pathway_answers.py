"""Answering a pathway: kept while it is typed, and written into the opinion."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tongying.pathway.definition import Language
from tongying.pathway.normals import normal_answers
from tongying.web.cases.showing import show
from tongying.web.cases.shown import CaseView
from tongying.web.measurements.store import measurements_of_case
from tongying.web.pages.pathway_cells import (
    PREFIX,
    form_values,
    language,
    posted_answers,
    wrong_said,
)
from tongying.web.pages.pathway_context import parts_of, pathway_page
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import whole
from tongying.web.pathways.answering import (
    AnswerTooLong,
    NoPathway,
    Part,
    StaleAnswer,
    kept,
    write,
)
from tongying.web.pathways.inserting import insert_answers
from tongying.web.pathways.standing import Standing, standing_of

PARTS_OF_PAGE = {
    "pathway-intake": "pages/_pathway_missing.html",
    "pathway-critical": "pages/_pathway_critical.html",
    "pathway-looks": "pages/_pathway_looks.html",
    "pathway-preview": "pages/_pathway_preview.html",
}
"""Element of the page -> template; sent anew with every save."""


@never_cache
@require_POST
@signed_in
def save(request: HttpRequest, case_id: int, part: str) -> HttpResponse:
    """Keep what is answered; with ``then=normal`` fill in what is normal and still open.

    A script that saves while the doctor types gets JSON: ``revision``, ``saved_at``, ``errors`` and
    ``missing`` by field, ``asked`` field by field, ``parts`` of the page as HTML; 409 with the
    stored ``values`` where somebody else saved meanwhile.
    """
    if part not in set(Part):
        raise Http404
    viewer = request.viewer  # type: ignore[attr-defined]
    autosave = bool(request.headers.get("Tongying-Autosave"))
    wanted = Part(part)
    standing = _standing(request, case_id)
    answers = posted_answers(standing.pathway, wanted, request.POST)
    revision = whole(request.POST.get("revision", "")) or 0
    try:
        saved = write(viewer, case_id, wanted, answers, revision=revision)
    except StaleAnswer as refusal:
        return _stale(request, case_id, wanted, answers, refusal, autosave=autosave)
    except AnswerTooLong as refusal:
        if autosave:
            return JsonResponse(
                {"code": refusal.error_code, "sentence": refusal_sentence(refusal)}, status=422
            )
        messages.error(request, refusal_sentence(refusal))
        return HttpResponseRedirect(reverse("case-pathway", args=[case_id]))
    if not autosave and request.POST.get("then") == "normal" and wanted is Part.REPORT:
        now = _standing(request, case_id)
        normal = normal_answers(now.pathway, now.told.answers, now.told.child, language())
        saved = write(viewer, case_id, wanted, {**saved.answers, **normal}, revision=saved.revision)
    if autosave:
        return JsonResponse(_state(request, case_id, saved.revision))
    messages.success(request, _("The answers are saved."))
    return HttpResponseRedirect(reverse("case-pathway", args=[case_id]) + f"#{part}")


@require_POST
@signed_in
def insert(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write the answers as sentences into the opinion that the viewer writes."""
    viewer = request.viewer  # type: ignore[attr-defined]
    wanted = request.POST.get("language", "")
    chosen = Language(wanted) if wanted in set(Language) else language()
    insert_answers(viewer, case_id, chosen)
    messages.success(request, _("The report stands in the findings of your opinion."))
    return HttpResponseRedirect(reverse("case", args=[case_id]) + "#opinion")


def _standing(request: HttpRequest, case_id: int) -> Standing:
    standing = standing_of(request.viewer, case_id)  # type: ignore[attr-defined]
    if standing is None:
        raise NoPathway("This case follows no pathway.")
    return standing


def _state(request: HttpRequest, case_id: int, revision: int) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    view, standing = show(viewer, case_id), _standing(request, case_id)
    shown = {one.code: one for one in measurements_of_case(viewer, case_id)}
    context = parts_of(viewer, view, standing, shown)
    blocks, questions = context["blocks"], context["question_lines"]
    lines = [*questions, *(line for block in blocks for line in block.lines)]
    cells = [(line, cell) for line in lines for cell in line.cells]
    return {
        "revision": revision,
        "saved_at": f"{timezone.localtime():%H:%M}",
        "errors": {f"{PREFIX}{one.key}": wrong_said(one) for one in standing.told.answers.faults},
        "missing": {f"{PREFIX}{one.key}": "" for one in standing.open},
        "asked": [cell.name for _line, cell in cells if cell.asked],
        "parts": {
            **{
                name: render_to_string(template, context, request=request)
                for name, template in PARTS_OF_PAGE.items()
            },
            **{
                f"c-{cell.name}": render_to_string(
                    "pages/_pathway_grade.html", {"cell": cell}, request=request
                )
                for line, cell in cells
                if line.field.kind == "grade"
            },
        },
    }


def _stale(
    request: HttpRequest,
    case_id: int,
    part: Part,
    answers: dict[str, Any],
    refusal: StaleAnswer,
    *,
    autosave: bool,
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    standing = _standing(request, case_id)
    stored = kept(viewer, case_id, part)
    theirs = form_values(standing.pathway, part, stored.answers)
    if autosave:
        body = {
            "code": refusal.error_code,
            "sentence": refusal_sentence(refusal),
            "revision": stored.revision,
            "values": theirs,
        }
        return JsonResponse(body, status=409)
    return _both(request, show(viewer, case_id), standing, part, answers)


def _both(
    request: HttpRequest, view: CaseView, standing: Standing, part: Part, mine: dict[str, Any]
) -> HttpResponse:
    """Show the stored answers in the form, and beside them those that were sent too late."""
    viewer = request.viewer  # type: ignore[attr-defined]
    stored = form_values(standing.pathway, part, kept(viewer, view.case.id, part).answers)
    typed = form_values(standing.pathway, part, mine)
    differing = [
        (name.removeprefix(PREFIX), text, stored[name])
        for name, text in typed.items()
        if text != stored[name]
    ]
    context = pathway_page(viewer, view, standing) | {"stale": differing}
    return render(request, "pages/pathway.html", context, status=409)
