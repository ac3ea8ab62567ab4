"""Whether small parts of the two images would be more alike if they were shifted a little.

Block matching: in each block with enough structure the mutual information of the two images is
computed for all small shifts; where it is largest, seen from no shift, is what the block says.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Points
from tongying.imaging.quality.working import Working, sampled, softened
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Volume

HALF = 5
"""Voxels from the middle of a block to its face: 11 along an edge."""
STEP_MM = (3.5, 4.5)
"""Between a block's voxels: as the coarser image is, within these limits."""
REACH_MM = 12.0
"""Largest shift looked for along each axis."""
BLOCKS = 50
BINS = 8
MEASURED = 0.8
"""Share of a block's surroundings that both images must show."""
STRUCTURE = 0.05
"""Smallest standard deviation in a block, of values that go from 0 to 1; needs sign-off."""
SHARPNESS = 2.0
"""By how many standard deviations over all shifts the best must stand out; needs sign-off."""


@dataclass(frozen=True, slots=True, eq=False)
class LocalShifts:
    """What the blocks say.

    Attributes
    ----------
    centres : ndarray, shape (n, 3)
        LPS mm.
    shifts_mm : ndarray, shape (n, 3)
        The shift of the moving image, in the fixed frame, that makes a block most alike.
    weights : ndarray, shape (n,)
        By how many standard deviations it stood out.
    """

    centres: Points
    shifts_mm: Points
    weights: NDArray[np.float64]

    @property
    def count(self) -> int:
        """How many blocks had something to say."""
        return len(self.weights)

    @property
    def median_mm(self) -> float | None:
        """Median length of the shifts; None without blocks."""
        if not self.count:
            return None
        return float(np.median(np.linalg.norm(self.shifts_mm, axis=1)))


def local_shifts(
    fixed: Volume,
    moving: Volume,
    transform: Transform,
    working: Working,
    random: np.random.Generator,
) -> LocalShifts:
    """Match blocks.

    Parameters
    ----------
    fixed, moving : Volume
    transform : Transform
        The alignment under test.
    working : Working
        Of these three.
    random : numpy.random.Generator
        For which blocks are taken.
    """
    coarser = float(max(fixed.grid.voxel_mm3, moving.grid.voxel_mm3)) ** (1 / 3)
    step = float(np.clip(0.8 * coarser, *STEP_MM))
    here, there = softened(fixed, step), softened(moving, step)
    reach = round(REACH_MM / step)
    wide = HALF + reach
    inner = _cube(HALF) * step
    around = _cube(wide) * step
    kept, shifts, weights = [], [], []
    for centre in _centres(working, random):
        block = working.scales[0].levels(sampled(here, centre + inner)[0])
        if block.std() < STRUCTURE:
            continue
        value, within = sampled(there, transform.points(centre + around))
        other = working.scales[1].levels(value)
        if other.std() < STRUCTURE or within.mean() < MEASURED:
            continue
        alike = _information(
            _binned(block).reshape((2 * HALF + 1,) * 3),
            _binned(other).reshape((2 * wide + 1,) * 3),
            2 * reach + 1,
        )
        best = np.unravel_index(int(alike.argmax()), alike.shape)
        sharp = float((alike.max() - alike.mean()) / max(float(alike.std()), 1e-9))
        if sharp < SHARPNESS:
            continue
        at = _refined(alike, (int(best[0]), int(best[1]), int(best[2])))
        kept.append(centre)
        shifts.append((at[::-1] - reach) * step)
        weights.append(sharp)
        if len(kept) == BLOCKS:
            break
    if not kept:
        return LocalShifts(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0))
    return LocalShifts(np.array(kept), np.array(shifts), np.array(weights, dtype=np.float64))


def _cube(half: int) -> NDArray[np.float64]:
    """Return offsets (x, y, z) in voxels, x fastest as in an array [z, y, x]."""
    along = np.arange(-half, half + 1, dtype=np.float64)
    z, y, x = np.meshgrid(along, along, along, indexing="ij")
    return np.stack([x.ravel(), y.ravel(), z.ravel()], axis=1)


def _binned(value: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.minimum((value * BINS).astype(np.int8), BINS - 1)


def _centres(working: Working, random: np.random.Generator) -> Points:
    """Return points of the body at random, more than are needed."""
    where = np.argwhere(working.body)
    chosen = random.permutation(len(where))[: BLOCKS * 4]
    return working.grid.to_lps(where[chosen][:, ::-1])


def _information(
    box: NDArray[np.int8], around: NDArray[np.int8], count: int
) -> NDArray[np.float64]:
    """Return the mutual information of a block for every shift, shape (count,) * 3."""
    size = box.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(around, (size, size, size))
    # Every other voxel of a block tells as much as all of them: neighbours are alike.
    flat = box.ravel()[::2]
    patches = windows.reshape(count**3, -1)[:, ::2]
    pairs = patches.astype(np.int32) * BINS + flat
    pairs += (BINS * BINS) * np.arange(count**3, dtype=np.int32)[:, None]
    counts = np.bincount(pairs.ravel(), minlength=count**3 * BINS * BINS)
    joint = counts.reshape(count**3, BINS, BINS) / flat.size
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.nansum(joint * np.log(joint), axis=(1, 2))
        moving = joint.sum(axis=2)
        own = -np.nansum(moving * np.log(moving), axis=1)
    # The fixed block's own entropy is the same for all shifts.
    return np.asarray((own - entropy).reshape(count, count, count), dtype=np.float64)


def _refined(alike: NDArray[np.float64], best: tuple[int, int, int]) -> NDArray[np.float64]:
    """Return the top of parabolas through the best shift and its neighbours, in voxels."""
    at = np.array(best, dtype=np.float64)
    for axis in range(3):
        if not 0 < best[axis] < alike.shape[axis] - 1:
            continue
        before, after = list(best), list(best)
        before[axis] -= 1
        after[axis] += 1
        low, top, high = alike[tuple(before)], alike[best], alike[tuple(after)]
        bend = low - 2 * top + high
        if bend < 0:
            at[axis] += float(np.clip(0.5 * (low - high) / bend, -0.5, 0.5))
    return at
