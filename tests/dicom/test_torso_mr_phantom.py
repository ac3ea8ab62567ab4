"""The MR of the torso: valid, the same every time, and in the pose that it says."""

from __future__ import annotations

import subprocess
import sysconfig
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from scipy import ndimage

from tongying.dicom.phantoms.header import MARK, PhantomChild, PhantomStudy, random_of
from tongying.dicom.phantoms.torso import MASS_RADII, draw_tissues
from tongying.dicom.phantoms.torso_mr import torso_mr, torso_mr_truth

DCIODVFY = Path(sysconfig.get_path("scripts")) / "dciodvfy"
STUDY = PhantomStudy(
    PhantomChild("00482913", "Zhao^Ming=赵^明", date(2022, 9, 1), "M", 16.5, 1.04),
    "test-mr",
    datetime(2026, 11, 21, 10, 0, tzinfo=timezone(timedelta(hours=8))),
    "腹部 MR",
    "某医院",
)


@cache
def images() -> tuple[Dataset, ...]:
    return tuple(torso_mr(STUDY, anatomy="test"))


def mass_in_image() -> tuple[np.ndarray, float]:
    """Centroid (LPS mm) and volume (ml) of what is as bright as the mass, near where it should be.

    Urine, bile and cerebrospinal fluid are brighter, the spleen beside it darker.
    """
    first = images()[0]
    x0, y0, z0 = (float(v) for v in first.ImagePositionPatient)
    dy, dx = (float(v) for v in first.PixelSpacing)
    dz = float(images()[1].ImagePositionPatient[2]) - z0
    volume = np.stack([image.pixel_array for image in images()]).astype(float)
    smooth = ndimage.gaussian_filter(volume, (0.3, 0.8, 0.8))
    labels, _ = ndimage.label(ndimage.binary_opening((smooth > 465) & (smooth < 640)))
    middle = torso_mr_truth().mass_centre
    seed = tuple(
        round(place)
        for place in ((middle[2] - z0) / dz, (middle[1] - y0) / dy - 6, (middle[0] - x0) / dx)
    )
    here = np.argwhere(labels == labels[seed])
    k, j, i = here.mean(axis=0)
    centroid = np.array([x0 + i * dx, y0 + j * dy, z0 + k * dz])
    return centroid, len(here) * dx * dy * dz / 1000


@pytest.mark.skipif(not DCIODVFY.exists(), reason="dciodvfy (dicom3tools) is not installed")
def test_it_is_a_valid_mr_image(tmp_path: Path) -> None:
    file = tmp_path / "x.dcm"
    images()[20].save_as(file, enforce_file_format=True)
    said = subprocess.run([DCIODVFY, file], capture_output=True, text=True, check=False).stderr
    assert not [line for line in said.splitlines() if line.startswith("Error")], said


def test_every_image_says_that_it_is_synthetic_and_lies_in_one_own_frame() -> None:
    assert all(MARK in image.SeriesDescription for image in images())
    (frame,) = {image.FrameOfReferenceUID for image in images()}
    other = PhantomStudy(STUDY.child, "test", STUDY.at, "", "")
    assert frame != next(iter(torso_mr(other))).FrameOfReferenceUID


def test_it_is_the_same_every_time() -> None:
    for old, new in zip(images(), torso_mr(STUDY, anatomy="test"), strict=True):
        assert old.PixelData == new.PixelData


def test_the_mass_lies_where_the_truth_says() -> None:
    """Half a slice at most: a lumpy mass is not centred on its ellipsoid to the millimetre."""
    tissues = draw_tissues(random_of("test/torso"), mass_suv=6.4)
    drawn = float((tissues.suv == np.float32(6.4)).sum()) * 4.0 * 1.3 * 1.3 / 1000
    centroid, ml = mass_in_image()
    np.testing.assert_allclose(centroid, torso_mr_truth().mass_centre, atol=2.3)
    # The rim, shared with darker tissue, is below the threshold: 1 mm all round is 16 %.
    assert ml == pytest.approx(drawn, rel=0.25)


def test_the_pose_is_rigid_and_far_enough_to_need_a_registration() -> None:
    pose = torso_mr_truth().pose
    assert pose.is_rigid
    turned = np.degrees(np.arccos((np.trace(pose.matrix[:3, :3]) - 1) / 2))
    # Turns of 3.5, -2.5 and 6 degrees about three axes: the root of the sum of squares, nearly.
    assert turned == pytest.approx((3.5**2 + 2.5**2 + 6**2) ** 0.5, abs=0.15)
    assert torso_mr_truth().mass_radii == MASS_RADII
    np.testing.assert_allclose(pose.points([(0, 4, 160)]), [(9, -3, 8)], atol=1e-9)
