"""How the slices of a series lie: plane, spacing from positions, and what is irregular."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.kernel.caveat import Caveat

Vector = tuple[float, ...]
_PLANES: Final = ("sagittal", "coronal", "axial")
OBLIQUE = 0.9
"""A normal with no component beyond this is called oblique, as in `tongying.dicom.volumes`."""
SAME_DIRECTION = 0.02
"""Greatest difference of direction cosines within a series (about 1°)."""
SAME_PLACE_MM = 0.01
EVEN_SHARE = 0.1
"""Greatest departure of a gap from the usual one, or from a whole number of them, as a share of it.
A project choice; volumes are held to a stricter one when they are read."""

ORIENTATIONS_MIXED = Caveat(
    "facts.orientations-mixed", "The images of the series lie in different planes."
)
MISSING = Caveat("facts.slices-missing", "Slices are missing between the others.")
UNEVEN = Caveat("facts.slices-uneven", "The slices are not evenly spaced.")


@dataclass(frozen=True, slots=True)
class Layout:
    """How slices lie; None where it cannot be known.

    Attributes
    ----------
    plane : str or None
    spacing_mm : float or None
        The usual distance of neighbouring places; None where it is not one.
    missing : int
        Slices that a whole number of spacings leaves out.
    repeated : int
        Images beyond the first at places of their own.
    length_mm : float or None
        From the first place to the last.
    caveats : tuple of Caveat
    """

    plane: str | None = None
    spacing_mm: float | None = None
    missing: int = 0
    repeated: int = 0
    length_mm: float | None = None
    caveats: tuple[Caveat, ...] = ()


def plane_of(orientation: Vector) -> str:
    """Return the plane of an image from its direction cosines.

    Parameters
    ----------
    orientation : tuple of float
        Directions of rows and columns, LPS.

    Examples
    --------
    >>> plane_of((1, 0, 0, 0, 1, 0)), plane_of((0, 1, 0, 0, 0, -1))
    ('axial', 'sagittal')
    """
    normal = np.abs(np.cross(orientation[:3], orientation[3:]))
    axis = int(np.argmax(normal))
    return _PLANES[axis] if normal[axis] > OBLIQUE else "oblique"


def layout_of(orientations: Sequence[Vector | None], positions: Sequence[Vector | None]) -> Layout:
    """Return how the slices of a series lie.

    Parameters
    ----------
    orientations, positions : sequence
        Of each image, LPS in mm; None where the header does not say.
    """
    known = [one for one in orientations if one is not None]
    if not known or len(known) < len(orientations):
        return Layout()
    if np.ptp(np.asarray(known), axis=0).max() > SAME_DIRECTION:
        return Layout(caveats=(ORIENTATIONS_MIXED,))
    plane = plane_of(known[0])
    places = [one for one in positions if one is not None]
    if len(places) < len(positions) or len(places) < 2:
        return Layout(plane)
    return _spaced(plane, np.asarray(places), np.cross(known[0][:3], known[0][3:]))


def _spaced(plane: str, places: NDArray[np.float64], normal: NDArray[np.float64]) -> Layout:
    along = np.sort(places @ normal)
    gaps = np.diff(along)
    apart = gaps[gaps > SAME_PLACE_MM]
    repeated = int(gaps.size - apart.size)
    length = float(along[-1] - along[0])
    if not apart.size:
        return Layout(plane, repeated=repeated)
    usual = float(np.median(apart))
    counts = np.rint(apart / usual)
    if (counts < 1).any() or np.abs(apart / usual - counts).max() > EVEN_SHARE:
        return Layout(plane, repeated=repeated, length_mm=length, caveats=(UNEVEN,))
    missing = int((counts - 1).sum())
    spacing = float(np.median(apart[counts == 1]))
    if not missing:
        spacing = float(apart.mean())
    caveats = (MISSING,) if missing else ()
    return Layout(plane, round(spacing, 4), missing, repeated, length, caveats)
