"""From what a header says about its pixels to the plane that is measured in.

A length in a radiograph is one in the child only where somebody calibrated it; at the detector it
is longer than in the child, and says so. Ultrasound has a scale only within its regions.

References
----------
DICOM PS3.3 section 10.7.1.3 (pixel spacing in projection radiography), C.8.5.5 (ultrasound
regions).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from tongying.dicom.pixel_size import Pair, PixelSizes, UltrasoundRegion
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.plane import Plane, Point

ULTRASOUND: Final = frozenset({"US", "IVUS"})
PROJECTION: Final = frozenset({"CR", "DX", "RF", "XA", "MG", "RG", "DR", "IO", "PX"})
SLICES: Final = frozenset({"CT", "MR", "PT", "NM", "ST"})
"""Modalities whose pixel spacing is in the child."""
PICTURE: Final = 1
"""Spatial format of a two-dimensional picture, PS3.3 C.8.5.5.1.1."""
PLACEHOLDER_MM: Final = (1.0, 1.0)
"""What converters write where they know nothing; no detector has pixels of 1 mm."""
SAME: Final = 1e-3
"""Two spacings that differ by less, in parts of themselves, are one (decimal strings are cut)."""

AT_DETECTOR: Final = Caveat(
    "measure.at-detector",
    "The length is one at the detector: in the child it is shorter, by an unknown part.",
)
MAGNIFICATION_ESTIMATED: Final = Caveat(
    "measure.magnification-estimated",
    "The length follows from an estimated magnification.",
)
NOT_SAID_HOW: Final = Caveat(
    "measure.calibrated-unsaid",
    "The image is calibrated, but it does not say how.",
)
COPY: Final = Caveat(
    "measure.copied-image",
    "The image is a copy of another: its scale was taken over unproved.",
)

NO_REGION = "The ultrasound image has no calibrated region: no length is told."
BETWEEN_REGIONS = "The marks lie outside the calibrated region: no length is told."
REGION_WITHOUT_LENGTH = "The ultrasound region has no scale in millimetres: no length is told."
PLACEHOLDER = "The pixel spacing of 1 mm in this image is a placeholder: no length is told."
NO_SIZE = "The image does not say how large its pixels are: no length is told."


class NotAPicture(BadInput):
    """The marks lie in a trace or spectrum, where lines are no lines in the child."""

    code: ClassVar[str] = "measure.not-a-picture"


class OutsideImage(BadInput):
    """A mark lies outside the image."""

    code: ClassVar[str] = "measure.outside-image"


def plane_of(sizes: PixelSizes, points: Sequence[Point] = ()) -> Plane:
    """Return the plane that points in an image are measured in.

    Parameters
    ----------
    sizes : PixelSizes
        What the header says.
    points : sequence of Point
        All that were marked; in ultrasound they tell which region's scale holds. Without any, the
        largest picture's.

    Raises
    ------
    OutsideImage
        If a point lies outside the image.
    NotAPicture
        If a point lies in an M-mode trace, a spectrum or a curve.
    """
    _check_inside(sizes, points)
    if sizes.modality in ULTRASOUND or sizes.regions:
        return _in_region(sizes, points)
    if sizes.modality in SLICES and sizes.spacing_mm is not None:
        return _calibrated(sizes.spacing_mm, "pixel spacing")
    if sizes.modality in PROJECTION:
        return _projection(sizes)
    return _copied(sizes)


def plane_json(plane: Plane) -> dict[str, object]:
    """Return a plane as a JSON object: its sizes, where they come from, what is doubtful."""
    return {
        "column_mm": plane.column_mm,
        "row_mm": plane.row_mm,
        "aspect": plane.aspect,
        "source": plane.source,
        "caveats": [one.as_json() for one in plane.caveats],
        "reason": plane.reason,
    }


def _check_inside(sizes: PixelSizes, points: Sequence[Point]) -> None:
    if sizes.columns is None or sizes.rows is None:
        return
    for column, row in points:
        if not (-0.5 <= column <= sizes.columns - 0.5 and -0.5 <= row <= sizes.rows - 0.5):
            raise OutsideImage("A mark lies outside the image.")


def _in_region(sizes: PixelSizes, points: Sequence[Point]) -> Plane:
    traces = [one for one in sizes.regions if one.spatial_format > PICTURE]
    for point in points:
        if any(one.holds(*point) for one in traces):
            raise NotAPicture(
                "The marks lie in a trace or a spectrum: measure in the two-dimensional picture."
            )
    pictures = [one for one in sizes.regions if one not in traces]
    if not pictures:
        return Plane(aspect=_aspect(sizes), reason=NO_REGION)
    fitting = [one for one in pictures if all(one.holds(*point) for point in points)]
    if not fitting:
        return Plane(aspect=_aspect(sizes), reason=BETWEEN_REGIONS)
    # Colour boxes lie within the picture and carry its scale; where regions overlap, the smallest
    # that holds every mark is the one that was drawn in.
    chosen = min(fitting, key=_area) if points else max(fitting, key=_area)
    if chosen.column_mm is None or chosen.row_mm is None:
        return Plane(aspect=_aspect(sizes), reason=REGION_WITHOUT_LENGTH)
    return _calibrated((chosen.row_mm, chosen.column_mm), "ultrasound region")


def _projection(sizes: PixelSizes) -> Plane:
    spacing, detector = sizes.spacing_mm, sizes.detector_mm
    if spacing is not None and spacing != PLACEHOLDER_MM:
        if sizes.calibration in ("FIDUCIAL", "GEOMETRY"):
            return _calibrated(spacing, f"pixel spacing, {sizes.calibration.lower()}")
        if detector is None or _same(spacing, detector):
            return _calibrated(spacing, "detector", AT_DETECTOR)
        return _calibrated(spacing, "pixel spacing", NOT_SAID_HOW)
    if detector is not None and detector != PLACEHOLDER_MM:
        if sizes.magnification is not None and sizes.magnification >= 1:
            in_child = (detector[0] / sizes.magnification, detector[1] / sizes.magnification)
            return _calibrated(in_child, "detector, magnification", MAGNIFICATION_ESTIMATED)
        return _calibrated(detector, "detector", AT_DETECTOR)
    if sizes.scanned_mm is not None and sizes.scanned_mm != PLACEHOLDER_MM:
        return _calibrated(sizes.scanned_mm, "scanned film", AT_DETECTOR)
    placeholder = PLACEHOLDER_MM in (spacing, detector, sizes.scanned_mm)
    return Plane(aspect=_aspect(sizes), reason=PLACEHOLDER if placeholder else NO_SIZE)


def _copied(sizes: PixelSizes) -> Plane:
    if sizes.spacing_mm == PLACEHOLDER_MM:
        return Plane(aspect=1.0, reason=PLACEHOLDER)
    if sizes.spacing_mm is not None and sizes.calibration in ("FIDUCIAL", "GEOMETRY"):
        return _calibrated(sizes.spacing_mm, f"pixel spacing, {sizes.calibration.lower()}", COPY)
    return Plane(aspect=_aspect(sizes), reason=NO_SIZE)


def _calibrated(spacing: Pair, source: str, *caveats: Caveat) -> Plane:
    row_mm, column_mm = spacing
    return Plane.calibrated(column_mm=column_mm, row_mm=row_mm, source=source, caveats=caveats)


def _aspect(sizes: PixelSizes) -> float:
    """Return height by width of a pixel whose size is not known."""
    for pair in (sizes.aspect, sizes.spacing_mm, sizes.detector_mm):
        if pair is not None:
            return pair[0] / pair[1]
    return 1.0


def _area(region: UltrasoundRegion) -> int:
    return (region.right - region.left) * (region.bottom - region.top)


def _same(first: Pair, second: Pair) -> bool:
    return all(abs(a - b) <= SAME * max(a, b) for a, b in zip(first, second, strict=True))
