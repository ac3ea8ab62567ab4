"""Free-response curves: sensitivity against false marks per scan, by LUNA16's rules.

A mark is a hit when its centre lies nearer to a lesion's centre than the lesion's radius. Of
several hits on one lesion the surest counts, the others are ignored. A mark that lies on a lesion
which does not count (irrelevant findings, other sizes) is ignored. What is left is a false mark.

References
----------
.. [1] Setio AAA, Traverso A, de Bel T, et al. Validation, comparison, and combination of algorithms
   for automatic detection of pulmonary nodules in computed tomography images: the LUNA16
   challenge. Med Image Anal 2017; 42: 1-13.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist
from typing import Final

import numpy as np

from tongying.ai.evaluation.figure import SHARE_95, EvaluationRefused, Figure
from tongying.norms.arrays import FloatArray

OPERATING_POINTS: Final = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""False marks per scan at which LUNA16 reads the curve."""
Point = tuple[float, float, float]
"""Millimetres, in one frame for marks and lesions of a scan."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the model marked.

    Attributes
    ----------
    centre_mm : tuple of float
    score : float
        Higher is surer.
    """

    centre_mm: Point
    score: float


@dataclass(frozen=True, slots=True)
class Lesion:
    """What is there.

    Attributes
    ----------
    centre_mm : tuple of float
    diameter_mm : float
    counts : bool
        False for one on which a mark is neither right nor wrong.
    """

    centre_mm: Point
    diameter_mm: float
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan with its truth and the marks on it.

    Attributes
    ----------
    name : str
    lesions : tuple of Lesion
    marks : tuple of Mark
    child : str
        Scans of one child are drawn together; empty: the scan's name.
    """

    name: str
    lesions: tuple[Lesion, ...]
    marks: tuple[Mark, ...]
    child: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A scan after the rules were applied.

    Attributes
    ----------
    found : FloatArray
        (lesions that count,): score of the surest hit, ``-inf`` where none.
    false : FloatArray
        (false marks,): their scores.
    ignored : int
        Marks that were neither.
    child : str
    """

    found: FloatArray
    false: FloatArray
    ignored: int
    child: str


@dataclass(frozen=True, slots=True, eq=False)
class FreeResponse:
    """A free-response curve.

    Attributes
    ----------
    false_per_scan, sensitivity, thresholds : FloatArray
        (points,); the first point is (0, 0) at an infinite threshold.
    lesions, scans : int
    """

    false_per_scan: FloatArray
    sensitivity: FloatArray
    thresholds: FloatArray
    lesions: int
    scans: int

    def at(self, false_per_scan: float) -> float:
        """Return the sensitivity at so many false marks per scan, between points by straight line.

        Beyond the last point the curve stays where it ended.
        """
        return float(np.interp(false_per_scan, self.false_per_scan, self.sensitivity))

    @property
    def mean(self) -> float:
        """Mean sensitivity over LUNA16's seven operating points."""
        return float(np.mean([self.at(point) for point in OPERATING_POINTS]))


@dataclass(frozen=True, slots=True)
class FreeResponseSummary:
    """The seven points and their mean with bootstrap intervals.

    Attributes
    ----------
    at : tuple of (float, Figure)
        False marks per scan and the sensitivity there.
    mean : Figure
    lesions, scans, replicates : int
    """

    at: tuple[tuple[float, Figure], ...]
    mean: Figure
    lesions: int
    scans: int
    replicates: int

    def as_json(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return {
            "at": [{"false_per_scan": x, **figure.as_json()} for x, figure in self.at],
            "mean": self.mean.as_json(),
            "lesions": self.lesions,
            "scans": self.scans,
            "replicates": self.replicates,
        }


def score_scan(scan: Scan, *, within_mm: float | None = None) -> Scored:
    """Apply LUNA16's rules to one scan.

    Parameters
    ----------
    scan : Scan
    within_mm : float or None
        Distance within which a mark is a hit, the same for every lesion, as other challenges have
        it; None for LUNA16's own, the lesion's radius.

    Raises
    ------
    EvaluationRefused
        If a diameter or that distance is not above 0, or a score is not a number.
    """
    if any(not lesion.diameter_mm > 0.0 for lesion in scan.lesions):
        raise EvaluationRefused("A lesion's diameter must be above 0 mm.")
    if within_mm is not None and not within_mm > 0.0:
        raise EvaluationRefused("The distance of a hit must be above 0 mm.")
    if any(not np.isfinite(mark.score) for mark in scan.marks):
        raise EvaluationRefused("A mark's score is not a number.")
    used: set[int] = set()
    surest: set[int] = set()
    found: list[float] = []
    for lesion in scan.lesions:
        hits = [
            number
            for number, mark in enumerate(scan.marks)
            if dist(mark.centre_mm, lesion.centre_mm)
            < (lesion.diameter_mm / 2.0 if within_mm is None else within_mm)
        ]
        used.update(hits)
        if lesion.counts and hits:
            surest.add(max(hits, key=lambda number: scan.marks[number].score))
        if lesion.counts:
            found.append(max((scan.marks[number].score for number in hits), default=-np.inf))
    false = [mark.score for number, mark in enumerate(scan.marks) if number not in used]
    return Scored(
        found=np.array(found, dtype=np.float64),
        false=np.array(false, dtype=np.float64),
        ignored=len(used - surest),
        child=scan.child or scan.name,
    )


def free_response(scans: Sequence[Scored]) -> FreeResponse:
    """Return the curve of scored scans; every scan counts below the line, with lesions or without.

    Raises
    ------
    EvaluationRefused
        If there is no scan or no lesion that counts.
    """
    found = np.concatenate([scan.found for scan in scans]) if scans else np.zeros(0)
    if not len(found):
        raise EvaluationRefused("A free-response curve needs a scan with a lesion that counts.")
    false = np.concatenate([scan.false for scan in scans])
    found_sorted, false_sorted = np.sort(found), np.sort(false)
    levels = np.unique(np.concatenate([found[np.isfinite(found)], false]))[::-1]
    hits = len(found) - np.searchsorted(found_sorted, levels, side="left")
    alarms = len(false) - np.searchsorted(false_sorted, levels, side="left")
    zero = np.zeros(1)
    return FreeResponse(
        false_per_scan=np.concatenate([zero, alarms / len(scans)]),
        sensitivity=np.concatenate([zero, hits / len(found)]),
        thresholds=np.concatenate([np.array([np.inf]), levels]),
        lesions=len(found),
        scans=len(scans),
    )


def summary(scans: Sequence[Scored], *, replicates: int, seed: int) -> FreeResponseSummary:
    """Return LUNA16's figures with intervals from drawing children anew.

    Parameters
    ----------
    scans : sequence of Scored
    replicates : int
        Bootstrap samples; a sample without a lesion is left out.
    seed : int

    Raises
    ------
    EvaluationRefused
        If there is no lesion that counts, or too many samples have none.
    """
    whole = free_response(scans)
    groups: dict[str, list[Scored]] = {}
    for scan in scans:
        groups.setdefault(scan.child, []).append(scan)
    children = list(groups.values())
    random = np.random.default_rng(seed)
    rows: list[list[float]] = []
    for _ in range(replicates):
        drawn = random.integers(len(children), size=len(children))
        sample = [scan for number in drawn for scan in children[int(number)]]
        if any(len(scan.found) for scan in sample):
            curve = free_response(sample)
            values = [curve.at(point) for point in OPERATING_POINTS]
            rows.append([*values, float(np.mean(values))])
    if len(rows) < SHARE_95 * replicates or not rows:
        raise EvaluationRefused("Too few scans have a lesion for an interval by bootstrap.")
    tail = (1.0 - SHARE_95) / 2.0
    low, high = np.quantile(np.array(rows), [tail, 1.0 - tail], axis=0)
    figures = [
        Figure(value, float(low[number]), float(high[number]), whole.lesions, "bootstrap")
        for number, value in enumerate([*(whole.at(x) for x in OPERATING_POINTS), whole.mean])
    ]
    return FreeResponseSummary(
        at=tuple(zip(OPERATING_POINTS, figures[:-1], strict=True)),
        mean=figures[-1],
        lesions=whole.lesions,
        scans=whole.scans,
        replicates=len(rows),
    )
