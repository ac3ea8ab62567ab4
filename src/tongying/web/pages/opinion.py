"""Answering: the opinion saved while it is written, its documents, and what a version changed."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongying.consult.desk import Act, Opinion
from tongying.consult.document import Language
from tongying.consult.states import Move
from tongying.web.cases import store
from tongying.web.cases.documents import differences, open_document
from tongying.web.cases.showing import show
from tongying.web.cases.store import StaleRevision
from tongying.web.documents.labels import FIELD_LABELS
from tongying.web.pages.case_context import case_context
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.words import in_chinese


@never_cache
@require_POST
@signed_in
def save(request: HttpRequest, case_id: int) -> HttpResponse:
    """Keep the opinion as far as it is written; answers as `question.save` does."""
    viewer = request.viewer  # type: ignore[attr-defined]
    autosave = bool(request.headers.get("Tongying-Autosave"))
    values = {name: request.POST.get(name, "") for name in ("answer", "findings", "advice")}
    text = request.POST.get("revision", "")
    revision = int(text) if text.isdecimal() else None
    act = Act(Move.WRITE, opinion=Opinion(**values))
    try:
        store.act(viewer, case_id, act, revision=revision)
    except StaleRevision as refusal:
        view = show(viewer, case_id)
        draft = view.draft
        stored = {"answer": draft.answer, "findings": draft.findings, "advice": draft.advice}
        if autosave:
            body = {
                "code": refusal.error_code,
                "sentence": refusal_sentence(refusal),
                "revision": view.revision,
                "values": stored,
            }
            return JsonResponse(body, status=409)
        theirs = {name: old for name, old in stored.items() if old != values[name]}
        context = case_context(request, view, writing=values) | {"theirs": theirs}
        return render(request, "pages/case.html", context, status=409)
    if autosave:
        return JsonResponse(
            {
                "revision": show(viewer, case_id).revision,
                "saved_at": f"{timezone.localtime():%H:%M}",
                "errors": {},
                "missing": {},
            }
        )
    messages.success(request, _("The draft is saved."))
    return HttpResponseRedirect(f"/cases/{case_id}/#opinion")


@require_GET
@signed_in
def document(request: HttpRequest, case_id: int, version: int, kind: str) -> FileResponse:
    """Hand out a document of a signed opinion; a PDF opens in the browser, the rest is saved."""
    opened = open_document(request.viewer, case_id, version, kind)  # type: ignore[attr-defined]
    return FileResponse(
        opened.file,
        as_attachment="download" in request.GET or not kind.startswith("pdf-"),
        filename=opened.name,
        content_type=opened.media_type,
        headers={"Content-Length": str(opened.size), "Cache-Control": "private, no-store"},
    )


@never_cache
@require_GET
@signed_in
def difference(request: HttpRequest, case_id: int, version: int) -> HttpResponse:
    """Show, line by line, what a version changed against the one before."""
    changes = differences(request.viewer, case_id, version)  # type: ignore[attr-defined]
    language = Language.ZH_HANS if in_chinese() else Language.EN
    context = {
        "place": "worklist",
        "case_id": case_id,
        "version": version,
        "changes": [
            (
                FIELD_LABELS[change.field][language]
                if change.field in FIELD_LABELS
                else change.field,
                change.lines,
            )
            for change in changes
        ],
    }
    name = "pages/case_difference.html"
    if request.headers.get("HX-Request"):
        name += "#changes"
    return render(request, name, context)
