"""Real values as 16-bit pixels: one scale for a series, and by how much it rounds.

One slope for all slices: viewers that read a series as a volume take the first slice's. Voxels
where nothing was measured get a padding value of their own, one step below the smallest value, so
that they show as nothing and yet are told apart from a measured value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.volume import Volume
from tongying.kernel.errors import BadInput

Pixels = NDArray[np.uint16] | NDArray[np.int16]

_LEVELS = 65535
_SIGNED_TOP = 32767
_PLACES = 9
"""Significant digits of a slope: what is multiplied is exactly what is written."""


class ScalingRefused(BadInput):
    """The values cannot be stored."""

    code: ClassVar[str] = "dicom.scaling-refused"


@dataclass(frozen=True, slots=True)
class Scaling:
    """How values are stored: value = pixel · slope + intercept.

    Attributes
    ----------
    slope, intercept : float
    signed : bool
    padding : int or None
        Pixel of what was not measured; None if everything was.
    """

    slope: float
    intercept: float
    signed: bool
    padding: int | None

    @property
    def largest_rounding(self) -> float:
        """By how much a stored value can differ, in the unit of the values."""
        whole = self.slope == 1.0 and float(self.intercept).is_integer()
        return 0.0 if whole else self.slope / 2

    def stored(self, values: NDArray[Any], valid: NDArray[np.bool_] | None) -> Pixels:
        """Return the pixels of a slice.

        Parameters
        ----------
        values : ndarray
            Real values.
        valid : ndarray of bool or None
            The same shape; False where nothing was measured.
        """
        kind: type[np.int16] | type[np.uint16] = np.int16 if self.signed else np.uint16
        limits = np.iinfo(kind)
        raw = np.rint((values.astype(np.float64) - self.intercept) / self.slope)
        pixels: Pixels = np.clip(np.nan_to_num(raw), limits.min, limits.max).astype(kind)
        if valid is not None and self.padding is not None:
            pixels[~valid] = self.padding
        return pixels


@dataclass(slots=True)
class _Range:
    low: float = np.inf
    high: float = -np.inf
    whole: bool = True
    holes: bool = False


def scaling_of(volume: Volume, *, zero_stays: bool) -> Scaling:
    """Choose how a volume's values are stored.

    Parameters
    ----------
    volume : Volume
    zero_stays : bool
        Whether the intercept must be 0, as it must for PET (PS3.3 section C.8.9.4).

    Raises
    ------
    ScalingRefused
        If a value is not a finite number, or nothing was measured at all.
    """
    found = _range(volume)
    holes = int(found.holes)
    if zero_stays:
        signed = found.holes or found.low < 0
        top, reach = (_SIGNED_TOP if signed else _LEVELS), max(abs(found.low), abs(found.high))
        slope = 1.0 if found.whole and reach < top else _rounded_up(reach / (top - 1))
        padding = int(np.floor(min(found.low, 0.0) / slope)) - 1 if holes else None
        return Scaling(slope, 0.0, signed, padding)
    if found.whole and found.high - found.low <= _LEVELS - holes:
        return Scaling(1.0, found.low - holes, False, 0 if holes else None)
    slope = _rounded_up((found.high - found.low) / (_LEVELS - 2))
    intercept = float(f"{found.low - holes * slope:.{_PLACES}g}")
    return Scaling(slope, intercept, False, 0 if holes else None)


def _range(volume: Volume) -> _Range:
    found = _Range()
    for k, values in enumerate(volume.array):
        inside = values if volume.valid is None else values[volume.valid[k]]
        found.holes = found.holes or inside.size < values.size
        if inside.size == 0:
            continue
        if not np.isfinite(inside).all():
            raise ScalingRefused("The image holds values that are not numbers.")
        found.low = min(found.low, float(inside.min()))
        found.high = max(found.high, float(inside.max()))
        if found.whole and values.dtype.kind == "f":
            found.whole = bool((inside == np.rint(inside)).all())
    if found.low > found.high:
        raise ScalingRefused("The two images do not overlap: there is nothing to write.")
    return found


def _rounded_up(slope: float) -> float:
    """Return a slope of few digits that is not smaller."""
    if slope <= 0:
        return 1.0
    short = float(f"{slope:.{_PLACES}g}")
    return short if short >= slope else float(f"{slope * (1 + 10.0 ** (1 - _PLACES)):.{_PLACES}g}")
