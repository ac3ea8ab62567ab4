"""Evaluation by strata with silence where studies are few, and two models head to head."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tongying.ai.evaluation import roc
from tongying.ai.evaluation.evaluating import evaluate, head_to_head, performance
from tongying.ai.evaluation.figure import EvaluationRefused, Figure, Silence, Untold
from tongying.ai.evaluation.reading import read_cases
from tongying.ai.evaluation.strata import AgeBand, Case, Stratum, age_band, group_of, groups
from tongying.norms.sex import Sex


def made(n: int = 240, seed: int = 1, *, skill: float = 1.5) -> list[Case]:
    random = np.random.default_rng(seed)
    cases = []
    for at in range(n):
        truth = bool(random.random() < 0.4)
        score = float(1 / (1 + np.exp(-(random.standard_normal() + skill * (truth - 0.5)))))
        cases.append(
            Case(
                study=f"s{at}",
                child=f"c{at // 2}",
                truth=truth,
                called=score >= 0.5,
                score=score,
                reader=bool(random.random() < (0.85 if truth else 0.1)),
                age_days=int(random.integers(0, 6575)) if at % 20 else None,
                sex=(Sex.FEMALE, Sex.MALE, None)[at % 3],
                manufacturer=("GE", "Siemens", "UIH", "")[at % 4],
                site=("A", "B")[at % 2],
            )
        )
    return cases


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "<2"), (730, "<2"), (731, "2-5"), (2191, "2-5"), (2192, "6-11"), (4382, "6-11"),
     (4383, "12-17"), (6574, "12-17"), (6575, "18+")],
)  # fmt: skip
def test_age_bands(days, band):
    assert age_band(days).value == band


def test_strata_divide_all_studies_and_lose_none():
    cases = made()
    for stratum in Stratum:
        found = groups(cases, stratum)
        assert sum(len(one) for one in found.values()) == len(cases)
        assert all(group_of(case, stratum) == name for name, one in found.items() for case in one)
    assert list(groups(cases, Stratum.AGE_BAND)) == [
        *[band.value for band in AgeBand if band is not AgeBand.GROWN],
        "unknown",
    ]
    assert list(groups(cases, Stratum.SEX)) == ["F", "M", "unknown"]


def test_each_stratum_says_what_its_studies_alone_would():
    cases = made()
    found = evaluate(cases, replicates=50, seed=1)
    alone = [case for case in cases if case.manufacturer == "UIH"]
    assert found.strata[Stratum.MANUFACTURER]["UIH"] == performance(alone)
    assert found.overall.area == roc.area(
        [case.score for case in cases], [case.truth for case in cases]
    )
    assert found.overall.children == 120
    json.dumps(found.as_json(), allow_nan=False)
    assert found.as_json() == evaluate(cases, replicates=50, seed=1).as_json()


def test_small_strata_are_silent():
    cases = [case for case in made() if case.site == "A"]
    few = [case for case in made(600, 5) if case.truth][:9] + [c for c in made() if not c.truth][
        :50
    ]
    told = performance(few)
    assert told.rates["sensitivity"] == Untold(Silence.TOO_FEW, 9, 10)
    assert isinstance(told.rates["specificity"], Figure)
    assert told.area == Untold(Silence.TOO_FEW, 9, 10)
    assert isinstance(performance(few, smallest=9).rates["sensitivity"], Figure)
    assert isinstance(performance(cases).area, Figure)


def test_unanswered_studies_are_counted():
    cases = made()
    silent = [
        Case(**{f: getattr(c, f) for f in c.__slots__} | {"called": None, "score": None})
        if at % 5 == 0
        else c
        for at, c in enumerate(cases)
    ]
    told = performance(silent)
    assert told.unanswered == 48
    answered = [case for case in silent if case.called is not None]
    hits = sum(case.truth and case.called for case in answered)
    assert told.found_of_all.value == pytest.approx(hits / sum(case.truth for case in cases))
    assert told.rates["sensitivity"].value == pytest.approx(
        hits / sum(case.truth for case in answered)
    )


def test_a_model_without_scores_has_no_area_and_no_calibration():
    cases = [Case(study=c.study, child=c.child, truth=c.truth, called=c.called) for c in made()]
    found = evaluate(cases, replicates=10, seed=1)
    assert found.overall.area == Untold(Silence.NO_SCORES, 0)
    assert isinstance(found.calibration, Untold)
    assert found.overall.with_reader == Untold(Silence.TOO_FEW, 0, 10)


def test_scores_that_are_no_probabilities_are_not_calibrated():
    cases = [
        Case(study=c.study, child=c.child, truth=c.truth, called=c.called, score=7 * c.score)
        for c in made()
    ]
    found = evaluate(cases, replicates=10, seed=1)
    assert found.calibration == Untold(Silence.NO_SCORES, 240)
    assert isinstance(found.overall.area, Figure)


def test_head_to_head():
    first, other = made(skill=2.5), made(seed=2, skill=0.5)
    second = [
        Case(study=a.study, child=a.child, truth=a.truth, called=b.called, score=b.score)
        for a, b in zip(first, other, strict=True)
    ]
    found = head_to_head(first, second, replicates=200, seed=1)
    assert found.n == 240
    wanted = roc.compare_paired(
        [c.score for c in first], [c.score for c in second], [c.truth for c in first]
    )
    assert found.area == wanted
    low, high = found.area_by_children
    assert low < wanted.difference < high
    only = sum(a.truth and a.called and not b.called for a, b in zip(first, second, strict=True))
    assert found.discordant["ill_only_first"] == only
    swapped = head_to_head(second, first, replicates=200, seed=1)
    assert swapped.area.difference == pytest.approx(-wanted.difference)
    assert swapped.sensitivity_p == found.sensitivity_p
    json.dumps(found.as_json(), allow_nan=False)


def test_what_one_did_not_answer_is_told():
    first = made()
    second = [
        Case(study=c.study, child=c.child, truth=c.truth, called=None if at < 30 else c.called)
        for at, c in enumerate(first)
    ]
    found = head_to_head(first, second, replicates=20, seed=1)
    assert (found.n, found.only_first, found.only_second) == (210, 30, 0)
    assert found.area == Untold(Silence.NO_SCORES, 0)


def test_sets_that_differ_are_not_compared():
    cases = made()
    turned = [Case(study=c.study, child=c.child, truth=not c.truth) for c in cases]
    for first, second in ((cases, cases[1:]), (cases, turned), (cases[:1] * 2, cases)):
        with pytest.raises(EvaluationRefused):
            head_to_head(first, second, replicates=10, seed=1)
    with pytest.raises(EvaluationRefused):
        evaluate([], replicates=10, seed=1)


TRUTH = "study,truth,child,age_days,sex,site\ns1,yes,c1,900,F,A\ns2,no,c1,,O,\ns3,0,,12,M,B\n"


def test_tables_are_read():
    cases = read_cases("\ufeffstudy,called,score\ns1,yes,0.9\ns2,no,\n", TRUTH)
    assert cases == (
        Case("s1", "c1", True, True, 0.9, None, 900, Sex.FEMALE, "", "A"),
        Case("s2", "c1", False, False, None, None, None, None, "", ""),
        Case("s3", "s3", False, None, None, None, 12, Sex.MALE, "", "B"),
    )


@pytest.mark.parametrize(
    ("predictions", "truth", "word"),
    [
        ("study\ns9\n", TRUTH, "Line 2"),
        ("study,called\ns1,maybe\n", TRUTH, "'maybe'"),
        ("study,score\ns1,inf\n", TRUTH, "'inf'"),
        ("study,score\ns1,high\n", TRUTH, "'high'"),
        ("study,colour\ns1,red\n", TRUTH, "columns"),
        ("study,study\ns1,s1\n", TRUTH, "columns"),
        ("called\nyes\n", TRUTH, "columns"),
        ("study,called\ns1\n", TRUTH, "Line 2"),
        ("study,called\ns1,yes,9\n", TRUTH, "Line 2"),
        ("study\ns1\ns1\n", TRUTH, "Line 3"),
        ('study,called\ns1,"yes\n', TRUTH, "Line"),
        ("study\n", "study,truth\ns1,\n", "Line 2"),
        ("study\n", "study,truth,age_days\ns1,no,3.5\n", "days"),
        ("study\n", "study,truth,age_days\ns1,no,-3\n", "days"),
        ("study\n", "study,truth,sex\ns1,no,1\n", "F or M"),
    ],
)
def test_tables_that_cannot_be_understood_are_refused_with_their_line(predictions, truth, word):
    with pytest.raises(EvaluationRefused, match=word):
        read_cases(predictions, truth)
