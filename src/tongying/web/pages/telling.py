"""How a person wants to be told: address, quiet hours, this browser; and its service worker."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.web.notices import wishes as store
from tongying.web.notices.endpoint import EndpointRefused
from tongying.web.pages import account
from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in

WORKER = "tongying/push-sw.js"


@require_POST
@signed_in
@never_cache
def wishes(request: HttpRequest) -> HttpResponse:
    """Keep e-mail address and quiet hours."""
    typed = {
        name: request.POST.get(name, "").strip() for name in ("email", "quiet_from", "quiet_until")
    }
    try:
        store.wish(request.viewer, **typed)  # type: ignore[attr-defined]
    except store.AddressRefused as error:
        return account.refused(request, "email", told(error), typed=typed)
    except store.QuietHoursRefused as error:
        return account.refused(request, "quiet", told(error), typed=typed)
    messages.success(request, _("Kept."), extra_tags="green")
    return _back()


@require_POST
@signed_in
def try_out(request: HttpRequest) -> HttpResponse:
    """Give the viewer a test notice."""
    store.try_out(request.viewer)  # type: ignore[attr-defined]
    messages.success(request, _("A test notice is on its way."), extra_tags="green")
    return _back()


@require_POST
@signed_in
def subscribe(request: HttpRequest) -> HttpResponse:
    """Send notices to this browser as well; its script asks."""
    posted = request.POST
    try:
        store.subscribe(
            request.viewer,  # type: ignore[attr-defined]
            endpoint=posted.get("endpoint", ""),
            p256dh=posted.get("p256dh", ""),
            auth=posted.get("auth", ""),
        )
    except (EndpointRefused, store.BrowserRefused) as error:
        return account.refused(request, "push", told(error))
    return _back()


@require_POST
@signed_in
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Send no more notices to one of the viewer's browsers."""
    endpoint = request.POST.get("endpoint", "")
    store.unsubscribe(request.viewer, endpoint=endpoint)  # type: ignore[attr-defined]
    return _back()


@require_safe
def push_worker(request: HttpRequest) -> HttpResponse:
    """Return the script that shows pushes; at the top, so that it may open every page."""
    found = finders.find(WORKER)
    if not isinstance(found, str):
        raise Http404
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("account") + "#notices")
