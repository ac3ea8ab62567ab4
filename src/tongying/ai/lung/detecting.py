"""Nodules of a chest CT: candidates, how much they look like nodules, how large they are."""

from __future__ import annotations

from dataclasses import dataclass
from math import dist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.ai.lung.candidates import candidates_of, working_of
from tongying.ai.lung.classifier import Classifier, shipped
from tongying.ai.lung.features import RADIUS_OF_SIGMA, features_of
from tongying.ai.lung.lung_field import LungField, lungs_of
from tongying.ai.lung.measuring import Measured, Point, measure
from tongying.imaging.progress import Progress, Share
from tongying.imaging.volume import Volume

APART_MM: Final = 4.0
"""Two findings are not nearer than this, nor than the radius of the surer one."""
PART_FROM: Final = 0.5
"""A blob is part of a larger one whose score is at least this share of its own."""
MOST: Final = 30
"""Findings told of one scan, the surest."""
Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Nodule:
    """What was found.

    Attributes
    ----------
    number : int
        From 1; the surest first.
    centre_mm : tuple of float
        LPS.
    score : float
        0 to 1, not calibrated.
    size : Measured or None
        None where nothing could be measured.
    """

    number: int
    centre_mm: Point
    score: float
    size: Measured | None


@dataclass(frozen=True, slots=True, eq=False)
class Detection:
    """All that was found in a scan.

    Attributes
    ----------
    field : LungField
    nodules : tuple of Nodule
    left_out : int
        Further candidates above the score that are not told, because there are too many.
    """

    field: LungField
    nodules: tuple[Nodule, ...]
    left_out: int


def detect(
    volume: Volume, progress: Progress, *, classifier: Classifier | None = None
) -> Detection:
    """Find nodules.

    Parameters
    ----------
    volume : Volume
        In Hounsfield units.
    progress : Progress
    classifier : Classifier, optional
        The shipped one by default.

    Raises
    ------
    NoLungs
        If nothing in it looks like lungs.
    PackBroken
        If the shipped classifier is missing or another one.
    """
    trees = shipped() if classifier is None else classifier
    progress(0.0, "lungs")
    field = lungs_of(volume)
    working = working_of(volume, field, Share(progress, 0.2, 0.4))
    candidates = candidates_of(working, Share(progress, 0.4, 0.8))
    scores = trees.scores(features_of(working, candidates))
    radii = RADIUS_OF_SIGMA * candidates.sigma_mm
    kept, scores = surest_apart(candidates.centres_mm, scores, radii, candidates.own_response)
    told = [number for number in kept if scores[number] >= trees.told_from]
    found: list[tuple[Point, float, Measured | None]] = []
    for number in told[:MOST]:
        x, y, z = (float(one) for one in candidates.centres_mm[number])
        size = measure(volume, field, (x, y, z), float(radii[number]))
        found.append(((x, y, z), float(scores[number]), size))
    progress(1.0, "measuring")
    return Detection(field, _merged(found), max(len(told) - MOST, 0))


def surest_apart(
    centres_mm: Doubles, scores: Doubles, radii_mm: Doubles, responses: Doubles
) -> tuple[list[int], Doubles]:
    """Return which candidates stay, the surest first, and every score then.

    None stays within another's radius. A small blob inside a larger one that answers no less and
    looks as much like a nodule is a part of it; the larger one stands for both.

    Parameters
    ----------
    centres_mm : ndarray of float64, shape (n, 3)
    scores, radii_mm, responses : ndarray of float64, shape (n,)
        The response is that of the candidate's own scale.

    Examples
    --------
    >>> places = np.array([[0.0, 0, 0], [3.0, 0, 0], [30.0, 0, 0]])
    >>> surest_apart(places, np.array([0.2, 0.9, 0.5]), np.full(3, 2.0), np.full(3, 50.0))[0]
    [1, 2]
    """
    standing = scores.copy()
    part = np.zeros(len(scores), dtype=bool)
    for number in np.argsort(-radii_mm, kind="stable").tolist():
        if part[number]:
            continue
        away = np.linalg.norm(centres_mm - centres_mm[number], axis=1)
        inner = (away < radii_mm[number]) & (radii_mm < radii_mm[number])
        inner &= (responses <= responses[number]) & (scores[number] >= PART_FROM * scores)
        part |= inner
        standing[number] = max(standing[number], float(scores[inner].max(initial=0.0)))
    kept: list[int] = []
    for number in np.argsort(-standing, kind="stable").tolist():
        if part[number]:
            continue
        if kept:
            away = np.linalg.norm(centres_mm[kept] - centres_mm[number], axis=1)
            if (away < np.maximum(radii_mm[kept], APART_MM)).any():
                continue
        kept.append(number)
    return kept, standing


def _merged(found: list[tuple[Point, float, Measured | None]]) -> tuple[Nodule, ...]:
    """Return findings, the surest first; one that lies within a larger one is no other."""
    by_size = sorted(found, key=lambda one: -(one[2].diameter_mm if one[2] is not None else 0.0))
    kept: list[tuple[Point, float, Measured | None]] = []
    for one in by_size:
        within = [
            other
            for other in kept
            if other[2] is not None
            and dist(other[2].centre_mm, one[0]) < max(other[2].diameter_mm / 2.0, APART_MM)
        ]
        if not within:
            kept.append(one)
            continue
        place, score, size = within[0]
        kept[kept.index(within[0])] = (place, max(score, one[1]), size)
    kept.sort(key=lambda one: -one[1])
    return tuple(Nodule(order, *one) for order, one in enumerate(kept, start=1))
