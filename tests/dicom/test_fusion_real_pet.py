"""A real PET laid onto its CT: values, place and uptake survive being written and read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest
from fusion_sources import PLANTED, WRITTEN_AT, complaints, saved, series_identity

from tongying.dicom.segmentation_reading import mask_on, read_segmentation
from tongying.dicom.suv import suv_factor
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.writers.resampled_series import Making, resampled_series
from tongying.imaging.grid import Grid
from tongying.imaging.registration.result import Method
from tongying.imaging.suv import SuvKind

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "petct_acrin_nsclc"
SLICES = 20

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not FOLDER.exists(), reason="the public PET/CT is not on this machine"),
]


def images(series: str) -> list[Path]:
    return [path for path in sorted((FOLDER / series).rglob("*")) if path.suffix == ".dcm"]


def test_a_real_pet_keeps_values_place_and_uptake(tmp_path: Path) -> None:
    ct = read_volume(images("CT_002_CT_IMAGES"))
    pet = read_volume(images("PT_001_PET_AC"))
    grid = Grid(pet.volume.grid.shape, PLANTED.inverse().matrix @ pet.volume.grid.affine)
    laid = replace(pet.volume, grid=grid, frame_of_reference_uid=ct.volume.frame_of_reference_uid)
    made = resampled_series(
        laid,
        ct,
        pet,
        identity=series_identity(2, grid.shape[0]),
        making=Making(PLANTED, Method.RIGID, WRITTEN_AT),
    )
    paths = [
        saved(dataset, tmp_path, f"{number:03}.dcm")
        for number, dataset in enumerate(made.instances())
    ]
    errors = [line for line in complaints(paths[0]) if "Laterality" not in line]
    assert errors == []
    read = read_volume(paths)
    assert read.volume.grid.same_as(grid)
    away = np.abs(read.volume.array - pet.volume.array).max()
    assert away <= made.scaling.largest_rounding * 1.01 + 1e-6 * pet.volume.array.max()
    mine = suv_factor(read.template, SuvKind.BODY_WEIGHT)
    theirs = suv_factor(pet.template, SuvKind.BODY_WEIGHT)
    assert mine.factor == theirs.factor
    assert mine.inputs == theirs.inputs


def test_a_real_segmentation_lies_on_its_pet() -> None:
    (path,) = images("SEG_100_PT_Segmentation")
    pet = read_volume(images("PT_001_PET_AC"))
    read = read_segmentation(pydicom.dcmread(path))
    assert read.frame_of_reference_uid == pet.volume.frame_of_reference_uid
    for segment in read.segments:
        mask = mask_on(segment, read, pet.volume.grid)
        assert mask.sum() == segment.mask.sum() > 0
    hottest = pet.volume.array[mask_on(read.segments[0], read, pet.volume.grid)]
    assert hottest.mean() > 5 * pet.volume.array.mean()
