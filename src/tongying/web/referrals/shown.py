"""Referrals as they are shown: frozen values, so that rows stay in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.consult.outcome import Agreement, OutcomeKind, Truth
from tongying.consult.proportion import Proportion
from tongying.consult.referral import Referral, ReferralMove, Side
from tongying.web.cases.shown import ShownChild, ShownMember


@dataclass(frozen=True, slots=True)
class ShownOutcome:
    """A piece of the outcome."""

    kind: OutcomeKind
    happened_on: date
    text: str
    by: str
    hospital: str
    recorded_at: datetime
    seen_by: str
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """The opinion set against the outcome."""

    agreement: Agreement
    truth: Truth
    management_changed: bool | None
    note: str
    by: str
    at: datetime
    review_opened_at: datetime | None
    teaching_offered_at: datetime | None
    teaching_offered_by: str


@dataclass(frozen=True, slots=True)
class ShownReferralEvent:
    """One line of a referral's timeline."""

    at: datetime
    actor: str
    move: str
    note: str


@dataclass(frozen=True, slots=True)
class ReferralView:
    """A referral with everything its page shows to one viewer."""

    id: int
    number: str
    case_id: int
    revision: int
    referral: Referral
    child: ShownChild
    reason: str
    needs: str
    transport: str
    airway_risk: str
    """``none``, ``present`` or empty where nobody has said."""
    risk_note: str
    documents: tuple[str, ...]
    place: str
    answer_reason: str
    asking_name: str
    receiving_name: str
    referred_by: ShownMember
    doctor: ShownMember | None
    code: str
    answered_at: datetime | None
    images_ready_at: datetime | None
    arrived_at: datetime | None
    owner: Side
    due_at: datetime | None
    late: bool
    """Whether the owner should have acted by now."""
    chased_days: int | None
    """Days since it was sent, where its outcome is being chased."""
    has_node: bool
    """Whether the receiving hospital has a DICOM node to which images are sent."""
    outcomes: tuple[ShownOutcome, ...]
    """Oldest first."""
    comparison: ShownComparison | None
    events: tuple[ShownReferralEvent, ...]
    """Oldest first."""
    moves: tuple[ReferralMove, ...]
    """What the viewer may do now."""
    doctors: tuple[ShownMember, ...]
    """Who can be named, for whoever makes the appointment."""
    reads: bool
    """Whether the viewer reads outcomes for the asking hospital."""
    compares: bool
    """Whether the viewer sets the opinion against the outcome."""

    @property
    def unread(self) -> int:
        """How many pieces of the outcome the asking hospital has not read."""
        return sum(one.seen_at is None for one in self.outcomes)


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One line of a list of referrals."""

    id: int
    number: str
    referral: Referral
    child: ShownChild
    reason: str
    asking_name: str
    receiving_name: str
    owner: Side
    due_at: datetime | None
    late: bool
    chased_days: int | None
    unread: int


@dataclass(frozen=True, slots=True)
class PublicReferral:
    """What anybody who holds the parents' slip may know: no patient data."""

    state: str
    asking_name: str
    receiving_name: str
    place: str
    appointment_at: datetime | None


@dataclass(frozen=True, slots=True)
class QualityLine:
    """One comparison on the quality page."""

    referral_id: int
    case_id: int
    number: str
    asking_name: str
    comparison: ShownComparison


@dataclass(frozen=True, slots=True)
class QualityView:
    """How opinions stood up to outcomes, for one hospital's coordinators.

    Attributes
    ----------
    counts : tuple of (Agreement, int, Proportion or None)
        Proportions are of the comparisons that could be made.
    compared, comparable : int
    changed : Proportion or None
        Opinions that changed what was done, of those where that is known.
    discrepancies, teaching : tuple of QualityLine
        Newest first.
    """

    counts: tuple[tuple[Agreement, int, Proportion | None], ...]
    compared: int
    comparable: int
    changed: Proportion | None
    discrepancies: tuple[QualityLine, ...]
    teaching: tuple[QualityLine, ...]
