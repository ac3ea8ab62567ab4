"""An image plane: where points lie in it, and whether a length may be told.

Points are ``(column, row)`` in pixels from the centre of the first pixel, columns to the right and
rows down. An angle needs to know the shape of a pixel, a length its size. No size is ever assumed:
ultrasound without a calibrated region, and a radiograph whose spacing is a placeholder, have none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

Point = tuple[float, float]
"""Column and row."""
Places = NDArray[np.float64]
"""Points as rows of x (right) and y (down)."""


class PlaneRefused(BadInput):
    """The sizes of a pixel are no sizes."""

    code: ClassVar[str] = "measure.plane-refused"


class LengthUncalibrated(BadInput):
    """A length is asked for in an image whose pixels have no known size."""

    code: ClassVar[str] = "measure.uncalibrated"


@dataclass(frozen=True, slots=True)
class Plane:
    """What is known of an image's pixels.

    Attributes
    ----------
    column_mm, row_mm : float or None
        Distance of neighbouring columns, and of neighbouring rows; both or neither.
    aspect : float
        Row distance by column distance; DICOM's default of 1 where only that is known.
    source : str
        Where the size comes from, such as ``ultrasound region``; empty where there is none.
    caveats : tuple of Caveat
        What is doubtful about the size, such as a length at the detector.
    reason : str
        Why there is no size, as a sentence; empty where there is one.

    Raises
    ------
    PlaneRefused
        If a size is not above zero, only one is there, or the aspect contradicts them.

    Examples
    --------
    >>> Plane.calibrated(column_mm=0.1, row_mm=0.2, source="pixel spacing").aspect
    2.0
    """

    column_mm: float | None = None
    row_mm: float | None = None
    aspect: float = 1.0
    source: str = ""
    caveats: tuple[Caveat, ...] = ()
    reason: str = ""

    def __post_init__(self) -> None:
        given = [size for size in (self.column_mm, self.row_mm) if size is not None]
        if len(given) == 1:
            raise PlaneRefused("A pixel has a width and a height, or neither is known.")
        if not all(math.isfinite(size) and size > 0 for size in (*given, self.aspect)):
            raise PlaneRefused("The size of a pixel must be above zero.")
        if self.column_mm is not None and self.row_mm is not None:
            told = self.row_mm / self.column_mm
            if abs(told - self.aspect) > 1e-6 * told:
                raise PlaneRefused("The shape of a pixel contradicts its width and height.")

    @classmethod
    def calibrated(
        cls, *, column_mm: float, row_mm: float, source: str, caveats: tuple[Caveat, ...] = ()
    ) -> Plane:
        """Return a plane whose pixels have these sizes.

        Raises
        ------
        PlaneRefused
            If a size is not above zero.
        """
        if not (column_mm > 0 and row_mm > 0):
            raise PlaneRefused("The size of a pixel must be above zero.")
        return cls(column_mm, row_mm, row_mm / column_mm, source, caveats)

    @property
    def has_size(self) -> bool:
        """Say whether lengths may be told."""
        return self.column_mm is not None

    def shaped(self, points: Sequence[Point]) -> Places:
        """Return points with true angles: in mm where the size is known, else in column widths."""
        places = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        scale = self.column_mm if self.column_mm is not None else 1.0
        return np.asarray(places * (scale, scale * self.aspect), dtype=np.float64)

    def in_mm(self, points: Sequence[Point]) -> Places:
        """Return points in mm.

        Raises
        ------
        LengthUncalibrated
            If the pixels have no known size.
        """
        self.check_size()
        return self.shaped(points)

    def check_size(self) -> None:
        """Raise unless the pixels have a known size.

        Raises
        ------
        LengthUncalibrated
            If they have none.
        """
        if not self.has_size:
            raise LengthUncalibrated(
                self.reason or "The image does not say how large its pixels are: no length is told."
            )
