"""A computed image, such as uptake corrected for partial volume, as a float Parametric Map.

Values are written as they are, without rounding to integers; a Real World Value Map says what they
mean. Voxels where nothing is known hold the padding value, one below the smallest value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
from highdicom import VOILUTTransformation
from highdicom.pm import ParametricMap, RealWorldValueMapping
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying import __version__
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import DerivedRefused, code_item
from tongying.dicom.writers.multi_frame import (
    coding_schemes,
    content_arguments,
    finish,
    spatial_volume,
)
from tongying.dicom.writers.slice_headers import slice_headers
from tongying.dicom.writers.study_context import MANUFACTURER, ObjectIdentity
from tongying.imaging.volume import Quantity, Volume

_SUV = codes.UCUM
CODES: Final[Mapping[Quantity, tuple[Code, Code]]] = {
    Quantity.SUV_BW: (codes.DCM.Suvbw, _SUV.StandardizedUptakeValueBodyWeight),
    Quantity.SUV_LBM_JANMAHASATIAN: (
        codes.DCM.SuvlbmJanma,
        _SUV.StandardizedUptakeValueLeanBodyMassJanma,
    ),
    Quantity.SUV_LBM_JAMES: (
        codes.DCM.SuvlbmJames128,
        _SUV.StandardizedUptakeValueLeanBodyMassJames128Multiplier,
    ),
    Quantity.SUV_BSA: (codes.DCM.Suvbsa, _SUV.StandardizedUptakeValueBodySurfaceArea),
    Quantity.BQML: (
        codes.DCM.NuclearMedicineTomographicActivity,
        codes.UCUM.BecquerelsPerMilliliter,
    ),
    Quantity.COUNTS: (codes.DCM.NuclearMedicineTomographicActivity, codes.UCUM.Counts),
    # 10⁻⁶ mm²/s is 1 µm²/s.
    Quantity.ADC: (codes.DCM.ApparentDiffusionCoefficient, codes.UCUM.SquareMicrometerPerSecond),
    Quantity.HU: (codes.DCM.AttenuationCoefficient, codes.UCUM.HounsfieldUnit),
}
"""Quantity -> its concept and unit (CID 7180, CID 83 to 85)."""

REGIONS: Final[Mapping[str, Code]] = {
    "HEAD": codes.SCT.Head,
    "BRAIN": codes.SCT.Brain,
    "NECK": codes.SCT.Neck,
    "HEADNECK": codes.SCT.HeadAndNeck,
    "CHEST": codes.SCT.Chest,
    "CHESTABDOMEN": codes.SCT.ChestAndAbdomen,
    "CHESTABDPELVIS": codes.SCT.ChestAbdomenAndPelvis,
    "ABDOMEN": codes.SCT.Abdomen,
    "ABDOMENPELVIS": codes.SCT.AbdomenAndPelvis,
    "PELVIS": codes.SCT.Pelvis,
    "CSPINE": codes.SCT.CervicalSpine,
    "TSPINE": codes.SCT.ThoracicSpine,
    "LSPINE": codes.SCT.LumbarSpine,
    "SPINE": codes.SCT.Spine,
    "HEART": codes.SCT.Heart,
    "LIVER": codes.SCT.Liver,
    "WHOLEBODY": codes.SCT.EntireBody,
}
"""Unpaired body parts examined (PS3.16 annex L) -> region; of others the side is not known."""

_LABEL_LENGTH = 16
_TOP_PERCENTILE = 99.9


def write_parametric_map(
    volume: Volume,
    source: SourceVolume,
    *,
    what: str,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write a computed image into the study of the volume it lies on.

    Parameters
    ----------
    volume : Volume
        Values on the source's grid, in a quantity of `CODES`.
    source : SourceVolume
        Its grid, frame of reference, study and images.
    what : str
        How it was computed, for the series description, such as ``"SUV, iterative Yang"``.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If the quantity has no code, the grids differ, a value is not a number, or the volume
        cannot be referred to.

    References
    ----------
    DICOM PS3.3 sections A.75, C.7.6.16.2.11, C.8.32; PS3.16 CID 7180.
    """
    if volume.quantity not in CODES:
        raise DerivedRefused("It is not known what the values of the computed image mean.")
    if not volume.grid.same_as(source.volume.grid):
        raise DerivedRefused("The computed image lies on another grid than the image it is from.")
    quantity, unit = CODES[volume.quantity]
    array = volume.array.astype(np.float32)
    known = np.ones(array.shape, dtype=np.bool_) if volume.valid is None else volume.valid
    if not known.any() or not np.isfinite(array[known]).all():
        raise DerivedRefused("The computed image holds values that are not numbers.")
    low, high = float(array[known].min()), float(array[known].max())
    padding = None if known.all() else float(np.float32(np.floor(low) - 1))
    if padding is not None:
        array[~known] = padding
    headers = slice_headers(source)
    # A map of a modality whose zero means nothing opens from zero, not from its noise.
    top = max(float(np.percentile(array[known], _TOP_PERCENTILE)), low + 1e-6)
    bottom = min(0.0, low) if volume.quantity is not Quantity.HU else low
    written = ParametricMap(
        source_images=headers,
        pixel_array=spatial_volume(array, source),
        series_instance_uid=identity.series_uid,
        series_number=identity.series_number,
        sop_instance_uid=identity.sop_uid,
        instance_number=identity.instance_number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number=__version__,
        # Nobody has looked; a head might be recognised.
        contains_recognizable_visual_features=True,
        real_world_value_mappings=[
            RealWorldValueMapping(
                lut_label=quantity.meaning[:_LABEL_LENGTH],
                lut_explanation=quantity.meaning,
                unit=unit,
                # Programs refuse a map with values outside its range, padding among them.
                value_range=(low if padding is None else padding, high),
                slope=1.0,
                intercept=0.0,
                quantity_definition=quantity,
            )
        ],
        voi_lut_transformations=[
            VOILUTTransformation(
                window_center=(top + bottom) / 2, window_width=max(top - bottom, 1e-6)
            )
        ],
        content_label="MAP",
        content_qualification="RESEARCH",
        coding_schemes=coding_schemes((quantity, unit)),
        **content_arguments(written_at),
    )
    dataset = finish(written, source, identity=identity, what=what, written_at=written_at)
    region = REGIONS.get(str(source.template.get("BodyPartExamined") or ""))
    if region is not None:
        anatomy = Dataset()
        anatomy.FrameLaterality = "U"
        anatomy.AnatomicRegionSequence = [code_item(region)]
        dataset.SharedFunctionalGroupsSequence[0].FrameAnatomySequence = [anatomy]
    if padding is not None:
        dataset.FloatPixelPaddingValue = dataset.FloatPixelPaddingRangeLimit = padding
    return dataset
