"""What a resampled image keeps of the acquisition it came from, by modality.

For nuclear medicine this is all that a viewer needs to compute standardised uptake: dose, times,
half-life, corrections, weight, and a series time that stays the one activities were decayed to.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import (
    CTImageStorage,
    MRImageStorage,
    NuclearMedicineImageStorage,
    PositronEmissionTomographyImageStorage,
)

from tongying.imaging.volume import Quantity

STORAGE: Final[Mapping[str, str]] = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "PT": PositronEmissionTomographyImageStorage,
    "NM": NuclearMedicineImageStorage,
}
"""Modality -> storage class of its resampled image."""

PET_UNITS: Final[Mapping[Quantity, tuple[str, str | None]]] = {
    Quantity.BQML: ("BQML", None),
    Quantity.COUNTS: ("CNTS", None),
    Quantity.SUV_BW: ("GML", "BW"),
    Quantity.SUV_LBM_JANMAHASATIAN: ("GML", "LBMJANMA"),
    Quantity.SUV_LBM_JAMES: ("GML", "LBMJAMES128"),
    Quantity.SUV_BSA: ("CM2ML", "BSA"),
}
"""Quantity -> (0054,1001) Units and (0054,1006) SUV Type (PS3.3 section C.8.9.1)."""

_ALL = (
    *("BodyPartExamined", "Laterality", "ProtocolName", "AcquisitionDate", "AcquisitionTime"),
    *("AcquisitionDateTime", "AcquisitionNumber", "SeriesDate", "SeriesTime"),
    *("LossyImageCompression", "LossyImageCompressionRatio", "LossyImageCompressionMethod"),
    *("ContrastBolusAgent", "ContrastBolusRoute"),
)
_CT = ("KVP", "ConvolutionKernel", "XRayTubeCurrent", "Exposure", "RescaleType", "ScanOptions")
_MR = (
    *("ScanningSequence", "SequenceVariant", "ScanOptions", "MRAcquisitionType", "SequenceName"),
    *("RepetitionTime", "EchoTime", "InversionTime", "TriggerTime", "EchoTrainLength"),
    *("MagneticFieldStrength", "FlipAngle", "NumberOfAverages", "DiffusionBValue"),
)
_NUCLEAR = (
    *("PatientWeight", "PatientSize", "CorrectedImage", "RadiopharmaceuticalInformationSequence"),
    *("PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence"),
)
_PET = (
    *("SeriesType", "CountsSource", "DecayCorrection", "AttenuationCorrectionMethod"),
    *("ScatterCorrectionMethod", "RandomsCorrectionMethod", "ReconstructionMethod"),
    *("FrameReferenceTime", "DecayFactor", "DoseCalibrationFactor"),
    *("ScatterFractionFactor", "Units", "SUVType", "ActualFrameDuration", "CollimatorType"),
    "EnergyWindowRangeSequence",
)
_NM = (
    *("EnergyWindowInformationSequence", "NumberOfEnergyWindows", "CountsAccumulated"),
    *("NumberOfRotations", "RotationInformationSequence"),
)
_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "CT": _CT,
    "MR": _MR,
    "PT": (*_NUCLEAR, *_PET),
    "NM": (*_NUCLEAR, *_NM),
}
_EMPTY: Final[Mapping[str, tuple[str, ...]]] = {
    "CT": ("KVP", "AcquisitionNumber"),
    "MR": ("EchoTime", "EchoTrainLength", "ScanOptions"),
    "PT": (
        *("CollimatorType", "CorrectedImage", "RadiopharmaceuticalInformationSequence"),
        *("PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence"),
        *("AcquisitionDate", "AcquisitionTime", "ActualFrameDuration"),
    ),
    "NM": (
        *("RadiopharmaceuticalInformationSequence", "EnergyWindowInformationSequence"),
        *("PatientOrientationCodeSequence", "PatientGantryRelationshipCodeSequence"),
        *("CountsAccumulated", "RotationInformationSequence"),
    ),
}
"""Attributes of type 2: written empty where the source does not have them."""
_NEUTRAL: Final[Mapping[str, Mapping[str, object]]] = {
    # Defined terms that claim no pulse sequence (PS3.3 section C.8.3.1); enhanced objects say it
    # in other attributes.
    "MR": {"ScanningSequence": "RM", "SequenceVariant": "NONE", "MRAcquisitionType": ""},
}
"""What must be there and claims nothing: written where the source does not have it."""
_ONE_VOLUME = ("STATIC", "WHOLE BODY")
_PRIVATE = (
    # Philips: SUV and activity of a count (PS3.3 has only "counts").
    (0x7053, "Philips PET Private Group", (0x00, 0x09)),
    # GE: when the scan began, if the series time is later than it.
    (0x0009, "GEMS_PETD_01", (0x0D,)),
)


def keep_acquisition(dataset: Dataset, template: Dataset, modality: str) -> None:
    """Copy what is kept of an acquisition onto a resampled image.

    Parameters
    ----------
    dataset : Dataset
        Changed.
    template : Dataset
        Header of the image that was resampled.
    modality : str
        One of `STORAGE`.
    """
    for keyword in (*_ALL, *_OF[modality]):
        if keyword in template:
            dataset[keyword] = copy.deepcopy(template[keyword])
    for keyword in _EMPTY[modality]:
        if keyword not in dataset:
            setattr(dataset, keyword, [] if keyword.endswith("Sequence") else None)
    if modality == "PT" and (dataset.get("SeriesType") or [""])[0] not in _ONE_VOLUME:
        # One phase of a dynamic or gated scan is a static image.
        dataset.SeriesType = ["STATIC", "IMAGE"]
    for keyword, value in _NEUTRAL.get(modality, {}).items():
        if keyword not in dataset:
            setattr(dataset, keyword, value)
    for group, creator, places in _PRIVATE:
        _keep_private(dataset, template, (group, creator, places))


def _keep_private(
    dataset: Dataset, template: Dataset, what: tuple[int, str, tuple[int, ...]]
) -> None:
    group, creator, places = what
    try:
        theirs = template.private_block(group, creator)
    except KeyError:
        return
    present = [place for place in places if place in theirs]
    if not present:
        return
    ours = dataset.private_block(group, creator, create=True)
    for place in present:
        element = theirs[place]
        ours.add_new(place, element.VR, copy.deepcopy(element.value))
