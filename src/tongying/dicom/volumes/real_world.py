"""Diffusion coefficients whose unit a real-world value mapping states.

Other mappings are not applied: what they add to slope and intercept (such as SUV factors) is
computed elsewhere, from the header, and with its own refusals.

References
----------
DICOM PS3.3 C.7.6.16.2.11 (real world value mapping); PS3.16 DCM 113041 and CID 7273; UCUM.
"""

from __future__ import annotations

from tongying.dicom.stored_image import Json, StoredImage
from tongying.dicom.volumes.functional_groups import FrameAttributes

ADC = "ADC 10-6 mm2/s"
"""Stands as rescale type of a frame whose slope gives 10⁻⁶ mm²/s."""
_MAPPING = "00409096"
_ADC_CODES = frozenset({"113041", "113290"})
"""Apparent diffusion coefficient, and the mono-exponential one."""
_MICRO_MM2_PER_S = {
    "um2/s": 1.0,
    "10-6.mm2/s": 1.0,
    "10*-6.mm2/s": 1.0,
    "10-6mm2/s": 1.0,
    "mm2/s": 1e6,
    "10-3.mm2/s": 1e3,
    "10*-3.mm2/s": 1e3,
}


def diffusion_mapping(at: FrameAttributes) -> tuple[float, float] | None:
    """Return slope and intercept from stored values to 10⁻⁶ mm²/s, None if none is stated.

    Parameters
    ----------
    at : FrameAttributes
        Looks the frame's attributes up.
    """
    for mapping in at.values(_MAPPING):
        factor = _MICRO_MM2_PER_S.get(_code(at.image, mapping, "004008EA"))
        slope = at.image.number("00409225", mapping)
        intercept = at.image.number("00409224", mapping)
        if factor and slope and intercept is not None and _is_adc(at.image, mapping):
            return slope * factor, intercept * factor
    return None


def _is_adc(image: StoredImage, mapping: Json) -> bool:
    concepts = [_code(image, item, "0040A168") for item in image.values("00409220", mapping)]
    return bool(_ADC_CODES & set(concepts)) or "ADC" in image.text("00409210", mapping).upper()


def _code(image: StoredImage, item: Json, sequence: str) -> str:
    for coded in image.values(sequence, item)[:1]:
        return image.text("00080100", coded)
    return ""
