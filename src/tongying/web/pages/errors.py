"""Refusals as pages: one sentence, what to do next, and nothing about what may not be seen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tongying.kernel.errors import TongyingError
from tongying.web.pages.archive_words import told


def refusal_page(request: HttpRequest, error: TongyingError, status: int) -> HttpResponse:
    """Return a refusal as a page, or as a fragment where htmx asked.

    Parameters
    ----------
    request : HttpRequest
    error : TongyingError
    status : int
        The HTTP status that the kind of error maps to.
    """
    return _page(request, status, sentence=told(error), code=error.error_code)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose protection token is missing or old."""
    sentence = _("This page was open for too long. Go back, reload it and send again.")
    return _page(request, 403, sentence=sentence, code="request.csrf")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return _page(request, 404, sentence=_("There is no such page."), code="page.not-found")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer when something broke on our side."""
    sentence = _("Something broke on our side. What you saved is safe; try again in a moment.")
    return _page(request, 500, sentence=sentence, code="server.error")


def _page(request: HttpRequest, status: int, *, sentence: str, code: str) -> HttpResponse:
    name = "pages/error.html"
    if request.headers.get("HX-Request"):
        name += "#refusal"
    context = {
        "status": status,
        "title": _title(status),
        "sentence": sentence,
        "code": code,
    }
    return render(request, name, context, status=status)


def _title(status: int) -> str:
    if status == 404:
        return _("Not found")
    if status == 403:
        return _("Not allowed")
    if status == 409:
        return _("It has changed meanwhile")
    if status >= 500:
        return _("Not working right now")
    return _("This cannot be done")
