"""Which pixels hold no measurement.

References
----------
DICOM PS3.3 C.7.5.1.1.2 (pixel padding value and range limit, stored values).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongying.dicom.stored_image import StoredImage
from tongying.kernel.caveat import Caveat

OUTSIDE_SCAN_HU = -1500.0
"""A CT value this low, alike in corners of the image, is no measurement: air is -1000, and its
noise does not reach so far. A project choice; needs sign-off."""
UNDECLARED = Caveat(
    "dicom.volume-padding-undeclared",
    "Outside the circle of the scan the CT images hold a filling value that the header does not "
    "declare; it was left out as not measured.",
)


@dataclass(frozen=True, slots=True)
class Padding:
    """The stored values, both included, that stand for nothing."""

    low: float
    high: float

    def where(self, stored: NDArray[Any]) -> NDArray[np.bool_]:
        """Return where pixels are padding.

        Parameters
        ----------
        stored : ndarray
            Stored values.
        """
        found: NDArray[np.bool_] = (stored >= self.low) & (stored <= self.high)
        return found


def declared_padding(image: StoredImage) -> Padding | None:
    """Return the padding an object declares, None if it declares none.

    The value may be written with the wrong sign, as 63536 for -2000 in 16 bits.

    Parameters
    ----------
    image : StoredImage
    """
    first, last = image.number("00280120"), image.number("00280121")
    if first is None:
        return None
    bits = image.integer("00280100") or 16
    signed = image.integer("00280103") == 1
    ends = [_with_sign(first, bits, signed=signed)]
    ends.append(ends[0] if last is None else _with_sign(last, bits, signed=signed))
    return Padding(min(ends), max(ends))


def undeclared_padding(values: NDArray[Any]) -> NDArray[np.bool_] | None:
    """Return where a CT image holds an undeclared filling value, None if nowhere.

    Parameters
    ----------
    values : ndarray, shape (rows, columns)
        HU.
    """
    corners = values[[0, 0, -1, -1], [0, -1, 0, -1]]
    lowest = corners.min()
    if lowest > OUTSIDE_SCAN_HU:
        return None
    found: NDArray[np.bool_] = values == lowest
    return found


def _with_sign(value: float, bits: int, *, signed: bool) -> float:
    if signed and value >= 2 ** (bits - 1):
        return value - float(2**bits)
    if not signed and value < 0:
        return value + float(2**bits)
    return value
