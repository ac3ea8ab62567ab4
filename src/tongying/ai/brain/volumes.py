"""Volumes of the brain's parts with their method, and whether they can be true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tongying.ai.answer import Flag, Level, Told
from tongying.ai.brain.regions import REGIONS, SUMS
from tongying.imaging.volume import Mask
from tongying.kernel.caveat import Caveat
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod

IMPOSSIBLE: Final = "volume-impossible"
CUT_OFF: Final = "head-cut-off"
SCATTERED: Final = "mask-scattered"
PLAUSIBILITY: Final = (IMPOSSIBLE, CUT_OFF, SCATTERED)
"""Kinds of flags that `plausible` gives; a card that uses it names them."""

ONE_PIECE: Final = 0.98
"""Least share of a brain that hangs together (a project choice; needs sign-off)."""
MM3_OF_CM3: Final = 1000.0

TOOLS_DIFFER: Final = Caveat(
    "ai.brain-tools-differ",
    "Four tools gave 1351 to 1499 cm³ for the brain of one and the same child; this value is to be "
    "set against a norm of the same tool, version and protocol only.",
)
"""Measured on one normal child of 3.7 years with ROBEX, deepbet, mindgrab and HD-BET."""


def told_volumes(
    volumes_cm3: Mapping[str, float], method: MeasuringMethod
) -> tuple[tuple[Told, ...], tuple[Flag, ...]]:
    """Return the volumes that can be true, and a flag for each that cannot.

    Parameters
    ----------
    volumes_cm3 : mapping of str to float
        By measure.
    method : MeasuringMethod

    Returns
    -------
    values : tuple of Told
        In the order given.
    flags : tuple of Flag
    """
    values, flags = [], []
    for name, volume in volumes_cm3.items():
        measure = measure_of(name)
        if measure.low <= volume <= measure.high:
            values.append(Told(name, round(volume, 3), "cm3", "", method, (TOOLS_DIFFER,)))
            continue
        flags.append(
            Flag(
                IMPOSSIBLE,
                Level.LOOK,
                f"{measure.english}: {volume:.1f} cm³ is not possible in a child "
                f"({measure.low:g} to {measure.high:g}); the value is not given.",
                f"{measure.chinese}：{volume:.1f} cm³，超出儿童可能范围"
                f"（{measure.low:g}～{measure.high:g}），不予给出。",
                volume,
            )
        )
    return tuple(values), tuple(flags)


def region_volumes_cm3(
    labels: NDArray[np.uint8], names: Sequence[str], voxel_mm3: float
) -> dict[str, float]:
    """Return the volume of each measure that a network's labels give.

    Parameters
    ----------
    labels : ndarray of uint8
        0 is the background.
    names : sequence of str
        Of the labels, from 0; as `tongying.ai.brain.regions.REGIONS` has them.
    voxel_mm3 : float

    Examples
    --------
    >>> labels = np.array([[[0, 1, 2, 2]]], dtype=np.uint8)
    >>> region_volumes_cm3(labels, ("Unknown", "Grey-Matter", "White-Matter"), 1000.0)
    {'brain-tissue-volume': 3.0, 'total-grey-matter-volume': 1.0, 'white-matter-volume': 2.0}
    """
    counts = np.bincount(labels.ravel(), minlength=len(names))
    each = {name: float(counts[at]) * voxel_mm3 / MM3_OF_CM3 for at, name in enumerate(names)}
    found = {
        measure: sum(each[part] for part in parts)
        for measure, parts in SUMS.items()
        if all(part in each for part in parts)
    }
    for name in names[1:]:
        measure = REGIONS[name].measure
        if measure and measure not in found:
            found[measure] = each[name]
    return found


def plausible(mask: Mask) -> tuple[Flag, ...]:
    """Return flags about a mask of the whole brain: cut off by the image's edge, or in pieces.

    Parameters
    ----------
    mask : ndarray of bool, shape (slices, rows, columns)
        On the grid of the series, not empty.
    """
    flags = []
    edges = [mask.take(end, axis) for axis in range(3) for end in (0, -1)]
    touching = int(sum(np.count_nonzero(edge) for edge in edges))
    if touching:
        flags.append(
            Flag(
                CUT_OFF,
                Level.LOOK,
                f"The brain reaches the edge of the image with {touching} voxels: a part of it may "
                "not have been scanned, and volumes are then too small.",
                f"脑组织有{touching}个体素触及图像边缘：可能未扫全，所测体积将偏小。",
                float(touching),
            )
        )
    pieces, count = ndimage.label(mask)
    largest = int(np.bincount(pieces.ravel())[1:].max()) if count else 0
    share = largest / max(int(np.count_nonzero(mask)), 1)
    if share < ONE_PIECE:
        flags.append(
            Flag(
                SCATTERED,
                Level.LOOK,
                f"Only {100 * share:.0f} % of the mask hang together: look at the contour before "
                "using any volume.",
                f"分割区仅有{100 * share:.0f}%相互连续：使用体积前请先核对轮廓。",
                share,
            )
        )
    return tuple(flags)
