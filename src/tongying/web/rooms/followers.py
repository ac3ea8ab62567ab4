"""Who follows a living room over HTTP: seen by everybody, as whoever has a socket is."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Final

from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.consult.room.kind import Kind
from tongying.web import now as clock
from tongying.web.people.store import viewer_of_member
from tongying.web.rooms.door import note_presence, presence
from tongying.web.rooms.entering import Entered
from tongying.web.rooms.models import EventRow, RoomMember, RoomRow

FRESH_SECONDS: Final = 5.0
"""Somebody who asked for the log so lately reads it; a page asks every 1.5 s."""
LEFT_AFTER_SECONDS: Final = 10.0
"""Somebody who has not asked for longer, or has no connection, has left."""
NOTE_SECONDS: Final = 1.0
WEB: Final = "web"
"""Way of somebody who joined over HTTP, in the facts of `Kind.JOINED`."""


def note_follower(viewer: Viewer, entered: Entered) -> None:
    """Keep that somebody follows a room over HTTP, and in its log that they are in.

    Nobody is unseen in a room, whichever way they hear of it.
    """
    now = clock.now()
    lately = Q(followed_at__gt=now - timedelta(seconds=NOTE_SECONDS))
    theirs = RoomMember.objects.filter(room=entered.row, member_id=viewer.user, removed_at=None)
    theirs.exclude(lately).update(followed_at=now)
    if not _is_in(entered.row, viewer.user):
        facts = {"member": viewer.user, "part": entered.part.value, "way": WEB}
        note_presence(entered.row.code, viewer, Kind.JOINED, facts)


def followers() -> dict[str, frozenset[int]]:
    """Return who follows over HTTP now, by the code of the room."""
    found: dict[str, set[int]] = defaultdict(set)
    fresh = clock.now() - timedelta(seconds=FRESH_SECONDS)
    lines = RoomMember.objects.filter(
        followed_at__gt=fresh, removed_at=None, room__ended_at=None
    ).values_list("room__code", "member_id")
    for code, member in lines:
        found[code].add(member)
    return {code: frozenset(members) for code, members in found.items()}


def present(room: RoomRow) -> dict[str, list[int]]:
    """Return who is in a room, as somebody who follows over HTTP is told it.

    Returns
    -------
    dict of str to list of int
        ``by_web``: members who follow over HTTP; ``by_socket``: others of whom the log says that
        they are in. Somebody whose socket broke is among them until the live role notes it.
    """
    web = followers().get(room.code, frozenset())
    return {"by_web": sorted(web), "by_socket": sorted(_here(room) - web)}


def note_gone() -> None:
    """Keep of whoever followed over HTTP and asks no more that they have left."""
    late = clock.now() - timedelta(seconds=LEFT_AFTER_SECONDS)
    gone = RoomMember.objects.filter(followed_at__lte=late, room__ended_at=None)
    for one in gone.select_related("room", "member"):
        # Whoever sees it first notes it; the live role and several web processes may look at once.
        if not RoomMember.objects.filter(pk=one.pk, followed_at=one.followed_at).update(
            followed_at=None
        ):
            continue
        last = _last(one.room, one.member_id)
        by_web = last is not None and last.body.get("way") == WEB
        if by_web and last.kind == Kind.JOINED.value:
            facts = {"member": one.member_id, "part": last.body.get("part", ""), "way": WEB}
            note_presence(one.room.code, viewer_of_member(one.member), Kind.LEFT, facts)


def _last(room: RoomRow, member: int) -> EventRow | None:
    return presence(room).filter(author_id=member).last()


def _is_in(room: RoomRow, member: int) -> bool:
    last = _last(room, member)
    return last is not None and last.kind == Kind.JOINED.value


def _here(room: RoomRow) -> set[int]:
    """Return of whom the log says that they are in: the last that it says of each counts."""
    lines = presence(room).exclude(author=None).values_list("author_id", "kind")
    lasts = {author: kind for author, kind in lines if author is not None}
    return {author for author, kind in lasts.items() if kind == Kind.JOINED.value}
