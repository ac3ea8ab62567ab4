"""The lungs in a CT, by thresholds and components: image processing without training.

The method follows the classical order (air within the body, airways taken off, both lungs
separated, borders closed over vessels and nodules at the wall). Consolidation that touches the
wall over a wide area is missed by design; nothing in it knows anatomy beyond that.

References
----------
Hu S, Hoffman EA, Reinhardt JM. Automatic lung segmentation for accurate quantitation of volumetric
X-ray CT images. IEEE Trans Med Imaging 2001;20:490-498 (the order of steps, from memory; the
paper was not opened: needs sign-off).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.backends.protocol import RunRefused
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask, Volume

AIR_BELOW_HU: Final = -400.0
"""What may be lung; between aerated lung of infants and soft tissue (needs sign-off)."""
GAS_BELOW_HU: Final = -975.0
"""A component with a median below it holds gas alone: bowel, stomach, a phantom's outside."""
WORKING_MM: Final = 2.0
"""In-plane size that the search works at; finer images are averaged first."""
LEAST_LUNGS_CM3: Final = 15.0
"""Less than a newborn's lungs hold; below it there are none (needs sign-off)."""
LEAST_SHARE: Final = 0.05
"""Of the largest component: what is smaller is not a lung."""
CLOSED_MM: Final = 8.0
"""Vessels and nodules at the wall up to about this radius are taken in."""
AIRWAY_MM2: Final = (12.0, 700.0)
"""Cross-section of a trachea from newborn to adult (needs sign-off)."""
AIRWAY_GROWS: Final = 2.2
"""A cross-section that grows so much from slice to slice has left the airway."""
RIGHT: Final = 1
LEFT: Final = 2
_SEPARATE_MM: Final = (1.5, 3.0, 4.5, 6.0, 8.0)
_PLANE = np.array([[[0, 1, 0], [1, 1, 1], [0, 1, 0]]], dtype=bool)
Labels = NDArray[np.int32]


class NoLungs(RunRefused):
    """There are no lungs in the images, or nothing that looks like them."""

    code: ClassVar[str] = "ai.no-lungs"


@dataclass(frozen=True, slots=True, eq=False)
class LungField:
    """Both lungs.

    Attributes
    ----------
    sides : ndarray of uint8, shape (slices, rows, columns)
        0 outside, `RIGHT`, `LEFT`.
    grid : Grid
    apart : bool
        Whether both were found apart; otherwise the middle divides them.
    cut : bool
        Whether lung reaches the first or last slice, so that a part may not be in the images.
    """

    sides: NDArray[np.uint8]
    grid: Grid
    apart: bool
    cut: bool

    @property
    def mask(self) -> Mask:
        """Return both together."""
        both: Mask = self.sides > 0
        return both

    def volume_cm3(self, side: int) -> float:
        """Return the volume of one lung."""
        return float(np.count_nonzero(self.sides == side)) * self.grid.voxel_mm3 / 1000.0


def lungs_of(volume: Volume) -> LungField:
    """Return the lungs of a chest CT in Hounsfield units.

    Raises
    ------
    NoLungs
        If nothing in it looks like lungs.
    """
    factor = _factor(volume.grid)
    array = _averaged(volume.array, factor)
    step = volume.grid.spacing_mm * np.array([factor, factor, 1.0])
    spacing = step[::-1]
    air = _air_within(array, spacing)
    lungs = air & ~_airways(array, air, spacing)
    lungs = _largest(lungs, spacing)
    left_to_right = float(volume.grid.directions[0, 0]) >= 0.0
    sides, apart = _apart(lungs, spacing, left_to_right)
    closed = _closed(sides, spacing)
    full = np.repeat(np.repeat(closed, factor, axis=1), factor, axis=2)
    whole = np.zeros(volume.grid.shape, dtype=np.uint8)
    rows = min(full.shape[1], whole.shape[1])
    columns = min(full.shape[2], whole.shape[2])
    whole[:, :rows, :columns] = full[:, :rows, :columns]
    ends = np.count_nonzero(whole[[0, -1]] > 0, axis=(1, 2))
    widest = max(int(np.count_nonzero(whole > 0, axis=(1, 2)).max()), 1)
    return LungField(whole, volume.grid, apart, bool(ends.max() > 0.25 * widest))


def _factor(grid: Grid) -> int:
    return max(1, int(WORKING_MM / float(grid.spacing_mm[:2].max())))


def _averaged(array: NDArray[np.generic], factor: int) -> NDArray[np.float32]:
    values = np.asarray(array, dtype=np.float32)
    if factor == 1:
        return values
    odd = [(-length) % factor for length in values.shape[1:]]
    if any(odd):
        values = np.pad(values, ((0, 0), (0, odd[0]), (0, odd[1])), mode="edge")
    slices, rows, columns = values.shape
    blocks = values.reshape(slices, rows // factor, factor, columns // factor, factor)
    mean: NDArray[np.float32] = blocks.mean(axis=(2, 4), dtype=np.float32)
    return mean


def _air_within(array: NDArray[np.float32], spacing: NDArray[np.float64]) -> Mask:
    """Air that does not reach the rim of its slice."""
    air = array < AIR_BELOW_HU
    rim = np.zeros(air.shape, dtype=bool)
    rim[:, [0, -1], :] = True
    rim[:, :, [0, -1]] = True
    within = np.zeros_like(air)
    least = LEAST_LUNGS_CM3 * 1000.0 * LEAST_SHARE / float(np.prod(spacing))
    labels: Labels
    for number in range(len(air)):
        # Slice by slice, because a mouth or a gap below the last slice joins inside and outside.
        labels, _ = ndimage.label(air[number])
        outside = np.unique(labels[rim[number]])
        within[number] = air[number] & ~np.isin(labels, outside)
    labels, count = ndimage.label(within)
    if not count:
        raise NoLungs("There are no lungs in these images.")
    sizes = np.bincount(labels.ravel())
    medians = ndimage.median(array, labels, np.arange(count + 1))
    keep = (sizes >= least) & (np.asarray(medians) > GAS_BELOW_HU)
    keep[0] = False
    kept: Mask = keep[labels]
    if float(kept.sum()) * float(np.prod(spacing)) < LEAST_LUNGS_CM3 * 1000.0:
        raise NoLungs("There are no lungs in these images.")
    return kept


def _airways(array: NDArray[np.float32], air: Mask, spacing: NDArray[np.float64]) -> Mask:
    """Follow the trachea from the head down while its cross-section stays an airway's."""
    airway = np.zeros_like(air)
    mm2 = float(spacing[1] * spacing[2])
    middle = air.shape[2] / 2.0
    before: Mask | None = None
    area = 0.0
    for number in range(len(air) - 1, -1, -1):
        labels, count = ndimage.label(air[number] & (array[number] < AIR_BELOW_HU - 400.0))
        if not count:
            if before is not None:
                break
            continue
        sizes = (np.bincount(labels.ravel(), minlength=count + 1) * mm2).astype(np.float64)
        if before is None:
            chosen = _first_airway(labels, sizes, middle, air.shape[2])
        else:
            under = np.unique(labels[before])
            chosen = [int(one) for one in under if one and sizes[one] >= AIRWAY_MM2[0] / 2]
        now = float(sum(sizes[one] for one in chosen))
        if not chosen:
            if before is not None:
                break
            continue
        if before is not None and now > max(AIRWAY_GROWS * area, AIRWAY_MM2[0]):
            break
        before, area = np.isin(labels, chosen), now
        airway[number] = before
    wall = int(np.ceil(1.5 / float(spacing[1])))
    grown: Mask = ndimage.binary_dilation(airway, _PLANE, iterations=wall)
    return grown


def _first_airway(
    labels: Labels, sizes: NDArray[np.float64], middle: float, width: int
) -> list[int]:
    near = []
    for number in range(1, len(sizes)):
        if AIRWAY_MM2[0] <= sizes[number] <= AIRWAY_MM2[1]:
            column = float(np.nonzero(labels == number)[1].mean())
            near.append((abs(column - middle), number))
    return [min(near)[1]] if near and min(near)[0] < 0.12 * width else []


def _largest(lungs: Mask, spacing: NDArray[np.float64]) -> Mask:
    labels, count = ndimage.label(lungs)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)
    sizes[0] = 0
    if not count or sizes.max() * float(np.prod(spacing)) < LEAST_LUNGS_CM3 * 500.0:
        raise NoLungs("There are no lungs in these images.")
    keep: Mask = (sizes >= LEAST_SHARE * sizes.max())[labels]
    return keep


def _apart(
    lungs: Mask, spacing: NDArray[np.float64], left_to_right: bool
) -> tuple[NDArray[np.uint8], bool]:
    """Divide in right and left; eroded until the bridge in front breaks."""
    seeds, apart = _seeds(lungs, spacing)
    columns = np.nonzero(lungs)[2]
    middle = (float(columns.min()) + float(columns.max())) / 2.0
    if not apart:
        side = np.arange(lungs.shape[2]) < middle
        right = np.broadcast_to(side if left_to_right else ~side, lungs.shape)
        return np.where(lungs, np.where(right, RIGHT, LEFT), 0).astype(np.uint8), False
    centres = ndimage.center_of_mass(seeds > 0, seeds, np.arange(1, int(seeds.max()) + 1))
    ways = [0]
    for centre in centres:
        low = float(centre[2]) < middle
        ways.append(RIGHT if low == left_to_right else LEFT)
    nearest = ndimage.distance_transform_edt(
        seeds == 0, sampling=spacing, return_distances=False, return_indices=True
    )
    sides = np.array(ways, dtype=np.uint8)[seeds[tuple(nearest)]]
    return np.where(lungs, sides, 0).astype(np.uint8), True


def _seeds(lungs: Mask, spacing: NDArray[np.float64]) -> tuple[Labels, bool]:
    columns = np.nonzero(lungs)[2]
    middle = (float(columns.min()) + float(columns.max())) / 2.0
    depth: NDArray[np.float64] | None = None
    for erosion in (0.0, *_SEPARATE_MM):
        if erosion and depth is None:
            depth = ndimage.distance_transform_edt(lungs, sampling=spacing)
        core = lungs if depth is None else depth > erosion
        labels, count = ndimage.label(core)
        sizes = np.bincount(labels.ravel(), minlength=count + 1)
        sizes[0] = 0
        keep = [one for one in range(1, count + 1) if sizes[one] >= LEAST_SHARE * sizes.max()]
        at = [float(np.nonzero(labels == one)[2].mean()) for one in keep]
        crossing = [
            one
            for one in keep
            if min(
                np.count_nonzero(labels[:, :, : int(middle)] == one),
                np.count_nonzero(labels[:, :, int(middle) :] == one),
            )
            > 0.3 * sizes[one]
        ]
        if not crossing and min(at) < middle < max(at):
            order = np.zeros(count + 1, dtype=np.int32)
            order[keep] = np.arange(1, len(keep) + 1)
            return order[labels], True
    return np.zeros(lungs.shape, dtype=np.int32), False


def _closed(sides: NDArray[np.uint8], spacing: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Close each side over vessels and what lies at the wall, then fill what it encloses."""
    closed = np.zeros_like(sides)
    for side in (RIGHT, LEFT):
        one = sides == side
        if not one.any():
            continue
        box = ndimage.find_objects(one.view(np.uint8))[0]
        margin = [int(np.ceil(CLOSED_MM / mm)) + 1 for mm in spacing]
        padded = np.pad(one[box], [(width, width) for width in margin])
        away = ndimage.distance_transform_edt(~padded, sampling=spacing)
        grown = away <= CLOSED_MM
        depth = ndimage.distance_transform_edt(grown, sampling=spacing)
        full = depth > CLOSED_MM
        full |= padded
        for number in range(len(full)):
            full[number] = ndimage.binary_fill_holes(full[number])
        inner = full[tuple(slice(width, -width) for width in margin)]
        target = closed[box]
        target[inner & (target == 0)] = side
    return closed
