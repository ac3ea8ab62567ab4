"""Which part somebody plays in a live room, and what each part may do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tongying.consult.people import Relation
from tongying.consult.room.kind import Kind
from tongying.consult.states import State


class Part(StrEnum):
    """A part in a room; it follows from how a member stands to the case."""

    PROBE = "probe"
    """Of the asking hospital: scans the child, has the guardian's consent, owns the camera."""
    LEAD = "lead"
    """The expert who answers the case."""
    SPECIALIST = "specialist"
    """Has a seat on the joint panel."""
    OBSERVER = "observer"
    """The desk and the receiving hospital: listens, writes, draws nothing."""


PROBING: Final = frozenset({Relation.ASKING, Relation.AUTHOR, Relation.COLLEAGUE})
OPEN_IN: Final = frozenset(
    {State.SUBMITTED, State.ASSIGNED, State.READING, State.WAITING, State.SIGNED}
)
"""States of a case in which it can have a live room; leaving them ends its rooms."""
OPENERS: Final = frozenset({Relation.ASKING, Relation.AUTHOR, Relation.ASSIGNEE, Relation.DESK})
"""Who opens a room, invites into it, takes somebody out of it and ends it."""

_EVERYBODY: Final = frozenset(Part)
_AT_WORK: Final = frozenset({Part.PROBE, Part.LEAD, Part.SPECIALIST})

MAY_TELL: Final[dict[Kind, frozenset[Part]]] = {
    Kind.SAY: _EVERYBODY,
    Kind.NOTE: _EVERYBODY,
    Kind.HAND: _EVERYBODY,
    Kind.DRAW: _AT_WORK,
    Kind.ERASE: _AT_WORK,
    Kind.CLEAR: _AT_WORK,
    Kind.LOOK: _AT_WORK,
    Kind.FREEZE: _AT_WORK,
    Kind.CALIBRATE: _AT_WORK,
    Kind.MEASURE: _AT_WORK,
    Kind.FINDING: _AT_WORK,
    Kind.PLANE: frozenset({Part.LEAD, Part.SPECIALIST}),
    Kind.PLANE_DONE: frozenset({Part.PROBE}),
    Kind.CAMERA: frozenset({Part.PROBE}),
    Kind.RECORD: frozenset({Part.PROBE}),
    Kind.QUALITY: frozenset({Part.PROBE}),
}
"""What people tell themselves, and which parts may. Other kinds are the platform's own words."""


def part_of(relations: Iterable[Relation]) -> Part | None:
    """Return the part that follows from somebody's relations to the case; None: no part."""
    found = frozenset(relations)
    if Relation.ASSIGNEE in found:
        return Part.LEAD
    if found & PROBING:
        return Part.PROBE
    if Relation.PANELLIST in found:
        return Part.SPECIALIST
    return Part.OBSERVER if found else None


def may_tell(part: Part, kind: Kind) -> bool:
    """Say whether a part may tell a kind of event."""
    return part in MAY_TELL.get(kind, frozenset())
