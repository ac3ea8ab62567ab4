"""Who may stand in the ledger, and when two readers agree."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.norms.ledger.eligibility import (
    Agreement,
    Candidate,
    Consent,
    Known,
    check_agreement,
    check_child,
    doubts,
)
from tongying.norms.ledger.faults import SENTENCES, FaultCode, LedgerRefused
from tongying.norms.ledger.reading import (
    Given,
    Kind,
    NotDisputed,
    ReadAlready,
    ReaderDecides,
    Standing,
    Tolerance,
    ToleranceRefused,
    check_adjudicator,
    check_reader,
    check_value,
    decide,
    shown_to,
    tolerance_for,
)
from tongying.norms.measure import measure_of
from tongying.norms.norm import Route
from tongying.norms.sex import Sex

TODAY = date(2026, 3, 1)
BORN = date(2022, 6, 30)
GIVEN = Agreement(Consent.GIVEN, date(2026, 2, 1), "ICF-1")


def child(**changes: object) -> Candidate:
    values = {"born": BORN, "age_days": None, "measured_on": date(2026, 2, 10), "sex": Sex.MALE}
    return Candidate(**{**values, **changes})  # type: ignore[arg-type]


def codes(one: Candidate) -> set[FaultCode]:
    return {fault.code for fault in check_child(one, TODAY)}


def test_a_child_whose_particulars_are_known_stands() -> None:
    assert codes(child(gestation_days=39 * 7, height_cm=98, weight_kg=15.2)) == set()
    assert child().age() == 1321


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sex": None}, FaultCode.SEX_UNKNOWN),
        ({"born": None}, FaultCode.BIRTH_UNKNOWN),
        ({"measured_on": None}, FaultCode.BIRTH_UNKNOWN),
        ({"measured_on": date(2022, 6, 29)}, FaultCode.BEFORE_BIRTH),
        ({"measured_on": date(2026, 3, 2)}, FaultCode.FUTURE),
        ({"born": date(1994, 2, 3)}, FaultCode.GROWN_UP),
        ({"age_days": 1000.0}, FaultCode.AGE_CONTRADICTS),
        ({"born": None, "age_days": -3.0}, FaultCode.BEFORE_BIRTH),
        ({"gestation_days": 20 * 7}, FaultCode.GESTATION),
        ({"gestation_days": 45 * 7}, FaultCode.GESTATION),
        ({"height_cm": 0.98}, FaultCode.HEIGHT),
        ({"weight_kg": 15200.0}, FaultCode.WEIGHT),
        ({"weight_kg": float("nan")}, FaultCode.WEIGHT),
    ],
)
def test_each_thing_that_keeps_a_child_out(changes: dict[str, object], code: FaultCode) -> None:
    assert codes(child(**changes)) == {code}


def test_the_bounds_themselves_are_inside() -> None:
    assert codes(child(measured_on=BORN)) == set()
    assert codes(child(measured_on=TODAY)) == set()
    assert codes(child(gestation_days=22 * 7)) == codes(child(gestation_days=44 * 7 + 6)) == set()
    assert codes(child(age_days=1322.0)) == set()  # a day's difference is a matter of hours


@pytest.mark.parametrize(
    ("agreement", "route", "code"),
    [
        (Agreement(Consent.WAIVED, None, "EC-1"), Route.DIRECT, FaultCode.CONSENT_NEEDED),
        (Agreement(Consent.WAIVED, None, " "), Route.INDIRECT, FaultCode.WAIVER_NEEDED),
        (Agreement(Consent.GIVEN, TODAY, ""), Route.DIRECT, FaultCode.REFERENCE),
        (Agreement(Consent.GIVEN, None, "ICF-1"), Route.DIRECT, FaultCode.CONSENT_DATE),
        (
            Agreement(Consent.GIVEN, date(2026, 3, 2), "ICF-1"),
            Route.INDIRECT,
            FaultCode.CONSENT_FUTURE,
        ),
    ],
)
def test_each_thing_that_is_wrong_with_a_consent(
    agreement: Agreement, route: Route, code: FaultCode
) -> None:
    assert [one.code for one in check_agreement(agreement, route, TODAY)] == [code]


def test_a_consent_and_a_waiver_stand_where_they_may() -> None:
    assert check_agreement(GIVEN, Route.DIRECT, TODAY) == ()
    assert check_agreement(GIVEN, Route.INDIRECT, TODAY) == ()
    assert check_agreement(Agreement(Consent.WAIVED, None, "EC-1"), Route.INDIRECT, TODAY) == ()


def test_doubts_keep_nobody_out() -> None:
    infant = child(born=date(2025, 6, 1))
    twin = Known("V-2", date(2025, 6, 1), Sex.MALE)
    late = Agreement(Consent.GIVEN, date(2026, 2, 20), "ICF-1")
    assert {one.code for one in doubts(infant, late, [twin])} == {
        FaultCode.GESTATION_UNKNOWN,
        FaultCode.CONSENT_LATE,
        FaultCode.CHILD_LIKE,
    }
    sister = Known("V-3", date(2025, 6, 1), Sex.FEMALE)
    assert doubts(child(gestation_days=270), GIVEN, [sister]) == ()
    assert doubts(child(), GIVEN) == ()  # past 24 months nothing is corrected


def test_every_code_has_a_sentence() -> None:
    assert set(SENTENCES) == set(FaultCode)


# ---- two readers ------------------------------------------------------------------------------


def test_within_the_tolerance_the_mean_counts() -> None:
    """5 % of the mean 1025 is 51.25: 50 apart agree, 52 apart at mean 1026 (51.3) do not."""
    five = Tolerance(5.0)
    two = [Given("a", 1000), Given("b", 1050)]
    assert decide(two, five, quality_failed=False).value == 1025
    two = [Given("a", 1000), Given("b", 1052)]
    assert decide(two, five, quality_failed=False).standing is Standing.DISPUTED


def test_a_limit_counts_instead_of_the_share() -> None:
    angle = tolerance_for("acetabular-index", 5.0, {"acetabular-index": 3.0}, "")
    assert angle.allows(20, 23) and not angle.allows(20, 23.1)
    assert not tolerance_for("kidney-length", 5.0, {"acetabular-index": 3.0}, "").allows(20, 23)


def test_a_third_person_decides_whatever_the_two_said() -> None:
    three = [Given("a", 10), Given("b", 20), Given("c", 14, Kind.ADJUDICATOR)]
    for order in permutations(three):
        decision = decide(order, Tolerance(5.0), quality_failed=False)
        assert (decision.standing, decision.value) == (Standing.AGREED, 14)


def test_one_reader_is_not_enough_and_a_failed_examination_has_no_value() -> None:
    assert decide([Given("a", 1)], Tolerance(5), quality_failed=False).standing is Standing.WAITING
    failed = decide([Given("a", 1), Given("b", 1)], Tolerance(5), quality_failed=True)
    assert (failed.standing, failed.value) == (Standing.EXCLUDED, None)


@pytest.mark.parametrize(("percent", "limit"), [(0, None), (-1, None), (101, None), (5, 0.0)])
def test_a_tolerance_of_nothing_is_none(percent: float, limit: float | None) -> None:
    with pytest.raises(ToleranceRefused):
        Tolerance(percent, limit)


@given(st.floats(0.1, 1e4), st.floats(0.1, 1e4), st.floats(0.5, 50), st.sampled_from([10.0, 0.001]))
@settings(max_examples=60, deadline=None)
def test_agreement_knows_no_order_and_no_unit(
    one: float, other: float, percent: float, scale: float
) -> None:
    share = Tolerance(percent)
    if abs(abs(one - other) - percent / 100 * (one + other) / 2) > 1e-6 * (one + other):
        assert share.allows(one, other) == share.allows(other, one)
        assert share.allows(one, other) == share.allows(one * scale, other * scale)


def test_who_may_read_and_who_may_decide() -> None:
    first = [Given("a", 10)]
    check_reader("b", first)
    with pytest.raises(ReadAlready):
        check_reader("a", first)
    both = [Given("a", 10), Given("b", 20)]
    with pytest.raises(ReadAlready):
        check_reader("c", both)
    check_adjudicator("c", both, Standing.DISPUTED)
    with pytest.raises(ReaderDecides):
        check_adjudicator("b", both, Standing.DISPUTED)
    with pytest.raises(NotDisputed):
        check_adjudicator("c", both, Standing.AGREED)


def test_nobody_sees_a_value_before_two_are_given() -> None:
    first, both = [Given("a", 10)], [Given("a", 10), Given("b", 20)]
    assert shown_to("b", first, may_decide=False) == ()
    assert shown_to("c", first, may_decide=True) == ()
    assert shown_to("a", first, may_decide=False) == tuple(first)
    assert shown_to("a", both, may_decide=False) == shown_to("c", both, may_decide=True)
    assert shown_to("c", both, may_decide=False) == ()


def test_a_value_must_be_possible() -> None:
    brain = measure_of("brain-volume")
    assert check_value(1300, brain) == 1300
    for wrong in (1_300_000.0, -1.0, float("nan")):
        with pytest.raises(LedgerRefused, match="not possible in a child"):
            check_value(wrong, brain)
