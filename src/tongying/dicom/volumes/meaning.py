"""What the numbers of a series mean, as far as its header says.

References
----------
DICOM PS3.3 C.11.1.1.2 (rescale type), C.8.2.1 (CT), C.8.9.1 (PET units and SUV type), C.8.13.3.1.1
(MR image type). Philips' scale slope: T. L. Chenevert and others, Errors in quantitative image
analysis due to platform-dependent image scaling, Translational Oncology 7 (2014) 65-71: displayed
value = stored x rescale slope + rescale intercept; floating-point value = displayed value /
(rescale slope x scale slope).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tongying.dicom.stored_image import StoredImage
from tongying.dicom.volumes.frame_header import FrameHeader
from tongying.dicom.volumes.real_world import ADC
from tongying.imaging.volume import Array, Mask, Quantity
from tongying.kernel.caveat import Caveat

ADC_LEAST, ADC_MOST = 100.0, 5000.0
"""Between these lies the median of an apparent diffusion coefficient in 10⁻⁶ mm²/s: water at body
temperature has 3000. A project choice, wide on purpose."""

_PET_UNITS = {"BQML": Quantity.BQML, "CNTS": Quantity.COUNTS, "PROPCNTS": Quantity.COUNTS}
_SUV_TYPES = {
    "": Quantity.SUV_BW,
    "BW": Quantity.SUV_BW,
    "BSA": Quantity.SUV_BSA,
    "LBMJAMES128": Quantity.SUV_LBM_JAMES,
    "LBMJANMA": Quantity.SUV_LBM_JANMAHASATIAN,
}
"""(0054,1006); absent means body weight (PS3.3 C.8.9.1.1.3)."""
_SIGNAL = frozenset({"MR", "US", "XA", "RF", "DX", "CR"})

NOT_HU = Caveat(
    "dicom.volume-not-hu",
    "The header does not say that the CT values are Hounsfield units; they count as unknown.",
)
UNIT_UNKNOWN = Caveat(
    "dicom.volume-unit-unknown", "The header does not say in which unit the PET values are."
)
NOT_RESCALED = Caveat(
    "dicom.volume-not-rescaled",
    "The header does not give slope and intercept of the PET values; they count as unknown.",
)
INVERTED = Caveat(
    "dicom.volume-inverted-display",
    "The images are shown with low values bright; the values themselves were not inverted.",
)
SCALE_SLOPE = Caveat(
    "dicom.volume-scale-slope",
    "Philips' private scale slope was not applied: the values are those that are displayed, not "
    "comparable between acquisitions.",
)
SCALE_SLOPES = Caveat(
    "dicom.volume-scale-slopes",
    "Philips' private scale slope differs between slices and was not applied: the values of "
    "different slices are not comparable.",
)
SLOPES_VARY = Caveat(
    "dicom.volume-slopes-vary",
    "The MR images are rescaled differently from slice to slice, as displayed.",
)
ADC_UNIT = Caveat(
    "dicom.volume-adc-unit",
    "The header does not say the unit of the diffusion coefficient; the size of the values fits "
    "10⁻⁶ mm²/s.",
)
ADC_UNKNOWN = Caveat(
    "dicom.volume-adc-unknown",
    "The header does not say the unit of the diffusion coefficient, and the size of the values "
    "does not fit 10⁻⁶ mm²/s; they count as unknown.",
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the numbers are, and what must be known of them.

    Attributes
    ----------
    quantity : Quantity
    caveats : tuple of Caveat
    """

    quantity: Quantity
    caveats: tuple[Caveat, ...] = ()


def meaning_of(image: StoredImage, frames: Sequence[FrameHeader]) -> Meaning:
    """Say what the rescaled values of a stack are.

    Parameters
    ----------
    image : StoredImage
        Header of one of its objects.
    frames : sequence of FrameHeader
        The stack.
    """
    modality = image.text("00080060")
    if modality == "CT":
        found = _of_ct(frames)
    elif modality == "PT":
        found = _of_pet(image, frames)
    elif modality == "NM":
        found = Meaning(Quantity.COUNTS)
    elif _is_adc(frames):
        found = Meaning(Quantity.ADC)
    elif modality in _SIGNAL:
        found = Meaning(Quantity.SIGNAL, _of_scaling(frames))
    else:
        found = Meaning(Quantity.UNKNOWN)
    if image.text("00280004") == "MONOCHROME1":
        return Meaning(found.quantity, (*found.caveats, INVERTED))
    return found


def checked_adc(frames: Sequence[FrameHeader], array: Array, valid: Mask | None) -> Meaning:
    """Say whether values called a diffusion coefficient are one in 10⁻⁶ mm²/s.

    Parameters
    ----------
    frames : sequence of FrameHeader
        The stack.
    array : ndarray
        Its values.
    valid : ndarray of bool or None
    """
    if all(frame.rescale_type == ADC for frame in frames):
        return Meaning(Quantity.ADC)
    sample = array[:: max(1, len(array) // 16), ::4, ::4]
    if valid is not None:
        sample = sample[valid[:: max(1, len(array) // 16), ::4, ::4]]
    measured = sample[sample > 0]
    middle = float(np.median(measured)) if measured.size else 0.0
    if ADC_LEAST <= middle <= ADC_MOST:
        return Meaning(Quantity.ADC, (ADC_UNIT,))
    return Meaning(Quantity.UNKNOWN, (ADC_UNKNOWN,))


def _of_ct(frames: Sequence[FrameHeader]) -> Meaning:
    kinds = {frame.rescale_type.upper() for frame in frames}
    localiser = any(frame.is_localiser for frame in frames)
    if kinds <= {"", "HU"} and all(frame.rescaled for frame in frames) and not localiser:
        return Meaning(Quantity.HU)
    return Meaning(Quantity.UNKNOWN, (NOT_HU,))


def _of_pet(image: StoredImage, frames: Sequence[FrameHeader]) -> Meaning:
    if not all(frame.rescaled for frame in frames):
        return Meaning(Quantity.UNKNOWN, (NOT_RESCALED,))
    units = image.text("00541001").upper() or frames[0].rescale_type.upper()
    if units in _PET_UNITS:
        return Meaning(_PET_UNITS[units])
    kind = image.text("00541006").upper()
    if units == "GML" and kind in _SUV_TYPES:
        return Meaning(_SUV_TYPES[kind])
    if units == "CM2ML" and kind in ("", "BSA"):
        return Meaning(Quantity.SUV_BSA)
    return Meaning(Quantity.UNKNOWN, (UNIT_UNKNOWN,))


def _is_adc(frames: Sequence[FrameHeader]) -> bool:
    return all(
        frame.rescale_type == ADC or {"ADC", "ADC_MAP"} & set(frame.image_type) for frame in frames
    )


def _of_scaling(frames: Sequence[FrameHeader]) -> tuple[Caveat, ...]:
    found = []
    slopes = {frame.scale_slope for frame in frames}
    if slopes != {None}:
        found.append(SCALE_SLOPE if len(slopes) == 1 else SCALE_SLOPES)
    if len({(frame.slope, frame.intercept) for frame in frames}) > 1:
        found.append(SLOPES_VARY)
    return tuple(found)
