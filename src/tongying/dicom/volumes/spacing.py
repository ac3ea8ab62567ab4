"""From the places of slices to one regular grid, or the reason why there is none.

Slices are ordered along the normal of the images (row direction × column direction), ascending,
so that the grid is right-handed: columns, rows, slices. Slice Location and Instance Number never
decide.

References
----------
DICOM PS3.3 C.7.6.2.1.1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from tongying.dicom.volumes.frame_header import FrameHeader
from tongying.imaging.grid import Grid, GridRefused
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

SAME_PLACE_MM = 0.01
"""Slices closer than this lie at the same place; also what positions written as decimal text are
rounded by without a word. A project choice: a hundredth of the smallest error that registration
is held to."""
EVEN_SHARE = 0.01
"""Greatest departure of a slice from its regular place, as a share of the spacing, that is a
caveat and not a refusal. A project choice."""
ROUNDED_MM = 0.06
"""The same where positions are written with one decimal: half of the last digit, and a little for
the line that is laid through rounded places."""
SKEW_SHARE = 0.05
"""Greatest sideways drift from the first to the last slice, as a share of a pixel, that counts as
rounding and not as a tilted gantry. A project choice."""
LEAST_SLICES = 3
"""With fewer there is no second distance to compare the first one with."""
SQUARE = 1e-3
"""Greatest error of direction cosines (about 0.06°); beyond, they are no directions."""
WHOLE_GAP = 0.1
"""A gap this near to a whole number of spacings, as a share of one, is missing slices."""
GAP_SHARE = 0.01
"""Least difference of thickness and spacing, as a share of the spacing, that is told."""
TILT_DEGREES = 1.0
"""Least difference of the stated and the measured tilt of the gantry that is told."""
_NAMED_GAPS = 5


class SlicesRefused(BadInput):
    """The slices do not lie as those of a volume do."""

    code: ClassVar[str] = "dicom.volume-slices"


@dataclass(frozen=True, slots=True)
class SliceGeometry:
    """Where the slices of a stack lie.

    Attributes
    ----------
    grid : Grid
    order : tuple of int
        Indices of the frames, in the order of the grid's first axis.
    caveats : tuple of Caveat
    """

    grid: Grid
    order: tuple[int, ...]
    caveats: tuple[Caveat, ...]


def axes_of(frame: FrameHeader) -> NDArray[np.float64]:
    """Return the directions of columns (index i), rows (j) and the normal, in columns.

    Parameters
    ----------
    frame : FrameHeader

    Raises
    ------
    SlicesRefused
        If the image has no orientation or it is not two directions at right angles.
    """
    if frame.orientation is None:
        raise SlicesRefused(
            "The images do not say how they lie in the child.", "dicom.volume-no-geometry"
        )
    row, column = np.array(frame.orientation[:3]), np.array(frame.orientation[3:])
    wrong = max(
        abs(float(np.linalg.norm(row)) - 1),
        abs(float(np.linalg.norm(column)) - 1),
        abs(float(row @ column)),
    )
    if wrong > SQUARE:
        raise SlicesRefused(
            "The direction cosines of the images are not two directions at right angles.",
            "dicom.volume-no-geometry",
        )
    row = row / np.linalg.norm(row)
    column = column - row * (row @ column)
    column = column / np.linalg.norm(column)
    return np.stack([row, column, np.cross(row, column)], axis=1)


def measure(frames: Sequence[FrameHeader], *, stated_tilt: float | None = None) -> SliceGeometry:
    """Return the grid of a stack of images of one size and orientation.

    Parameters
    ----------
    frames : sequence of FrameHeader
    stated_tilt : float, optional
        Gantry tilt in the header, degrees.

    Raises
    ------
    SlicesRefused
        If places are unknown, doubled, uneven or not in a row, or fewer than three.
    """
    first = frames[0]
    if first.spacing is None or any(one.position is None for one in frames):
        raise SlicesRefused(
            "The images do not say where their pixels lie in the child.",
            "dicom.volume-no-geometry",
        )
    axes = axes_of(first)
    if len(frames) < LEAST_SLICES:
        raise SlicesRefused(
            "One slice is not a volume."
            if len(frames) == 1
            else "Two slices are not a volume: whether their distance is even cannot be seen.",
            "dicom.volume-one-slice" if len(frames) == 1 else "dicom.volume-two-slices",
        )
    places = np.array([one.position for one in frames], dtype=np.float64)
    along = places @ axes[:, 2]
    order = np.argsort(along, kind="stable")
    places, along = places[order], along[order]
    gaps = np.diff(along)
    if gaps.min() <= SAME_PLACE_MM:
        raise SlicesRefused(
            "Several images lie at the same place, and nothing tells them apart.",
            "dicom.volume-same-place",
        )
    caveats = _check_even(along, gaps)
    step = (places[-1] - places[0]) / (len(frames) - 1)
    caveats += _check_straight(places, axes)
    step, tilted = _without_rounding(step, axes, len(frames), min(first.spacing))
    caveats += tilted or _stated_tilt(stated_tilt)
    between = float(np.linalg.norm(step @ axes[:, 2]))
    caveats += _of_thickness(frames, between) + _of_numbers(frames, order)
    affine = np.eye(4)
    affine[:3, 0] = axes[:, 0] * first.spacing[1]
    affine[:3, 1] = axes[:, 1] * first.spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = places[0]
    try:
        grid = Grid((len(frames), *first.shape), affine)
    except GridRefused as error:
        raise SlicesRefused(error.sentence, "dicom.volume-no-geometry") from error
    return SliceGeometry(grid, tuple(int(index) for index in order), tuple(caveats))


def _check_even(along: NDArray[np.float64], gaps: NDArray[np.float64]) -> list[Caveat]:
    usual = float(np.median(gaps))
    departure = _departure(along)
    allowed = max(EVEN_SHARE * usual, min(ROUNDED_MM, WHOLE_GAP * usual))
    if departure <= SAME_PLACE_MM:
        return []
    if departure <= allowed:
        return [
            Caveat(
                "dicom.volume-spacing-uneven",
                f"The distance between slices is not quite even: a slice lies up to "
                f"{departure:.2g} mm from its regular place.",
            )
        ]
    counts = np.rint(gaps / usual)
    wide = np.flatnonzero(counts > 1)
    whole = np.abs(gaps / usual - counts).max() <= WHOLE_GAP
    if wide.size and whole:
        missing = int((counts[wide] - 1).sum())
        named = ", ".join(
            f"{int(counts[at] - 1)} after slice {at + 1}" for at in wide[:_NAMED_GAPS]
        )
        more = ", and in other places" if wide.size > _NAMED_GAPS else ""
        raise SlicesRefused(
            f"{missing} {'slices are' if missing > 1 else 'slice is'} missing from the "
            f"{len(along) + missing} of the stack: {named}{more}.",
            "dicom.volume-slices-missing",
        )
    raise SlicesRefused(
        f"The slices are not evenly spaced: {gaps.min():.3g} to {gaps.max():.3g} mm apart.",
        "dicom.volume-slices-uneven",
    )


def _departure(along: NDArray[np.float64]) -> float:
    """Return the greatest distance of a place from the line that fits all places best."""
    index = np.arange(len(along)) - (len(along) - 1) / 2
    middle = along.mean()
    slope = float(index @ (along - middle)) / float(index @ index)
    return float(np.abs(along - middle - slope * index).max())


def _check_straight(places: NDArray[np.float64], axes: NDArray[np.float64]) -> list[Caveat]:
    """Refuse slices that are shifted within their planes off one line."""
    sideways = [_departure(places @ axes[:, axis]) for axis in (0, 1)]
    away = math.hypot(*sideways)
    between = abs(float((places[-1] - places[0]) @ axes[:, 2])) / (len(places) - 1)
    if away <= SAME_PLACE_MM * math.sqrt(2):
        return []
    if away <= max(EVEN_SHARE * between, ROUNDED_MM * math.sqrt(2)):
        return [
            Caveat(
                "dicom.volume-slightly-shifted",
                f"The slices are not quite in a row: shifted sideways by up to {away:.2g} mm.",
            )
        ]
    raise SlicesRefused(
        f"The slices are shifted sideways against each other, by up to {away:.2g} mm.",
        "dicom.volume-slices-shifted",
    )


def _without_rounding(
    step: NDArray[np.float64], axes: NDArray[np.float64], count: int, pixel_mm: float
) -> tuple[NDArray[np.float64], list[Caveat]]:
    """Put the step on the normal if it is off it by rounding only; else tell the tilt."""
    normal = axes[:, 2]
    straight = normal * (step @ normal)
    drift = float(np.linalg.norm(step - straight)) * (count - 1)
    if drift <= max(ROUNDED_MM * math.sqrt(2), SKEW_SHARE * pixel_mm):
        return straight, []
    degrees = math.degrees(math.atan2(float(np.linalg.norm(step - straight)), float(step @ normal)))
    return step, [
        Caveat(
            "dicom.volume-gantry-tilt",
            f"The slices were taken with a tilt of {degrees:.2f}°: the volume is skewed and was "
            "not straightened.",
        )
    ]


def _stated_tilt(degrees: float | None) -> list[Caveat]:
    if degrees is None or abs(degrees) < TILT_DEGREES:
        return []
    return [
        Caveat(
            "dicom.volume-tilt-contradicted",
            f"The header states a gantry tilt of {degrees:.1f}°, and the places of the slices show "
            "none.",
        )
    ]


def _of_thickness(frames: Sequence[FrameHeader], between: float) -> list[Caveat]:
    known = {round(one.thickness_mm, 3) for one in frames if one.thickness_mm is not None}
    if len(known) > 1:
        return [
            Caveat(
                "dicom.volume-thickness-varies",
                f"The slices are {min(known):g} to {max(known):g} mm thick.",
            )
        ]
    if not known:
        return []
    thick = known.pop()
    if thick < between * (1 - GAP_SHARE):
        return [
            Caveat(
                "dicom.volume-gaps",
                f"The slices are {thick:.3g} mm thick and {between:.3g} mm apart: what lies "
                "between them was not measured.",
            )
        ]
    if thick > between * (1 + GAP_SHARE):
        return [
            Caveat(
                "dicom.volume-overlap",
                f"The slices are {thick:.3g} mm thick and {between:.3g} mm apart: they overlap.",
            )
        ]
    return []


def _of_numbers(frames: Sequence[FrameHeader], order: NDArray[np.intp]) -> list[Caveat]:
    numbers = [frames[index].number for index in order]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers) or not all(frame.single for frame in frames):
        return []
    steps = np.diff(known)
    if (steps > 0).all() or (steps < 0).all():
        return []
    return [
        Caveat(
            "dicom.volume-numbers-contradict",
            "The instance numbers do not follow the places of the slices; the places were used.",
        )
    ]
