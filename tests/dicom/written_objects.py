"""What a fusion of phantoms leaves behind, for the tests that look at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from fusion_sources import (
    PLANTED,
    WRITTEN_AT,
    identity,
    in_own_frame,
    phantoms,
    series_identity,
    spect_of,
)
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.fusion_sr import FusionQuality, Threshold, write_fusion_sr
from tongying.dicom.writers.parametric_map import write_parametric_map
from tongying.dicom.writers.resampled_series import (
    Making,
    ResampledSeries,
    instance_count,
    resampled_series,
)
from tongying.dicom.writers.segmentation import Algorithm, Segment, write_segmentation
from tongying.dicom.writers.spatial_registration import write_spatial_registration
from tongying.imaging.grid import Grid
from tongying.imaging.quality.estimate import (
    ErrorEstimate,
    Jacobian,
    Judgement,
    Reason,
    Verdict,
)
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity, Volume

PAIRS = {"PT": ("MR", "PT"), "CT": ("MR", "CT"), "MR": ("CT", "MR"), "NM": ("MR", "PT")}
"""What is resampled -> whose place in `phantoms` is fixed, whose numbers are moved."""


def sides(modality: str) -> tuple[SourceVolume, SourceVolume]:
    fixed, moving = (phantoms()[name] for name in PAIRS[modality])
    return fixed, spect_of(moving) if modality == "NM" else in_own_frame(moving)


def laid(fixed: SourceVolume, moving: SourceVolume, *, holes: bool = True) -> Volume:
    """The moving values on the grid that the planted rigid transform turns theirs into."""
    grid = Grid(moving.volume.grid.shape, PLANTED.inverse().matrix @ moving.volume.grid.affine)
    valid = None
    if holes:
        valid = np.ones(grid.shape, dtype=np.bool_)
        valid[0], valid[:, :3] = False, False
    return replace(
        moving.volume,
        grid=grid,
        frame_of_reference_uid=fixed.volume.frame_of_reference_uid,
        valid=valid,
    )


def series(modality: str, *, holes: bool = True) -> ResampledSeries:
    fixed, moving = sides(modality)
    volume = laid(fixed, moving, holes=holes)
    registration = write_spatial_registration(
        fixed, moving, PLANTED, identity=identity(1), written_at=WRITTEN_AT
    )
    return resampled_series(
        volume,
        fixed,
        moving,
        identity=series_identity(2, instance_count(modality, volume.grid)),
        making=Making(PLANTED, Method.RIGID, WRITTEN_AT, WrittenObject.of(registration)),
    )


def two_segments(source: SourceVolume) -> list[Segment]:
    array = source.volume.array
    hot = array > np.percentile(array, 99)
    hot[:4] = False
    return [
        Segment(
            label="肿块 mass",
            category=codes.SCT.MorphologicallyAbnormalStructure,
            kind=codes.SCT.Neoplasm,
            mask=hot,
            algorithm=Algorithm.SEMIAUTOMATIC,
            algorithm_name="threshold",
            algorithm_family=codes.DCM.HistogramAnalysis,
            anatomy=codes.SCT.AdrenalGland,
        ),
        Segment(
            label="body",
            category=codes.SCT.Tissue,
            kind=codes.SCT.SoftTissue,
            mask=array > np.percentile(array, 40),
            algorithm=Algorithm.MANUAL,
        ),
    ]


def uptake(*, holes: bool = True) -> Dataset:
    source = phantoms()["PT"]
    array = source.volume.array / 5000
    valid = array > 0.01 if holes else None
    volume = replace(source.volume, array=array, quantity=Quantity.SUV_BW, valid=valid)
    return write_parametric_map(
        volume, source, what="SUV, PVC", identity=identity(4), written_at=WRITTEN_AT
    )


ESTIMATE = ErrorEstimate(
    1.234567, 2.5, 0.4, 0.3, None, 12, 0.87, 0.55, 500, Jacobian(0.7, 0.8, 1.3, 1.6, 0.0)
)
SENTENCE = "The estimated error is more than half a voxel (TG-132 as applied)."


def report() -> Dataset:
    fixed, moving = sides("PT")
    registration = write_spatial_registration(
        fixed, moving, PLANTED, identity=identity(1), written_at=WRITTEN_AT
    )
    quality = FusionQuality(
        Method.RIGID,
        ESTIMATE,
        Judgement(Verdict.LOOK, (Reason("fusion.error-above-half-voxel", SENTENCE),)),
        (
            Threshold(
                codes.DCM.Distance._replace(
                    value="FUS900", scheme_designator="99TONGYING", meaning="Half a voxel"
                ),
                0.75,
                codes.UCUM.Millimeter,
            ),
        ),
        WrittenObject.of(registration),
    )
    return write_fusion_sr(fixed, moving, quality, identity=identity(5), written_at=WRITTEN_AT)


OBJECTS: dict[str, Callable[[], Dataset]] = {
    "PT": lambda: next(series("PT").instances()),
    "CT": lambda: next(series("CT").instances()),
    "MR": lambda: next(series("MR").instances()),
    "NM": lambda: next(series("NM").instances()),
    "SEG": lambda: write_segmentation(
        phantoms()["PT"],
        two_segments(phantoms()["PT"]),
        identity=identity(3),
        written_at=WRITTEN_AT,
    ),
    "SEG of many frames": lambda: write_segmentation(
        spect_of(phantoms()["PT"]),
        two_segments(phantoms()["PT"]),
        identity=identity(3),
        written_at=WRITTEN_AT,
    ),
    "map": uptake,
    "whole map": lambda: uptake(holes=False),
    "SR": report,
}
