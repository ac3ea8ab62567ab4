"""The torso phantom as files: a PET/CT, and an MR of the same child in another frame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset

from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
from tongying.dicom.phantoms.pet_ct import pet_ct
from tongying.dicom.phantoms.torso_mr import torso_mr

CHILD = PhantomChild("1", "Zhao^Ming=赵^明", date(2022, 3, 1), "M", 15.0, 0.98)
OTHER = PhantomChild("2", "Sun^Li=孙^丽", date(2021, 3, 1), "F", 17.0, 1.04)


@dataclass(frozen=True)
class Folders:
    """One folder for each series."""

    ct: Path
    pet: Path
    mr: Path
    other_mr: Path


def visit(child: PhantomChild, seed: str, description: str) -> PhantomStudy:
    return PhantomStudy(
        child,
        seed,
        datetime(2026, 1, 5, 9, 0, tzinfo=UTC),
        description,
        "WHCH",
    )


def write_torso(folder: Path) -> Folders:
    """Write all series below a folder."""
    folders = Folders(*(folder / name for name in ("ct", "pet", "mr", "other-mr")))
    of_modality = {"CT": folders.ct, "PT": folders.pet, "MR": folders.mr}
    write(pet_ct(visit(CHILD, "torso-a", "PET/CT")), of_modality)
    write(torso_mr(visit(CHILD, "torso-b", "MR"), anatomy="torso-a"), of_modality)
    write(torso_mr(visit(OTHER, "torso-c", "MR"), anatomy="torso-a"), {"MR": folders.other_mr})
    return folders


def write(images: Iterable[Dataset], folders: dict[str, Path]) -> None:
    for number, image in enumerate(images):
        folder = folders[image.Modality]
        folder.mkdir(parents=True, exist_ok=True)
        image.save_as(folder / f"{number:04d}.dcm", enforce_file_format=True)


def body_targets(count: int = 200) -> np.ndarray:
    """Points within the trunk of the PET/CT's frame, LPS mm."""
    return np.random.default_rng(7).uniform([-70, -50, 90], [70, 50, 230], (count, 3))
