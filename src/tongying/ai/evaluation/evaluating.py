"""The whole evaluation of a model on studies whose truth is known, and of two against each other.

A study the model did not answer is counted and never left out in silence: rates hold for what was
answered, and ``found_of_all`` is the sensitivity with every unanswered study as a miss.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tongying.ai.evaluation import roc
from tongying.ai.evaluation.agreement import kappa_of
from tongying.ai.evaluation.calibration import Calibration, calibration
from tongying.ai.evaluation.figure import (
    SMALLEST_GROUP,
    EvaluationRefused,
    Silence,
    Told,
    Untold,
)
from tongying.ai.evaluation.rates import Counts, exact_rates, mcnemar, rates, share
from tongying.ai.evaluation.resampling import bootstrap
from tongying.ai.evaluation.strata import Case, Stratum, groups
from tongying.norms.arrays import IntArray


@dataclass(frozen=True, slots=True)
class Performance:
    """Figures of one group of studies.

    Attributes
    ----------
    n, children, diseased, unanswered : int
    counts : Counts
        Of what was answered.
    rates, exact : dict of str to Figure or Untold
        sensitivity, specificity, ppv, npv; by Wilson, and by Clopper and Pearson.
    found_of_all : Figure or Untold
        Sensitivity with unanswered studies as misses.
    area : Figure or Untold
    with_reader : Figure or Untold
        Kappa of model and reader.
    """

    n: int
    children: int
    diseased: int
    unanswered: int
    counts: Counts
    rates: dict[str, Told]
    exact: dict[str, Told]
    found_of_all: Told
    area: Told
    with_reader: Told

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a JSON object."""
        return {
            "n": self.n,
            "children": self.children,
            "diseased": self.diseased,
            "unanswered": self.unanswered,
            "counts": self.counts.as_json(),
            **{name: told.as_json() for name, told in self.rates.items()},
            "exact": {name: told.as_json() for name, told in self.exact.items()},
            "found_of_all": self.found_of_all.as_json(),
            "auc": self.area.as_json(),
            "kappa_with_reader": self.with_reader.as_json(),
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of all studies and of every group.

    Attributes
    ----------
    overall : Performance
    calibration : Calibration or Untold
        Only where scores are probabilities.
    strata : dict of Stratum to dict of str to Performance
    """

    overall: Performance
    calibration: Calibration | Untold
    strata: dict[Stratum, dict[str, Performance]]

    def as_json(self) -> dict[str, Any]:
        """Return the evaluation as a JSON object."""
        return {
            "overall": self.overall.as_json(),
            "calibration": self.calibration.as_json(),
            "strata": {
                stratum.value: {name: one.as_json() for name, one in found.items()}
                for stratum, found in self.strata.items()
            },
        }


@dataclass(frozen=True, slots=True)
class HeadToHead:
    """Two versions or vendors on the same studies.

    Attributes
    ----------
    n : int
        Studies that both answered.
    only_first, only_second : int
        Studies that one of them did not answer.
    area : roc.Difference or Untold
        By DeLong's paired test; studies are taken as independent.
    area_by_children : tuple of float or None
        Interval of the difference with children drawn anew.
    sensitivity_p, specificity_p : float
        Exact McNemar.
    discordant : dict of str to int
        ill_only_first, ill_only_second (right), healthy_only_first, healthy_only_second (right).
    """

    n: int
    only_first: int
    only_second: int
    area: roc.Difference | Untold
    area_by_children: tuple[float, float] | None
    sensitivity_p: float
    specificity_p: float
    discordant: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "n": self.n,
            "only_first": self.only_first,
            "only_second": self.only_second,
            "area": self.area.as_json(),
            "area_by_children": None
            if self.area_by_children is None
            else list(self.area_by_children),
            "sensitivity_p": self.sensitivity_p,
            "specificity_p": self.specificity_p,
            "discordant": self.discordant,
        }


def evaluate(
    cases: Sequence[Case], *, replicates: int, seed: int, smallest: int = SMALLEST_GROUP
) -> Evaluation:
    """Evaluate a model.

    Parameters
    ----------
    cases : sequence of Case
        Each study once.
    replicates : int
        Bootstrap samples of children for calibration.
    seed : int
    smallest : int
        Groups with fewer studies of the kind a figure is about are not told.

    Raises
    ------
    EvaluationRefused
        If there is no study or one stands there twice.
    """
    _check_once(cases)
    if not cases:
        raise EvaluationRefused("There is no study to evaluate.")
    return Evaluation(
        overall=performance(cases, smallest=smallest),
        calibration=_calibration(cases, replicates, seed),
        strata={
            stratum: {
                name: performance(found, smallest=smallest)
                for name, found in groups(cases, stratum).items()
            }
            for stratum in Stratum
        },
    )


def performance(cases: Sequence[Case], *, smallest: int = SMALLEST_GROUP) -> Performance:
    """Return the figures of a group of studies."""
    answered = [case for case in cases if case.called is not None]
    fell = Counter((case.truth, case.called) for case in answered)
    counts = Counts(
        true_positive=fell[True, True],
        false_positive=fell[False, True],
        true_negative=fell[False, False],
        false_negative=fell[True, False],
    )
    diseased = sum(case.truth for case in cases)
    return Performance(
        n=len(cases),
        children=len({case.child for case in cases}),
        diseased=diseased,
        unanswered=len(cases) - len(answered),
        counts=counts,
        rates=rates(counts, smallest=smallest),
        exact=exact_rates(counts, smallest=smallest),
        found_of_all=share(counts.true_positive, diseased, smallest=smallest),
        area=_area(answered, smallest),
        with_reader=_with_reader(answered, smallest),
    )


def head_to_head(
    first: Sequence[Case], second: Sequence[Case], *, replicates: int, seed: int
) -> HeadToHead:
    """Compare two models on the studies that both answered.

    Parameters
    ----------
    first, second : sequence of Case
        Of the same frozen set.
    replicates : int
        Bootstrap samples of children.
    seed : int

    Raises
    ------
    EvaluationRefused
        If the studies differ, or the truth of one differs.
    """
    _check_once(first)
    _check_once(second)
    others = {case.study: case for case in second}
    if {case.study for case in first} != set(others) or any(
        others[case.study].truth != case.truth for case in first
    ):
        raise EvaluationRefused("Both must be evaluated on the same studies with the same truth.")
    pairs = [(case, others[case.study]) for case in first]
    both = [pair for pair in pairs if pair[0].called is not None and pair[1].called is not None]
    right = Counter(
        (one.truth, one.called == one.truth, two.called == two.truth) for one, two in both
    )
    area, by_children = _areas(both, replicates, seed)
    return HeadToHead(
        n=len(both),
        only_first=sum(one.called is not None and two.called is None for one, two in pairs),
        only_second=sum(one.called is None and two.called is not None for one, two in pairs),
        area=area,
        area_by_children=by_children,
        sensitivity_p=mcnemar(right[True, True, False], right[True, False, True]),
        specificity_p=mcnemar(right[False, True, False], right[False, False, True]),
        discordant={
            "ill_only_first": right[True, True, False],
            "ill_only_second": right[True, False, True],
            "healthy_only_first": right[False, True, False],
            "healthy_only_second": right[False, False, True],
        },
    )


def _check_once(cases: Sequence[Case]) -> None:
    if len({case.study for case in cases}) < len(cases):
        raise EvaluationRefused("A study stands there twice.")


def _area(answered: Sequence[Case], smallest: int) -> Told:
    scored = [(case.score, case.truth) for case in answered if case.score is not None]
    if len(scored) < len(answered) or not scored:
        return Untold(Silence.NO_SCORES, len(scored))
    truth = [ill for _, ill in scored]
    few = min(sum(truth), len(truth) - sum(truth))
    needed = max(smallest, roc.FEWEST_OF_A_CLASS)
    if few < needed:
        return Untold(Silence.TOO_FEW, few, needed)
    return roc.area([score for score, _ in scored], truth)


def _with_reader(answered: Sequence[Case], smallest: int) -> Told:
    read = [
        (int(case.called is True), int(case.reader)) for case in answered if case.reader is not None
    ]
    if len(read) < max(smallest, 1):
        return Untold(Silence.TOO_FEW, len(read), smallest)
    fell = Counter(read)
    return kappa_of([[fell[row, column] for column in (0, 1)] for row in (0, 1)])


def _calibration(cases: Sequence[Case], replicates: int, seed: int) -> Calibration | Untold:
    scored = [case for case in cases if case.called is not None and case.score is not None]
    if len(scored) < SMALLEST_GROUP:
        return Untold(Silence.TOO_FEW, len(scored), SMALLEST_GROUP)
    scores = np.array([case.score for case in scored], dtype=np.float64)
    if scores.min() < 0.0 or scores.max() > 1.0:
        return Untold(Silence.NO_SCORES, len(scored))
    return calibration(
        scores,
        [case.truth for case in scored],
        [case.child for case in scored],
        replicates=replicates,
        seed=seed,
    )


def _areas(
    both: Sequence[tuple[Case, Case]], replicates: int, seed: int
) -> tuple[roc.Difference | Untold, tuple[float, float] | None]:
    scored = [
        (one.score, two.score, one.truth)
        for one, two in both
        if one.score is not None and two.score is not None
    ]
    if len(scored) < len(both) or not scored:
        return Untold(Silence.NO_SCORES, len(scored)), None
    truth = np.array([ill for _, _, ill in scored], dtype=bool)
    few = min(int(truth.sum()), int((~truth).sum()))
    if few < SMALLEST_GROUP:
        return Untold(Silence.TOO_FEW, few, SMALLEST_GROUP), None
    values = np.array([[one, two] for one, two, _ in scored], dtype=np.float64).T

    def gap(at: IntArray) -> float | None:
        ill = truth[at]
        if min(int(ill.sum()), int((~ill).sum())) < roc.FEWEST_OF_A_CLASS:
            return None
        found = roc.areas(values[:, at], ill).areas
        return float(found[0] - found[1])

    interval = bootstrap([one.child for one, _ in both], gap, replicates=replicates, seed=seed)
    return roc.compare_paired(values[0], values[1], truth), interval
