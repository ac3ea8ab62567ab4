"""Refusals become answers in one place: class to status, problem document or page."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError
from tongying.web.fhir.outcome import operation_outcome

STATUS: tuple[tuple[type[TongyingError], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (Conflict, 409),
    (BadInput, 400),
    (TongyingError, 400),
)
"""The first class that fits gives the status."""

MACHINE_PATHS = ("/dicomweb/", "/api/", "/uploads/")
"""Below these the answer is a problem document (RFC 9457); elsewhere a page."""

FHIR_PATH = "/fhir/"
"""Below this the answer is an OperationOutcome."""
UNFORESEEN = "Something went wrong here; it has been noted."

_log = logging.getLogger("tongying.web")


def status_of(error: TongyingError) -> int:
    """Return the HTTP status of a refusal."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem_response(error: TongyingError) -> HttpResponse:
    """Return a refusal as a problem document."""
    return problem(status_of(error), error.error_code, error.sentence)


def problem(status: int, code: str, sentence: str) -> HttpResponse:
    """Return a problem document (RFC 9457) with our stable code."""
    body = {"type": "about:blank", "title": sentence, "status": status, "code": code}
    return HttpResponse(
        json.dumps(body, ensure_ascii=False).encode(),
        status=status,
        content_type="application/problem+json",
    )


class ProblemMiddleware:
    """Turns `TongyingError` into an answer, and anything unforeseen into a logged 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer an exception that a view raised."""
        return answer(request, error)


def answer(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Return the answer to an exception, as the address's readers want it; None: Django's own."""
    machine = request.path.startswith(MACHINE_PATHS) or _asks_as_script(request)
    fhir = request.path.startswith(FHIR_PATH)
    if isinstance(error, TongyingError):
        if fhir:
            return _outcome(status_of(error), error.sentence)
        if machine:
            return problem_response(error)
        from tongying.web.pages.errors import refusal_page

        return refusal_page(request, error, status_of(error))
    _log.exception("unforeseen error at %s", request.path)
    if fhir:
        return _outcome(500, UNFORESEEN)
    if machine:
        return problem(500, "server.error", UNFORESEEN)
    return None


def _asks_as_script(request: HttpRequest) -> bool:
    """Say whether a live room's own script asks: it shows what it is told in its place."""
    wants = request.headers.get("Accept", "")
    return request.path.startswith("/rooms/") and "application/json" in wants


def _outcome(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(
        json.dumps(operation_outcome(status, sentence), ensure_ascii=False).encode(),
        status=status,
        content_type="application/fhir+json",
    )
