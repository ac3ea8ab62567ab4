"""Whom a request speaks for: a session that has passed every factor, or a bearer token."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from tongying.consult.people import Viewer
from tongying.web.people.store import viewer_of_member, viewer_of_token

OTP_NEEDED = "otp_needed"
"""Session key: the password was right, the second factor is still to come."""

_BEARER = "Bearer "


class ViewerMiddleware:
    """Sets ``request.viewer`` to a `Viewer`, or to None for anybody unknown.

    A request with a bearer token carries no cookie authority, so it needs no CSRF token; a wrong
    token is refused at once rather than treated as nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Find the viewer and go on."""
        header = request.headers.get("Authorization", "")
        if header.startswith(_BEARER):
            viewer = viewer_of_token(header.removeprefix(_BEARER).strip())
            if viewer is None:
                problem = {
                    "type": "about:blank",
                    "title": "The bearer token is not valid.",
                    "status": 401,
                    "code": "token.invalid",
                }
                response: HttpResponse = JsonResponse(
                    problem, status=401, content_type="application/problem+json"
                )
                response["WWW-Authenticate"] = "Bearer"
                return response
            request._dont_enforce_csrf_checks = True
        else:
            viewer = _viewer_of_session(request)
        request.viewer = viewer
        return self._get_response(request)


def _viewer_of_session(request: HttpRequest) -> Viewer | None:
    if request.session.get(OTP_NEEDED):
        return None
    user = request.user
    return viewer_of_member(user) if user.is_authenticated else None
