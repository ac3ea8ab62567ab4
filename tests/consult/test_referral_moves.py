"""Referral: every move from every state by everybody, written by hand; owners, deadlines, laws."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral_values import (
    AT,
    CHILDREN,
    CITY,
    COUNTY,
    DOCTOR,
    ORDER,
    SIGNER,
    case,
    person,
    referral,
)

from tongying.consult.case import Urgency
from tongying.consult.outcome import OUTCOME_WITHIN, OutcomeKind
from tongying.consult.people import Role
from tongying.consult.referral import (
    CHECK_IN_WITHIN,
    MISSED_WITHIN,
    REFERRAL_OWNER,
    REFERRAL_RULES,
    ReferralMove,
    ReferralState,
    Side,
    may_refer,
    may_see_referral,
    sides_of,
)
from tongying.consult.referral_moves import (
    Appointment,
    AppointmentRefused,
    OutcomeStillMissing,
    ReferralAct,
    ReferralNotFound,
    ReferralNotYours,
    ReferralOutOfPlace,
    ReferralReasonMissing,
    apply_referral,
    may_move_referral,
)
from tongying.consult.referral_order import AirwayRisk, OrderRefused, check_order
from tongying.consult.states import State

BY_HAND = {
    "accept": ("receiving", {"sent": "accepted"}),
    "decline": ("receiving", {"sent": "declined", "accepted": "declined"}),
    "withdraw": (
        "referring",
        {
            "sent": "withdrawn",
            "accepted": "withdrawn",
            "declined": "withdrawn",
            "not-arrived": "withdrawn",
        },
    ),
    "rebook": ("receiving", {"accepted": "accepted", "not-arrived": "accepted"}),
    "arrive": (
        "receiving",
        {"sent": "arrived", "accepted": "arrived", "not-arrived": "arrived"},
    ),
    "not-arrived": ("receiving", {"accepted": "not-arrived"}),
    "outcome": (
        "referring receiving",
        {"arrived": "arrived", "not-arrived": "not-arrived", "closed": "closed"},
    ),
    "close": ("referring receiving", {"arrived": "closed", "not-arrived": "closed"}),
}
SEES = {"sent", "accepted", "arrived", "not-arrived", "closed"}
"""States in which the receiving hospital knows of it, by hand."""


def by_hand(role: Role, hospital: str, user: int, state: str) -> set[str]:
    """How a person stands: referring, receiving, reads; from the issue, not from the code."""
    found = set()
    if role is Role.VENDOR:
        return found
    if hospital == COUNTY:
        found.add("referring" if role is Role.REQUESTER else "reads")
    if role is Role.EXPERT and user == SIGNER:
        found.add("referring")
    if hospital == CHILDREN and role is Role.COORDINATOR:
        found.add("reads")
    receives = hospital == CITY and role is Role.COORDINATOR
    if (receives or (role is Role.EXPERT and user == DOCTOR)) and (state in SEES or found):
        found.add("receiving")
    return found


def act_of(move: ReferralMove) -> ReferralAct:
    return ReferralAct(
        move,
        "原因",
        Appointment(AT + timedelta(days=1), "3 楼外科", DOCTOR),
        frozenset({DOCTOR}),
    )


PEOPLE = [
    (role, hospital, user)
    for role, hospital, user in product(Role, (COUNTY, CHILDREN, CITY, "OTHER"), (9, 2, 3))
]


@pytest.mark.parametrize("move", [one for one in ReferralMove if one is not ReferralMove.SEND])
def test_every_move_of_everybody_from_every_state(move: ReferralMove) -> None:
    by, ways = BY_HAND[move.value]
    done = 0
    for state, (role, hospital, user) in product(ReferralState, PEOPLE):
        viewer = person(role, hospital, user)
        before = referral(state, OutcomeKind.DISCHARGE)
        # What the case knows of its receivers follows from the referral's state.
        of = case(receiving=state.value in SEES)
        stands = by_hand(role, hospital, user, state.value)
        expected: object = None
        if not stands:
            expected = ReferralNotFound
        elif not stands & set(by.split()):
            expected = ReferralNotYours
        elif state.value not in ways:
            expected = ReferralOutOfPlace
        if expected is None:
            after = apply_referral(viewer, before, of, act_of(move), AT)
            assert after.state.value == ways[state.value]
            done += 1
        else:
            with pytest.raises(expected):  # type: ignore[call-overload]
                apply_referral(viewer, before, of, act_of(move), AT)
        assert may_move_referral(viewer, before, of, move) == (expected is None)
        assert may_see_referral(viewer, before, of) == bool(stands)
    assert done > 0
    assert set(BY_HAND) == {one.value for one in REFERRAL_RULES} - {"send"}


def test_who_may_refer_and_from_which_state() -> None:
    """Hand-written: a requester of the asking hospital or who signed, once there is an opinion."""
    allowed = 0
    for state, (role, hospital, user) in product(State, PEOPLE):
        asks = hospital == COUNTY and role is Role.REQUESTER
        signed = role is Role.EXPERT and user == 2
        expected = state.value in ("signed", "acknowledged") and (asks or signed)
        got = may_refer(person(role, hospital, user), case(state, receiving=False))
        assert got == expected, (state, role, hospital, user)
        allowed += expected
    assert allowed == 2 * (3 + 4 - 0)


@pytest.mark.parametrize("state", ReferralState)
def test_every_open_state_has_an_owner_and_a_deadline(state: ReferralState) -> None:
    one = referral(state, appointment_at=AT + timedelta(days=1))
    assert one.is_open() == (state.value not in ("withdrawn", "closed"))
    assert (one.due_at() is not None) == one.is_open()
    assert (one.owner() is not Side.NOBODY) == one.is_open()


def test_owners_and_deadlines_by_hand() -> None:
    owners = {state.value: side.value for state, side in REFERRAL_OWNER.items()}
    assert owners == {
        "sent": "receiving",
        "accepted": "receiving",
        "declined": "referring",
        "withdrawn": "nobody",
        "arrived": "receiving",
        "not-arrived": "referring",
        "closed": "nobody",
    }
    since, booked = AT + timedelta(hours=1), AT + timedelta(days=3)
    hours = {Urgency.EMERGENCY: 0.5, Urgency.URGENT: 4, Urgency.ROUTINE: 24}
    for urgency, answer in hours.items():
        sent = referral(ReferralState.SENT, urgency=urgency)
        assert sent.due_at() == AT + timedelta(hours=answer)
        declined = referral(ReferralState.DECLINED, urgency=urgency)
        assert declined.due_at() == since + timedelta(hours=answer)
    accepted = referral(ReferralState.ACCEPTED, appointment_at=booked)
    assert accepted.due_at() == booked + CHECK_IN_WITHIN == AT + timedelta(days=3, hours=12)
    missed = referral(ReferralState.NOT_ARRIVED)
    assert missed.due_at() == since + MISSED_WITHIN == since + timedelta(hours=24)
    arrived = referral(ReferralState.ARRIVED, OutcomeKind.ARRIVAL, outcome_at=since)
    assert arrived.due_at() == AT + OUTCOME_WITHIN == AT + timedelta(days=30)
    known = referral(ReferralState.ARRIVED, OutcomeKind.PROCEDURE, outcome_at=since)
    assert known.due_at() == since + timedelta(days=30)


def test_a_declined_child_that_is_referred_elsewhere_is_nobodys() -> None:
    one = referral(ReferralState.DECLINED, replaced=True)
    assert one.owner() is Side.NOBODY
    assert one.due_at() is None
    with pytest.raises(ReferralOutOfPlace):
        apply_referral(
            person(Role.REQUESTER, COUNTY), one, case(), act_of(ReferralMove.WITHDRAW), AT
        )
    assert referral(ReferralState.SENT, replaced=True).is_open()


@pytest.mark.parametrize("move", [ReferralMove.DECLINE, ReferralMove.WITHDRAW])
def test_a_no_needs_its_reason(move: ReferralMove) -> None:
    who = person(Role.COORDINATOR, CITY)
    if move is ReferralMove.WITHDRAW:
        who = person(Role.REQUESTER, COUNTY)
    with pytest.raises(ReferralReasonMissing):
        apply_referral(who, referral(ReferralState.SENT), case(), ReferralAct(move, "  "), AT)


@pytest.mark.parametrize(
    ("appointment", "field"),
    [
        (None, "at"),
        (Appointment(None, "3 楼", DOCTOR), "at"),
        (Appointment(AT - timedelta(minutes=16), "3 楼", DOCTOR), "at"),
        (Appointment(AT + timedelta(days=181), "3 楼", DOCTOR), "at"),
        (Appointment(AT + timedelta(days=1), " ", DOCTOR), "place"),
        (Appointment(AT + timedelta(days=1), "3 楼", None), "doctor"),
        (Appointment(AT + timedelta(days=1), "3 楼", SIGNER), "doctor"),
    ],
)
def test_an_appointment_is_a_time_a_place_and_a_doctor(
    appointment: Appointment | None, field: str
) -> None:
    assert field in (appointment or Appointment(None)).faults(AT, frozenset({DOCTOR}))
    act = ReferralAct(ReferralMove.ACCEPT, "", appointment, frozenset({DOCTOR}))
    with pytest.raises(AppointmentRefused):
        apply_referral(
            person(Role.COORDINATOR, CITY), referral(ReferralState.SENT), case(), act, AT
        )


def test_a_hospital_without_doctors_here_accepts_without_naming_one() -> None:
    act = ReferralAct(ReferralMove.ACCEPT, "", Appointment(AT - timedelta(minutes=14), "急诊"))
    after = apply_referral(
        person(Role.COORDINATOR, CITY), referral(ReferralState.SENT), case(), act, AT
    )
    assert after.appointment_at == AT - timedelta(minutes=14)
    assert after.doctor is None


@pytest.mark.parametrize("kind", OutcomeKind)
def test_what_counts_as_closed(kind: OutcomeKind) -> None:
    close = ReferralAct(ReferralMove.CLOSE)
    who = person(Role.COORDINATOR, CITY)
    one = referral(ReferralState.ARRIVED, OutcomeKind.ARRIVAL, kind)
    if kind.value in ("discharge", "follow-up", "none"):
        assert apply_referral(who, one, case(), close, AT).state is ReferralState.CLOSED
    else:
        with pytest.raises(OutcomeStillMissing):
            apply_referral(who, one, case(), close, AT)


def test_nothing_goes_out_half_said() -> None:
    check_order(ORDER, COUNTY)
    from dataclasses import replace

    for field in ("receiving", "urgency", "needs", "transport", "airway_risk"):
        assert set(replace(ORDER, **{field: None}).faults(COUNTY)) == {field}
    assert set(replace(ORDER, reason=" ").faults(COUNTY)) == {"reason"}
    assert set(replace(ORDER, receiving=COUNTY).faults(COUNTY)) == {"receiving"}
    assert set(replace(ORDER, urgency=Urgency.BOOKED).faults(COUNTY)) == {"urgency"}
    assert set(replace(ORDER, attachments=frozenset()).faults(COUNTY)) == {"attachments"}
    risky = replace(ORDER, airway_risk=AirwayRisk.PRESENT)
    assert set(risky.faults(COUNTY)) == {"risk_note"}
    assert replace(risky, risk_note="巨大颈部淋巴管瘤").faults(COUNTY) == {}
    assert replace(ORDER, airway_risk=AirwayRisk.UNSAID).faults(COUNTY) == {}
    with pytest.raises(OrderRefused):
        check_order(replace(ORDER, airway_risk=None), COUNTY)


moves = st.lists(st.sampled_from([one for one in ReferralMove if one is not ReferralMove.SEND]))
everybody = st.sampled_from(PEOPLE)


@given(st.lists(st.tuples(moves.map(lambda some: some[:1]), everybody), max_size=30))
def test_no_walk_leaves_a_referral_without_owner_and_deadline(walk: list) -> None:
    one = referral(ReferralState.SENT, OutcomeKind.NONE)
    for some, who in walk:
        for move in some:
            viewer = person(*who)
            of = case(receiving=one.state.value in SEES)
            if may_move_referral(viewer, one, of, move):
                assert sides_of(viewer, one)
                one = apply_referral(viewer, one, of, act_of(move), AT)
            assert (one.due_at() is None) == (one.state.value in ("withdrawn", "closed"))
            if one.state is ReferralState.ACCEPTED:
                assert one.appointment_at is not None
