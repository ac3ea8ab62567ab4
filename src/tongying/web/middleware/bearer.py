"""The short way in for machines: a request with a bearer token needs nothing made for browsers.

Sessions, messages, second factors, cookies' CSRF, htmx and content-security headers belong to
pages. On a request that names its viewer by token they do nothing, and cost about as much as the
answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

BEARER = "Bearer "
PATHS = ("/dicomweb/",)
"""Addresses whose answers are never pages."""


class BearerMiddleware:
    """Answers bearer requests below `PATHS` through ``TONGYING_BEARER_MIDDLEWARE`` alone.

    It stands first in ``MIDDLEWARE``; every other request goes on as always.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response
        self._short = _ShortChain(settings.TONGYING_BEARER_MIDDLEWARE)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose the way and go on."""
        bearer = request.META.get("HTTP_AUTHORIZATION", "").startswith(BEARER)
        if bearer and request.path_info.startswith(PATHS):
            response: HttpResponse = self._short.answer(request)
            response.headers["X-Content-Type-Options"] = "nosniff"
            return response
        return self._get_response(request)


class _ShortChain(BaseHandler):
    """Django's way from a request to its view, through other middleware than the site's."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__()
        # What `load_middleware` would fill from the site's list.
        self._view_middleware: list[Any] = []
        self._template_response_middleware: list[Any] = []
        self._exception_middleware: list[Any] = []
        handler = convert_exception_to_response(self._get_response)
        for path in reversed(paths):
            made = import_string(path)(handler)
            if hasattr(made, "process_exception"):
                self._exception_middleware.append(made.process_exception)
            handler = convert_exception_to_response(made)
        self._answer = handler

    def answer(self, request: HttpRequest) -> HttpResponse:
        """Return the answer of the view."""
        return self._answer(request)
