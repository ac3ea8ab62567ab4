"""Resampled series: values, place, provenance and uptake, as other programs see them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from fusion_sources import (
    PLANTED,
    WRITTEN_AT,
    saved,
    series_identity,
)
from written_objects import (
    PAIRS,
    laid,
    series,
    sides,
)

from tongying import __version__
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.writers.derived import DerivedRefused
from tongying.dicom.writers.pixel_scaling import ScalingRefused, scaling_of
from tongying.dicom.writers.resampled_series import (
    Making,
    ResampledSeries,
    resampled_series,
)
from tongying.imaging.grid import Grid
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.ids import SopUid


def files(written: ResampledSeries, folder: Path) -> list[Path]:
    return [
        saved(dataset, folder, f"{number:03}.dcm")
        for number, dataset in enumerate(written.instances())
    ]


@pytest.mark.parametrize("modality", PAIRS)
def test_a_reader_gets_values_and_place_back(modality: str, tmp_path: Path) -> None:
    written = series(modality)
    fixed, moving = sides(modality)
    read = read_volume(files(written, tmp_path))
    truth = laid(fixed, moving)
    assert read.volume.grid.same_as(truth.grid)
    assert read.volume.modality == modality
    assert read.volume.quantity is truth.quantity
    assert read.volume.frame_of_reference_uid == fixed.volume.frame_of_reference_uid
    assert truth.valid is not None
    assert read.volume.valid is not None
    assert (read.volume.valid == truth.valid).all()
    away = np.abs(read.volume.array - truth.array)[truth.valid].max()
    top = np.abs(truth.array[truth.valid]).max()
    assert away <= written.scaling.largest_rounding + 1e-6 * top  # float32 of the reader
    assert written.scaling.largest_rounding <= top / 60_000


@pytest.mark.parametrize("modality", ["PT", "CT", "MR"])
def test_simpleitk_reads_the_place(modality: str, tmp_path: Path) -> None:
    written = series(modality)
    paths = [str(path) for path in files(written, tmp_path)]
    image = sitk.ReadImage(paths)
    grid = written.volume.grid
    assert np.allclose(image.GetOrigin(), grid.origin_mm, atol=1e-6)
    assert np.allclose(image.GetSpacing(), grid.spacing_mm, atol=1e-6)
    assert np.allclose(np.reshape(image.GetDirection(), (3, 3)), grid.directions, atol=1e-6)
    assert written.volume.valid is not None
    values = sitk.GetArrayFromImage(image)[written.volume.valid]
    truth = written.volume.array[written.volume.valid]
    assert np.abs(values - truth).max() <= written.scaling.largest_rounding * 1.01 + 1e-6


def test_it_says_where_it_comes_from() -> None:
    written = list(series("PT").instances())
    fixed, moving = sides("PT")
    first, last = written[0], written[-1]
    assert {one.StudyInstanceUID for one in written} == {fixed.template.StudyInstanceUID}
    assert [one.InstanceNumber for one in written] == list(range(1, 15))
    assert len({one.SOPInstanceUID for one in written}) == 14
    assert first.ImageType[0] == "DERIVED"
    assert "rigid" in first.DerivationDescription
    assert first.DerivationCodeSequence[0].CodeValue == "113085"
    assert first.SourceInstanceSequence[0].ReferencedSOPInstanceUID == "2.25.11"
    purposes = [
        item.PurposeOfReferenceCodeSequence[0].CodeValue
        for item in first.ContributingEquipmentSequence
    ]
    assert purposes == ["109101", "109102"]
    assert first.ContributingEquipmentSequence[1].SoftwareVersions == __version__
    known = {frame.sop_instance_uid for frame in moving.frames}
    named = {item.ReferencedSOPInstanceUID for item in last.SourceImageSequence}
    assert named
    assert named <= known
    assert "Research use only" in first.SeriesDescription


def test_standardised_uptake_can_still_be_computed() -> None:
    """Every attribute that the QIBA formula reads is the source's; so is the result."""
    dataset = next(series("PT", holes=False).instances())
    template = sides("PT")[1].template
    for keyword in (
        *("PatientWeight", "SeriesDate", "SeriesTime", "AcquisitionTime", "CorrectedImage"),
        *("DecayCorrection", "Units"),
    ):
        assert dataset[keyword].value == template[keyword].value
    mine, theirs = (one.RadiopharmaceuticalInformationSequence[0] for one in (dataset, template))
    assert mine == theirs
    assert (dataset.Units, dataset.RescaleIntercept) == ("BQML", 0)


def test_uptake_itself_says_its_unit() -> None:
    fixed, moving = sides("PT")
    volume = replace(laid(fixed, moving), quantity=Quantity.SUV_BW)
    made = resampled_series(
        volume,
        fixed,
        moving,
        identity=series_identity(2, 14),
        making=Making(PLANTED, Method.RIGID, WRITTEN_AT),
    )
    dataset = next(made.instances())
    assert (dataset.Units, dataset.SUVType) == ("GML", "BW")


def test_slices_do_not_change_after_they_were_given() -> None:
    instances = list(series("CT").instances())
    assert len({str(one.ImagePositionPatient) for one in instances}) == len(instances)
    assert len({one.file_meta.MediaStorageSOPInstanceUID for one in instances}) == len(instances)


def test_a_left_handed_grid_is_written_from_its_other_end() -> None:
    fixed, moving = sides("CT")
    volume = laid(fixed, moving, holes=False)
    affine = volume.grid.affine.copy()
    affine[:3, 3] += affine[:3, 2] * (volume.grid.shape[0] - 1)
    affine[:3, 2] *= -1
    flipped = replace(volume, array=volume.array[::-1], grid=Grid(volume.grid.shape, affine))
    made = resampled_series(
        flipped,
        fixed,
        moving,
        identity=series_identity(2, 14),
        making=Making(PLANTED, Method.RIGID, WRITTEN_AT),
    )
    assert made.volume.grid.same_as(volume.grid)
    assert (made.volume.array == volume.array).all()


@pytest.mark.parametrize(
    ("values", "zero_stays", "slope", "rounding"),
    [
        ([0.0, 5.0, 4000.0], False, 1.0, 0.0),
        ([-1024.0, 3071.0, 0.0], False, 1.0, 0.0),
        ([0.0, 0.5, 1.0], False, 1 / 65533, 1 / 65533 / 2),
        ([0.0, 2.0, 65000.0], True, 1.0, 0.0),
        ([0.0, 0.25, 20.0], True, 20 / 65534, 20 / 65534 / 2),
        ([3.0, 3.0, 3.0], False, 1.0, 0.0),
    ],
)
def test_scale_by_hand(
    values: list[float], zero_stays: bool, slope: float, rounding: float
) -> None:
    grid = Grid.of((1, 1, 3), spacing_mm=(1, 1, 1), origin_mm=(0, 0, 0))
    array = np.array(values, dtype=np.float32).reshape(1, 1, 3)
    scaling = scaling_of(Volume(array, grid), zero_stays=zero_stays)
    assert scaling.slope == pytest.approx(slope, rel=1e-6)
    assert scaling.largest_rounding == pytest.approx(rounding, rel=1e-6)
    back = scaling.stored(array, None) * scaling.slope + scaling.intercept
    assert np.abs(back - array).max() <= scaling.largest_rounding * 1.001


def test_what_cannot_be_kept_is_refused() -> None:
    fixed, moving = sides("CT")
    volume = laid(fixed, moving)
    making = Making(PLANTED, Method.RIGID, WRITTEN_AT)
    whole = series_identity(2, 14)
    nowhere = replace(fixed, volume=replace(fixed.volume, frame_of_reference_uid=None))
    ultrasound = replace(moving, volume=replace(moving.volume, modality="US"))
    skewed = volume.grid.affine.copy()
    skewed[2, 1] += 0.3
    for refused in (
        lambda: resampled_series(volume, nowhere, moving, identity=whole, making=making),
        lambda: resampled_series(volume, fixed, ultrasound, identity=whole, making=making),
        lambda: resampled_series(
            volume,
            fixed,
            moving,
            identity=replace(whole, sop_uids=whole.sop_uids[1:]),
            making=making,
        ),
        lambda: resampled_series(
            replace(volume, grid=Grid(volume.grid.shape, skewed)),
            fixed,
            moving,
            identity=whole,
            making=making,
        ),
    ):
        with pytest.raises(DerivedRefused):
            refused()
    for spoiled in (
        replace(volume, valid=np.zeros(volume.grid.shape, dtype=np.bool_)),
        replace(volume, array=np.full(volume.grid.shape, np.nan)),
    ):
        with pytest.raises(ScalingRefused):
            resampled_series(spoiled, fixed, moving, identity=whole, making=making)


def test_ids_are_the_ones_handed_in() -> None:
    written = list(series("CT").instances())
    assert [one.SOPInstanceUID for one in written] == [SopUid(f"2.25.2.{k}") for k in range(1, 15)]
    assert {one.SeriesInstanceUID for one in written} == {"2.25.20"}
