"""Free-response curves by LUNA16's rules, and AFROC figures of merit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

from tongying.ai.evaluation.figure import EvaluationRefused
from tongying.ai.evaluation.froc import (
    OPERATING_POINTS,
    Lesion,
    Mark,
    Scan,
    Scored,
    free_response,
    score_scan,
    summary,
)
from tongying.ai.evaluation.jafroc import figure_of_merit, jackknife


def scored(found, false, child):
    return Scored(np.array(found, float), np.array(false, float), 0, child)


def test_the_rules_one_by_one():
    scan = Scan(
        "one",
        lesions=(
            Lesion((0.0, 0.0, 0.0), 6.0),
            Lesion((50.0, 0.0, 0.0), 8.0),
            Lesion((90.0, 0.0, 0.0), 10.0, counts=False),
        ),
        marks=(
            Mark((0.0, 0.0, 2.9), 0.6),  # a hit
            Mark((1.0, 0.0, 0.0), 0.9),  # a surer hit on the same lesion
            Mark((3.0, 0.0, 0.0), 0.8),  # at the radius: not inside
            Mark((50.0, 3.9, 0.0), 0.3),  # a hit on the other
            Mark((90.0, 4.0, 0.0), 0.7),  # on one that does not count
            Mark((20.0, 0.0, 0.0), 0.5),  # on nothing
        ),
    )
    found = score_scan(scan)
    assert found.found.tolist() == [0.9, 0.3]
    assert sorted(found.false.tolist()) == [0.5, 0.8]
    assert found.ignored == 2
    assert found.child == "one"


def test_a_fixed_distance_instead_of_the_radius():
    scan = Scan("one", (Lesion((0.0, 0.0, 0.0), 6.0),), (Mark((0.0, 0.0, 4.0), 0.6),))
    assert score_scan(scan).false.tolist() == [0.6]
    assert score_scan(scan, within_mm=5.0).found.tolist() == [0.6]
    with pytest.raises(EvaluationRefused):
        score_scan(scan, within_mm=0.0)


def test_a_lesion_without_a_mark_is_missed_at_every_threshold():
    found = [
        score_scan(Scan("one", (Lesion((0.0, 0.0, 0.0), 5.0),), (Mark((9.0, 0.0, 0.0), 0.4),)))
    ]
    curve = free_response(found)
    assert curve.sensitivity.tolist() == [0.0, 0.0]
    assert curve.false_per_scan.tolist() == [0.0, 1.0]
    assert curve.mean == 0.0


def luna(found: list[np.ndarray], false: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The challenge's own way: one ROC curve over hits and false marks, rescaled."""
    hits = np.concatenate(found)
    kept = hits[np.isfinite(hits)]
    alarms = np.concatenate(false)
    rate, true, _ = roc_curve(
        np.concatenate([np.ones(len(kept)), np.zeros(len(alarms))]), np.concatenate([kept, alarms])
    )
    return rate * len(alarms) / len(found), true * len(kept) / len(hits)


SCANS = st.lists(
    st.tuples(
        st.lists(st.one_of(st.just(-np.inf), st.integers(0, 8).map(float)), max_size=4),
        st.lists(st.integers(0, 8).map(float), max_size=6),
    ),
    min_size=1,
    max_size=8,
).filter(
    lambda scans: (
        any(np.isfinite(x) for found, _ in scans for x in found)
        and any(false for _, false in scans)
    )
)


@settings(max_examples=20)
@given(SCANS)
def test_the_curve_is_the_one_of_the_challenge(scans):
    ours = free_response([scored(found, false, str(at)) for at, (found, false) in enumerate(scans)])
    rate, sensitivity = luna(
        [np.array(found, float) for found, _ in scans],
        [np.array(false, float) for _, false in scans],
    )
    for point in OPERATING_POINTS:
        assert ours.at(point) == pytest.approx(
            float(np.interp(point, rate, sensitivity)), abs=1e-12
        )
    assert (np.diff(ours.sensitivity) >= 0).all()
    assert (np.diff(ours.false_per_scan) >= 0).all()


def test_the_mean_score_of_the_challenge():
    """Two lesions in two scans: one surer than every false mark, one less sure than three of them.

    At 0.125 to 1 false mark a scan only the first is found; straight from there to 1.5, then both.
    """
    curve = free_response([scored([0.9], [0.5, 0.6], "a"), scored([0.4], [0.7], "b")])
    assert [curve.at(point) for point in OPERATING_POINTS] == [0.5] * 4 + [1.0] * 3
    assert curve.mean == pytest.approx((4 * 0.5 + 3) / 7)


def test_intervals_draw_children_and_repeat():
    random = np.random.default_rng(5)
    scans = [
        scored(
            random.random(3) + 0.3 * (random.random(3) > 0.5), random.random(6), f"child {at // 2}"
        )
        for at in range(30)
    ]
    one = summary(scans, replicates=300, seed=1)
    assert one.as_json() == summary(scans, replicates=300, seed=1).as_json()
    assert all(figure.low <= figure.value <= figure.high for _, figure in one.at)
    assert (one.lesions, one.scans, one.replicates) == (90, 30, 300)
    # The same scans as 30 children seem surer than they are.
    alone = summary(
        [scored(x.found, x.false, str(at)) for at, x in enumerate(scans * 4)],
        replicates=300,
        seed=1,
    )
    assert alone.mean.high - alone.mean.low < one.mean.high - one.mean.low


def test_what_is_no_free_response_is_refused():
    with pytest.raises(EvaluationRefused):
        free_response([])
    with pytest.raises(EvaluationRefused):
        free_response([scored([], [0.3], "a")])
    with pytest.raises(EvaluationRefused):
        score_scan(Scan("a", (Lesion((0.0, 0.0, 0.0), 0.0),), ()))
    with pytest.raises(EvaluationRefused):
        score_scan(Scan("a", (), (Mark((0.0, 0.0, 0.0), float("nan")),)))
    many = [scored([], [0.1], str(at)) for at in range(60)]
    with pytest.raises(EvaluationRefused):
        summary([*many, scored([0.5], [], "x")], replicates=100, seed=1)


def test_afroc_by_hand():
    """Two scans without (surest marks 0.4 and none), lesions 0.9 and unmarked in one scan, 0.4."""
    scans = [
        scored([], [0.4, 0.2], "a"),
        scored([], [], "b"),
        scored([0.9, -np.inf], [0.99], "c"),
        scored([0.4], [], "d"),
    ]
    # 0.9 beats both (1), unmarked ties with the unmarked scan (1/4), 0.4 ties and beats (3/4).
    assert figure_of_merit(scans, weighted=False) == pytest.approx((1 + 0.25 + 0.75) / 3)
    assert figure_of_merit(scans, weighted=True) == pytest.approx(((1 + 0.25) / 2 + 0.75) / 2)


@settings(max_examples=20)
@given(SCANS)
def test_afroc_is_an_area_of_ranks(scans):
    both = [*(scored(found or [1.0], false, f"i{at}") for at, (found, false) in enumerate(scans))]
    both += [scored([], false, f"h{at}") for at, (_, false) in enumerate(scans)]
    ill = np.concatenate([one.found for one in both if len(one.found)])
    healthy = np.array([one.false.max(initial=-np.inf) for one in both if not len(one.found)])
    values = np.maximum(np.concatenate([ill, healthy]), -1e6)
    truth = np.arange(len(values)) < len(ill)
    wanted = roc_auc_score(truth, values)
    assert figure_of_merit(both, weighted=False) == pytest.approx(wanted, abs=1e-12)


def test_the_jackknife_of_one_lesion_each_is_close_to_delong():
    from tongying.ai.evaluation.roc import area

    random = np.random.default_rng(2)
    ill, healthy = random.standard_normal(40) + 1.0, random.standard_normal(60)
    scans = [scored([x], [], f"i{at}") for at, x in enumerate(ill)]
    scans += [scored([], [x], f"h{at}") for at, x in enumerate(healthy)]
    ours = jackknife(scans, weighted=False)
    other = area(np.concatenate([ill, healthy]), np.arange(100) < 40)
    assert ours.value == pytest.approx(other.value)
    assert ours.high - ours.low == pytest.approx(other.high - other.low, rel=0.05)
    with pytest.raises(EvaluationRefused):
        jackknife([*scans, scored([0.1], [], "i0")], weighted=True)
    with pytest.raises(EvaluationRefused):
        figure_of_merit(scans[:5], weighted=True)
