"""What the API answers at an address it does not have."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from tongying.web.middleware.problem import problem


def no_such_address(request: HttpRequest) -> HttpResponse:
    """Answer with a problem document instead of a page."""
    return problem(404, "object.not-found", "There is no such address.")
