"""What the frame of every page shows: who is signed in, where they can go, in which look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, pgettext_lazy

from tongying.consult.people import Role
from tongying.web.board.store import READING_ROLES as BOARD_ROLES
from tongying.web.capacity.store import CAPACITY_ROLES
from tongying.web.notices.reading import unread_count
from tongying.web.pages.choices import theme_of
from tongying.web.pages.words import ROLE_WORDS
from tongying.web.trail.listing import READING_ROLES
from tongying.web.uploads.store import UPLOADING_ROLES

ROSTER_ROLES: Final = frozenset({Role.EXPERT, Role.COORDINATOR, Role.ADMIN})
"""Who works by the roster or makes it; the page is open to the whole hospital."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation.

    Attributes
    ----------
    name : str
        URL name; also what a page's ``place`` context variable says to mark itself.
    icon : str
        Symbol of the icon sprite.
    label : str or Promise
    roles : frozenset of Role or None
        Who sees the entry; None for everybody. The page itself decides who may enter.
    """

    name: str
    icon: str
    label: str | Promise
    roles: frozenset[Role] | None = None


PLACES: Final = (
    Place("worklist", "list", pgettext_lazy("navigation", "Consults")),
    Place("studies", "photo", pgettext_lazy("navigation", "Studies")),
    Place("norms", "ruler-2", pgettext_lazy("navigation", "Reference values")),
    Place("pathways", "report-medical", pgettext_lazy("navigation", "Pathways")),
    Place("ai", "stethoscope", pgettext_lazy("navigation", "AI")),
    Place(
        "referrals",
        "building-hospital",
        pgettext_lazy("navigation", "Referrals"),
        frozenset({Role.REQUESTER, Role.EXPERT, Role.COORDINATOR}),
    ),
    Place("upload", "cloud-upload", pgettext_lazy("navigation", "Upload"), UPLOADING_ROLES),
    Place("board", "chart-bar", pgettext_lazy("navigation", "Board"), BOARD_ROLES),
    Place("capacity", "clock", pgettext_lazy("navigation", "Capacity"), CAPACITY_ROLES),
    Place("alliance", "link", pgettext_lazy("navigation", "Alliance")),
    Place("roster", "calendar", pgettext_lazy("navigation", "Roster"), ROSTER_ROLES),
    Place("trail", "shield-check", pgettext_lazy("navigation", "Who saw what"), READING_ROLES),
    Place("members", "users", pgettext_lazy("navigation", "Members"), frozenset({Role.ADMIN})),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A place that exists, with its address."""

    name: str
    icon: str
    label: str | Promise
    url: str


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the context of the frame (a context processor)."""
    viewer = getattr(request, "viewer", None)
    values: dict[str, Any] = {
        "viewer": viewer,
        "theme": theme_of(request),
        "LANGUAGE_CODE": get_language() or settings.LANGUAGE_CODE,
        "languages": settings.LANGUAGES,
        "page_url": request.get_full_path() if request.method == "GET" else "/",
        "htmx_request": bool(request.headers.get("HX-Request")),
    }
    if viewer is not None:
        values["places"] = [link for place in PLACES if (link := _link(place, viewer.role))]
        values["account_url"] = _address("account")
        values["who"] = getattr(request.user, "name", "") or viewer.login
        values["role_word"] = ROLE_WORDS[viewer.role]
        # Counted only where the frame is drawn: a fragment does not ask.
        values["unread_notices"] = SimpleLazyObject(lambda: unread_count(viewer))
    return values


def _link(place: Place, role: Role) -> Link | None:
    if place.roles is not None and role not in place.roles:
        return None
    url = _address(place.name)
    return Link(place.name, place.icon, place.label, url) if url else None


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
