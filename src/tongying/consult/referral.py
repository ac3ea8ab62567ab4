"""Referral through the green channel: states, moves and who makes them, in one table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tongying.consult.access import relations
from tongying.consult.case import Case, Urgency
from tongying.consult.outcome import OUTCOME_WITHIN, OutcomeKind, has_outcome
from tongying.consult.people import Relation, Role, Viewer
from tongying.consult.states import State
from tongying.kernel.ids import HospitalCode, UserId


class ReferralState(StrEnum):
    """Where a referral stands."""

    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    ARRIVED = "arrived"
    NOT_ARRIVED = "not-arrived"
    CLOSED = "closed"


RECEIVING_SEES = (
    ReferralState.SENT.value,
    ReferralState.ACCEPTED.value,
    ReferralState.ARRIVED.value,
    ReferralState.NOT_ARRIVED.value,
    ReferralState.CLOSED.value,
)
"""States in which the receiving hospital sees the case and its images.

Also while the child has not come: one that comes a day late is checked in like any other.
"""


class ReferralMove(StrEnum):
    """What can be done to a referral."""

    SEND = "send"
    ACCEPT = "accept"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    REBOOK = "rebook"
    ARRIVE = "arrive"
    NOT_ARRIVED = "not-arrived"
    OUTCOME = "outcome"
    """A piece of the outcome is recorded."""
    CLOSE = "close"


class Side(StrEnum):
    """The two sides of a referral."""

    REFERRING = "referring"
    """A requester of the asking hospital, or the expert who signed the opinion."""
    RECEIVING = "receiving"
    """A coordinator of the receiving hospital, or its named doctor."""
    NOBODY = "nobody"
    """Owner of what has ended."""


REFERRED_FROM = frozenset({State.SIGNED, State.ACKNOWLEDGED})
"""A child is referred from an opinion, so there must be one."""


@dataclass(frozen=True, slots=True)
class ReferralRule:
    """From which states a move leads where, which side makes it, and whether it needs a reason."""

    sources: frozenset[ReferralState]
    """Empty for the sending, which begins a referral."""
    target: ReferralState | None
    """None: the state does not change."""
    by: frozenset[Side]
    needs_reason: bool = False
    books: bool = False
    """Whether it sets an appointment."""


def _rule(
    sources: str,
    target: ReferralState | None,
    by: str,
    *,
    needs_reason: bool = False,
    books: bool = False,
) -> ReferralRule:
    return ReferralRule(
        frozenset(ReferralState(name) for name in sources.split()),
        target,
        frozenset(Side(name) for name in by.split()),
        needs_reason,
        books,
    )


REFERRAL_RULES: dict[ReferralMove, ReferralRule] = {
    ReferralMove.SEND: _rule("", ReferralState.SENT, "referring"),
    ReferralMove.ACCEPT: _rule("sent", ReferralState.ACCEPTED, "receiving", books=True),
    # After acceptance too: a bed can be lost, and the other side must hear it as a no.
    ReferralMove.DECLINE: _rule(
        "sent accepted", ReferralState.DECLINED, "receiving", needs_reason=True
    ),
    ReferralMove.WITHDRAW: _rule(
        "sent accepted declined not-arrived",
        ReferralState.WITHDRAWN,
        "referring",
        needs_reason=True,
    ),
    ReferralMove.REBOOK: _rule(
        "accepted not-arrived", ReferralState.ACCEPTED, "receiving", books=True
    ),
    # Also before an answer: an emergency may be at the door first.
    ReferralMove.ARRIVE: _rule("sent accepted not-arrived", ReferralState.ARRIVED, "receiving"),
    ReferralMove.NOT_ARRIVED: _rule("accepted", ReferralState.NOT_ARRIVED, "receiving"),
    # Late pathology comes after the closing; of a child that never came the county may know more.
    ReferralMove.OUTCOME: _rule("arrived not-arrived closed", None, "referring receiving"),
    ReferralMove.CLOSE: _rule("arrived not-arrived", ReferralState.CLOSED, "referring receiving"),
}

REFERRAL_OWNER: dict[ReferralState, Side] = {
    ReferralState.SENT: Side.RECEIVING,
    ReferralState.ACCEPTED: Side.RECEIVING,
    ReferralState.DECLINED: Side.REFERRING,
    ReferralState.WITHDRAWN: Side.NOBODY,
    ReferralState.ARRIVED: Side.RECEIVING,
    ReferralState.NOT_ARRIVED: Side.REFERRING,
    ReferralState.CLOSED: Side.NOBODY,
}
"""Who has to act next. A declined child still needs a place, so it is the referring side's."""

REFERRAL_TERMINAL = frozenset(
    state for state, side in REFERRAL_OWNER.items() if side is Side.NOBODY
)

REFERRAL_URGENCIES = (Urgency.EMERGENCY, Urgency.URGENT, Urgency.ROUTINE)
"""How soon a child may have to come; a booked panel is no urgency of a referral."""

REFERRAL_ANSWER_WITHIN: dict[Urgency, timedelta] = {
    Urgency.EMERGENCY: timedelta(minutes=30),
    Urgency.URGENT: timedelta(hours=4),
    Urgency.ROUTINE: timedelta(hours=24),
}
"""Within what time the receiving hospital answers, and the referring one finds another place after
a refusal. Needs sign-off: the sources name no figure."""
CHECK_IN_WITHIN = timedelta(hours=12)
"""After the appointment the receiving hospital says by then whether the child has come. Needs
sign-off."""
MISSED_WITHIN = timedelta(hours=24)
"""The referring hospital finds out by then why a child has not come. Needs sign-off."""


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral as the rules see it.

    Attributes
    ----------
    state : ReferralState
    asking, receiving : HospitalCode
    signer : UserId or None
        The expert who signed the opinion (the case's assignee).
    doctor : UserId or None
        Who receives the child, named at acceptance.
    urgency : Urgency
    sent_at : datetime
    since : datetime
        When it came into its state.
    appointment_at : datetime or None
    outcomes : tuple of OutcomeKind
        What has been recorded, oldest first.
    outcome_at : datetime or None
        When the last of them was recorded.
    replaced : bool
        Whether the child has been referred elsewhere since.
    """

    state: ReferralState
    asking: HospitalCode
    receiving: HospitalCode
    signer: UserId | None
    doctor: UserId | None
    urgency: Urgency
    sent_at: datetime
    since: datetime
    appointment_at: datetime | None = None
    outcomes: tuple[OutcomeKind, ...] = ()
    outcome_at: datetime | None = None
    replaced: bool = False

    def owner(self) -> Side:
        """Return who has to act next."""
        if self.state is ReferralState.DECLINED and self.replaced:
            return Side.NOBODY
        return REFERRAL_OWNER[self.state]

    def is_open(self) -> bool:
        """Say whether somebody still has to act."""
        return self.owner() is not Side.NOBODY

    def due_at(self) -> datetime | None:
        """Return by when the owner has to act; None only where it has ended."""
        if not self.is_open():
            return None
        match self.state:
            case ReferralState.SENT:
                return self.sent_at + REFERRAL_ANSWER_WITHIN[self.urgency]
            case ReferralState.ACCEPTED:
                return (self.appointment_at or self.since) + CHECK_IN_WITHIN
            case ReferralState.DECLINED:
                return self.since + REFERRAL_ANSWER_WITHIN[self.urgency]
            case ReferralState.NOT_ARRIVED:
                return self.since + MISSED_WITHIN
            case _:
                known = has_outcome(self.outcomes) and self.outcome_at is not None
                begun = self.outcome_at if known and self.outcome_at else self.sent_at
                return begun + OUTCOME_WITHIN


def sides_of(viewer: Viewer, referral: Referral) -> frozenset[Side]:
    """Return on which sides of a referral a viewer acts; empty for everybody who only reads."""
    found: set[Side] = set()
    asks = viewer.hospital == referral.asking and viewer.role is Role.REQUESTER
    signed = viewer.role is Role.EXPERT and viewer.user == referral.signer
    if asks or signed:
        found.add(Side.REFERRING)
    desk = viewer.hospital == referral.receiving and viewer.role is Role.COORDINATOR
    named = viewer.role is Role.EXPERT and viewer.user == referral.doctor
    if desk or named:
        found.add(Side.RECEIVING)
    return frozenset(found)


def may_see_referral(viewer: Viewer, referral: Referral, case: Case) -> bool:
    """Say whether a referral exists for a viewer.

    Whoever sees the case otherwise than by receiving the child sees its referrals; a receiving
    hospital sees its own only, and only while it may see the case.
    """
    if relations(viewer, case) - {Relation.RECEIVING}:
        return True
    receives = Side.RECEIVING in sides_of(viewer, referral)
    return receives and referral.state.value in RECEIVING_SEES


def may_refer(viewer: Viewer, case: Case) -> bool:
    """Say whether a viewer may refer the child of a case: a requester who asks, or who signed."""
    stands = relations(viewer, case)
    return case.state in REFERRED_FROM and bool(stands & {Relation.ASKING, Relation.ASSIGNEE})
