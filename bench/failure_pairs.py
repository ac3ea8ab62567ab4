"""The pairs of ``bench.failure_detector``: rightly aligned ones, and spoiled ones.

Phantoms are of other children in every round. Real volumes (PET/CT of one session, and CT and MR
with a PET made of them) are taken from the shared data if it is there, thinned to 2.5 mm.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk  # noqa: N813

from tongying.imaging.grid import Grid
from tongying.imaging.phantoms.child import Part
from tongying.imaging.phantoms.modality import Kind
from tongying.imaging.phantoms.pairs import (
    FRAME,
    OTHER_FRAME,
    Sight,
    drawn_rigid,
    pet_like,
    rigid_pair,
)
from tongying.imaging.phantoms.targets import targets_in
from tongying.imaging.quality.working import reduced
from tongying.imaging.registration.result import Method
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Quantity, Volume

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
SIGHTS = (
    (Part.HEAD, Kind.CT, Kind.T1),
    (Part.HEAD, Kind.T1, Kind.PET),
    (Part.TORSO, Kind.CT, Kind.PET),
    (Part.TORSO, Kind.CT, Kind.CT),
    (Part.HEAD, Kind.T1, Kind.US),
    (Part.HEAD, Kind.T1, Kind.SPECT),
    (Part.TORSO, Kind.CT, Kind.T2),
    (Part.TORSO, Kind.T1, Kind.US),
    (Part.HEAD, Kind.T1, Kind.T2),
)
SHAPE = (64, 76, 76)
PLANTED_MM = (5.0, 10.0, 20.0, 30.0)
IDENTITY = MatrixTransform.identity()


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A pair, what is claimed of it, and what is true."""

    images: str
    what: str
    spoiled: bool
    fixed: Volume
    moving: Volume
    claimed: MatrixTransform
    method: Method
    true_mm: float | None
    """None for another child: no true alignment exists."""


@dataclass(frozen=True, slots=True, eq=False)
class _Two:
    name: str
    fixed: Volume
    moving: Volume
    other: Volume
    targets: np.ndarray


def claims(seed: int, real: bool) -> Iterator[Claim]:
    """Return rightly aligned and spoiled pairs in turns, without end."""
    random = np.random.default_rng(seed)
    made = [_real(random)] if real and DATA.is_dir() else []
    for number in itertools.count():
        sight = SIGHTS[number % len(SIGHTS)]
        yield from _of(_phantoms(sight, random), number, random)
        if made and number % 2:
            yield from _of(next(made[0]), number, random)


def _of(two: _Two, number: int, random: np.random.Generator) -> Iterator[Claim]:
    """Three right claims and three spoiled ones of two images."""
    centre = two.fixed.grid.centre_mm
    for_, rigid = Method.FRAME_OF_REFERENCE, Method.RIGID
    size = PLANTED_MM[number % 4]
    next_size = PLANTED_MM[(number + 2) % 4]
    turn = float(random.uniform(3, 10))
    tiny = drawn_rigid(random, shift_mm=float(random.uniform(0, 0.4)), turn_deg=0)
    far = drawn_rigid(random, shift_mm=float(random.uniform(35, 70)), turn_deg=12, centre_mm=centre)
    shift = drawn_rigid(random, shift_mm=size, turn_deg=0)
    shift_too = drawn_rigid(random, shift_mm=next_size, turn_deg=0)
    turned = drawn_rigid(random, shift_mm=0, turn_deg=turn, centre_mm=centre)
    yield _claim(two, "as acquired", False, IDENTITY, for_)
    yield _claim(two, f"shifted {size:g} mm", True, shift, for_)
    yield _claim(two, "registered", False, tiny, rigid)
    if number % 3 == 0:
        yield _claim(two, "turned 3-10 deg", True, turned, for_)
    elif number % 3 == 1:
        yield _claim(two, f"shifted {next_size:g} mm", True, shift_too, for_)
    else:
        yield _claim(two, "other frame, unregistered", True, far, rigid)
    near = drawn_rigid(random, shift_mm=float(random.uniform(0, 0.4)), turn_deg=0.2)
    yield _claim(two, "registered", False, near, rigid)
    yield Claim(two.name, "another child", True, two.fixed, two.other, _centres(two), for_, None)


def _centres(two: _Two) -> MatrixTransform:
    """Lay another child where this one lies."""
    return MatrixTransform.translation(two.other.grid.centre_mm - two.fixed.grid.centre_mm)


def _claim(two: _Two, what: str, spoiled: bool, by: MatrixTransform, method: Method) -> Claim:
    away = np.linalg.norm(by.points(two.targets) - two.targets, axis=1)
    return Claim(two.name, what, spoiled, two.fixed, two.moving, by, method, float(away.mean()))


def _phantoms(sight: tuple[Part, Kind, Kind], random: np.random.Generator) -> _Two:
    part, one, two = sight
    seen = Sight(part, one, two, SHAPE)
    mine = rigid_pair(seen, random, shift_mm=0, turn_deg=0)
    other = rigid_pair(seen, random, shift_mm=0, turn_deg=0)
    return _Two(f"{part} {one}-{two}", mine.fixed, mine.moving, other.moving, mine.targets)


def _real(random: np.random.Generator) -> Iterator[_Two]:
    """Return real pairs in turns; what is made (PET of CT) is made anew each time."""
    acrin = _series("petct_acrin_nsclc/CT_002_CT_IMAGES", Quantity.HU, "CT")
    acrin_pet = _series("petct_acrin_nsclc/PT_001_PET_AC", Quantity.BQML, "PT")
    lung = _series("ct_lung_nsclc_LUNG1-001/ct_jpegls", Quantity.HU, "CT")
    brain = _series("mr_brain_3y_normal/dicom", Quantity.SIGNAL, "MR")
    limbs = [
        (
            _nifti(f"sts_tri_modality/{name}/CT_image.nii.gz", Quantity.HU, "CT"),
            _nifti(f"sts_tri_modality/{name}/PET_image.nii.gz", Quantity.SUV_BW, "PT"),
        )
        for name in ("STS_001", "STS_002")
    ]

    def two(name: str, fixed: Volume, moving: Volume, other: Volume) -> _Two:
        return _Two(name, fixed, moving, other, targets_in(reduced(fixed, 4.0), 200, random))

    while True:
        head = rigid_pair(Sight(Part.HEAD, Kind.T1, Kind.PET), random, shift_mm=0, turn_deg=0)
        yield two("real chest CT-PET", acrin, acrin_pet, pet_like(lung, random))
        yield two("real brain MR, PET made of it", brain, pet_like(brain, random), head.moving)
        yield two("real limb CT-PET", limbs[0][0], limbs[0][1], limbs[1][1])
        yield two("real chest CT, PET made of it", lung, pet_like(lung, random), acrin_pet)
        yield two("real limb CT-PET", limbs[1][0], limbs[1][1], limbs[0][1])
        yield two("real chest CT, PET made of it", acrin, pet_like(acrin, random), acrin_pet)


def _series(folder: str, quantity: Quantity, modality: str) -> Volume:
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(DATA / folder)))
    image = sitk.Cast(reader.Execute(), sitk.sitkFloat32)
    volume = Volume.from_sitk(
        image, quantity=quantity, modality=modality, frame_of_reference_uid=FRAME
    )
    return reduced(volume, 2.5)


def _nifti(path: str, quantity: Quantity, modality: str) -> Volume:
    image = nibabel.load(DATA / path)
    array = np.asarray(image.dataobj, dtype=np.float32).transpose(2, 1, 0)
    affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ image.affine
    frame = FRAME if modality == "CT" else OTHER_FRAME
    return reduced(Volume(array, Grid(array.shape, affine), quantity, modality, frame), 2.5)
