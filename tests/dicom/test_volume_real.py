"""Real series against SimpleITK's and highdicom's reading, and broken files."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from pydicom.data import get_testdata_file
from volume_files import SHARED, codes

from tongying.dicom.volumes.reading import read_volume, read_volumes
from tongying.dicom.volumes.stacks import SeveralStacks
from tongying.imaging.grid import Grid
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.errors import TongyingError

PAIR = "dicom_seg_sr_pm/dcmqi/segmentations/24x38x3"


def images(folder: str) -> list[Path]:
    path = SHARED / folder
    if not path.exists():
        pytest.skip("the shared images are not here")
    return sorted(one for one in path.iterdir() if one.suffix in ("", ".dcm"))


def by_sitk(folder: str) -> Volume:
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageSeriesReader()
    path = str(SHARED / folder)
    (series,) = reader.GetGDCMSeriesIDs(path)
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(path, series))
    return Volume.from_sitk(reader.Execute())


@pytest.mark.parametrize(
    ("folder", "quantity", "told"),
    [
        ("petct_acrin_nsclc/PT_001_PET_AC", Quantity.BQML, ["dicom.volume-spacing-uneven"]),
        ("mr_brain_3y_normal/dicom", Quantity.SIGNAL, []),
        (
            "mr_abdomen_adc/adc_image",
            Quantity.ADC,
            ["dicom.volume-gaps", "dicom.volume-adc-unit"],
        ),
        ("mr_abdomen_adc/t2_image", Quantity.SIGNAL, ["dicom.volume-gaps"]),
        ("ibsi/ibsi_1_ct_radiomics_phantom/dicom/image", Quantity.HU, []),
        pytest.param("ct_lung_nsclc_LUNG1-001/ct_jpegls", Quantity.HU, [], marks=pytest.mark.long),
        pytest.param(
            "petct_acrin_nsclc/CT_002_CT_IMAGES",
            Quantity.HU,
            ["dicom.volume-overlap", "dicom.volume-padding-undeclared"],
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_real_series_is_where_and_what_simpleitk_says(folder, quantity, told):
    paths = images(folder)
    volume = read_volume(paths[::-1]).volume
    oracle = by_sitk(folder)
    assert volume.quantity is quantity
    assert codes(volume.caveats) == told
    assert volume.grid.same_as(oracle.grid, 1e-4)
    # PET of tens of thousands of Bq/ml in single precision.
    assert np.abs(volume.array - oracle.array).max() <= 1e-2 * (volume.array.dtype.kind == "f")


@pytest.mark.parametrize("folder", ["mr_abdomen_adc/adc_image", f"{PAIR}/image"])
def test_a_real_series_is_where_and_what_highdicom_says(folder):
    paths = images(folder)
    volume = read_volume(paths).volume
    oracle = highdicom.get_volume_from_series([pydicom.dcmread(path) for path in paths])
    where = oracle_grid(oracle)
    index = np.rint(where.to_index(volume.grid.corners())).astype(int)
    assert np.allclose(where.to_lps(index), volume.grid.corners(), atol=1e-3)
    # highdicom may go through the slices the other way; compare by place.
    first, last = index[:, 2].min(), index[:, 2].max()
    step = 1 if index[0, 2] == first else -1
    assert (first, last) == (0, len(oracle.array) - 1)
    assert np.abs(volume.array - oracle.array[::step]).max() < 1e-6


def oracle_grid(oracle: highdicom.Volume) -> Grid:
    """Turn highdicom's affine, of the index (slice, row, column), to (column, row, slice)."""
    affine = oracle.affine[:, [2, 1, 0, 3]]
    slices, rows, columns = oracle.spatial_shape
    return Grid((slices, rows, columns), affine)


def test_the_single_and_the_multi_frame_ct_of_one_scan_agree():
    single = read_volume(images(f"{PAIR}/image"))
    multi = read_volume(images(f"{PAIR}/multiframe"))
    assert (single.volume.array == multi.volume.array).all()
    assert single.volume.grid.same_as(multi.volume.grid, 1e-4)
    assert {frame.frame for frame in single.frames} == {None}
    assert {frame.frame for frame in multi.frames} == {1, 2, 3}
    assert single.volume.quantity is multi.volume.quantity


def test_what_highdicom_converts_to_an_enhanced_object_is_the_same_volume():
    paths = images("mr_abdomen_adc/adc_image")[:12]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the old files break rules of the standard
        converted = highdicom.legacy.LegacyConvertedEnhancedMRImage(
            [uncompressed(path) for path in paths],
            series_instance_uid="1.2.3.4",
            series_number=7,
            sop_instance_uid="1.2.3.5",
            instance_number=1,
        )
        file = io.BytesIO()
        converted.save_as(file)
    file.seek(0)
    classic, enhanced = read_volume(paths).volume, read_volume([file]).volume
    assert (classic.array == enhanced.array).all()
    assert classic.grid.same_as(enhanced.grid, 1e-4)
    assert enhanced.quantity is Quantity.ADC


def uncompressed(path: Path) -> pydicom.Dataset:
    image = pydicom.dcmread(path)
    image.decompress()
    image.Manufacturer = image.get("Manufacturer", "") or "unknown"
    return image


def test_a_real_localiser_of_three_planes_is_listed():
    paths = images("mr_brain_sella/MR_001_3_PLANE_LOC")
    with pytest.raises(SeveralStacks) as refused:
        read_volume(paths)
    assert refused.value.sentence == (
        "The series holds 3 stacks of images; choose one: coronal (8); axial (9); sagittal (9)."
    )
    assert [source.volume.grid.shape[0] for source in read_volumes(paths)] == [9, 9]


def test_broken_files_are_refused_and_nothing_else():
    folder = SHARED / "broken_dicom"
    if not folder.exists():
        pytest.skip("the shared images are not here")
    alone = [[path] for path in folder.iterdir() if path.is_file() and path.suffix != ".md"]
    series = [sorted(path.iterdir()) for path in folder.rglob("001")]
    assert len(alone) > 20
    assert len(series) == 3
    for files in alone + series:
        with pytest.raises(TongyingError) as refused:
            read_volume(files)
        assert refused.value.sentence.endswith("."), files


@pytest.mark.parametrize(
    "name",
    ["emri_small.dcm", "emri_small_big_endian.dcm", "emri_small_RLE.dcm", "SC_rgb.dcm", "CT_small"],
)
def test_test_images_without_a_volume_are_refused(name):
    path = get_testdata_file(name if name.endswith(".dcm") else f"{name}.dcm")
    with pytest.raises(TongyingError):
        read_volume([Path(str(path))])


def test_several_series_of_a_real_study_are_refused():
    paths = images("petct_acrin_nsclc/PT_001_PET_AC")[:3]
    paths += images("petct_acrin_nsclc/CT_002_CT_IMAGES")[:3]
    with pytest.raises(TongyingError) as refused:
        read_volume(paths)
    assert refused.value.sentence == ("The images are of 2 series; choose one: PT (3), CT (3).")
