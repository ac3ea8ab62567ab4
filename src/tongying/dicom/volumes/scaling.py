"""Slope and intercept of one image, as its header states them.

References
----------
DICOM PS3.3 C.11.1 (modality LUT), C.7.6.16.2.9 (pixel value transformation).
"""

from __future__ import annotations

import math
from typing import ClassVar

from tongying.dicom.volumes.functional_groups import FrameAttributes
from tongying.kernel.errors import BadInput

VALUE_TRANSFORMATION = "00289145"


class RescalingRefused(BadInput):
    """Slope or intercept cannot be used."""

    code: ClassVar[str] = "dicom.volume-rescaling"


def slope_of(at: FrameAttributes) -> float | None:
    """Return the rescale slope, None if absent.

    Parameters
    ----------
    at : FrameAttributes
        Looks the frame's attributes up.

    Raises
    ------
    RescalingRefused
        If it is zero or no number.
    """
    slope = _stated(at, "00281053")
    if slope == 0:
        raise RescalingRefused("The rescale slope of an image is zero.")
    return slope


def intercept_of(at: FrameAttributes) -> float | None:
    """Return the rescale intercept, None if absent.

    Parameters
    ----------
    at : FrameAttributes
        Looks the frame's attributes up.

    Raises
    ------
    RescalingRefused
        If it is no number.
    """
    return _stated(at, "00281052")


def _stated(at: FrameAttributes, tag: str) -> float | None:
    """Return a number, None if absent; never a guess at a malformed one."""
    found = at.values(tag, VALUE_TRANSFORMATION)
    number = at.number(tag, VALUE_TRANSFORMATION)
    if found and (number is None or not math.isfinite(number)):
        raise RescalingRefused("The rescaling of an image is not a usable number.")
    return number
