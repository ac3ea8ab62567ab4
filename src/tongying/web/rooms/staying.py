"""Who may stay in a live room: looked at every second for everybody, in a handful of queries."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, Final

from django.contrib.sessions.models import Session
from django.db.models import Max
from django.utils import timezone

from tongying.web import now as clock
from tongying.web.cases.models import CaseEvent
from tongying.web.people.models import Member
from tongying.web.rooms.door import Admitted, admit
from tongying.web.rooms.entering import OPEN_STATES
from tongying.web.rooms.models import RoomMember, RoomRow

ANEW_SECONDS: Final = 15.0
"""How long at most a standing is taken over while nothing that was looked at has changed."""

Key = tuple[str, str]
"""A session's key and a room's code."""


class Standing:
    """How everybody stands who is connected, as last looked up.

    A session, an account, an invitation, a room or a case that changed in any way is looked up anew
    by the door's own rules; so is everybody once in a while, whatever else a rule depends on.
    """

    def __init__(self) -> None:
        self._known: dict[Key, tuple[float, Any, Admitted]] = {}

    def look(self, held: Collection[Key]) -> dict[Key, Admitted]:
        """Return how those stand who may stay; who is missing in it may not.

        Parameters
        ----------
        held : collection of tuple of str and str
            Session and room of every connection.
        """
        marks = _marks(held, {key: known[2].viewer.user for key, known in self._known.items()})
        now = time.monotonic()
        stay: dict[Key, Admitted] = {}
        for key in held:
            mark, known = marks.get(key), self._known.get(key)
            if known is not None and mark == known[1] and known[0] > now:
                stay[key] = known[2]
                continue
            admitted = admit(*key)
            self._known.pop(key, None)
            if admitted is not None:
                stay[key] = admitted
                if mark is not None:
                    # Spread, so that not everybody is looked up in the same second.
                    until = now + ANEW_SECONDS * (0.5 + hash(key) % 1000 / 2000)
                    self._known[key] = (until, mark, admitted)
                else:
                    self._known[key] = (0.0, None, admitted)
        for key in self._known.keys() - set(held):
            del self._known[key]
        return stay


def _marks(held: Collection[Key], members: dict[Key, int]) -> dict[Key, Any]:
    """Return what was looked at for each that was known before and may still stand."""
    codes = {code for _, code in held}
    now = clock.now()
    sessions = dict(
        Session.objects.filter(
            session_key__in={key for key, _ in held}, expire_date__gt=timezone.now()
        ).values_list("session_key", "session_data")
    )
    rooms = {
        row[0]: row[1:]
        for row in RoomRow.objects.filter(
            code__in=codes, ended_at=None, expires_at__gt=now, case__state__in=OPEN_STATES
        ).values_list("code", "case_id", "case__state", "case__assignee_id")
    }
    invited = {
        (code, member): pk
        for code, member, pk in RoomMember.objects.filter(
            room__code__in=rooms, removed_at=None
        ).values_list("room__code", "member_id", "pk")
    }
    accounts = {
        row[0]: row
        for row in Member.objects.filter(pk__in=set(members.values()), is_active=True).values_list(
            "pk", "password", "role", "hospital_id", "name", "login"
        )
    }
    events = dict(
        CaseEvent.objects.filter(case__in={row[0] for row in rooms.values()})
        .values("case_id")
        .annotate(last=Max("pk"))
        .values_list("case_id", "last")
    )
    marks: dict[Key, Any] = {}
    for key, member in members.items():
        session, code = key
        room = rooms.get(code)
        found = (sessions.get(session), invited.get((code, member)), accounts.get(member))
        if room is not None and None not in found:
            marks[key] = (*found, room, events.get(room[0]))
    return marks
