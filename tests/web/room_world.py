"""A case with a live room for the tests, on the people of `case_world`."""

from __future__ import annotations

from datetime import timedelta

import archive_world as world
import case_world

from tongying.consult.panel_moves import PanelAct
from tongying.consult.panel_rules import PanelMove
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.web import now as clock
from tongying.web.panels import store as panels
from tongying.web.people.models import Member
from tongying.web.rooms import store
from tongying.web.rooms.models import PictureRow, RoomRow
from tongying.web.rooms.store import Consent

CONSENT = Consent("王芳", "mother", "written", recording=True)


def build() -> int:
    """Add the people and return a case that is being read, with a surgeon on its panel."""
    case_world.build()
    world.add("surgeon", Role.EXPERT, world.OTHER)
    Member.objects.filter(login="surgeon").update(specialties="surgery")
    case_id = case_world.reading()
    surgeon = world.viewer("surgeon").user
    panels.act(
        world.viewer("reader"),
        case_id,
        PanelAct(PanelMove.INVITE, specialty=Specialty.SURGERY, member=surgeon),
    )
    return case_id


def opened(case_id: int, *, consent: bool = True, surgeon: bool = True) -> str:
    """Open the room of a case, as the county does, and return its code."""
    county = world.viewer("requester")
    code = store.open_room(county, case_id)
    if surgeon:
        store.invite(county, code, world.viewer("surgeon").user)
    if consent:
        store.record_consent(county, code, CONSENT)
    return code


def still(code: str, number: int = 1, *, columns: int = 640, rows: int = 480) -> PictureRow:
    """Put a row of a still into a room, without its object."""
    room = RoomRow.objects.get(code=code)
    now = clock.now()
    return PictureRow.objects.create(
        room=room,
        kind="still",
        number=number,
        client_id=f"still-{number}",
        by_id=world.viewer("requester").user,
        captured_at=now - timedelta(seconds=1),
        arrived_at=now,
        columns=columns,
        rows=rows,
        sop_uid=f"2.25.{number}",
        series_uid="2.25.99",
    )
