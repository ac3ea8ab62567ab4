"""Fused pairs in the browser: choose two series, wait, look, judge, measure."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.imaging.registration.result import Method
from tongying.kernel.errors import BadInput, Conflict
from tongying.web.fusion import store
from tongying.web.fusion.rights import check_asking
from tongying.web.pages.fusion_context import AXES, fusion_context
from tongying.web.pages.fusion_sheets import table_text
from tongying.web.pages.fusion_words import METHOD_HELP, METHOD_WORDS
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import decimal

PARTS: Final = frozenset({"progress", "tables"})
"""Parts of the page that htmx asks for alone."""
SUGGESTED: Final = 3


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Show which series may be brought together; ask that two be."""
    viewer = request.viewer  # type: ignore[attr-defined]
    check_asking(viewer)
    given = request.POST if request.method == "POST" else request.GET
    case, study = _number(given.get("case", "")), given.get("study", "")
    method = given.get("method") or Method.AUTO.value
    chosen = given.get("fixed", ""), given.get("moving", "")
    error = ""
    if request.method == "POST":
        try:
            code = store.ask(viewer, *chosen, method, case)
        except BadInput as refusal:
            error = refusal_sentence(refusal)
        else:
            return HttpResponseRedirect(reverse("fusion", args=[code]))
    found = (
        store.candidates_of_case(viewer, case)
        if case is not None
        else store.candidates_of_study(viewer, study)
    )
    if not all(chosen) and found.pairs and not error:
        chosen = found.pairs[0].fixed.uid, found.pairs[0].moving.uid
    context = {
        "place": "studies" if case is None else "worklist",
        "case_id": case,
        "study": study,
        "found": found,
        "suggested": found.pairs[:SUGGESTED],
        "fixed": chosen[0],
        "moving": chosen[1],
        "method": method,
        "methods": [(one.value, METHOD_WORDS[one], METHOD_HELP[one]) for one in store.METHODS],
        "error": error,
    }
    return render(request, "pages/fusion_new.html", context, status=422 if error else 200)


@require_safe
@signed_in
@never_cache
@vary_on_headers("HX-Request")
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show a fusion: how far it is, or what came out; or the part that htmx asks for."""
    view = store.fusion_of(request.viewer, code)  # type: ignore[attr-defined]
    context = fusion_context(view)
    part = request.GET.get("part", "")
    if part in PARTS and request.headers.get("HX-Request"):
        if (part == "progress" and not context["waits"]) or (
            part == "tables" and not context["tables_wait"]
        ):
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(request, f"pages/_fusion_{part}.html", context)
    return render(request, "pages/fusion.html", context)


@require_POST
@signed_in
def cancel(request: HttpRequest, code: str) -> HttpResponse:
    """End a fusion that waits or runs."""
    store.cancel(request.viewer, code)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("fusion", args=[code]))


@require_POST
@signed_in
def judge(request: HttpRequest, code: str) -> HttpResponse:
    """Approve or reject a fusion."""
    viewer = request.viewer  # type: ignore[attr-defined]
    posted = request.POST
    try:
        store.judge(viewer, code, posted.get("judgement", ""), posted.get("reason", ""))
    except BadInput as refusal:
        view = store.fusion_of(viewer, code)
        context = fusion_context(view) | {
            "judge_error": refusal_sentence(refusal),
            "judge_reason": posted.get("reason", ""),
        }
        return render(request, "pages/fusion.html", context, status=422)
    messages.success(request, _("Your judgement is kept."))
    return HttpResponseRedirect(reverse("fusion", args=[code]) + "#judgement")


@require_POST
@signed_in
def ask_table(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for values on a fusion."""
    viewer = request.viewer  # type: ignore[attr-defined]
    wish = _wish(request)
    try:
        store.ask_table(viewer, code, wish)
    except (BadInput, Conflict) as refusal:
        view = store.fusion_of(viewer, code)
        field = refusal.field if isinstance(refusal, store.TableRefused) else ""
        sentence = refusal_sentence(refusal)
        context = fusion_context(view, typed=wish, error=sentence, error_field=field)
        return render(
            request,
            "pages/fusion.html",
            context | {"table_error": sentence},
            status=409 if isinstance(refusal, Conflict) else 422,
        )
    return HttpResponseRedirect(reverse("fusion", args=[code]) + "#tables")


@require_POST
@signed_in
def insert(request: HttpRequest, code: str, table: str) -> HttpResponse:
    """Add the text of a table to the opinion that the viewer writes."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = store.fusion_of(viewer, code)
    found = next((one for one in view.tables if one.code == table), None)
    text = "" if found is None else table_text(view, found)
    case = store.insert_into_opinion(viewer, code, table, text)
    messages.success(request, _("The text stands in the findings of your opinion."))
    return HttpResponseRedirect(reverse("case", args=[case]) + "#opinion")


@require_safe
@signed_in
def file(request: HttpRequest, code: str, name: str) -> FileResponse:
    """Hand out a picture, or the displacement to be saved."""
    opened = store.open_file(request.viewer, code, name)  # type: ignore[attr-defined]
    return FileResponse(
        opened.file,
        as_attachment=not opened.media_type.startswith("image/"),
        filename=f"fusion-{code[:8]}-{opened.name}",
        content_type=opened.media_type,
        headers={
            "Content-Length": str(opened.size),
            "Cache-Control": "private, max-age=3600",
            "ETag": f'"{opened.digest}"',
        },
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _wish(request: HttpRequest) -> store.TableWish:
    posted: Any = request.POST
    along = tuple(decimal(posted.get(f"fwhm_{axis}", "")) for axis in AXES)
    return store.TableWish(
        kind=posted.get("kind", ""),
        segment=posted.get("segment", ""),
        fwhm_mm=(along[0], along[1], along[2]),
        threshold_kind=posted.get("threshold_kind", ""),
        threshold=decimal(posted.get("threshold", "")),
        reference=posted.get("reference", ""),
    )
