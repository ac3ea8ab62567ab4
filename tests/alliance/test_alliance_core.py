"""Tree, who answers, rights, hours and cover: the alliance without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.agreement import Agreement, SubAlliance, Tier
from tongying.consult.alliance import (
    HospitalRecord,
    above,
    answering_for,
    in_circle,
    in_tree_order,
    tree_fault,
)
from tongying.consult.alliance_faults import SENTENCES, FaultCode
from tongying.consult.alliance_import.hours import HoursUnreadable, hours_text, read_hours_text
from tongying.consult.alliance_rights import AllianceAct, may
from tongying.consult.cover import opening, uncovered
from tongying.consult.people import Role
from tongying.kernel.ids import HospitalCode

DAY = date(2026, 3, 2)
IMAGING = frozenset({SubAlliance.IMAGING})


def hospital(code: str, parent: str | None = None, tier: Tier | None = None) -> HospitalRecord:
    return HospitalRecord(HospitalCode(code), code, parent=parent, tier=tier)


def agreement(answering: str, until: date, scope=IMAGING) -> Agreement:
    return Agreement("C", answering, date(2026, 1, 1), until, scope)


def test_every_fault_has_a_sentence_that_its_values_fill() -> None:
    assert set(SENTENCES) == set(FaultCode)
    assert all(sentence.endswith((".", "岁.", "00.")) for sentence in SENTENCES.values())


@pytest.mark.parametrize(
    ("upper", "lower", "fits"),
    [
        (upper, lower, list(Tier).index(upper) < list(Tier).index(lower))
        for upper, lower in product(Tier, Tier)
    ],
)
def test_a_hospital_stands_below_a_higher_tier_only(upper: Tier, lower: Tier, fits: bool) -> None:
    alliance = {"U": hospital("U", None, upper), "L": hospital("L", "U", lower)}
    found = tree_fault(alliance["L"], alliance)
    assert (found is None) is fits
    # The one above is refused as well when it sinks below those under it.
    assert (tree_fault(alliance["U"], alliance) is None) is fits


def test_an_unknown_tier_is_not_compared() -> None:
    alliance = {"U": hospital("U"), "L": hospital("L", "U", Tier.LEADING)}
    assert tree_fault(alliance["L"], alliance) is None


def test_a_circle_is_found_from_each_of_its_hospitals_and_from_no_other() -> None:
    alliance = {
        one.code: one for one in (hospital("A", "C"), hospital("B", "A"), hospital("C", "B"))
    }
    alliance["D"] = hospital("D", "A")
    parents = {code: one.parent for code, one in alliance.items()}
    assert [in_circle(code, parents) for code in "ABCD"] == [True, True, True, False]
    assert tree_fault(alliance["B"], alliance).code is FaultCode.CYCLE
    assert tree_fault(hospital("S", "S"), {"S": hospital("S", "S")}).code is FaultCode.CYCLE
    assert list(above("D", parents)) == ["A", "C", "B"]


def test_a_parent_must_exist() -> None:
    assert tree_fault(hospital("A", "X"), {"A": hospital("A", "X")}).code is (
        FaultCode.PARENT_UNKNOWN
    )


@given(st.permutations("ABCDEFG"))
def test_tree_order_keeps_everybody_and_puts_each_after_the_one_above(order: list[str]) -> None:
    parents = dict(zip("ABCDEFG", (None, "A", "B", "A", None, "E", "X"), strict=True))
    lines = in_tree_order(hospital(code, parents[code]) for code in order)
    seen = [one.code for _, one in lines]
    assert sorted(seen) == list("ABCDEFG")
    for depth, one in lines:
        if one.parent in parents:
            assert seen.index(one.parent) < seen.index(one.code)
            assert depth == {o.code: d for d, o in lines}[one.parent] + 1
        else:
            assert depth == 0


PARENTS = {"C": "R", "R": "L", "L": None, "OLD": None}
LATER, GONE = date(2026, 12, 31), date(2026, 3, 1)


@pytest.mark.parametrize(
    ("answering", "agreements", "chosen"),
    [
        (["OLD", "R", "L"], [], "OLD"),
        (["OLD", "R", "L"], [agreement("L", LATER)], "L"),
        (["OLD", "R", "L"], [agreement("L", LATER), agreement("R", LATER)], "R"),
        (["OLD", "R", "L"], [agreement("L", LATER), agreement("R", GONE)], "L"),
        (["OLD", "L"], [agreement("R", LATER)], "OLD"),
        (["OLD", "L"], [agreement("L", GONE)], "OLD"),
        (["OLD", "L"], [agreement("L", LATER, frozenset({SubAlliance.NUCLEAR}))], "OLD"),
        # An agreement with somebody who does not stand above is no reason to pass the oldest.
        (["L", "OLD"], [agreement("OLD", LATER)], "L"),
        (["C", "L"], [], "L"),
        (["C"], [], None),
        ([], [], None),
    ],
)
def test_the_nearest_one_above_with_a_valid_agreement_answers(
    answering: list[str], agreements: list[Agreement], chosen: str | None
) -> None:
    assert (
        answering_for(
            "C",
            parents=PARENTS,
            answering=answering,
            agreements=agreements,
            day=DAY,
            scope=SubAlliance.IMAGING,
        )
        == chosen
    )


def test_no_tree_keeps_the_oldest() -> None:
    chosen = answering_for(
        "C",
        parents={"C": None},
        answering=["FIRST", "SECOND"],
        agreements=[agreement("SECOND", LATER)],
        day=DAY,
        scope=SubAlliance.IMAGING,
    )
    assert chosen == "FIRST"


# Written by hand: (act, role, own hospital, leading) that may; all but vendors read the directory.
OFFICE = {Role.ADMIN, Role.COORDINATOR}
INSIDE = set(Role) - {Role.VENDOR}
ALLOWED = (
    {
        (AllianceAct.READ_DIRECTORY, role, own, top)
        for role in INSIDE
        for own in (0, 1)
        for top in (0, 1)
    }
    | {
        (AllianceAct.READ_LICENCE, role, own, top)
        for role in OFFICE
        for own in (0, 1)
        for top in (0, 1)
    }
    | {(AllianceAct.READ_ROSTER, role, 1, top) for role in INSIDE for top in (0, 1)}
    | {(AllianceAct.CHANGE_ROSTER, role, 1, top) for role in OFFICE for top in (0, 1)}
    | {(AllianceAct.CHANGE_HOSPITALS, role, own, 1) for role in OFFICE for own in (0, 1)}
    | {(AllianceAct.CHANGE_AGREEMENTS, role, own, 1) for role in OFFICE for own in (0, 1)}
    | {(AllianceAct.READ_CREDENTIALS, Role.ADMIN, 1, top) for top in (0, 1)}
    | {(AllianceAct.CHANGE_MEMBERS, Role.ADMIN, 1, top) for top in (0, 1)}
)


def test_rights_over_the_full_product() -> None:
    every = list(product(AllianceAct, Role, (0, 1), (0, 1)))
    assert len(every) == 8 * 8 * 2 * 2
    assert len(ALLOWED) == 28 + 8 + 14 + 4 + 4 + 4 + 2 + 2
    got = {
        (act, role, own, top)
        for act, role, own, top in every
        if may(act, role, own=bool(own), leading=bool(top))
    }
    assert got == ALLOWED


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Mon-Fri 8:00-12:00 14:30-17:30; Sat 08:00-12:00",
            "周一-周五 08:00-12:00 14:30-17:30；周六 08:00-12:00",
        ),
        ("08:00-22:00", "每天 08:00-22:00"),
        ("每天 08:00–24:00", "每天 08:00-00:00"),
        ("星期一、周三 09:00至17:00", "周一 09:00-17:00；周三 09:00-17:00"),
        ("全天", "全天"),
        ("always", "全天"),
    ],
)
def test_opening_hours_read_and_write(text: str, shown: str) -> None:
    week = read_hours_text(text)
    assert hours_text(week) == shown
    assert read_hours_text(shown) == week
    assert read_hours_text(hours_text(week, english=True)) == week


@pytest.mark.parametrize(
    "text",
    [
        "",
        "周一",
        "8 to 5",
        "周八 08:00-17:00",
        "周五-周一 08:00-17:00",
        "周一 08:00-12:00 11:00-13:00",
        "周一 17:00-08:00",
        "周一 25:00-26:61",
        "周一 08:00-12:00；周一 13:00-17:00",
    ],
)
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(HoursUnreadable):
        read_hours_text(text)


def at(hour: float, day: date = DAY) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(hours=hour)


@pytest.mark.parametrize(
    ("duty", "gaps"),
    [
        ([], [(8, 22)]),
        ([(0, 24)], []),
        ([(8, 12), (13, 22)], [(12, 13)]),
        ([(13, 18), (7, 12.5), (12, 14)], [(18, 22)]),
        ([(-2, 8)], [(8, 22)]),
        ([(22, 30)], [(8, 22)]),
        ([(9, 10), (11, 12)], [(8, 9), (10, 11), (12, 22)]),
    ],
)
def test_hours_without_anybody_are_found(duty: list, gaps: list) -> None:
    spans = [(at(begin), at(end)) for begin, end in duty]
    assert uncovered([(at(8), at(22))], spans) == [(at(begin), at(end)) for begin, end in gaps]


@given(
    st.lists(st.tuples(st.integers(0, 23), st.integers(1, 8))),
    st.lists(st.tuples(st.integers(0, 23), st.integers(1, 8)), max_size=1),
)
def test_a_minute_is_a_gap_exactly_where_it_is_open_and_nobody_is_there(duty, opened) -> None:
    serves = [(at(begin), at(begin + hours)) for begin, hours in duty]
    spans = [(at(begin), at(begin + hours)) for begin, hours in opened]
    gaps = uncovered(spans, serves)
    for half in range(0, 62):
        moment = at(half / 2 + 0.25)
        is_open = any(begin <= moment < end for begin, end in spans)
        served = any(begin <= moment < end for begin, end in serves)
        assert any(begin <= moment < end for begin, end in gaps) is (is_open and not served)


def test_opening_of_a_day() -> None:
    week = read_hours_text("周一 08:00-24:00")
    assert opening(week, DAY, UTC) == [(at(8), at(24))]
    assert opening(week, DAY + timedelta(days=1), UTC) == []
    assert opening((), DAY, UTC) == [(at(0), at(24))]
