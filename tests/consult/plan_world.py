"""Situations for tests of the assignment: by hand, and drawn at random."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from tongying.consult.assignment import Situation
from tongying.consult.case import Urgency
from tongying.consult.eligibility import OpenCase, Policy
from tongying.consult.expert import Expert, Licence, Pace
from tongying.consult.roster import Duty, Roster, Shift
from tongying.consult.specialty import Specialty

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LICENCE = Licence("L-1", date(2030, 1, 1))
EXPIRED = Licence("L-2", date(2026, 3, 1))


def at(minutes):
    return NOW + timedelta(minutes=minutes)


def expert(number, **more):
    values = {
        "hospital": "CHILDREN",
        "licence": LICENCE,
        "specialties": frozenset(),
        "modalities": frozenset({"CT", "MR", "US"}),
        "age_from_days": None,
        "age_until_days": None,
        "load_cap": None,
        "pace": Pace(20.0, 0.5, 30),
        "recent_minutes": 0.0,
    } | more
    return Expert(id=number, name=f"E{number}", **values)


def open_case(number, due=240.0, **more):
    values = {
        "asking": "COUNTY",
        "urgency": Urgency.URGENT,
        "submitted_at": at(-10),
        "due_at": at(due),
        "specialty": None,
        "modalities": frozenset({"CT"}),
        "age_days": 400,
    } | more
    return OpenCase(id=number, **values)


def shift(member, begin, end, duty=Duty.DESK):
    return Shift(member, at(begin), at(end), duty)


def situation(cases, experts, shifts=None, **policy):
    """Everybody is at the desk around the clock unless shifts are given."""
    if shifts is None:
        shifts = [shift(one.id, -60, 24 * 60) for one in experts]
    return Situation(NOW, tuple(cases), tuple(experts), Roster(shifts), Policy(**policy))


FIELDS = [Specialty.BONE, Specialty.CHEST]
KINDS = ["CT", "US"]


@st.composite
def experts_drawn(draw, number):
    known = draw(st.booleans())
    return expert(
        number,
        hospital=draw(st.sampled_from(["CHILDREN", "CHILDREN", "COUNTY"])),
        licence=draw(st.sampled_from([LICENCE, LICENCE, None, EXPIRED])),
        specialties=frozenset(draw(st.lists(st.sampled_from(FIELDS), max_size=2))),
        modalities=frozenset(draw(st.lists(st.sampled_from(KINDS), min_size=1)))
        if known
        else frozenset(),
        age_from_days=draw(st.sampled_from([None, None, 365])),
        load_cap=draw(st.sampled_from([None, None, 1, 2])),
        pace=Pace(draw(st.floats(4, 60)), draw(st.floats(0.15, 1.0))),
        recent_minutes=draw(st.sampled_from([0.0, 100.0, 600.0])),
    )


ROSTERS = {
    "unknown": [],
    "on": [(-60, 1000, Duty.DESK)],
    "soon over": [(-60, 35, Duty.DESK), (500, 900, Duty.DESK)],
    "off": [(60, 300, Duty.DESK), (900, 1000, Duty.DESK)],
    "touching": [(-60, 15, Duty.DESK), (15, 60, Duty.DESK)],
    "on call": [(-60, 90, Duty.ON_CALL), (120, 400, Duty.DESK)],
    "only on call": [(-10, 300, Duty.ON_CALL)],
    "past": [(-300, -60, Duty.DESK)],
}


@st.composite
def cases_drawn(draw, number, experts):
    urgency = draw(st.sampled_from(list(Urgency)))
    members = [one.id for one in experts]
    assignee = draw(st.sampled_from([None, None, *members, 77]))
    accepted = assignee is not None and draw(st.booleans())
    return open_case(
        number,
        due=draw(st.floats(-30, 360)),
        asking=draw(st.sampled_from(["COUNTY", "OTHER"])),
        urgency=urgency,
        specialty=draw(st.sampled_from([None, *FIELDS])),
        modalities=frozenset({draw(st.sampled_from(KINDS))}),
        age_days=draw(st.sampled_from([None, 30, 2000])),
        assignee=assignee,
        accepted_at=at(-draw(st.floats(0, 90))) if accepted else None,
        waiting=accepted and draw(st.booleans()),
        declined=frozenset(draw(st.lists(st.sampled_from(members), max_size=1))),
    )


@st.composite
def situations(draw, most_cases=5):
    experts = [draw(experts_drawn(number)) for number in range(1, draw(st.integers(1, 3)) + 1)]
    count = draw(st.integers(1, most_cases))
    cases = [draw(cases_drawn(number, experts)) for number in range(1, count + 1)]
    shifts = []
    for one in experts:
        for begin, end, duty in ROSTERS[draw(st.sampled_from(sorted(ROSTERS)))]:
            shifts.append(shift(one.id, begin, end, duty))
    return situation(cases, experts, shifts, credentials_required=draw(st.booleans()))
