"""The bell and the list of a person's notices."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.web.notices import reading
from tongying.web.pages.signed_in import signed_in


@require_safe
@signed_in
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """Show the viewer's notices, newest first."""
    before = request.GET.get("before", "")
    page = reading.notices_of(
        request.viewer,  # type: ignore[attr-defined]
        before=int(before) if before.isdecimal() and len(before) < 16 else None,
    )
    return render(request, "pages/notices.html", {"place": "notices", "page": page})


@require_safe
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """Return the bell with the unread count, or nothing where it has not changed.

    It is asked for in the background: a session that has ended must not take the page away from
    somebody who is typing, so there is no way to the log-in page from here.
    """
    viewer = request.viewer  # type: ignore[attr-defined]
    if viewer is None:
        return HttpResponse(status=401)
    count = reading.unread_count(viewer)
    if request.GET.get("n") == str(count):
        return HttpResponse(status=204)
    return render(request, "pages/_bell.html", {"unread_notices": count})


@require_POST
@signed_in
def open_notice(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a notice as read and go to the page it leads to."""
    url = reading.read(request.viewer, number)  # type: ignore[attr-defined]
    ours = url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    return HttpResponseRedirect(url if ours else reverse("notices"))


@require_POST
@signed_in
def read(request: HttpRequest, number: int) -> HttpResponse:
    """Mark a notice as read."""
    reading.read(request.viewer, number)  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("notices"))


@require_POST
@signed_in
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read that the page showed."""
    until = request.POST.get("until", "")
    if until.isdecimal() and len(until) < 16:
        reading.read_all(request.viewer, until=int(until))  # type: ignore[attr-defined]
    return HttpResponseRedirect(reverse("notices"))
