"""A panel as it is shown to one viewer: what they may not read now is not in these values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tongying.consult.panel import Dissent, Missing
from tongying.consult.panel_rules import PanelMove, PanelState, SeatState, Verdict
from tongying.consult.specialty import Specialty
from tongying.web.cases.shown import ShownMember


@dataclass(frozen=True, slots=True)
class SeatView:
    """A seat as one viewer may know it.

    Attributes
    ----------
    specialty : Specialty
    member : ShownMember or None
        None while nobody is invited.
    required : bool
    state : SeatState
    mine : bool
        Whether it is the viewer's own.
    sealed : bool
        Whether it holds a signed opinion that the viewer may not read now.
    opinion : str
        The signed opinion, or the viewer's own draft; empty where it is sealed.
    signed_at : datetime or None
    excuse : str
        Why it gives no opinion or (signed) does not answer to the conclusion.
    answered : bool
        Whether it has answered to the conclusion as it is now, or is excused from that.
    verdict : Verdict or None
        Its verdict on the conclusion as it is now; None where there is none or it is sealed.
    verdict_at : datetime or None
    dissents : tuple of Dissent
    revision : int
    moves : tuple of PanelMove
        What the viewer may do on this seat now.
    """

    specialty: Specialty
    member: ShownMember | None
    required: bool
    state: SeatState
    mine: bool
    sealed: bool
    opinion: str
    signed_at: datetime | None
    excuse: str
    answered: bool
    verdict: Verdict | None
    verdict_at: datetime | None
    dissents: tuple[Dissent, ...]
    revision: int
    moves: tuple[PanelMove, ...]


@dataclass(frozen=True, slots=True)
class PanelView:
    """A panel as one viewer may know it.

    Attributes
    ----------
    state : PanelState
    seats : tuple of SeatView
    own : SeatView or None
        The viewer's seat.
    reads : bool
        Whether the viewer may read the others' opinions and the conclusion now.
    conclusion : str
        Empty where the viewer may not read it.
    version : int
        Its version; 0 while none is proposed.
    proposed_at : datetime or None
        When this version was proposed.
    missing : tuple of Missing
        What is missing before the case can be signed.
    can_conclude : bool
        Whether nothing is missing before a conclusion can be proposed.
    moves : tuple of PanelMove
        What the viewer may do on the panel as a whole now.
    revision : int
    """

    state: PanelState
    seats: tuple[SeatView, ...]
    own: SeatView | None
    reads: bool
    conclusion: str
    version: int
    proposed_at: datetime | None
    missing: tuple[Missing, ...]
    can_conclude: bool
    moves: tuple[PanelMove, ...]
    revision: int


@dataclass(frozen=True, slots=True)
class Invitee:
    """Somebody who can be invited.

    Attributes
    ----------
    member : ShownMember
    specialties : tuple of Specialty
    fits : bool
        Whether the specialty asked for is among theirs.
    duty : str
        ``"desk"``, ``"on-call"``, ``"off"``; empty where no roster knows them.
    seated : bool
        Whether they have a seat already.
    """

    member: ShownMember
    specialties: tuple[Specialty, ...]
    fits: bool
    duty: str
    seated: bool
