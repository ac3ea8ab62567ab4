"""Referrals and people for the tests of the referral rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tongying.consult.case import Case, Question, Urgency
from tongying.consult.outcome import OutcomeKind
from tongying.consult.people import Role, Viewer
from tongying.consult.referral import Referral, ReferralState
from tongying.consult.referral_order import AirwayRisk, Attachment, Needs, Order, Transport
from tongying.consult.states import State
from tongying.kernel.ids import CaseId, HospitalCode, UserId

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
COUNTY, CHILDREN, CITY = HospitalCode("COUNTY"), HospitalCode("CHILDREN"), HospitalCode("CITY")
AUTHOR, SIGNER, DOCTOR = UserId(1), UserId(2), UserId(3)
ORDER = Order(
    receiving=CITY,
    reason="肠套叠，需手术",
    urgency=Urgency.URGENT,
    needs=Needs.THEATRE,
    transport=Transport.AMBULANCE,
    airway_risk=AirwayRisk.NONE,
    attachments=frozenset(Attachment),
)


def case(state: State = State.SIGNED, *, receiving: bool = True) -> Case:
    return Case(
        CaseId(1),
        state,
        COUNTY,
        CHILDREN,
        AUTHOR,
        SIGNER,
        Question(),
        receiving=frozenset({CITY} if receiving else ()),
        receivers=frozenset({DOCTOR} if receiving else ()),
    )


def referral(
    state: ReferralState, *kinds: OutcomeKind, replaced: bool = False, **changes: object
) -> Referral:
    values = {
        "state": state,
        "asking": COUNTY,
        "receiving": CITY,
        "signer": SIGNER,
        "doctor": DOCTOR,
        "urgency": Urgency.URGENT,
        "sent_at": AT,
        "since": AT + timedelta(hours=1),
        "outcomes": kinds,
        "replaced": replaced,
    }
    return Referral(**(values | changes))  # type: ignore[arg-type]


def person(role: Role, hospital: str, user: int = 99) -> Viewer:
    return Viewer(UserId(user), "x", HospitalCode(hospital), role)
