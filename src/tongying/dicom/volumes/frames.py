"""The slices of an object: classic single images and enhanced multi-frame objects.

References
----------
DICOM PS3.3 C.7.6.2 (image plane), C.7.6.16.2.1 to .4 (pixel measures, plane position and
orientation, frame content), C.7.6.16.2.9 (pixel value transformation).
"""

from __future__ import annotations

from typing import ClassVar

from tongying.dicom.stored_image import StoredImage
from tongying.dicom.volumes.frame_header import FrameHeader
from tongying.dicom.volumes.functional_groups import FrameAttributes
from tongying.dicom.volumes.nuclear_frames import NUCLEAR_MEDICINE, nuclear_frames
from tongying.dicom.volumes.plane import (
    PIXEL_MEASURES,
    orientation_of,
    position_of,
    positive,
    spacing_of,
)
from tongying.dicom.volumes.real_world import ADC, diffusion_mapping
from tongying.dicom.volumes.scaling import VALUE_TRANSFORMATION, intercept_of, slope_of
from tongying.dicom.volumes.tells import frame_tells
from tongying.kernel.errors import BadInput

_FRAME_TYPES = ("00189226", "00189329", "00189751")
"""MR, CT and PET image frame type."""
PHILIPS_SCALE = "Philips MR Imaging DD 001"
_PHILIPS_PRIVATE = "2005140F"
"""Where Philips' enhanced objects keep the private attributes of a frame."""
_SEGMENTATION = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")


class FramesRefused(BadInput):
    """The object's images carry no numbers at places in the child."""

    code: ClassVar[str] = "dicom.volume-frames"


def frame_headers(image: StoredImage, *, file: int, sop_class_uid: str) -> list[FrameHeader]:
    """Return what is known of each image of an object.

    Parameters
    ----------
    image : StoredImage
        With the whole header.
    file : int
        Index of the file.
    sop_class_uid : str

    Raises
    ------
    FramesRefused
        If it is a colour image, a segmentation, or its values come from a table.
    RescalingRefused
        If slope or intercept cannot be used.
    NotTomographic
        If a gamma camera's images are no slices.
    """
    _check_numbers(image, sop_class_uid)
    if sop_class_uid == NUCLEAR_MEDICINE:
        return nuclear_frames(image, file=file)
    enhanced = bool(image.values("52009230") or image.values("52009229"))
    count = image.frames.count
    return [
        _header(FrameAttributes(image, frame), file, single=not enhanced and count == 1)
        for frame in range(1, count + 1)
    ]


def _check_numbers(image: StoredImage, sop_class_uid: str) -> None:
    if sop_class_uid in _SEGMENTATION:
        raise FramesRefused("A segmentation is read as regions, not as an image.")
    colour = (image.integer("00280002") or 1) > 1
    photometric = image.text("00280004")
    if colour or photometric == "PALETTE COLOR":
        raise FramesRefused(
            "The images are in colour: a colour is no number to compute with.",
            "dicom.volume-colour",
        )
    if image.values("00283000"):
        raise FramesRefused(
            "The images' values are given by a look-up table, which no volume can be made of.",
            "dicom.volume-look-up-table",
        )


def _header(at: FrameAttributes, file: int, *, single: bool) -> FrameHeader:
    rows, columns = at.image.integer("00280010"), at.image.integer("00280011")
    slope, intercept = slope_of(at), intercept_of(at)
    number = at.number("00200013") if single else float(at.frame)
    kind = at.values("00089007", *_FRAME_TYPES) or at.image.values("00080008")
    diffusion = diffusion_mapping(at)
    if diffusion is not None:
        slope, intercept = diffusion
    return FrameHeader(
        file=file,
        frame=at.frame,
        single=single,
        shape=(rows or 0, columns or 0),
        position=position_of(at) if single or _is_enhanced(at.image) else None,
        orientation=orientation_of(at),
        spacing=spacing_of(at),
        thickness_mm=positive(at.number("00180050", PIXEL_MEASURES)),
        number=None if number is None else int(number),
        slope=slope or 1.0,
        intercept=intercept or 0.0,
        rescaled=slope is not None and intercept is not None,
        rescale_type=ADC if diffusion else at.text("00281054", VALUE_TRANSFORMATION),
        image_type=tuple(str(part) for part in kind if part),
        scale_slope=philips_scale_slope(at),
        tells=frame_tells(at),
    )


def _is_enhanced(image: StoredImage) -> bool:
    """Whether frames can have places of their own; a classic multi-frame object's cannot."""
    return bool(image.values("52009230"))


def philips_scale_slope(at: FrameAttributes) -> float | None:
    """Return the private scale slope (2005,100E) of a Philips MR image, None if it has none."""
    found = at.private(PHILIPS_SCALE, "2005xx0E", _PHILIPS_PRIVATE)
    return float(found[0]) if found and isinstance(found[0], int | float) else None
