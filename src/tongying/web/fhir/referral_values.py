"""What the store hands to the mapping of referrals, panels, critical findings and outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.consult.outcome import OutcomeKind
from tongying.consult.panel_rules import SeatState
from tongying.consult.referral import Referral
from tongying.web.fhir.values import FhirCase


@dataclass(frozen=True, slots=True)
class FhirPerson:
    """A member as a reference names them."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class FhirReferral:
    """A referral with what its order says.

    Attributes
    ----------
    id : int
    about : FhirCase
        The case from whose opinion the child is referred.
    referral : Referral
    number : str
        The case's number and the referral's.
    needs, transport, airway_risk : str
        Codes of `consult.referral_order`, empty where nobody has said.
    documents : tuple of str
        What travels along.
    procedures, outcomes : tuple of int
        Outcomes that are procedures, and all outcomes.
    """

    id: int
    about: FhirCase
    referral: Referral
    number: str
    reason: str
    needs: str
    transport: str
    airway_risk: str
    risk_note: str
    documents: tuple[str, ...]
    place: str
    answer_reason: str
    receiving_name: str
    doctor: FhirPerson | None
    referred_by: FhirPerson
    answered_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    changed_at: datetime
    procedures: tuple[int, ...] = ()
    outcomes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FhirSeat:
    """A seat on a panel that somebody is invited to."""

    person: FhirPerson
    state: SeatState


@dataclass(frozen=True, slots=True)
class FhirPanelTime:
    """The appointment of a booked panel."""

    about: FhirCase
    booked_for: datetime
    seats: tuple[FhirSeat, ...]


@dataclass(frozen=True, slots=True)
class FhirOutcome:
    """A piece of the outcome of a referral; `seen_at` is when the referring side read it."""

    id: int
    about: FhirCase
    referral_id: int
    kind: OutcomeKind
    happened_on: date
    text: str
    recorded_by: FhirPerson
    recorded_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class FhirCritical:
    """A critical finding on its way to its receiver.

    Attributes
    ----------
    category : str
        ``"minutes"``, ``"hours"`` or ``"days"``: within what time the receiver must act.
    read_back : str
        What the receiver understood, in their own words.
    """

    id: int
    about: FhirCase
    finding: str
    category: str
    found_at: datetime
    reported_by: FhirPerson
    receiver: FhirPerson
    acknowledged_at: datetime | None
    acknowledged_by: FhirPerson | None
    read_back: str
