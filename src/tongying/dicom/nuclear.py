"""What the numbers of a nuclear image mean, and what may be said with them.

A gamma camera stores counts. Without a calibration of camera, collimator and reconstruction they
are no activity concentration, whatever the series is called; MIBG scans of children are of this
kind. Within one image regions may be compared, as far as attenuation and scatter allow.

References
----------
DICOM PS3.3 C.8.4.9 (NM image type, detector), C.8.9.1 (PET units). Dewaraja YK et al. MIRD pamphlet
23: quantitative SPECT. J Nucl Med 2012;53:1310-25.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from pydicom.dataset import Dataset

from tongying.dicom.suv_headers import PetHeader, read_pet_header
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput


class NotNuclear(BadInput):
    """The series is not one of nuclear medicine."""

    code: ClassVar[str] = "nuclear.not-nuclear"


class Projection(StrEnum):
    """How a gamma camera's image was made."""

    PLANAR = "planar"
    TOMOGRAPHIC = "tomographic"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class NuclearMeaning:
    """What may be said with an image's numbers.

    Attributes
    ----------
    quantity : Quantity
        Of the rescaled numbers.
    projection : Projection
    absolute : bool
        Whether a number alone means something (an activity concentration or an uptake value).
    ratios : bool
        Whether regions of this one image may be compared.
    attenuation_corrected, scatter_corrected : bool or None
        None where the header does not say.
    caveats : tuple of Caveat
    """

    quantity: Quantity
    projection: Projection
    absolute: bool
    ratios: bool
    attenuation_corrected: bool | None
    scatter_corrected: bool | None
    caveats: tuple[Caveat, ...]


def nuclear_meaning(template: Dataset) -> NuclearMeaning:
    """Return what the numbers of a PET or gamma-camera series mean.

    Parameters
    ----------
    template : Dataset
        Header of one of its images.

    Raises
    ------
    NotNuclear
        If the modality is neither PT nor NM.
    """
    header = read_pet_header(template)
    if header.modality == "PT":
        return _positron(header)
    if header.modality != "NM":
        raise NotNuclear("This is not a series of nuclear medicine.")
    return _gamma_camera(template, header)


def _positron(header: PetHeader) -> NuclearMeaning:
    attenuation, scatter = _corrected(header, "ATTN"), _corrected(header, "SCAT")
    quantity = {"BQML": Quantity.BQML, "CNTS": Quantity.COUNTS, "PROPCNTS": Quantity.COUNTS}.get(
        header.units, Quantity.UNKNOWN
    )
    caveats = []
    if header.units == "GML" and header.suv_type in ("", "BW"):
        quantity = Quantity.SUV_BW
    if header.units == "CNTS":
        scaled = header.philips_suv or header.philips_activity
        caveats.append(_VENDOR_SCALE if scaled else _PET_COUNTS)
    if attenuation is not True:
        caveats.append(_NOT_ATTENUATION_CORRECTED)
    absolute = quantity in (Quantity.BQML, Quantity.SUV_BW) and attenuation is True
    known = quantity is not Quantity.UNKNOWN
    if not known:
        caveats.append(_UNIT_UNKNOWN)
    return NuclearMeaning(
        quantity,
        Projection.TOMOGRAPHIC,
        absolute,
        known,
        attenuation,
        scatter,
        tuple(caveats),
    )


def _gamma_camera(template: Dataset, header: PetHeader) -> NuclearMeaning:
    projection = _projection(template)
    attenuation, scatter = _corrected(header, "ATTN"), _corrected(header, "SCAT")
    caveats = [_COUNTS]
    if projection is Projection.PLANAR:
        caveats.append(_OVERLAP)
    elif projection is Projection.UNKNOWN:
        caveats.append(_PROJECTION_UNKNOWN)
    elif attenuation is not True:
        caveats.append(_NOT_ATTENUATION_CORRECTED)
    if _claims_activity(template):
        caveats.append(_CLAIM_NOT_USED)
    return NuclearMeaning(
        Quantity.COUNTS, projection, False, True, attenuation, scatter, tuple(caveats)
    )


def _corrected(header: PetHeader, term: str) -> bool | None:
    return term in header.corrections if header.corrections else None


def _projection(template: Dataset) -> Projection:
    words = [str(word).upper() for word in template.get("ImageType") or []]
    kind = words[2] if len(words) > 2 else ""
    if "RECON" in kind:
        return Projection.TOMOGRAPHIC
    # TOMO and GATED TOMO are the camera's views before reconstruction.
    planar = ("STATIC", "WHOLE BODY", "DYNAMIC", "GATED", "TOMO", "GATED TOMO")
    return Projection.PLANAR if kind in planar else Projection.UNKNOWN


def _claims_activity(template: Dataset) -> bool:
    for item in template.get("RealWorldValueMappingSequence") or []:
        for unit in item.get("MeasurementUnitsCodeSequence") or []:
            if str(unit.get("CodeValue", "")).lower() in ("bq/ml", "bq/cm3", "{suvbw}g/ml"):
                return True
    return False


_COUNTS: Final = Caveat(
    "nuclear.counts",
    "The image holds counts of a gamma camera; they are no activity and no uptake value.",
)
_PET_COUNTS: Final = Caveat(
    "nuclear.pet-counts",
    "The PET image holds counts and no scale of its manufacturer; they stay counts.",
)
_VENDOR_SCALE: Final = Caveat(
    "nuclear.vendor-scale",
    "The PET image holds counts that the manufacturer's private scale can turn into uptake.",
)
_OVERLAP: Final = Caveat(
    "nuclear.planar",
    "A planar image adds up what lies one behind the other; ratios include what is in front.",
)
_PROJECTION_UNKNOWN: Final = Caveat(
    "nuclear.projection-unknown",
    "The header does not say whether the image is planar or reconstructed.",
)
_NOT_ATTENUATION_CORRECTED: Final = Caveat(
    "nuclear.attenuation",
    "The header names no attenuation correction; deep regions look weaker than shallow ones.",
)
_CLAIM_NOT_USED: Final = Caveat(
    "nuclear.calibration-not-checked",
    "The object claims calibrated activity; its calibration cannot be checked here, so it stays"
    " counts.",
)
_UNIT_UNKNOWN: Final = Caveat(
    "nuclear.unit-unknown",
    "The unit of the PET image is not known here; nothing is measured in it.",
)
