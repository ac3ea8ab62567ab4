"""Making a move on a referral: the check, the button's answer to it, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from tongying.consult.case import Case
from tongying.consult.outcome import has_ended
from tongying.consult.people import Viewer
from tongying.consult.referral import (
    REFERRAL_RULES,
    Referral,
    ReferralMove,
    ReferralState,
    may_refer,
    may_see_referral,
    sides_of,
)
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, TongyingError
from tongying.kernel.ids import UserId

JUST_NOW = timedelta(minutes=15)
"""An appointment may lie this far back: "come at once" is typed and sent some minutes later."""
BOOKED_AHEAD = timedelta(days=180)
"""An appointment further ahead is a slip of the pen. Needs sign-off."""


class ReferralNotFound(NotFound):
    """The referral does not exist for this viewer."""

    code: ClassVar[str] = "referral.not-found"


class ReferralNotYours(NotAllowed):
    """The viewer sees the referral, or its case, but may not do that."""

    code: ClassVar[str] = "referral.not-yours"


class ReferralOutOfPlace(Conflict):
    """The move does not start from the state the referral is in."""

    code: ClassVar[str] = "referral.out-of-place"


class ReferralReasonMissing(BadInput):
    """The move needs a reason in words."""

    code: ClassVar[str] = "referral.reason-missing"


class AppointmentRefused(BadInput):
    """Time, place or doctor of the appointment is missing or cannot be."""

    code: ClassVar[str] = "referral.appointment"


class OutcomeStillMissing(Conflict):
    """A referral is closed before it is known what became of the child."""

    code: ClassVar[str] = "referral.outcome-missing"


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where the child is received, and by whom."""

    at: datetime | None
    place: str = ""
    doctor: UserId | None = None

    def faults(self, now: datetime, doctors: frozenset[UserId]) -> dict[str, str]:
        """Return, by field name, one sentence for each thing that is missing or cannot be.

        Parameters
        ----------
        now : datetime
        doctors : frozenset of UserId
            Who can be named; where the hospital has no doctor on the platform, nobody need be.
        """
        faults: dict[str, str] = {}
        if self.at is None:
            faults["at"] = "Give day and time of the appointment."
        elif self.at < now - JUST_NOW:
            faults["at"] = "The appointment lies in the past."
        elif self.at > now + BOOKED_AHEAD:
            faults["at"] = "The appointment lies more than half a year ahead."
        if not self.place.strip():
            faults["place"] = "Say where the child is to come."
        if doctors and self.doctor is None:
            faults["doctor"] = "Name the doctor who receives the child."
        elif self.doctor is not None and self.doctor not in doctors:
            faults["doctor"] = "The doctor named must be an active expert of this hospital."
        return faults


@dataclass(frozen=True, slots=True)
class ReferralAct:
    """A move with what it brings along."""

    move: ReferralMove
    reason: str = ""
    appointment: Appointment | None = None
    doctors: frozenset[UserId] = frozenset()
    """Who can be named as receiving doctor."""


def check_refer(viewer: Viewer, case: Case) -> None:
    """Raise unless the viewer may refer the child of a case they see.

    Raises
    ------
    ReferralNotYours
        If they neither ask nor have signed, or there is no opinion yet.
    """
    if not may_refer(viewer, case):
        raise ReferralNotYours(
            "A child is referred from a signed opinion, by the asking doctor or who signed."
        )


def check_referral_move(viewer: Viewer, referral: Referral, case: Case, move: ReferralMove) -> None:
    """Raise unless the viewer may make this move now.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    ReferralNotYours
        If the move is not theirs to make.
    ReferralOutOfPlace
        If it is theirs, but not from this state, or the child has been referred elsewhere since.
    OutcomeStillMissing
        If it is to be closed before the outcome is known.
    """
    if not may_see_referral(viewer, referral, case):
        raise ReferralNotFound("There is no such referral.")
    rule = REFERRAL_RULES[move]
    if not sides_of(viewer, referral) & rule.by:
        raise ReferralNotYours(f"“{move.value}” is not yours to do on this referral.")
    elsewhere = referral.state is ReferralState.DECLINED and referral.replaced
    if referral.state not in rule.sources or elsewhere:
        raise ReferralOutOfPlace(
            f"“{move.value}” cannot be done while the referral is {referral.state.value}."
        )
    if move is ReferralMove.CLOSE and not has_ended(referral.outcomes):
        raise OutcomeStillMissing("Record first how it ended: discharge, follow-up or none.")


def may_move_referral(viewer: Viewer, referral: Referral, case: Case, move: ReferralMove) -> bool:
    """Say whether the viewer may make this move now (what a button asks)."""
    try:
        check_referral_move(viewer, referral, case, move)
    except TongyingError:
        return False
    return True


def moves_of_referral(viewer: Viewer, referral: Referral, case: Case) -> tuple[ReferralMove, ...]:
    """Return the moves the viewer may make now, in the table's order."""
    return tuple(move for move in REFERRAL_RULES if may_move_referral(viewer, referral, case, move))


def apply_referral(
    viewer: Viewer, referral: Referral, case: Case, act: ReferralAct, at: datetime
) -> Referral:
    """Return the referral after a move.

    Parameters
    ----------
    viewer : Viewer
    referral : Referral
    case : Case
        The case it comes from.
    act : ReferralAct
    at : datetime
        When, with time zone.

    Raises
    ------
    ReferralNotFound, ReferralNotYours, ReferralOutOfPlace, OutcomeStillMissing
        As `check_referral_move`.
    ReferralReasonMissing
        If the move needs a reason and none is given.
    AppointmentRefused
        If time, place or doctor is missing or cannot be.
    """
    check_referral_move(viewer, referral, case, act.move)
    rule = REFERRAL_RULES[act.move]
    if rule.needs_reason and not act.reason.strip():
        raise ReferralReasonMissing("Give a reason in a few words.")
    if rule.books:
        booked = act.appointment or Appointment(None)
        for sentence in booked.faults(at, act.doctors).values():
            raise AppointmentRefused(sentence)
        referral = replace(referral, appointment_at=booked.at, doctor=booked.doctor)
    if rule.target is None:
        return referral
    return replace(referral, state=rule.target, since=at)
