"""The JSON API and how it refuses: problem documents (RFC 9457), whatever goes wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import APIKeyCookie, HttpBearer

from tongying import __version__
from tongying.consult.people import Viewer
from tongying.kernel.errors import TongyingError
from tongying.web.middleware.problem import problem, problem_response

DESCRIPTION = """\
Studies and cases of the alliance, for programs (research use only).

A program sends `Authorization: Bearer …`; a page of this site uses its session, with the CSRF
token on every write. What one may not see answers 404. A refusal is a problem document
(RFC 9457) with one sentence in `title` and a stable `code`.
"""


class Bearer(HttpBearer):
    """A member's token, found by the viewer middleware."""

    def authenticate(self, request: HttpRequest, token: str) -> Viewer | None:
        """Return whom the token speaks for.

        The middleware reads a token after the exact word ``Bearer``; what it did not read must
        not pass here, where no CSRF token is asked for.
        """
        read = request.headers.get("Authorization", "").startswith("Bearer ")
        return request.viewer if read else None


class Session(APIKeyCookie):
    """The session of a person who has passed every factor; writes need the CSRF token."""

    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Viewer | None:
        """Return whom the session speaks for."""
        return request.viewer


api = NinjaAPI(
    title="Tongying",
    version=__version__,
    description=DESCRIPTION,
    docs_url=None,
    openapi_url="/openapi.json",
    urls_namespace="api",
    auth=[Bearer(), Session()],
)


@api.exception_handler(TongyingError)
def refused(request: HttpRequest, error: TongyingError) -> HttpResponse:
    """Answer a refusal of the domain."""
    return problem_response(error)


@api.exception_handler(AuthenticationError)
def unknown_viewer(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    """Answer somebody unknown."""
    response = problem(401, "login.needed", "Log in, or send a bearer token.")
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def refused_by_ninja(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Answer what the framework refuses: a body that is no JSON, a write without CSRF token."""
    if error.status_code == 403:
        return problem(403, "csrf.missing", "The write needs the CSRF token of this session.")
    return problem(error.status_code, "input.bad", "The body cannot be read as JSON.")


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Answer input that does not fit its schema, naming the field but not what was sent."""
    return problem(400, "input.bad", _sentence(error.errors[0]))


@api.exception_handler(Http404)
def not_here(request: HttpRequest, error: Http404) -> HttpResponse:
    """Answer an address that does not exist."""
    return problem(404, "object.not-found", "There is no such address.")


def _sentence(error: dict[str, Any]) -> str:
    place = [str(part) for part in error["loc"]]
    where, field = place[0], ".".join(place[2:] if place[0] == "body" else place[1:])
    subject = f"“{field}” in the {where}" if field else f"The {where}"
    return f"{subject} is not valid: {error['msg']}."
