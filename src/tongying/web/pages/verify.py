"""Checking a printed opinion: open to anybody who holds its code, and without patient data."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongying.web.cases.documents import verify as verified

PER_MINUTE: Final = 60
"""Questions that one address may ask in a minute; a code has 130 random bits, so this only
keeps the door calm."""


@require_safe
def verify_entry(request: HttpRequest) -> HttpResponse:
    """Ask for a code that somebody reads from paper."""
    code = "".join(request.GET.get("code", "").split()).upper()
    if code.isalnum() and code.isascii():
        return HttpResponseRedirect(reverse("verify", args=[code[:40]]))
    return render(request, "pages/verify.html", {"code": ""})


@require_safe
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a code stands for."""
    if _too_often(request):
        context = {"code": code, "problem": _("Too many questions at once; wait a minute.")}
        return render(request, "pages/verify.html", context, status=429)
    document = verified(code)
    if document is None:
        problem = _("There is no document with this code. Compare it with the paper, sign by sign.")
        return render(request, "pages/verify.html", {"code": code, "problem": problem}, status=404)
    context = {
        "code": code,
        "document": document,
        "newest": document.version == document.latest_version,
    }
    response = render(request, "pages/verify.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _too_often(request: HttpRequest) -> bool:
    key = f"verify:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, timeout=60)
    try:
        return cache.incr(key) > PER_MINUTE
    except ValueError:
        # The count ran out between the two calls: a new minute begins.
        return False
