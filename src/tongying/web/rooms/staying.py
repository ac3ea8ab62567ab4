"""Who may stay in a live room: looked at every second for everybody, in a handful of queries."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any

from django.contrib.sessions.models import Session
from django.utils import timezone

from tongying.web.rooms.door import Admitted, admit
from tongying.web.rooms.marks import ANEW_SECONDS, marks_of

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
    sessions = dict(
        Session.objects.filter(
            session_key__in={key for key, _ in held}, expire_date__gt=timezone.now()
        ).values_list("session_key", "session_data")
    )
    found = marks_of({(member, code) for (_, code), member in members.items()})
    marks: dict[Key, Any] = {}
    for key, member in members.items():
        session, code = key
        mark = found.get((member, code))
        if mark is not None and session in sessions:
            marks[key] = (sessions[session], mark)
    return marks
