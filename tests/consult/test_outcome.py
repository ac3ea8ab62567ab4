"""Outcome: what its pieces prove, the comparison, the chase, and Wilson's interval."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from referral_values import AT

from tongying.consult.outcome import (
    Agreement,
    Comparison,
    ComparisonRefused,
    NothingToCompare,
    Outcome,
    OutcomeKind,
    OutcomeRefused,
    Truth,
    chase_round,
    check_comparison,
    check_outcome,
    has_outcome,
    opens_review,
    truth_of,
)
from tongying.consult.proportion import wilson

K = OutcomeKind
RANK = ["pathology", "genetics", "surgery", "follow-up", "none"]
PROVES = {
    "arrival": "none",
    "procedure": "surgery",
    "pathology": "pathology",
    "genetics": "genetics",
    "discharge": "follow-up",
    "follow-up": "follow-up",
    "none": "none",
}


def test_the_strongest_evidence_counts_for_every_set_of_pieces() -> None:
    for size in range(len(K) + 1):
        for some in combinations(K, size):
            ranks = [RANK.index(PROVES[one.value]) for one in some]
            assert truth_of(some).value == RANK[min(ranks, default=4)]
            assert has_outcome(some) == bool({one.value for one in some} - {"arrival"})


@pytest.mark.parametrize("agreement", Agreement)
@pytest.mark.parametrize("kind", K)
@pytest.mark.parametrize("note", ["", "部位不同"])
def test_every_comparison_on_every_evidence(agreement: Agreement, kind: K, note: str) -> None:
    comparison = Comparison(agreement, note=note)
    if kind is K.ARRIVAL:
        with pytest.raises(NothingToCompare):
            check_comparison(comparison, [kind])
        return
    proved = PROVES[kind.value]
    refused = (proved == "none" and agreement.value != "incomparable") or (
        proved != "none" and agreement.value in ("minor", "major") and not note
    )
    if refused:
        with pytest.raises(ComparisonRefused):
            check_comparison(comparison, [kind])
    else:
        assert check_comparison(comparison, [kind]).value == proved


def test_a_comparison_must_be_chosen() -> None:
    with pytest.raises(ComparisonRefused):
        check_comparison(Comparison(None), [K.PATHOLOGY])


def test_discrepancies_open_review() -> None:
    assert {one.value for one in Agreement if opens_review(one)} == {"minor", "major"}


def test_values_fit_their_columns() -> None:
    assert max(len(one.value) for kind in (Agreement, Truth, K) for one in kind) <= 12


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (Outcome(None, date(2026, 3, 3), "x"), "kind"),
        (Outcome(K.ARRIVAL, date(2026, 3, 3), "x"), "kind"),
        (Outcome(K.PATHOLOGY, None, "x"), "happened_on"),
        (Outcome(K.PATHOLOGY, date(2026, 3, 5), "x"), "happened_on"),
        (Outcome(K.PATHOLOGY, date(2026, 3, 1), "x"), "happened_on"),
        (Outcome(K.PATHOLOGY, date(2026, 3, 3), " "), "text"),
    ],
)
def test_an_outcome_half_said_is_refused(outcome: Outcome, field: str) -> None:
    today, sent_on = date(2026, 3, 4), date(2026, 3, 2)
    assert set(outcome.faults(today=today, sent_on=sent_on)) == {field}
    with pytest.raises(OutcomeRefused):
        check_outcome(outcome, today=today, sent_on=sent_on)


@pytest.mark.parametrize("day", [date(2026, 3, 2), date(2026, 3, 4)])
def test_an_outcome_on_the_first_and_last_day_is_kept(day: date) -> None:
    check_outcome(
        Outcome(K.PROCEDURE, day, "切除"), today=date(2026, 3, 4), sent_on=date(2026, 3, 2)
    )


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, None), (29.999, None), (30, 0), (36.999, 0), (37, 1), (44, 2), (100, 10)],
)
def test_the_chase_begins_after_thirty_days_and_comes_every_week(
    days: float, expected: int | None
) -> None:
    now = AT + timedelta(days=days)
    assert chase_round(is_open=True, kinds=[K.ARRIVAL], sent_at=AT, now=now) == expected
    assert chase_round(is_open=False, kinds=[], sent_at=AT, now=now) is None
    for kind in set(K) - {K.ARRIVAL}:
        assert chase_round(is_open=True, kinds=[kind], sent_at=AT, now=now) is None


@given(st.floats(min_value=0, max_value=1000), st.floats(min_value=0, max_value=50))
def test_the_chase_never_goes_back(days: float, more: float) -> None:
    def at(when: float) -> int:
        found = chase_round(is_open=True, kinds=[], sent_at=AT, now=AT + timedelta(days=when))
        return -1 if found is None else found

    assert at(days) <= at(days + more)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe RG. Stat Med 1998; 17: 857-872, table I, method 3 (Wilson score).
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_printed(k: int, n: int, low: float, high: float) -> None:
    found = wilson(k, n)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_share_and_is_symmetric(pair: tuple[int, int]) -> None:
    k, n = pair
    one, other = wilson(k, n), wilson(n - k, n)
    assert one is not None and other is not None
    assert 0 <= one.low <= one.share <= one.high <= 1
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)


def test_wilson_of_nothing() -> None:
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="between"):
        wilson(2, 1)
