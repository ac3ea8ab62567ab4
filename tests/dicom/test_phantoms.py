"""Phantoms: the same every time, valid by dciodvfy, and true to what they say they contain."""

from __future__ import annotations

import itertools
import subprocess
import sysconfig
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.bowel_us import Bowel, bowel_cine
from tongying.dicom.phantoms.brain_mr import brain_mr, brain_truth
from tongying.dicom.phantoms.header import MARK, PhantomChild, PhantomStudy, patient_age
from tongying.dicom.phantoms.hip_geometry import HipGeometry, HipUndrawable, angle_between
from tongying.dicom.phantoms.infant_hip_us import hip_cine, hip_image, hip_truth
from tongying.dicom.phantoms.pet_ct import pet_ct, pet_ct_truth

DCIODVFY = Path(sysconfig.get_path("scripts")) / "dciodvfy"
STUDY = PhantomStudy(
    PhantomChild("00482913", "Zhao^Ming=赵^明", date(2022, 9, 1), "M", 16.5, 1.04),
    "test",
    datetime(2026, 11, 20, 9, 30, tzinfo=timezone(timedelta(hours=8))),
    "躯干 PET/CT",
    "某医院",
)
HIP = HipGeometry(alpha_deg=47, beta_deg=72)


@cache
def torso() -> tuple[Dataset, ...]:
    return tuple(pet_ct(STUDY))


@cache
def head(scale: float) -> tuple[Dataset, ...]:
    return tuple(brain_mr(STUDY, ventricle_scale=scale))


def one_of_each() -> dict[str, Dataset]:
    return {
        "CT": torso()[0],
        "PT": torso()[80],
        "MR": head(1.0)[50],
        "US": hip_image(STUDY, HIP, side="L", number=1),
        "US cine": hip_cine(STUDY, HIP, side="R", number=2),
        "bowel": bowel_cine(STUDY, Bowel(), number=3),
    }


@pytest.mark.skipif(not DCIODVFY.exists(), reason="dciodvfy (dicom3tools) is not installed")
def test_every_kind_is_a_valid_object(tmp_path: Path) -> None:
    for kind, dataset in one_of_each().items():
        file = tmp_path / "x.dcm"
        dataset.save_as(file, enforce_file_format=True)
        said = subprocess.run([DCIODVFY, file], capture_output=True, text=True, check=False).stderr
        assert not [line for line in said.splitlines() if line.startswith("Error")], (kind, said)


def test_every_instance_says_that_it_is_synthetic() -> None:
    for dataset in (*torso(), *one_of_each().values()):
        assert MARK in dataset.SeriesDescription
        assert dataset.Manufacturer == "Tongying phantom"
        assert dataset.SpecificCharacterSet == "ISO_IR 192"


def test_the_same_seed_draws_the_same_and_another_does_not() -> None:
    again = hip_image(STUDY, HIP, side="L", number=1)
    first = hip_image(STUDY, HIP, side="L", number=1)
    assert again.PixelData == first.PixelData
    assert again.SOPInstanceUID == first.SOPInstanceUID
    other = PhantomStudy(STUDY.child, "other", STUDY.at, "", "")
    assert hip_image(other, HIP, side="L", number=1).PixelData != first.PixelData
    for old, new in zip(torso(), pet_ct(STUDY), strict=True):
        assert old.PixelData == new.PixelData


def test_suv_of_the_mass_by_hand() -> None:
    truth = pet_ct_truth(STUDY)
    values = []
    for image in torso()[80:]:
        x0, y0, z = (float(v) for v in image.ImagePositionPatient)
        dy, dx = (float(v) for v in image.PixelSpacing)
        rows, columns = np.indices(image.pixel_array.shape)
        x, y = x0 + columns * dx, y0 + rows * dy
        cx, cy, cz = truth.mass_centre
        near = (x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 < 8**2
        activity = image.pixel_array * float(image.RescaleSlope) + float(image.RescaleIntercept)
        injection = image.RadiopharmaceuticalInformationSequence[0]
        start = datetime.strptime(image.SeriesDate + image.SeriesTime, "%Y%m%d%H%M%S")  # noqa: DTZ007
        given_at = datetime.strptime(  # noqa: DTZ007
            injection.RadiopharmaceuticalStartDateTime, "%Y%m%d%H%M%S"
        )
        waited = (start - given_at).total_seconds()
        left = float(injection.RadionuclideTotalDose) * 2 ** (
            -waited / float(injection.RadionuclideHalfLife)
        )
        values += list(activity[near] * float(image.PatientWeight) * 1000 / left)
    assert len(values) > 30
    assert np.mean(values) == pytest.approx(truth.mass_suv, rel=0.10)


def test_pet_and_ct_lie_in_one_frame_of_reference() -> None:
    images = torso()
    assert len({image.FrameOfReferenceUID for image in images}) == 1
    ct, pet = images[0], images[80]
    for axis, place in ((0, 1), (1, 0)):
        ct_edge = ct.ImagePositionPatient[axis] - ct.PixelSpacing[place] / 2
        pet_edge = pet.ImagePositionPatient[axis] - pet.PixelSpacing[place] / 2
        assert ct_edge == pytest.approx(pet_edge, abs=1e-6)
    assert [i.ImagePositionPatient[2] for i in images[:80]] == [
        i.ImagePositionPatient[2] for i in images[80:]
    ]


def test_wider_ventricles_show_in_the_image() -> None:
    narrow, wide = brain_truth(ventricle_scale=1.0), brain_truth(ventricle_scale=1.9)
    assert wide.ventricle_ml > 2 * narrow.ventricle_ml
    new = wide.ventricles & ~narrow.ventricles
    before = np.stack([image.pixel_array for image in head(1.0)])[new].mean()
    after = np.stack([image.pixel_array for image in head(1.9)])[new].mean()
    assert after < 0.6 * before


@given(alpha=st.floats(35, 75), beta=st.floats(35, 90), tilt=st.floats(-10, 10))
def test_angles_of_the_landmarks_are_those_asked_for(
    alpha: float, beta: float, tilt: float
) -> None:
    truth = hip_truth(HipGeometry(alpha_deg=alpha, beta_deg=beta, tilt_deg=tilt))
    assert angle_between(truth.ilium, truth.bony_roof) == pytest.approx(alpha, abs=0.5)
    assert angle_between(truth.ilium, truth.cartilage_roof) == pytest.approx(beta, abs=0.5)


@pytest.mark.parametrize("alpha", [47.0, 63.0])
def test_the_bright_roof_in_the_picture_has_the_angle(alpha: float) -> None:
    """The ridge of the echoes is wider than half a degree allows: 2 degrees here."""
    hip = HipGeometry(alpha_deg=alpha, beta_deg=60)
    picture = hip_image(STUDY, hip, side="L", number=1).pixel_array.astype(float)
    truth = hip_truth(hip)

    def angle(line: tuple[tuple[float, float], tuple[float, float]]) -> float:
        (x0, y0), (x1, y1) = line
        step = np.array([x1 - x0, y1 - y0])
        across = np.array([-step[1], step[0]]) / np.hypot(*step)
        found = []
        for part in np.linspace(0.2, 0.85, 40):
            offsets = np.arange(-9, 10)
            points = np.array([x0, y0]) + part * step + offsets[:, None] * across
            grey = picture[np.rint(points[:, 1]).astype(int), np.rint(points[:, 0]).astype(int)]
            weight = np.where(grey > 0.8 * grey.max(), grey, 0)
            found.append((points * weight[:, None]).sum(axis=0) / weight.sum())
        (vx, vy), *_ = np.linalg.svd(np.array(found) - np.mean(found, axis=0))[2]
        return float(np.degrees(np.arctan(vy / vx)))

    assert angle(truth.bony_roof) - angle(truth.ilium) == pytest.approx(alpha, abs=2)


def test_a_shallow_roof_covers_less() -> None:
    deep = HipGeometry(alpha_deg=65, beta_deg=50)
    assert HIP.coverage() < 0.5 < deep.coverage()


def test_impossible_hip_is_refused() -> None:
    with pytest.raises(HipUndrawable):
        HipGeometry(alpha_deg=20, beta_deg=60)


def test_cine_moves() -> None:
    cine = hip_cine(STUDY, HIP, side="L", number=3)
    frames = cine.pixel_array.astype(int)
    assert frames.shape[0] == cine.NumberOfFrames == 20
    assert all((a != b).any() for a, b in itertools.pairwise(frames))


def test_age_is_written_in_days_months_years() -> None:
    assert patient_age(date(2026, 1, 1), date(2026, 4, 1)) == "090D"
    assert patient_age(date(2025, 5, 1), date(2026, 11, 2)) == "018M"
    assert patient_age(date(2020, 11, 3), date(2026, 11, 2)) == "005Y"
