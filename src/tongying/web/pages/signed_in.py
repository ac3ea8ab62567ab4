"""Who must be signed in: the one decorator of the pages, and the way back after signing in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Let only a signed-in member pass; send anybody else to the log-in page and back.

    A fragment that htmx asked for sends the whole page there. A request that is neither is
    answered 401, so that a script can keep what was typed.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.viewer is not None:  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        if request.headers.get("Tongying-Autosave"):
            return HttpResponse(status=401)
        if request.headers.get("HX-Request"):
            response = HttpResponse(status=401)
            response["HX-Redirect"] = login_url(_page_of(request))
            return response
        back = request.get_full_path() if request.method == "GET" else ""
        return HttpResponseRedirect(login_url(back))

    return wrapper


def login_url(back: str = "") -> str:
    """Return the log-in page's address, with the page to come back to."""
    return "/login/?" + urlencode({"next": back}, safe="/") if back else "/login/"


def safe_next(request: HttpRequest) -> str:
    """Return the page to go to after signing in: one of ours, or the worklist."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    allowed = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if allowed else "/"


def _page_of(request: HttpRequest) -> str:
    """Return the path of the page on which a fragment was asked for."""
    parts = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
