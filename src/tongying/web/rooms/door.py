"""The live role's door: whom a session's cookie speaks for, and how they stand in a room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.request import validate_host
from django.utils import translation

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent
from tongying.kernel.errors import TongyingError
from tongying.web import now as clock
from tongying.web.middleware.viewer import OTP_NEEDED
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.people.models import Member
from tongying.web.people.store import viewer_of_member
from tongying.web.rooms.entering import RoomNotFound, enter
from tongying.web.rooms.log import check_consent, note
from tongying.web.rooms.models import EventRow, RoomRow

_SCHEMES = ("http", "https")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Somebody who may be in a room now.

    Attributes
    ----------
    viewer : Viewer
    code : str
        The room's.
    name, hospital : str
        As the others see them.
    part : str
        Value of `consult.room.part.Part`.
    manages : bool
    """

    viewer: Viewer
    code: str
    name: str
    hospital: str
    part: str
    manages: bool


def viewer_of_session(key: str) -> Viewer | None:
    """Return whom a session speaks for; None for nobody, or before the second factor."""
    request = HttpRequest()
    request.session = SessionStore(key)
    if not key or request.session.get(OTP_NEEDED):
        return None
    user = get_user(request)
    return viewer_of_member(user) if isinstance(user, Member) else None


def admit(session_key: str, code: str) -> Admitted | None:
    """Return how somebody stands in a room by their session; None: it does not exist for them."""
    viewer = viewer_of_session(session_key)
    if viewer is None:
        return None
    try:
        entered = enter(viewer, code)
    except RoomNotFound:
        return None
    member = Member.objects.select_related("hospital").get(pk=viewer.user)
    return Admitted(
        viewer, code, member.name, member.hospital.name, entered.part.value, entered.manages
    )


def is_our_origin(origin: str, host: str = "") -> bool:
    """Say whether a socket was opened by a page of ours: a foreign page must not use the cookie.

    Parameters
    ----------
    origin : str
        Header ``Origin`` of the handshake.
    host : str, optional
        Its header ``Host``, which counts where the installation answers to every name.
    """
    try:
        parts, asked = urlsplit(origin), urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    if not parts.hostname or parts.scheme not in (("https",) if settings.HTTPS else _SCHEMES):
        return False
    if "*" in settings.ALLOWED_HOSTS:
        return parts.hostname == asked
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return validate_host(name, settings.ALLOWED_HOSTS)


def has_consent(code: str) -> bool:
    """Say whether the guardian consents now to the live picture of a room."""
    room = RoomRow.objects.filter(code=code).first()
    if room is None:
        return False
    try:
        check_consent(room)
    except TongyingError:
        return False
    return True


def note_presence(code: str, viewer: Viewer, kind: Kind, facts: dict[str, Any]) -> RoomEvent | None:
    """Keep that somebody came or left; None where the room is over."""
    with transaction.atomic():
        room = RoomRow.objects.select_related("case").filter(code=code, ended_at=None).first()
        return None if room is None else note(room, kind, facts, clock.now(), viewer)


def still_in() -> list[tuple[str, Viewer, str]]:
    """Return who was in a living room by a socket, says the log: its code, who, their part."""
    found = []
    for room in RoomRow.objects.filter(ended_at=None):
        lasts = {event.author_id: event for event in presence(room).select_related("author")}
        for event in lasts.values():
            by_socket = event.body.get("way") is None
            if event.kind == Kind.JOINED.value and by_socket and event.author is not None:
                part = str(event.body.get("part", ""))
                found.append((room.code, viewer_of_member(event.author), part))
    return found


def presence(room: RoomRow) -> QuerySet[EventRow]:
    """Return who came and left, in its order."""
    kinds = (Kind.JOINED.value, Kind.LEFT.value)
    return EventRow.objects.filter(room=room, kind__in=kinds).order_by("pk")


def sentence_in(language: str, refusal: TongyingError) -> str:
    """Return a refusal's sentence in a language (``zh-hans`` or ``en``)."""
    with translation.override(language):
        return refusal_sentence(refusal)


def now() -> datetime:
    """Return the platform's present moment."""
    return clock.now()
