"""A captured still or clip once more, with the millimetres of a scale that was drawn on it.

A stored object is never changed: the same pixels, bit for bit, become a second object with an
ultrasound region, derived from the first and referring to it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID

from tongying.dicom.writers.derived import DerivedRefused, code_item, decimal
from tongying.dicom.writers.study_context import ObjectIdentity, dicom_date, short_text

_CM: Final = 3
"""Physical unit code of centimetres, PS3.3 C.8.5.5.1.15."""
_TWO_DIMENSIONAL: Final = 1
_TISSUE: Final = 1


@dataclass(frozen=True, slots=True)
class DrawnScale:
    """A scale as somebody drew it over the depth marks.

    Attributes
    ----------
    mm_per_pixel : float
    by : str
        Name and hospital.
    at : datetime
        With time zone, in the hospital's local time.
    series : str
        Description of the series that the calibrated objects make.
    """

    mm_per_pixel: float
    by: str
    at: datetime
    series: str


def write_calibrated(source: Dataset, scale: DrawnScale, identity: ObjectIdentity) -> Dataset:
    """Write a captured object again with its region: the whole picture, tissue in two dimensions.

    Parameters
    ----------
    source : Dataset
        As the archive has it, with `file_meta`.
    scale : DrawnScale
    identity : ObjectIdentity

    Raises
    ------
    DerivedRefused
        If the scale is not above zero, or its time has no zone.
    WritingRefused
        If the description does not fit.

    References
    ----------
    DICOM PS3.3 sections C.8.5.5 (ultrasound region calibration), C.7.6.1.1.4 (derivation).
    """
    if not 0 < scale.mm_per_pixel < 100 or scale.at.utcoffset() is None:
        raise DerivedRefused("A scale is above zero, and was drawn at a time with its zone.")
    dataset = Dataset()
    for element in source:
        # The pixels are the same bytes; everything else gets values of its own.
        dataset.add(element if element.keyword == "PixelData" else copy.deepcopy(element))
    dataset.file_meta = copy.deepcopy(source.file_meta)
    dataset.file_meta.MediaStorageSOPInstanceUID = UID(identity.sop_uid)
    dataset.SOPInstanceUID = identity.sop_uid
    dataset.InstanceCreationDate = dicom_date(scale.at.date())
    dataset.InstanceCreationTime = f"{scale.at:%H%M%S}.{scale.at.microsecond:06d}"
    dataset.ContentDate, dataset.ContentTime = (
        dataset.InstanceCreationDate,
        dataset.InstanceCreationTime,
    )
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    dataset.SeriesInstanceUID = identity.series_uid
    dataset.SeriesNumber = identity.series_number
    dataset.InstanceNumber = identity.instance_number
    dataset.SeriesDescription = short_text(scale.series)
    dataset.DerivationDescription = (
        "The same pixels; the ultrasound region follows from a scale drawn over the picture's"
        f" depth marks by {scale.by}: {scale.mm_per_pixel:.5g} mm per pixel."
    )
    dataset.SourceImageSequence = [_source_item(source)]
    dataset.SequenceOfUltrasoundRegions = [_region(source, scale)]
    return dataset


def _source_item(source: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = source.SOPClassUID
    item.ReferencedSOPInstanceUID = source.SOPInstanceUID
    item.PurposeOfReferenceCodeSequence = [
        code_item(codes.DCM.SourceImageForImageProcessingOperation)
    ]
    return item


def _region(source: Dataset, scale: DrawnScale) -> Dataset:
    region = Dataset()
    region.RegionSpatialFormat, region.RegionDataType = _TWO_DIMENSIONAL, _TISSUE
    region.RegionFlags = 0
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 0, 0
    region.RegionLocationMaxX1 = int(source.Columns) - 1
    region.RegionLocationMaxY1 = int(source.Rows) - 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = _CM
    region.PhysicalDeltaX = region.PhysicalDeltaY = float(decimal(scale.mm_per_pixel / 10))
    return region
