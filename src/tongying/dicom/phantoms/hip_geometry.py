"""The standard plane of the infant hip as Graf measures it: baseline, bony and cartilage roof.

Coordinates are millimetres in the image plane: x from cranial (left) to caudal, y from the probe
(lateral) into the depth (medial). The baseline follows the iliac wing; alpha is the angle between
it and the bony roof line, beta the angle between it and the cartilage roof line.

References
----------
Graf R. Hip Sonography: Diagnosis and Management of Infant Hip Dysplasia. 2nd ed. Springer 2006.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import asin, atan2, cos, degrees, hypot, radians, sin
from typing import ClassVar

from tongying.kernel.errors import BadInput

PlanePoint = tuple[float, float]


class HipUndrawable(BadInput):
    """The angles cannot be drawn as one hip."""

    code: ClassVar[str] = "phantom.hip"


@dataclass(frozen=True, slots=True)
class HipGeometry:
    """Where the landmarks of a hip lie.

    Attributes
    ----------
    alpha_deg, beta_deg : float
        Graf's angles, 35 to 75 and 35 to 90 degrees.
    tilt_deg : float
        How far the baseline falls towards the right of the image, -10 to 10.
    head_radius_mm : float
        Of the cartilaginous femoral head.
    rim : tuple of float
        The bony rim, where the baseline meets the roof, in mm.

    Raises
    ------
    HipUndrawable
        If an angle lies outside its range.
    """

    alpha_deg: float
    beta_deg: float
    tilt_deg: float = 2.0
    head_radius_mm: float = 7.8
    rim: PlanePoint = (19.5, 14.5)

    def __post_init__(self) -> None:
        for value, low, high in (
            (self.alpha_deg, 35, 75),
            (self.beta_deg, 35, 90),
            (self.tilt_deg, -10, 10),
        ):
            if not low <= value <= high:
                raise HipUndrawable(f"An angle of {value} degrees cannot be drawn in this plane.")

    def ahead(self, angle_deg: float, length_mm: float) -> PlanePoint:
        """Return the point so far from the rim, at an angle below the baseline's continuation."""
        angle = radians(angle_deg + self.tilt_deg)
        return self.rim[0] + length_mm * cos(angle), self.rim[1] + length_mm * sin(angle)

    @property
    def ilium(self) -> tuple[PlanePoint, PlanePoint]:
        """Two points of the baseline, cranial first; the second is the rim."""
        return self.ahead(180, 16.0), self.rim

    @property
    def lower_limb(self) -> PlanePoint:
        """Where the lower limb of the ilium ends, in the depth of the socket."""
        return self.ahead(self.alpha_deg, 10.5)

    @property
    def head(self) -> PlanePoint:
        """Centre of the femoral head: it rests 1.2 mm below the bony roof."""
        along, off = 6.5, self.head_radius_mm + 1.2
        distance = hypot(along, off)
        return self.ahead(self.alpha_deg - degrees(atan2(off, along)), distance)

    @property
    def labrum(self) -> PlanePoint:
        """Middle of the labrum: where the cartilage roof line comes nearest to the head."""
        toward = self.head[0] - self.rim[0], self.head[1] - self.rim[1]
        angle = radians(self.tilt_deg - self.beta_deg)
        along = toward[0] * cos(angle) + toward[1] * sin(angle)
        return self.ahead(-self.beta_deg, min(max(along, 4.5), 8.0))

    def coverage(self) -> float:
        """Return the part of the head's diameter that lies below the baseline, 0 to 1."""
        dx, dy = self.head[0] - self.rim[0], self.head[1] - self.rim[1]
        tilt = radians(self.tilt_deg)
        below = dy * cos(tilt) - dx * sin(tilt)
        return min(max((self.head_radius_mm + below) / (2 * self.head_radius_mm), 0.0), 1.0)


def angle_between(
    first: tuple[PlanePoint, PlanePoint], second: tuple[PlanePoint, PlanePoint]
) -> float:
    """Return the angle between two lines in degrees, 0 to 90.

    Examples
    --------
    >>> round(angle_between(((0, 0), (1, 0)), ((0, 0), (1, 1))), 1)
    45.0
    """
    (ax, ay), (bx, by) = ((end[0] - start[0], end[1] - start[1]) for start, end in (first, second))
    cross = abs(ax * by - ay * bx)
    return degrees(asin(min(cross / (hypot(ax, ay) * hypot(bx, by)), 1.0)))
