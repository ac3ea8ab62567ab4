"""Scripted pairs of scans: which nodule is which before, when lungs moved, turned and breathed.

Now and before are one made chest; before is turned, shifted, stretched and has its own noise.
Nodules grow, shrink, are new or gone. Where they are marked is 1 mm off at random. What is not in
it: sliding of the lung along the wall and bending by the diaphragm, as real breath does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tongying.ai.lung.lung_field import lungs_of
from tongying.ai.lung.matching import Seen, match, to_prior
from tongying.ai.lung.phantoms.cases import with_nodules
from tongying.ai.lung.phantoms.nodules import MadeNodule, insert
from tongying.ai.lung.phantoms.thorax import Chest, make_chest
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

NODULES = 7
NEW = 2
GONE = 1
OFF_MM = 1.0
PAIR_CHEST = Chest(scale=0.5, pixel_mm=2.0, slice_mm=2.0, noise_hu=15.0)


@dataclass(frozen=True, slots=True)
class PairTold:
    """How one pair ended.

    Attributes
    ----------
    right : bool
        Every nodule was matched with itself, and none that is new or gone with another.
    pairs, wrong : int
    error_mm : float
        Mean distance of the registration from the truth at the nodules.
    """

    right: bool
    pairs: int
    wrong: int
    error_mm: float


def moved(random: np.random.Generator) -> MatrixTransform:
    """Return how today's points lie in the earlier scan."""
    a, b, c = np.radians(random.uniform(-6.0, 6.0, size=3))
    turn = (
        np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
        @ np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
        @ np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    )
    stretch = np.array([*random.uniform(0.98, 1.02, size=2), random.uniform(0.93, 1.07)])
    matrix = np.eye(4)
    matrix[:3, :3] = turn @ np.diag(stretch)
    matrix[:3, 3] = random.uniform(-12.0, 12.0, size=3)
    return MatrixTransform(matrix)


def run_pair(seed: int) -> PairTold:
    """Make a pair, register it, match it."""
    random = np.random.default_rng(seed)
    base = make_chest(PAIR_CHEST, seed)
    now = with_nodules(base, lungs_of(base), seed, count=NODULES + GONE)
    truth = moved(random)
    noise = random.normal(scale=PAIR_CHEST.noise_hu, size=base.array.shape)
    before = resample(base, base.grid, truth.inverse())
    before = Volume(
        np.round(before.array + noise).astype(np.int16), base.grid, base.quantity, base.modality
    )
    gone = now.nodules[-GONE:]
    here = now.nodules[:-GONE]
    today = insert(base, here, seed=seed)
    earlier: dict[int, MadeNodule] = {}
    for number, nodule in enumerate((*here[NEW:], *gone), start=NEW + 1):
        x, y, z = truth.points([nodule.centre_mm])[0]
        size = nodule.diameter_mm * float(random.uniform(0.7, 1.15))
        earlier[number] = replace(
            nodule, centre_mm=(float(x), float(y), float(z)), diameter_mm=size
        )
    before = insert(before, list(earlier.values()), seed=seed + 1)
    found = to_prior(today, lungs_of(today), before, lungs_of(before))
    now_seen = [_marked(n, one, random) for n, one in enumerate(here, start=1)]
    prior_seen = [_marked(n, one, random) for n, one in earlier.items()]
    pairs = {one.number: one.prior_number for one in match(now_seen, prior_seen, found)}
    expected = {number: number for number in range(NEW + 1, len(here) + 1)}
    wrong = sum(pairs.get(one) != other for one, other in expected.items())
    wrong += sum(one not in expected for one in pairs)
    centres = [one.centre_mm for one in here]
    error = np.linalg.norm(found.points(centres) - truth.points(centres), axis=1)
    return PairTold(pairs == expected, len(expected), wrong, float(error.mean()))


def _marked(number: int, nodule: MadeNodule, random: np.random.Generator) -> Seen:
    x, y, z = np.array(nodule.centre_mm) + random.normal(scale=OFF_MM, size=3)
    return Seen(number, (float(x), float(y), float(z)), nodule.diameter_mm)
