"""A real PET/CT with segmentations: our values of a region against SimpleITK's label statistics."""

from __future__ import annotations

from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813

from tongying.dicom.suv import to_suv
from tongying.dicom.volumes.reading import read_volume
from tongying.imaging.grid import Grid
from tongying.imaging.joint_regions import Layer, joint_rows
from tongying.imaging.region import Region
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "petct_acrin_nsclc"
SLICER_FACTOR = 0.00042111
"""By Slicer's SUV calculator, in the series' real world value mapping; five digits."""
SAME = MatrixTransform.identity()

pytestmark = pytest.mark.skipif(
    not REAL.exists(), reason="shared data (petct_acrin_nsclc) is not here"
)


@pytest.fixture(scope="module")
def pet() -> Volume:
    return to_suv(read_volume(sorted((REAL / "PT_001_PET_AC").glob("*.dcm"))))


def drawn(path: Path, number: int, grid: Grid) -> Region:
    """A segment on the grid of the series it was drawn on; read by highdicom."""
    segmentation = highdicom.seg.segread(path)
    frames = segmentation.pixel_array
    mask = np.zeros(grid.shape, dtype=bool)
    for frame, groups in zip(frames, segmentation.PerFrameFunctionalGroupsSequence, strict=True):
        if groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber != number:
            continue
        place = groups.PlanePositionSequence[0].ImagePositionPatient
        i, j, k = grid.to_index([[float(part) for part in place]])[0]
        assert abs(i) < 0.01 and abs(j) < 0.01 and abs(k - round(k)) < 0.02
        mask[round(k)] = frame > 0
    return Region(f"{number}", mask, grid)


def statistics(volume: Volume, mask: np.ndarray) -> sitk.LabelIntensityStatisticsImageFilter:
    labels = sitk.GetImageFromArray(mask.astype(np.uint8))
    image = volume.to_sitk()
    labels.CopyInformation(image)
    found = sitk.LabelIntensityStatisticsImageFilter()
    found.Execute(labels, image)
    return found


@pytest.mark.parametrize(
    ("name", "number"), [("PT_2_Segmentation", 1), ("PT_Segmentation", 1), ("PT_Segmentation", 2)]
)
def test_region_drawn_on_the_pet(pet: Volume, name: str, number: int):
    (path,) = (REAL / f"SEG_100_{name}").glob("*.dcm")
    region = drawn(path, number, pet.grid)
    row = joint_rows([region], [Layer("PET", pet, SAME, None)])[0]
    theirs = statistics(pet, region.mask)
    assert row.value("max") == pytest.approx(theirs.GetMaximum(1), rel=1e-6)
    assert row.value("mean") == pytest.approx(theirs.GetMean(1), rel=1e-6)
    # Their volume is the voxels' as well.
    assert row.volume_ml == pytest.approx(theirs.GetPhysicalSize(1) / 1000, rel=1e-4)
    assert row.value("peak") < row.value("max")
    above = statistics(pet, region.mask & (pet.array >= 0.41 * theirs.GetMaximum(1)))
    assert row.value("active-volume-41%") == pytest.approx(
        above.GetPhysicalSize(1) / 1000, rel=1e-4
    )
    assert row.value("active-total-41%") == pytest.approx(
        above.GetPhysicalSize(1) / 1000 * above.GetMean(1), rel=1e-4
    )


def test_uptake_slice_by_slice_as_another_program_scales_it(pet: Volume):
    """Stored number x slope of its own slice x Slicer's factor; slopes differ between slices."""
    slopes = set()
    for path in sorted((REAL / "PT_001_PET_AC").glob("*.dcm"))[::27]:
        data = pydicom.dcmread(path)
        slopes.add(float(data.RescaleSlope))
        k = round(pet.grid.to_index([[float(p) for p in data.ImagePositionPatient]])[0][2])
        expected = data.pixel_array * float(data.RescaleSlope) * SLICER_FACTOR
        np.testing.assert_allclose(pet.array[k], expected, rtol=1e-5, atol=1e-6)
    assert len(slopes) > 1
    assert pet.quantity is Quantity.SUV_BW


def test_region_drawn_on_the_ct_measured_on_both(pet: Volume):
    """On the CT as SimpleITK says; on the PET as the PET sampled at every CT voxel says."""
    (path,) = (REAL / "SEG_100_Segmentation").glob("*.dcm")
    segmentation = pydicom.dcmread(path, stop_before_pixels=True)
    used = {
        str(item.ReferencedSOPInstanceUID)
        for series in segmentation.ReferencedSeriesSequence
        for item in series.ReferencedInstanceSequence
    }
    files = [
        file
        for file in sorted((REAL / "CT_002_CT_IMAGES").glob("*.dcm"))
        if str(pydicom.dcmread(file, specific_tags=["SOPInstanceUID"]).SOPInstanceUID) in used
    ]
    ct = read_volume(files).volume
    for number in (1, 2):
        region = drawn(path, number, ct.grid)
        rows = joint_rows([region], [Layer("CT", ct, SAME, None), Layer("PET", pet, SAME, 2.0)])
        theirs = statistics(ct, region.mask)
        assert rows[0].value("mean") == pytest.approx(theirs.GetMean(1), rel=1e-5, abs=1e-3)
        # Theirs divides by n - 1.
        assert rows[0].value("sd") == pytest.approx(theirs.GetStandardDeviation(1), rel=1e-3)
        beside = sitk.Resample(
            pet.to_sitk(), ct.to_sitk(), sitk.Transform(), sitk.sitkNearestNeighbor, 0.0
        )
        sampled = sitk.GetArrayFromImage(beside)[region.mask]
        # CT slices (3.75 mm) lie over those of the PET (3.27 mm): sampling errs at both ends.
        assert rows[1].value("mean") == pytest.approx(float(sampled.mean()), rel=0.03)
        assert rows[1].voxels * pet.grid.voxel_mm3 / 1000 == pytest.approx(
            region.volume_ml, rel=1e-3
        )
