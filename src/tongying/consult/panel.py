"""The joint panel of a case: separate opinions first, then one conclusion, dissent kept.

Each invited specialty has one seat and writes its own opinion before it sees any other. The expert
who answers the case leads the panel; signing the case's opinion closes it. A panel is a value:
meetings, live or not, refer to it and change nothing here but through `panel_moves`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from tongying.consult.access import relations
from tongying.consult.case import Case
from tongying.consult.panel_rules import OPEN_PANEL, PanelState, SeatState, Verdict
from tongying.consult.people import Relation, Viewer
from tongying.consult.specialty import Specialty
from tongying.consult.states import State
from tongying.kernel.ids import UserId


class Lack(StrEnum):
    """What keeps a panel from its next step."""

    OPINION = "opinion"
    """A required seat has neither signed nor been excused."""
    ANY_OPINION = "any-opinion"
    """Nobody has signed an opinion."""
    CONCLUSION = "conclusion"
    """No conclusion is proposed."""
    VERDICT = "verdict"
    """A seat that signed has not answered to the conclusion as it is now."""


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, and at which seat (None: at the panel)."""

    lack: Lack
    specialty: Specialty | None = None


@dataclass(frozen=True, slots=True)
class Dissent:
    """What a seat said against a version of the conclusion. It is never taken away."""

    version: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Seat:
    """One specialty's seat.

    Attributes
    ----------
    specialty : Specialty
    member : UserId or None
        None while nobody is invited.
    required : bool
        Whether the panel cannot be concluded without it.
    state : SeatState
    opinion : str
        Its own opinion: a draft until it is signed, never changed afterwards.
    signed_at : datetime or None
    excuse : str
        Why it gives no opinion, or (signed) why it does not answer to the conclusion.
    verdict : Verdict or None
        The last verdict; it counts while `verdict_version` is the conclusion's.
    verdict_version : int
        The version of the conclusion it answered to or was excused from; 0 for none.
    verdict_at : datetime or None
    dissents : tuple of Dissent
        Every dissent it ever gave, oldest first.
    """

    specialty: Specialty
    member: UserId | None
    required: bool = True
    state: SeatState = SeatState.INVITED
    opinion: str = ""
    signed_at: datetime | None = None
    excuse: str = ""
    verdict: Verdict | None = None
    verdict_version: int = 0
    verdict_at: datetime | None = None
    dissents: tuple[Dissent, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A joint panel; a new one has no seats yet.

    Attributes
    ----------
    state : PanelState
    seats : tuple of Seat
        One a specialty, one a person.
    conclusion : str
        The joint conclusion as proposed last.
    version : int
        Its version; 0 while none is proposed.
    led_by : frozenset of UserId
        Everybody who has led the case since the first seat signed: they may have read opinions.
    """

    state: PanelState = PanelState.GATHERING
    seats: tuple[Seat, ...] = ()
    conclusion: str = ""
    version: int = 0
    led_by: frozenset[UserId] = frozenset()

    def seat_for(self, specialty: Specialty | None) -> Seat | None:
        """Return a specialty's seat, or None."""
        return next((one for one in self.seats if one.specialty is specialty), None)

    def seat_of(self, member: UserId) -> Seat | None:
        """Return a person's seat, or None."""
        return next((one for one in self.seats if one.member == member), None)


def missing_to_conclude(panel: Panel) -> tuple[Missing, ...]:
    """Return what is missing before a conclusion can be proposed."""
    lacks = [
        Missing(Lack.OPINION, seat.specialty)
        for seat in panel.seats
        if seat.required and seat.state is SeatState.INVITED
    ]
    if not any(seat.state is SeatState.SIGNED for seat in panel.seats):
        lacks.append(Missing(Lack.ANY_OPINION))
    return tuple(lacks)


def missing_to_close(panel: Panel) -> tuple[Missing, ...]:
    """Return what is missing before the case's opinion can be signed."""
    lacks = list(missing_to_conclude(panel))
    if panel.state is PanelState.GATHERING:
        return (*lacks, Missing(Lack.CONCLUSION))
    lacks += [
        Missing(Lack.VERDICT, seat.specialty)
        for seat in panel.seats
        if seat.state is SeatState.SIGNED and seat.verdict_version < panel.version
    ]
    return tuple(lacks)


def may_read_opinions(viewer: Viewer, case: Case, panel: Panel) -> bool:
    """Say whether the viewer may read the other seats' signed opinions and the conclusion now.

    Once the case is signed everybody who sees it reads them. Before that a panellist reads them
    after signing their own, and the expert who leads reads them unless they hold a seat that they
    have still to sign. Nobody else does.
    """
    stands = relations(viewer, case)
    if case.state in (State.SIGNED, State.ACKNOWLEDGED):
        return bool(stands)
    seat = panel.seat_of(viewer.user)
    if seat is not None and Relation.PANELLIST in stands and seat.state is SeatState.SIGNED:
        return True
    if Relation.ASSIGNEE not in stands:
        return False
    return seat is None or seat.state is not SeatState.INVITED


def cancelled(panel: Panel) -> Panel:
    """Return the panel ended without a conclusion (also when its case ends without an answer).

    What was signed or excused stays. Nobody keeps an invitation: a required seat is left without
    a person, any other goes.
    """
    seats = (vacated(one) if one.state is SeatState.INVITED else one for one in panel.seats)
    return replace(
        panel,
        state=PanelState.CANCELLED,
        seats=tuple(one for one in seats if one is not None),
    )


def is_open(panel: Panel | None) -> bool:
    """Say whether there is a panel that must be closed before the case can be signed."""
    return panel is not None and panel.state in OPEN_PANEL


def vacated(seat: Seat) -> Seat | None:
    """Return a seat without its person: a required one stays, any other goes (None)."""
    return Seat(seat.specialty, None) if seat.required else None
