"""Moves on a joint panel: the check, the button's answer to it, and the panel afterwards."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from tongying.consult.access import relations
from tongying.consult.case import Case
from tongying.consult.desk import CaseNotFound, ReasonMissing
from tongying.consult.panel import (
    Dissent,
    Missing,
    Panel,
    Seat,
    cancelled,
    missing_to_close,
    missing_to_conclude,
    vacated,
)
from tongying.consult.panel_rules import (
    CASE_STATES,
    PANEL_RULES,
    PanelMove,
    PanelState,
    SeatState,
    Verdict,
)
from tongying.consult.people import Relation, Viewer
from tongying.consult.specialty import Specialty
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError
from tongying.kernel.ids import UserId


class PanelMoveNotYours(NotAllowed):
    """The viewer sees the case but may not do this on its panel."""

    code: ClassVar[str] = "panel.not-yours"


class PanelOutOfPlace(Conflict):
    """The move does not start from the state that case, panel or seat is in."""

    code: ClassVar[str] = "panel.out-of-place"


class SeatUnknown(NotFound):
    """No such seat is on the panel."""

    code: ClassVar[str] = "panel.no-seat"


class SeatTaken(Conflict):
    """The specialty has a person already, or the person a seat."""

    code: ClassVar[str] = "panel.seat-taken"


class HasRead(Conflict):
    """Whoever has read the others' opinions can no longer write one of their own."""

    code: ClassVar[str] = "panel.has-read"


class InvitationIncomplete(BadInput):
    """An invitation names no specialty or nobody."""

    code: ClassVar[str] = "panel.invitation"


class PanelWordsMissing(BadInput):
    """An opinion, conclusion or dissent without words."""

    code: ClassVar[str] = "panel.words-missing"


class ConclusionChanged(Conflict):
    """The verdict is on a version of the conclusion that has been replaced."""

    code: ClassVar[str] = "panel.conclusion-changed"


class VerdictGiven(Conflict):
    """A seat that has answered cannot be excused from answering."""

    code: ClassVar[str] = "panel.verdict-given"


class PanelNotReady(Conflict):
    """The panel cannot be concluded or closed yet; `missing` says why."""

    code: ClassVar[str] = "panel.not-ready"

    def __init__(self, missing: tuple[Missing, ...]) -> None:
        told = ", ".join(
            one.lack.value + (f" of {one.specialty.value}" if one.specialty else "")
            for one in missing
        )
        super().__init__(f"The joint panel is not finished; missing: {told}.")
        self.missing = missing


@dataclass(frozen=True, slots=True)
class PanelAct:
    """A move with what it brings along.

    Attributes
    ----------
    move : PanelMove
    specialty : Specialty or None
        The seat it is about; a panellist's own needs none.
    member : UserId or None
        The person invited.
    required : bool
        Whether the invited seat is required. A seat that is required stays so.
    text : str
        The opinion, the conclusion, or the words of a dissent.
    reason : str
    version : int or None
        The version of the conclusion that a verdict is on.
    """

    move: PanelMove
    specialty: Specialty | None = None
    member: UserId | None = None
    required: bool = True
    text: str = ""
    reason: str = ""
    version: int | None = None


def check_panel_move(
    viewer: Viewer, case: Case, panel: Panel, move: PanelMove, specialty: Specialty | None = None
) -> Seat | None:
    """Raise unless the viewer may make this move now; return the seat that it is on.

    Parameters
    ----------
    viewer : Viewer
    case : Case
    panel : Panel
    move : PanelMove
    specialty : Specialty, optional
        The seat the move is on, where it is on one.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    PanelMoveNotYours
        If the move is not theirs to make, or not on this seat.
    SeatUnknown
        If the move is on a seat and the panel has none of this specialty.
    PanelOutOfPlace
        If it is theirs, but case, panel or seat are not in a state for it.
    """
    stands = relations(viewer, case)
    if not stands:
        raise CaseNotFound("There is no such case.")
    rule = PANEL_RULES[move]
    if not stands & rule.by:
        raise PanelMoveNotYours("This is not yours to do on this panel.")
    seat = panel.seat_for(specialty)
    if not stands & (rule.by - {Relation.PANELLIST}):
        own = panel.seat_of(viewer.user)
        if own is None or (specialty is not None and own.specialty is not specialty):
            raise PanelMoveNotYours("This is not yours to do on this panel.")
        seat = own
    if case.state not in CASE_STATES or panel.state not in rule.sources:
        raise PanelOutOfPlace("This cannot be done as the panel stands now; look again.")
    if not rule.seat:
        return None
    if seat is None:
        raise SeatUnknown("There is no such seat on this panel.")
    if seat.state not in rule.seat:
        raise PanelOutOfPlace("This cannot be done as the panel stands now; look again.")
    return seat


def may_panel_move(
    viewer: Viewer, case: Case, panel: Panel, move: PanelMove, specialty: Specialty | None = None
) -> bool:
    """Say whether the viewer may make this move now (what a button asks).

    Parameters
    ----------
    viewer : Viewer
    case : Case
    panel : Panel
    move : PanelMove
    specialty : Specialty, optional
        The seat the move is on, where it is on one.
    """
    try:
        check_panel_move(viewer, case, panel, move, specialty)
    except TongyingError:
        return False
    return True


def apply_panel(viewer: Viewer, case: Case, panel: Panel, act: PanelAct, at: datetime) -> Panel:
    """Return the panel after a move.

    Parameters
    ----------
    viewer : Viewer
        Who makes it.
    case : Case
    panel : Panel
    act : PanelAct
    at : datetime
        When, with time zone.

    Raises
    ------
    CaseNotFound, PanelMoveNotYours, SeatUnknown, PanelOutOfPlace
        As `check_panel_move`.
    ReasonMissing
        If the move needs a reason and none is given.
    InvitationIncomplete
        If an invitation names no specialty or nobody.
    SeatTaken
        If the specialty has a person already, or the person a seat.
    HasRead
        If the one invited has read, or may have read, the others' opinions.
    PanelWordsMissing
        If an opinion, a conclusion or a dissent has no words.
    PanelNotReady
        If it is too early to conclude or to close.
    ConclusionChanged
        If a verdict is not on the conclusion as it is now.
    VerdictGiven
        If a seat that has answered is to be excused from answering.
    """
    seat = check_panel_move(viewer, case, panel, act.move, act.specialty)
    rule = PANEL_RULES[act.move]
    reason, text = act.reason.strip(), act.text.strip()
    if rule.needs_reason and not reason:
        raise ReasonMissing("Give a reason in a few words.")
    after = replace(panel, state=rule.target or panel.state)
    match act.move:
        case PanelMove.INVITE:
            return _invited(case, panel, act)
        case PanelMove.PROPOSE:
            return _proposed(panel, after, text)
        case PanelMove.CLOSE:
            lacks = missing_to_close(panel)
            if lacks:
                raise PanelNotReady(lacks)
            return after
        case PanelMove.CANCEL:
            return cancelled(panel)
        case _ if seat is None:
            return after
        case _:
            changed = _changed(panel, seat, replace(act, reason=reason), at)
            kept = tuple(changed if one is seat else one for one in panel.seats)
            return replace(panel, seats=tuple(one for one in kept if one is not None))


def _invited(case: Case, panel: Panel, act: PanelAct) -> Panel:
    if act.specialty is None or act.member is None:
        raise InvitationIncomplete("Choose a specialty and a person to invite.")
    old = panel.seat_for(act.specialty)
    vacant = old is None or old.member is None or old.state is SeatState.EXCUSED
    if not vacant:
        raise SeatTaken("This specialty has a seat on the panel already.")
    other = panel.seat_of(act.member)
    if other is not None and other is not old:
        raise SeatTaken("This person has a seat on the panel already.")
    signed = any(one.state is SeatState.SIGNED for one in panel.seats)
    if signed and (act.member == case.assignee or act.member in panel.led_by):
        raise HasRead("Whoever leads the panel takes a seat before the first opinion is signed.")
    required = act.required or (old is not None and old.required)
    new = Seat(act.specialty, act.member, required)
    if old is None:
        return replace(panel, seats=(*panel.seats, new))
    return replace(panel, seats=tuple(new if one is old else one for one in panel.seats))


def _proposed(panel: Panel, after: Panel, text: str) -> Panel:
    lacks = missing_to_conclude(panel)
    if lacks:
        raise PanelNotReady(lacks)
    if not text:
        raise PanelWordsMissing("Write the joint conclusion first.")
    if panel.state is PanelState.CONCLUDING and text == panel.conclusion:
        return panel
    return replace(after, conclusion=text, version=panel.version + 1)


def _changed(panel: Panel, seat: Seat, act: PanelAct, at: datetime) -> Seat | None:
    """Return a seat after a move on it; None where it goes."""
    match act.move:
        case PanelMove.DROP_SEAT:
            return vacated(seat)
        case PanelMove.WRITE:
            return replace(seat, opinion=act.text)
        case PanelMove.SIGN_OWN:
            if not act.text.strip():
                raise PanelWordsMissing("Write your opinion before you sign.")
            return replace(seat, state=SeatState.SIGNED, opinion=act.text.strip(), signed_at=at)
        case PanelMove.EXCUSE:
            return replace(seat, state=SeatState.EXCUSED, opinion="", excuse=act.reason)
        case PanelMove.EXCUSE_VERDICT:
            if seat.verdict_version == panel.version and seat.verdict is not None:
                raise VerdictGiven("This seat has already answered to the conclusion.")
            return replace(
                seat, verdict=None, verdict_version=panel.version, verdict_at=at, excuse=act.reason
            )
        case _:
            return _answered(panel, seat, act, at)


def _answered(panel: Panel, seat: Seat, act: PanelAct, at: datetime) -> Seat:
    if act.version != panel.version:
        raise ConclusionChanged("The conclusion has been changed meanwhile; read it again.")
    agrees = act.move is PanelMove.AGREE
    words = act.text.strip()
    if not agrees and not words:
        raise PanelWordsMissing("Say in words what you do not agree with.")
    dissents = seat.dissents if agrees else (*seat.dissents, Dissent(panel.version, words, at))
    return replace(
        seat,
        verdict=Verdict.AGREES if agrees else Verdict.DISSENTS,
        verdict_version=panel.version,
        verdict_at=at,
        excuse="",
        dissents=dissents,
    )
