"""A head as brain networks were trained to see it: 256 voxels of 1 mm along each axis.

The middle of the image stays where it is; the axes become those of FreeSurfer's conformed image
(left, down, front), whatever the plane the scanner took.

References
----------
FreeSurfer wiki, "mri_convert --conform". The axes and the centre are those that niimath's
``-conform`` (rordenlab/niimath, src/conform.c) and hence brainchop give.
"""

from __future__ import annotations

from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress, silent
from tongying.imaging.resample import resample
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.errors import BadInput

SIDE: Final = 256
"""Voxels of 1 mm."""
DARKEST, BRIGHTEST = 0.02, 0.98
"""Quantiles of the conformed image that become 0 and 1 (brainchop-models, tiny_meshnet.py)."""
_AXES: Final = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, -1.0, 0.0]])
"""Along i to the child's left, along j down, along k to the front: in columns, LPS."""

Image = NDArray[np.float32]


class HeadRefused(BadInput):
    """The image is no head that the network could look at."""

    code: ClassVar[str] = "ai.head-refused"


def conformed_grid(grid: Grid) -> Grid:
    """Return the grid of 256 voxels of 1 mm around the middle of another one.

    As FreeSurfer does, the middle is the place at half the number of voxels on both grids.
    """
    slices, rows, columns = grid.shape
    middle = grid.to_lps([[columns / 2, rows / 2, slices / 2]])[0]
    origin = middle - _AXES @ np.full(3, SIDE / 2)
    return Grid.of(
        (SIDE, SIDE, SIDE), spacing_mm=(1.0, 1.0, 1.0), origin_mm=origin, directions=_AXES
    )


def conform(volume: Volume, progress: Progress = silent) -> Volume:
    """Return the image on its conformed grid, interpolated linearly, values unchanged.

    Parameters
    ----------
    volume : Volume
    progress : Progress, optional
    """
    return resample(
        volume, conformed_grid(volume.grid), MatrixTransform.identity(), outside=0.0,
        progress=progress,
    )  # fmt: skip


def network_image(conformed: Volume) -> Image:
    """Return the numbers a network is fed, shape (i, j, k): 0 to 1 between two quantiles.

    Raises
    ------
    HeadRefused
        If the image has no contrast.
    """
    values = np.ascontiguousarray(conformed.array.transpose(2, 1, 0), dtype=np.float32)
    low, high = np.quantile(values, (DARKEST, BRIGHTEST))
    if not high > low:
        raise HeadRefused("The image has no contrast: there is no head to be seen in it.")
    values -= np.float32(low)
    values /= np.float32(high - low)
    return np.clip(values, 0.0, 1.0, out=values)


def labels_on(labels: NDArray[np.uint8], conformed: Grid, grid: Grid) -> NDArray[np.uint8]:
    """Bring labels of shape (i, j, k) from the conformed grid onto the series' own.

    Parameters
    ----------
    labels : ndarray of uint8, shape (256, 256, 256)
    conformed, grid : Grid

    Returns
    -------
    ndarray of uint8, shape (slices, rows, columns)
        The nearest voxel's label; 0 outside.
    """
    held = Volume(np.ascontiguousarray(labels.transpose(2, 1, 0)), conformed, Quantity.LABEL)
    brought = resample(held, grid, MatrixTransform.identity(), outside=0.0)
    return brought.array.astype(np.uint8)
