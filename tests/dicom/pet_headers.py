"""Headers of PET images as scanners write them, made in code."""

from __future__ import annotations

from pydicom.dataset import Dataset

DAY = "20260302"


def pet_header(**changes: object) -> Dataset:
    """A child of 20 kg and 1.15 m, 70 MBq of fluorine 18 at 09:00, scanned at 10:00."""
    header = Dataset()
    header.Modality = "PT"
    header.Manufacturer = "SIEMENS"
    header.PatientSex = "M"
    header.PatientAge = "006Y"
    header.PatientWeight = "20"
    header.PatientSize = "1.15"
    header.StudyDate = header.SeriesDate = header.AcquisitionDate = DAY
    header.SeriesTime = header.AcquisitionTime = "100000"
    header.Units = "BQML"
    header.CorrectedImage = ["DECY", "ATTN", "SCAT", "NORM"]
    header.DecayCorrection = "START"
    item = Dataset()
    item.RadionuclideTotalDose = "70000000"
    item.RadionuclideHalfLife = "6586.2"
    item.RadiopharmaceuticalStartTime = "090000"
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "C-111A1", "SRT"
    code.CodeMeaning = "^18^Fluorine"
    item.RadionuclideCodeSequence = [code]
    header.RadiopharmaceuticalInformationSequence = [item]
    for keyword, value in changes.items():
        place = item if keyword.startswith("Radio") else header
        if value is None:
            del place[keyword]
        else:
            setattr(place, keyword, value)
    return header


def with_private(header: Dataset, where: tuple[int, str], element: int, value: str) -> Dataset:
    """Add a private attribute of a manufacturer (DT or DS)."""
    group, creator = where
    block = header.private_block(group, creator, create=True)
    block.add_new(element, "DT" if group == 0x0009 else "DS", value)
    return header


GE = (0x0009, "GEMS_PETD_01")
PHILIPS = (0x7053, "Philips PET Private Group")
