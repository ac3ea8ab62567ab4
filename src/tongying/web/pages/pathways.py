"""The pathways of the platform and of one's hospital: read, added, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongying.kernel.errors import BadInput, Conflict
from tongying.pathway.faults import Fault, PathwayRefused
from tongying.pathway.reading import read_pathway
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pathways import library

ENCODINGS = ("utf-8-sig", "gb18030")
"""In which texts come from county computers; the first that fits is taken."""


@require_safe
@signed_in
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """List what ships and what one's hospital added."""
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "place": "pathways",
        "lines": library.on_offer_for(viewer),
        "withdrawn": library.withdrawn_of(viewer),
        "unreadable": library.unreadable_of(viewer),
        "may_add": library.may_add(viewer),
    }
    return render(request, "pages/pathways.html", context)


@require_safe
@signed_in
@never_cache
def page(request: HttpRequest, digest: str) -> HttpResponse:
    """Show what a pathway says."""
    return render(request, "pages/pathway_read.html", _reading(request, digest))


@require_safe
@signed_in
@never_cache
def text(request: HttpRequest, digest: str) -> HttpResponse:
    """Hand out a pathway as it was written, to begin another with."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = library.pathway_by_digest(digest, library.on_offer_for(viewer))
    response = HttpResponse(found.text, content_type="application/yaml; charset=utf-8")
    name = f"{found.pathway.id}-{found.pathway.version}.yaml"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Take a new pathway, or say line by line why it cannot be followed."""
    viewer = request.viewer  # type: ignore[attr-defined]
    library.check_adding(viewer)
    if request.method != "POST":
        return _form(request, "", {})
    written, name = _sent(request)
    if written is None:
        return _form(request, "", {"error": _("The file is no text.")}, status=422)
    try:
        if request.POST.get("then") == "check":
            read_pathway(written, name=name)
            return _form(request, written, {"fine": True})
        added = library.add(viewer, written, name=name)
    except PathwayRefused as refusal:
        faults = [(one, _line(written, one)) for one in refusal.faults]
        return _form(request, written, {"faults": faults}, status=422)
    except (BadInput, Conflict) as refusal:
        status = 409 if isinstance(refusal, Conflict) else 422
        return _form(request, written, {"error": refusal_sentence(refusal)}, status=status)
    messages.success(request, _("The pathway is added; new cases may follow it."))
    return HttpResponseRedirect(reverse("pathway-read", args=[added.digest]))


@require_POST
@signed_in
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw a pathway of one's hospital with a reason."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        library.withdraw(viewer, number, request.POST.get("reason", ""))
    except BadInput as refusal:
        digest = request.POST.get("digest", "")
        context = _reading(request, digest) | {"error": refusal_sentence(refusal)}
        return render(request, "pages/pathway_read.html", context, status=422)
    messages.success(request, _("The pathway is withdrawn; cases that follow it go on with it."))
    return HttpResponseRedirect(reverse("pathways"))


def _reading(request: HttpRequest, digest: str) -> dict[str, Any]:
    viewer = request.viewer  # type: ignore[attr-defined]
    found = library.pathway_by_digest(digest, library.on_offer_for(viewer))
    return {
        "place": "pathways",
        "one": found,
        "pathway": found.pathway,
        "may_withdraw": found.number is not None and library.may_add(viewer),
    }


def _form(
    request: HttpRequest, written: str, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {"place": "pathways", "written": written} | more
    return render(request, "pages/pathway_new.html", context, status=status)


def _sent(request: HttpRequest) -> tuple[str | None, str]:
    """Return the text that was sent and its name; None where a file is no text."""
    sent = request.FILES.get("file")
    if sent is None:
        return request.POST.get("text", "").replace("\r\n", "\n"), "pathway"
    data = sent.read(library.MOST_BYTES + 1)
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding).replace("\r\n", "\n"), (sent.name or "pathway")[:80]
        except UnicodeDecodeError:
            continue
    return None, ""


def _line(written: str, fault: Fault) -> str:
    """Return the line of a text that a fault is about."""
    lines = written.splitlines()
    return lines[fault.line - 1] if 0 < fault.line <= len(lines) else ""
