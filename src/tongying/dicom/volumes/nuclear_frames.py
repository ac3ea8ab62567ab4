"""The slices of a nuclear-medicine object, which keeps its geometry in a way of its own.

One place of the first slice, a signed distance, and vectors that say which slice, energy window
or phase each frame is.

References
----------
DICOM PS3.3 C.8.4.8 (NM multi-frame: the vectors), C.8.4.11 (NM detector), C.8.4.15 (NM
reconstruction: the sign of Spacing Between Slices says on which side of the first slice along its
normal, the cross product of row and column direction, the others lie).
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from tongying.dicom.stored_image import StoredImage
from tongying.dicom.volumes.frame_header import FrameHeader, Tell, Vector
from tongying.dicom.volumes.functional_groups import FrameAttributes
from tongying.dicom.volumes.plane import positive, spacing_of
from tongying.dicom.volumes.scaling import intercept_of, slope_of
from tongying.kernel.errors import BadInput

NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
_DETECTORS = "00540022"
_SLICE_VECTOR, _DETECTOR_VECTOR = "00540080", "00540020"
_VECTORS = {
    "energy window": "00540010",
    "phase": "00540030",
    "R-R interval": "00540060",
    "time slot": "00540070",
    "time slice": "00540100",
}


class NotTomographic(BadInput):
    """A gamma camera's image that is not a stack of slices."""

    code: ClassVar[str] = "dicom.volume-planar"


def nuclear_frames(image: StoredImage, *, file: int) -> list[FrameHeader]:
    """Return what is known of each slice of a nuclear-medicine object.

    Parameters
    ----------
    image : StoredImage
        With the whole header.
    file : int
        Index of the file.

    Raises
    ------
    NotTomographic
        If its frames are planar views or projections.
    RescalingRefused
        If slope or intercept cannot be used.
    """
    kind = tuple(str(part) for part in image.values("00080008") if part)
    slices = image.values(_SLICE_VECTOR)
    count = image.frames.count
    if "RECON TOMO" not in kind and "RECON GATED TOMO" not in kind:
        raise NotTomographic(
            "The nuclear medicine images are planar views or projections, not slices of a volume."
        )
    if len(slices) != count:
        if image.integer("00540081") != count:
            raise NotTomographic(
                "The nuclear medicine object does not say which slice each of its frames is."
            )
        slices = list(range(1, count + 1))
    return [_header(image, file, frame, kind, slices[frame - 1]) for frame in range(1, count + 1)]


def _header(
    image: StoredImage, file: int, frame: int, kind: tuple[str, ...], number: Any
) -> FrameHeader:
    at = FrameAttributes(image, frame)
    rows, columns = image.integer("00280010"), image.integer("00280011")
    orientation = _of_detector(image, frame, "00200037", 6)
    first = _of_detector(image, frame, "00200032", 3)
    between = image.number("00180088")
    slope = slope_of(at)
    position: Vector | None = None
    if orientation and first and between and isinstance(number, int):
        normal = np.cross(orientation[:3], orientation[3:])
        x, y, z = (np.array(first) + (number - 1) * between * normal).tolist()
        position = (x, y, z)
    return FrameHeader(
        file=file,
        frame=frame,
        single=False,
        shape=(rows or 0, columns or 0),
        position=position,
        orientation=orientation,
        spacing=spacing_of(at),
        thickness_mm=positive(image.number("00180050")),
        number=frame,
        slope=slope or 1.0,
        intercept=intercept_of(at) or 0.0,
        rescaled=slope is not None,
        rescale_type=image.text("00281054"),
        image_type=kind,
        tells=_tells(image, frame),
    )


def _of_detector(image: StoredImage, frame: int, tag: str, count: int) -> tuple[float, ...] | None:
    """Return a detector's numbers; reconstructed slices have one detector item, if any."""
    detectors = image.values(_DETECTORS)
    vector = image.values(_DETECTOR_VECTOR)
    index = vector[frame - 1] if len(vector) >= frame else 1
    used = detectors[index - 1 : index] or detectors[:1]
    for place in (*used, image.metadata):
        found = image.values(tag, place)
        if len(found) == count and all(isinstance(one, int | float) for one in found):
            return tuple(float(one) for one in found)
    return None


def _tells(image: StoredImage, frame: int) -> dict[str, Tell]:
    found: dict[str, Tell] = {}
    for name, tag in _VECTORS.items():
        vector = image.values(tag)
        if len(vector) >= frame:
            found[name] = float(vector[frame - 1])
    return found
