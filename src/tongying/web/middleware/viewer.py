"""Whom a request speaks for: a session that has passed every factor, or a bearer token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse

from tongying.consult.people import Role, Viewer
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web import prepared
from tongying.web.people.models import AccessToken
from tongying.web.people.store import viewer_of_member

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


def viewer_of_token(token: str) -> Viewer | None:
    """Return whom a bearer token speaks for, or None."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    for user, login, hospital, role in prepared.rows("token", [digest], _of_digest):
        return Viewer(UserId(user), login, HospitalCode(hospital), Role(role))
    return None


def _of_digest(given: Sequence[Any]) -> QuerySet[Any, Any]:
    """Return the active member whose standing token has a digest."""
    found = AccessToken.objects.filter(digest=given[0], revoked_at=None, member__is_active=True)
    return found.values_list("member_id", "member__login", "member__hospital_id", "member__role")


def _viewer_of_session(request: HttpRequest) -> Viewer | None:
    if request.session.get(OTP_NEEDED):
        return None
    user = request.user
    return viewer_of_member(user) if user.is_authenticated else None
