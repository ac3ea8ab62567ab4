"""Scans with made nodules whose truth is known: what the detector is trained and tested on.

One seed is one chest; seeds of training and testing are apart, so a scan is never in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import dist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.ai.lung.candidates import Candidates, candidates_of, working_of
from tongying.ai.lung.features import features_of
from tongying.ai.lung.lung_field import LungField, lungs_of
from tongying.ai.lung.phantoms.nodules import MadeNodule, insert
from tongying.ai.lung.phantoms.placing import place_nodules
from tongying.ai.lung.phantoms.thorax import Chest, make_chest
from tongying.imaging.progress import silent
from tongying.imaging.volume import Mask, Volume

DIAMETERS_MM: Final = (3.5, 20.0)
NODULES: Final = 10
"""Put into one scan; evenly over the logarithm of the diameter."""
TRAINING_SEEDS: Final = range(100, 500)
TESTING_SEEDS: Final = range(1000, 1500)
SCALES: Final = (0.6, 0.75, 0.9)
"""Body sizes: of all lengths of a grown chest."""
SLICES_MM: Final = (1.0, 2.0, 3.0)
NEAR_MM: Final = 3.0
"""A candidate so near to a nodule's surface is neither right nor wrong in training."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A scan with made nodules.

    Attributes
    ----------
    volume : Volume
    nodules : tuple of MadeNodule
    field : LungField
        Found in the scan with its nodules, as in use.
    """

    volume: Volume
    nodules: tuple[MadeNodule, ...]
    field: LungField


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """Candidates of a case with their features and the truth.

    Attributes
    ----------
    candidates : Candidates
    rows : ndarray of float64, shape (n, features)
    labels : ndarray of int8, shape (n,)
        1 within a nodule's radius, -1 near one, 0 elsewhere.
    """

    candidates: Candidates
    rows: NDArray[np.float64]
    labels: NDArray[np.int8]


def with_nodules(
    base: Volume, field: LungField, seed: int, *, count: int = NODULES, avoid: Mask | None = None
) -> Case:
    """Put nodules into a scan.

    Parameters
    ----------
    base : Volume
    field : LungField
        Of `base`.
    seed : int
    count : int
    avoid : ndarray of bool, optional
        Where none may lie.
    """
    random = np.random.default_rng(seed)
    low, high = np.log(DIAMETERS_MM)
    edges = np.linspace(low, high, count + 1)
    diameters = np.exp(random.uniform(edges[:-1], edges[1:]))[::-1]
    nodules = place_nodules(base, field, random, [float(one) for one in diameters], avoid=avoid)
    volume = insert(base, nodules, seed=seed)
    return Case(volume, nodules, lungs_of(volume))


def made_cases(chest: Chest, seed: int, *, sets: int = 1, count: int = NODULES) -> Iterator[Case]:
    """Yield one chest with so many sets of nodules in turn.

    Parameters
    ----------
    chest : Chest
    seed : int
    sets : int
    count : int
        Nodules in each.
    """
    base = make_chest(chest, seed)
    field = lungs_of(base)
    for number in range(sets):
        yield with_nodules(base, field, seed * 10 + number, count=count)


def chest_of(seed: int) -> Chest:
    """Return what chest a seed makes: body size, slice and noise in turn."""
    random = np.random.default_rng(seed)
    return Chest(
        scale=SCALES[seed % 3] * float(random.uniform(0.95, 1.05)),
        pixel_mm=1.0,
        slice_mm=SLICES_MM[(seed // 3) % 3],
        noise_hu=float(random.uniform(12.0, 35.0)),
    )


def described(case: Case) -> Described:
    """Return the candidates of a case with features and truth.

    Parameters
    ----------
    case : Case
    """
    working = working_of(case.volume, case.field, silent)
    candidates = candidates_of(working, silent)
    labels = np.zeros(len(candidates.index), dtype=np.int8)
    for nodule in case.nodules:
        radius = nodule.diameter_mm / 2.0
        for number, centre in enumerate(candidates.centres_mm):
            away = dist(centre, nodule.centre_mm)
            if away < radius:
                labels[number] = 1
            elif away < radius + NEAR_MM and labels[number] == 0:
                labels[number] = -1
    return Described(candidates, features_of(working, candidates), labels)
