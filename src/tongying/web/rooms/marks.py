"""What somebody's standing in a room follows from, as marks that can be held against one another.

Looking a standing up by the rules takes several queries a person. Marks take a handful for
everybody: while one is the same as when the rules were asked, so is what they said.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from django.db.models import Max

from tongying.consult.people import Viewer
from tongying.web import now as clock
from tongying.web.cases.models import CaseEvent
from tongying.web.desk.models import OfferRow
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Member
from tongying.web.referrals.models import ReferralRow
from tongying.web.rooms.entering import OPEN_STATES, Entered
from tongying.web.rooms.models import RoomMember, RoomRow

ANEW_SECONDS: Final = 60.0
"""How long at most a standing is taken over while nothing that was looked at has changed."""
KNOWN_MAX: Final = 5000

Place = tuple[int, str]
"""A member and a room's code."""


def marks_of(places: Collection[Place]) -> dict[Place, Any]:
    """Return a mark for everybody who is invited to a living room, with an account that is active.

    It changes with the account, the invitation, the room, its case, and with whoever is assigned,
    offered, seated or referred to on it.

    Parameters
    ----------
    places : collection of tuple of int and str
    """
    if not places:
        return {}
    rooms = {
        row[0]: row[1:]
        for row in RoomRow.objects.filter(
            code__in={code for _, code in places},
            ended_at=None,
            expires_at__gt=clock.now(),
            case__state__in=OPEN_STATES,
        ).values_list("code", "case_id", "case__state", "case__assignee_id", "case__revision")
    }
    invited = {
        (member, code): pk
        for code, member, pk in RoomMember.objects.filter(
            room__code__in=rooms, removed_at=None
        ).values_list("room__code", "member_id", "pk")
    }
    accounts = {
        row[0]: row
        for row in Member.objects.filter(
            pk__in={member for member, _ in places}, is_active=True
        ).values_list("pk", "password", "role", "hospital_id", "name", "login")
    }
    around = _around({row[0] for row in rooms.values()})
    marks: dict[Place, Any] = {}
    for place in places:
        member, code = place
        room, found = rooms.get(code), (invited.get(place), accounts.get(member))
        if room is not None and None not in found:
            marks[place] = (*found, room, tuple(around[room[0]]))
    return marks


def _around(cases: Collection[int]) -> dict[int, list[Any]]:
    """Return by case what else its people's relations to it follow from."""
    found: dict[int, list[Any]] = defaultdict(list)
    last = CaseEvent.objects.filter(case__in=cases).values("case_id").annotate(last=Max("pk"))
    seats = SeatRow.objects.filter(panel__case__in=cases).order_by("pk")
    offers = OfferRow.objects.filter(case__in=cases).order_by("pk")
    referrals = ReferralRow.objects.filter(case__in=cases).order_by("pk")
    lines: tuple[Any, ...] = (
        last.values_list("case_id", "last"),
        seats.values_list("panel__case_id", "pk", "member_id"),
        offers.values_list("case_id", "pk", "member_id"),
        referrals.values_list("case_id", "pk", "state", "receiving_id", "doctor_id"),
    )
    for kind, rows in enumerate(lines):
        for case, *facts in rows:
            found[case].append((kind, *facts))
    return found


class Known:
    """How people stand in rooms, as looked up lately by the rules themselves."""

    def __init__(self) -> None:
        self._known: dict[tuple[Viewer, str], tuple[float, Any, Entered]] = {}

    def still(self, asked: Collection[tuple[Viewer, str]]) -> dict[tuple[Viewer, str], Entered]:
        """Return how those stand of whom nothing has changed since they were looked up.

        Parameters
        ----------
        asked : collection of tuple of Viewer and str
            Who, in the room of which code.
        """
        now = time.monotonic()
        old = {one: self._known[one] for one in asked if one in self._known}
        fresh = {one: known for one, known in old.items() if known[0] > now}
        marks = marks_of([(viewer.user, code) for viewer, code in fresh])
        return {
            one: known[2]
            for one, known in fresh.items()
            if known[1] is not None and marks.get((one[0].user, one[1])) == known[1]
        }

    def keep(self, found: dict[tuple[Viewer, str], Entered]) -> None:
        """Keep what the rules said just now, in the transaction in which they were asked."""
        if len(self._known) + len(found) > KNOWN_MAX:
            self._known.clear()
        marks = marks_of([(viewer.user, code) for viewer, code in found])
        until = time.monotonic() + ANEW_SECONDS
        for one, entered in found.items():
            self._known[one] = (until, marks.get((one[0].user, one[1])), entered)
