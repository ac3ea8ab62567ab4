"""The volume of an organ or tumour that a mask marks, as a measurement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.measure.plane import Plane
from tongying.measure.recipe import Drawing, Measurement
from tongying.measure.slices import mask_cm3, touches_edge
from tongying.measure.told import told
from tongying.norms.method import MeasuringMethod

AT_THE_EDGE = Caveat(
    "measure.mask-edge", "The mask reaches the edge of the images: a part may lie beyond."
)


def masked(
    measure: str,
    mask: NDArray[np.bool_],
    spacing_mm: tuple[float, float, float],
    *,
    method: MeasuringMethod,
    side: str = "",
) -> Measurement:
    """Return the volume of the voxels that a mask marks.

    Parameters
    ----------
    measure : str
        A volume of `tongying.norms.measure.measures`.
    mask : array of bool
        Three axes.
    spacing_mm : tuple of float
        Size of a voxel along each axis.
    method : MeasuringMethod
        The tool that made the mask, or the reader's rule.
    side : str
        R, L, or empty.

    Raises
    ------
    NumbersRefused
        If the mask marks nothing or is none, or a size is not above zero.
    UnitMismatch
        If the measure is no volume.
    MarksRefused
        If the volume is not possible in a child.
    """
    volume = mask_cm3(mask, spacing_mm)
    caveats = (AT_THE_EDGE,) if touches_edge(mask) else ()
    drawing = Drawing({}, Plane(), side)
    return told(measure, volume, "cm3", drawing=drawing, method=method, caveats=caveats)
