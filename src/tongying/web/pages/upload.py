"""Bringing images in through the browser."""

from __future__ import annotations

import json

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.consult.people import Role
from tongying.web.pages.signed_in import signed_in
from tongying.web.uploads import store
from tongying.web.uploads.intake import take_in_form, take_in_waiting
from tongying.web.uploads.names import (
    NOTE_ENDINGS,
    PICTURE_ENDINGS,
    PROGRAM_ENDINGS,
    SIDE_FILES,
)
from tongying.web.uploads.summary import outcomes_of, recent_uploads, upload_summary

_PASSED_OVER = json.dumps(
    {
        "endings": sorted(PROGRAM_ENDINGS | NOTE_ENDINGS | PICTURE_ENDINGS),
        "names": sorted(SIDE_FILES),
    }
)
"""Names that the browser sends without their bytes unless they are DICOM inside."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def upload(request: HttpRequest) -> HttpResponse:
    """Show where to drop images; a form without JavaScript sends them here."""
    viewer = request.viewer  # type: ignore[attr-defined]
    store.check_upload(viewer)
    error = ""
    if request.method == "POST":
        files = request.FILES.getlist("files")
        if files:
            code = store.begin(viewer)
            for given in files:
                take_in_form(viewer, code, given)
            return HttpResponseRedirect(reverse("upload-page", args=[code]))
        error = _("Choose files or a zip first.")
    context = _context(request) | {"recent": recent_uploads(viewer), "error": error}
    return render(request, "pages/upload.html", context, status=422 if error else 200)


@require_POST
@signed_in
def new_upload(request: HttpRequest) -> HttpResponse:
    """Begin an upload and tell its code and addresses."""
    code = store.begin(request.viewer)  # type: ignore[attr-defined]
    return JsonResponse(
        {
            "code": code,
            "page": reverse("upload-page", args=[code]),
            "summary": reverse("upload-summary", args=[code]),
        },
        status=201,
    )


@require_safe
@signed_in
def upload_page(request: HttpRequest, code: str) -> HttpResponse:
    """Show an upload: what arrived, what needs a look, and how to go on."""
    viewer = request.viewer  # type: ignore[attr-defined]
    summary = upload_summary(viewer, code)
    return render(request, "pages/upload.html", _context(request) | {"summary": summary})


@require_safe
@signed_in
def upload_state(request: HttpRequest, code: str) -> HttpResponse:
    """Tell how far each file of an upload has come, for taking it up again."""
    viewer = request.viewer  # type: ignore[attr-defined]
    states = store.files_of(viewer, code)
    take_in_waiting(one.code for one in states if one.complete and not one.finished)
    files = [
        {
            "name": one.name,
            "length": one.length,
            "modified": one.modified,
            "done": one.complete,
            "url": reverse("tus-file", args=[one.code]),
        }
        for one in states
    ]
    response = JsonResponse({"code": code, "files": files})
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@signed_in
def summary_fragment(request: HttpRequest, code: str) -> HttpResponse:
    """Show an upload's outcome so far, as a fragment."""
    summary = upload_summary(request.viewer, code)  # type: ignore[attr-defined]
    response = render(
        request, "pages/upload.html#summary", _context(request) | {"summary": summary}
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@signed_in
@vary_on_headers("HX-Request")
def upload_files(request: HttpRequest, code: str) -> HttpResponse:
    """List what became of every file, a window at a time."""
    after = request.GET.get("after", "")
    number = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
    outcomes, more = outcomes_of(request.viewer, code, after=number)  # type: ignore[attr-defined]
    context = {"place": "upload", "code": code, "outcomes": outcomes, "more": more}
    name = "pages/upload_files.html"
    if request.headers.get("HX-Request"):
        name += "#rows"
    return render(request, name, context)


def _context(request: HttpRequest) -> dict[str, object]:
    viewer = request.viewer  # type: ignore[attr-defined]
    return {
        "place": "upload",
        "passed_over": _PASSED_OVER,
        "may_ask": viewer.role is Role.REQUESTER,
    }
