"""Where in an image the child is."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, binary_opening, gaussian_filter, label

from tongying.imaging.volume import Mask, Quantity, Volume
from tongying.kernel.errors import BadInput

SKIN_HU = -400.0
"""Between air and fat; an ordinary choice, needs sign-off."""
RELATIVE_LEVEL = 0.12
"""Of other images: this share of the range of values belongs to the background at most; needs
sign-off."""


class NoBody(BadInput):
    """Nothing stands out from the background."""

    code: ClassVar[str] = "imaging.no-body"


def body_of(volume: Volume) -> Mask:
    """Return where the child is: the largest connected part above the background, filled.

    Parameters
    ----------
    volume : Volume

    Raises
    ------
    NoBody
        If nothing stands out from the background.
    """
    value = np.asarray(
        gaussian_filter(volume.array.astype(np.float32), 1.0, mode="nearest"), dtype=np.float32
    )
    above = value > _level(value, volume)
    if volume.valid is not None:
        above &= volume.valid
    opened = binary_opening(above)
    above = opened if opened.any() else above
    parts, count = label(above)
    if count == 0:
        raise NoBody("Nothing in the image stands out from its background.")
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    body = parts == int(sizes.argmax())
    for level in range(body.shape[0]):
        body[level] = binary_fill_holes(body[level])
    return np.asarray(body, dtype=np.bool_)


def _level(value: NDArray[np.float32], volume: Volume) -> float:
    if volume.quantity is Quantity.HU or (volume.modality == "CT" and value.min() < -500):
        return SKIN_HU
    low, high = np.percentile(value, (1, 99))
    return float(low + RELATIVE_LEVEL * (high - low))
