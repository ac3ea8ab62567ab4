"""Vendors see the figures of their own models; every other address does not exist for them.

The access rule already shows them no case and no study. This closes whatever else a member of a
hospital may read, today's addresses and tomorrow's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tongying.consult.people import Role
from tongying.kernel.errors import NotFound
from tongying.web.middleware.problem import answer

HOME: Final = "/vendor/"
OPEN: Final = (
    HOME,
    *("/account/", "/login/", "/logout/", "/language/", "/static/", "/help/keys/"),
    *("/healthz", "/metrics", "/fhir/metadata", "/api/openapi.json"),
    *("/verify/", "/r/", "/push-sw.js", "/notices/", "/cases/"),
)
"""What begins so is open: their own pages, and what is public without logging in."""
ONLY_ITSELF: Final = frozenset({"/cases/", "/api/openapi.json", "/metrics", "/fhir/metadata"})


class NotForVendors(NotFound):
    """The address does not exist for a vendor."""

    code: ClassVar[str] = "address.not-for-vendors"


class VendorMiddleware:
    """Stands behind `ViewerMiddleware`, in the pages' chain and in the machines'."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on, unless a vendor asks for what is not theirs."""
        viewer = request.viewer
        if viewer is None or viewer.role is not Role.VENDOR or is_open(request.path_info):
            return self._get_response(request)
        if request.path_info == "/":
            return HttpResponseRedirect(HOME)
        refused = answer(request, NotForVendors("There is nothing at this address."))
        return refused if refused is not None else HttpResponse(status=404)


def is_open(path: str) -> bool:
    """Say whether a vendor may ask for an address.

    Examples
    --------
    >>> is_open("/vendor/models/"), is_open("/cases/"), is_open("/cases/7/"), is_open("/studies/")
    (True, True, False, False)
    """
    begins = next((one for one in OPEN if path.startswith(one)), None)
    return begins is not None and (begins not in ONLY_ITSELF or path == begins)
