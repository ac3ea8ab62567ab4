"""The one image series in a folder, or a sentence that lists what lies there."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tongying.dicom.fusion.folder import FolderRefused, series_files
from tongying.dicom.phantoms.brain_mr import brain_mr
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy

CHILD = PhantomChild("1", "Zhao^Ming=赵^明", date(2020, 3, 1), "M", 15.0, 1.0)
STUDY = PhantomStudy(CHILD, "folder", datetime(2026, 1, 5, 9, 0, tzinfo=UTC), "MR", "WHCH")


def write(folder: Path, *, series: str, count: int = 2) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for place, image in enumerate(brain_mr(STUDY, ventricle_scale=1.0)):
        if place == count:
            return
        image.SeriesInstanceUID = series
        image.save_as(folder / f"{series}-{place}.dcm", enforce_file_format=True)


def test_one_series_below_a_folder(tmp_path):
    write(tmp_path / "a" / "b", series="1.2.3", count=3)
    (tmp_path / "a" / "readme.txt").write_text("not an image")
    assert [path.name for path in series_files(tmp_path)] == [
        "1.2.3-0.dcm",
        "1.2.3-1.dcm",
        "1.2.3-2.dcm",
    ]


def test_two_series_are_listed(tmp_path):
    write(tmp_path, series="1.2.3")
    write(tmp_path, series="1.2.4")
    with pytest.raises(FolderRefused, match=r"holds 2 image series.*MR 2.*\(2\); MR 2"):
        series_files(tmp_path)


def test_objects_beside_the_images_are_passed_over(tmp_path):
    write(tmp_path, series="1.2.3", count=1)
    image = next(iter(brain_mr(STUDY, ventricle_scale=1.0)))
    image.SeriesInstanceUID, image.Modality = "1.2.9", "SEG"
    image.save_as(tmp_path / "seg.dcm", enforce_file_format=True)
    assert len(series_files(tmp_path)) == 1


def test_a_nifti_is_itself(tmp_path):
    path = tmp_path / "image.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.zeros((2, 2, 2), np.float32), np.eye(4)), path)
    assert series_files(path) == (path,)
    assert series_files(tmp_path) == (path,)


@pytest.mark.parametrize("make", [False, True])
def test_nothing_there(tmp_path, make):
    folder = tmp_path / "x"
    if make:
        folder.mkdir()
        (folder / "readme.txt").write_text("nothing")
    with pytest.raises(FolderRefused):
        series_files(folder)


def test_a_damaged_slice_is_not_passed_over(tmp_path):
    write(tmp_path, series="1.2.3", count=3)
    last = tmp_path / "1.2.3-2.dcm"
    last.write_bytes(last.read_bytes()[:2000])
    with pytest.raises(FolderRefused, match=r"1\.2\.3-2\.dcm cannot be used"):
        series_files(tmp_path)


def test_a_file_without_preamble_belongs_to_its_series(tmp_path):
    write(tmp_path, series="1.2.3", count=2)
    bare = tmp_path / "1.2.3-1.dcm"
    bare.write_bytes(bare.read_bytes()[132:])
    assert len(series_files(tmp_path)) == 2
