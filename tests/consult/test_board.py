"""The board's formulas: as printed in their sources, laws, and what is left unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.board import (
    Answered,
    gini,
    group,
    groups,
    load,
    quantile,
    reading,
    silent,
)
from tongying.consult.case import ANSWER_WITHIN, Urgency
from tongying.consult.disagreement import Disagreement
from tongying.kernel.ids import HospitalCode, UserId

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
COUNTS = st.lists(st.integers(0, 1000), min_size=1, max_size=40)


def answered(hours: float | None, **more: object) -> Answered:
    values: dict[str, object] = {
        "asking": HospitalCode("A"),
        "answering": HospitalCode("B"),
        "specialty": "bone",
        "urgency": Urgency.ROUTINE,
        "expert": UserId(1),
        "submitted_at": AT,
        "signed_at": None if hours is None else AT + timedelta(hours=hours),
        "wall": timedelta(hours=hours or 1),
        "service": timedelta(hours=(hours or 1) / 2),
        "promised": ANSWER_WITHIN[Urgency.ROUTINE],
    }
    return Answered(**(values | more))


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([1, 2, 3, 4], 0.5, 2.5), ([4, 1, 3, 2], 0.9, 3.7), ([7], 0.95, 7), ([0, 10], 0.25, 2.5)],
)
def test_quantiles_by_hand(values, share, expected):
    assert quantile(values, share) == pytest.approx(expected)


def test_no_values_no_quantile():
    assert quantile([], 0.5) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1, 1, 1, 1], 0.0), ([0, 0, 0, 1], 0.75), ([1, 2, 3], 2 / 9), ([0, 1, 3, 6], 0.5)],
)
def test_gini_by_hand(values, expected):
    assert gini(values) == pytest.approx(expected)


@given(COUNTS)
def test_gini_is_half_the_relative_mean_difference(counts):
    total = sum(counts)
    if total == 0:
        assert gini(counts) is None
        return
    array = np.array(counts, dtype=float)
    differences = np.abs(array[:, None] - array[None, :]).mean()
    assert gini(counts) == pytest.approx(differences / (2 * array.mean()), abs=1e-9)


def test_nothing_counted_is_unknown_not_zero():
    empty = group("x", [])
    assert (empty.wall.p50, empty.kept, empty.answered) == (None, None, 0)


def test_a_group_counts_answers_on_both_clocks_and_own_promises():
    cases = [
        answered(2),
        answered(5),
        answered(7),
        answered(3, urgency=Urgency.EMERGENCY, promised=timedelta(hours=1)),
        answered(None),
        answered(None, closed=True),
        answered(30, urgency=Urgency.BOOKED, promised=None),
    ]
    found = group("all", cases)
    assert (found.asked, found.answered, found.open, found.closed) == (7, 5, 1, 1)
    assert [share.k for share in found.wall.within] == [2, 3]
    assert [share.k for share in found.service.within] == [4, 4]
    assert (found.kept.k, found.kept.n) == (2, 4)
    assert found.wall.p50 == 5


def test_groups_come_with_the_most_asked_first():
    cases = [answered(1, specialty="bone"), answered(1, specialty=""), answered(2, specialty="")]
    assert [(one.key, one.asked) for one in groups(cases, lambda one: one.specialty)] == [
        ("", 2),
        ("bone", 1),
    ]


def test_experts_without_cases_count_in_the_load():
    carried = load([answered(1), answered(1), answered(None)], [UserId(1), UserId(2)])
    assert carried.cases == ((1, 2), (2, 0))
    assert carried.gini == pytest.approx(0.5)


def test_disagreement_counts_only_what_was_coded():
    cases = [
        answered(1, against_local=Disagreement.AGREES),
        answered(1, against_local=Disagreement.MINOR),
        answered(1, against_local=Disagreement.MAJOR),
        answered(1, against_local=Disagreement.NO_LOCAL_READ),
        answered(1),
        answered(None),
    ]
    found = reading(cases)
    assert (found.coded, found.uncoded) == (3, 1)
    assert (found.any.k, found.major.k, found.any.n) == (2, 1, 3)


def test_silence_counts_from_the_last_question_or_from_joining():
    now = AT + timedelta(days=40)
    hospitals = [
        (HospitalCode("FRESH"), now - timedelta(days=13, hours=23), AT),
        (HospitalCode("QUIET"), now - timedelta(days=14), AT),
        (HospitalCode("NEVER"), None, AT),
        (HospitalCode("NEW"), None, now - timedelta(days=2)),
    ]
    assert silent(hospitals, now) == (
        ("NEVER", timedelta(days=40)),
        ("QUIET", timedelta(days=14)),
    )
