"""What a header says about the size of its pixels, as it says it; nothing is decided here.

Where a length may be told from it is decided by `tongying.measure.calibration`.

References
----------
DICOM PS3.3 section 10.7 (basic and projection pixel spacing, calibration), C.8.5.5 (ultrasound
region calibration), C.7.6.3 (pixel aspect ratio), C.7.6.16.2.1 (pixel measures of a frame).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

Json = Mapping[str, Any]
Pair = tuple[float, float]
"""Of a row, then of a column: the order of DICOM."""

_CM: Final = 3
"""Physical unit code of centimetres, PS3.3 C.8.5.5.1.15."""
_PIXEL_MEASURES: Final = "00289110"
_SHARED: Final = "52009229"
_PER_FRAME: Final = "52009230"


@dataclass(frozen=True, slots=True)
class UltrasoundRegion:
    """A calibrated part of an ultrasound screen.

    Attributes
    ----------
    left, top, right, bottom : int
        First and last column and row, both within.
    spatial_format : int
        (0018,6012): 1 is a two-dimensional picture, 2 M-mode, 3 a spectrum, 4 and 5 curves.
    column_mm, row_mm : float or None
        Distance of neighbouring columns and rows; None where the unit is not a length.
    """

    left: int
    top: int
    right: int
    bottom: int
    spatial_format: int
    column_mm: float | None
    row_mm: float | None

    def holds(self, column: float, row: float) -> bool:
        """Say whether a place lies within, a pixel's half at the edges included."""
        across = self.left - 0.5 <= column <= self.right + 0.5
        return across and self.top - 0.5 <= row <= self.bottom + 0.5


@dataclass(frozen=True, slots=True)
class PixelSizes:
    """What the header of one frame says.

    Attributes
    ----------
    modality : str
        (0008,0060).
    sop_class_uid : str
    columns, rows : int or None
    spacing_mm : tuple of float, or None
        (0028,0030) of rows and columns; of the frame where it is there.
    calibration : str
        (0028,0A02): ``FIDUCIAL``, ``GEOMETRY``, or empty.
    detector_mm : tuple of float, or None
        (0018,1164), at the detector.
    magnification : float or None
        (0018,1114), estimated.
    scanned_mm : tuple of float, or None
        (0018,2010), of a digitised film.
    aspect : tuple of float, or None
        (0028,0034), height and width of a pixel.
    regions : tuple of UltrasoundRegion
    laterality : str
        (0020,0062) or (0020,0060): R, L, B, U or empty.
    """

    modality: str
    sop_class_uid: str = ""
    columns: int | None = None
    rows: int | None = None
    spacing_mm: Pair | None = None
    calibration: str = ""
    detector_mm: Pair | None = None
    magnification: float | None = None
    scanned_mm: Pair | None = None
    aspect: Pair | None = None
    regions: tuple[UltrasoundRegion, ...] = ()
    laterality: str = ""


def pixel_sizes(header: Json, frame: int = 1) -> PixelSizes:
    """Return what a header says about the size of a frame's pixels.

    Parameters
    ----------
    header : mapping
        The data set in the DICOM JSON model (PS3.18 annex F).
    frame : int
        From 1.
    """
    spacing = next((found for found in _spacings(header, frame) if found is not None), None)
    return PixelSizes(
        modality=_text(header, "00080060"),
        sop_class_uid=_text(header, "00080016"),
        columns=_whole(header, "00280011"),
        rows=_whole(header, "00280010"),
        spacing_mm=spacing,
        calibration=_text(header, "00280A02"),
        detector_mm=_pair(header, "00181164"),
        magnification=_positive(header, "00181114"),
        scanned_mm=_pair(header, "00182010"),
        aspect=_pair(header, "00280034"),
        regions=tuple(_regions(header)),
        laterality=_text(header, "00200062") or _text(header, "00200060"),
    )


def _spacings(header: Json, frame: int) -> Iterator[Pair | None]:
    per_frame = _values(header, _PER_FRAME)
    groups = [*per_frame[frame - 1 : frame], *_values(header, _SHARED)[:1]]
    for group in groups:
        for measures in _values(group, _PIXEL_MEASURES)[:1]:
            yield _pair(measures, "00280030")
    yield _pair(header, "00280030")


def _regions(header: Json) -> Iterator[UltrasoundRegion]:
    for item in _values(header, "00186011"):
        edges = [_whole(item, tag) for tag in ("00186018", "0018601A", "0018601C", "0018601E")]
        left, top, right, bottom = edges
        if left is None or top is None or right is None or bottom is None:
            continue
        yield UltrasoundRegion(
            left=left,
            top=top,
            right=right,
            bottom=bottom,
            spatial_format=_whole(item, "00186012") or 0,
            column_mm=_region_mm(item, "00186024", "0018602C"),
            row_mm=_region_mm(item, "00186026", "0018602E"),
        )


def _region_mm(item: Json, units: str, delta: str) -> float | None:
    """Return a region's step in mm; its sign only says which way it is counted."""
    if _whole(item, units) != _CM:
        return None
    step = _number(item, delta)
    return abs(step) * 10 if step else None


def _values(source: Json, tag: str) -> list[Any]:
    found: list[Any] = source.get(tag, {}).get("Value", [])
    return found


def _text(source: Json, tag: str) -> str:
    first = next(iter(_values(source, tag)), "")
    return first.strip() if isinstance(first, str) else ""


def _number(source: Json, tag: str) -> float | None:
    first = next(iter(_values(source, tag)), None)
    return _finite(first)


def _finite(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def _whole(source: Json, tag: str) -> int | None:
    number = _number(source, tag)
    return None if number is None else int(number)


def _positive(source: Json, tag: str) -> float | None:
    number = _number(source, tag)
    return number if number is not None and number > 0 else None


def _pair(source: Json, tag: str) -> Pair | None:
    numbers = [_finite(one) for one in _values(source, tag)[:2]]
    if len(numbers) != 2:
        return None
    first, second = numbers
    if first is None or second is None or first <= 0 or second <= 0:
        return None
    return first, second
