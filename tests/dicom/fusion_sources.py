"""Volumes of phantoms as the reader gives them, made by hand, and what checks the objects."""

from __future__ import annotations

import copy
import subprocess
import sysconfig
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import NuclearMedicineImageStorage
from scipy.spatial.transform import Rotation

from tongying.dicom.phantoms.brain_mr import brain_mr
from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.pet_ct import pet_ct
from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.writers.derived import SeriesIdentity
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.grid import Grid
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.ids import SeriesUid, SopUid

SCRIPTS = Path(sysconfig.get_path("scripts"))
WRITTEN_AT = datetime(2026, 3, 5, 3, 0, tzinfo=UTC)
TURN = Rotation.from_euler("zyx", [7.0, -4.0, 5.0], degrees=True).as_matrix()
PLANTED = MatrixTransform.rigid(TURN, (12.0, -7.5, 4.25), (0.0, 10.0, -20.0))
"""Fixed to moving points."""


def study_of(seed: str) -> PhantomStudy:
    child = PhantomChild("P-77", "Zhao^Ming=赵^明", date(2022, 2, 3), "M", 16.5, 1.04)
    return PhantomStudy(child, seed, datetime(2026, 3, 1, 9, 30), "体模检查", "咸宁中心医院")  # noqa: DTZ001


def source_of(images: Iterable[Dataset], modality: str, quantity: Quantity) -> SourceVolume:
    """One axial stack of single frames, from the feet to the head, as phantoms come."""
    chosen = [image for image in images if image.Modality == modality]
    first = chosen[0]
    arrays = [
        image.pixel_array * float(image.get("RescaleSlope", 1))
        + float(image.get("RescaleIntercept", 0))
        for image in chosen
    ]
    grid = Grid.of(
        (len(chosen), first.Rows, first.Columns),
        spacing_mm=[*map(float, reversed(first.PixelSpacing)), float(first.SliceThickness)],
        origin_mm=[float(mm) for mm in first.ImagePositionPatient],
    )
    template = Dataset()
    template.update({one.tag: one for one in first if one.tag != 0x7FE00010})
    volume = Volume(
        np.stack(arrays).astype(np.float32), grid, quantity, modality, first.FrameOfReferenceUID
    )
    frames = tuple(SourceFrame(str(one.SOPClassUID), str(one.SOPInstanceUID)) for one in chosen)
    return SourceVolume(volume, template, frames)


@cache
def phantoms() -> dict[str, SourceVolume]:
    """The middle of the phantoms, small enough to be written often: CT and PT of one scan, MR."""
    torso = list(pet_ct(study_of("fusion-torso")))
    head = list(brain_mr(study_of("fusion-head"), ventricle_scale=1.0))
    return {
        "CT": middle(source_of(torso, "CT", Quantity.HU), (14, 90, 100)),
        "PT": middle(source_of(torso, "PT", Quantity.BQML), (14, 60, 56)),
        "MR": middle(source_of(head, "MR", Quantity.SIGNAL), (16, 80, 70)),
    }


def middle(source: SourceVolume, shape: tuple[int, int, int]) -> SourceVolume:
    """Cut a volume around its middle."""
    whole = source.volume.grid
    first = [(long - short) // 2 for long, short in zip(whole.shape, shape, strict=True)]
    part = tuple(slice(at, at + n) for at, n in zip(first, shape, strict=True))
    affine = whole.affine.copy()
    affine[:3, 3] = whole.to_lps([first[::-1]])[0]
    volume = replace(source.volume, array=source.volume.array[part], grid=Grid(shape, affine))
    return SourceVolume(volume, source.template, source.frames[part[0]])


def in_own_frame(source: SourceVolume) -> SourceVolume:
    """The same images as another scanner would have them: study, series and frame of their own."""
    template = copy.deepcopy(source.template)
    template.StudyInstanceUID, template.FrameOfReferenceUID = "2.25.88001", "2.25.88002"
    volume = replace(source.volume, frame_of_reference_uid="2.25.88002")
    return SourceVolume(volume, template, source.frames)


def spect_of(source: SourceVolume) -> SourceVolume:
    """The same numbers as counts of a gamma camera, in one object of many frames."""
    own = in_own_frame(source)
    own.template.Modality = "NM"
    volume = replace(own.volume, modality="NM", quantity=Quantity.COUNTS)
    frames = tuple(
        SourceFrame(NuclearMedicineImageStorage, "2.25.88003", k + 1)
        for k in range(volume.grid.shape[0])
    )
    return SourceVolume(volume, own.template, frames)


def identity(number: int) -> ObjectIdentity:
    return ObjectIdentity(SeriesUid(f"2.25.{number}0"), SopUid(f"2.25.{number}1"), 9000 + number)


def series_identity(number: int, count: int) -> SeriesIdentity:
    sops = tuple(SopUid(f"2.25.{number}.{k}") for k in range(1, count + 1))
    return SeriesIdentity(SeriesUid(f"2.25.{number}0"), sops, 9000 + number)


def saved(dataset: Dataset, folder: Path, name: str = "object.dcm") -> Path:
    path = folder / name
    dataset.save_as(path, enforce_file_format=True)
    return path


def program(name: str) -> Path:
    path = SCRIPTS / name
    if not path.exists():
        pytest.skip(f"{name} is not installed")
    return path


def complaints(path: Path, kinds: tuple[str, ...] = ("Error",)) -> list[str]:
    run = subprocess.run([program("dciodvfy"), "-new", path], capture_output=True, text=True)
    said = (run.stdout + run.stderr).splitlines()
    return [line for line in said if line.startswith(kinds)]
