"""A T2-weighted MR of the torso that `pet_ct` draws, on another day and in another pose.

The same seed of anatomy is the same child. The pose is rigid and known, and the study has a frame
of reference of its own, so that a fusion with the PET/CT has a truth to be measured against.
Signals are magnitudes that look right next to each other, not relaxation times.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import MRImageStorage
from scipy.ndimage import affine_transform
from scipy.spatial.transform import Rotation

from tongying.dicom.phantoms.drawing import Grid, Point, Volume, blur, magnitude
from tongying.dicom.phantoms.header import (
    PhantomSeries,
    PhantomStudy,
    add_frame_of_reference,
    add_pixels,
    begin_instance,
    random_of,
)
from tongying.dicom.phantoms.pet_ct import MASS_SUV
from tongying.dicom.phantoms.torso import (
    CT_GRID,
    MASS_CENTRE,
    MASS_HU,
    MASS_RADII,
    Torso,
    draw_tissues,
)
from tongying.imaging.transform import MatrixTransform

MR_GRID: Final = Grid((48, 208, 208), (4.5, 1.3, 1.3), (-134.55, -134.55, -105.75))
"""270 mm field of view, 216 mm from the pelvis to the heart, about the isocentre."""
POSE_ROTATION_DEG: Final[Point] = (3.5, -2.5, 6.0)
"""Turns about x, then y, then z, with the middle of the child's torso fixed."""
POSE_SHIFT_MM: Final[Point] = (9.0, -7.0, -152.0)
"""Most of the last is the other table: the MR counts from its isocentre."""
POSE_CENTRE_MM: Final[Point] = (0.0, 4.0, 160.0)
NOISE: Final = 12.0
"""Deviation of the noise in each channel of the complex signal; the mass is 520."""
BIAS: Final = 0.15
_T2 = PhantomSeries(MRImageStorage, "MR", 2, "T2 TSE FS AX", "ABDOMEN")
_AIR_BELOW_HU = -300.0
_AIR, _OTHER = 6.0, 70.0
_SIGNALS: Final[dict[tuple[float, float], float]] = {
    (20, 0.5): 90,  # skin
    (-95, 0.2): 150,  # fat under the skin, its signal suppressed
    (-70, 0.35): 140,
    (-80, 0.3): 150,
    (55, 0.5): 130,  # muscle
    (58, 0.5): 135,
    (56, 0.6): 130,
    (45, 0.8): 140,
    (62, 1.9): 210,  # liver
    (50, 1.7): 60,  # flowing blood
    (44, 1.4): 50,
    (42, 1.4): 50,
    (42, 2.4): 170,  # myocardium
    (40, 1.5): 60,
    (40, 1.3): 260,  # thymus
    (12, 0.4): 820,  # bile
    (52, 1.5): 370,  # spleen
    (26, 0.9): 480,  # stomach
    (42, 1.1): 250,  # pancreas
    (38, 2.2): 430,  # kidney
    (8, 9.0): 860,  # urine
    (8, 14.0): 900,
    (38, 0.9): 300,  # bowel
    (25, 0.9): 840,  # cerebrospinal fluid
    (75, 0.6): 330,  # disc
    (230, 1.2): 190,  # red marrow
    (190, 0.9): 180,
    (300, 1.0): 170,
    (240, 1.0): 170,
    (330, 0.9): 110,  # thin bone with its marrow
    (340, 1.0): 110,
    (380, 0.8): 100,
    (95, 0.5): 220,  # cartilage
    (420, 1.0): 25,  # cortex
    (MASS_HU, MASS_SUV): 520,
}
"""Signal of each tissue, by its CT number and its uptake in `draw_tissues`."""


@dataclass(frozen=True, slots=True)
class TorsoMrTruth:
    """What was put in.

    Attributes
    ----------
    pose : MatrixTransform
        Rigid, LPS mm: a point of the PET/CT's frame of reference to the point of the MR's that
        shows the same tissue.
    mass_centre : tuple of float
        Of the mass in the MR's frame, LPS mm.
    mass_radii : tuple of float
        Along the axes of the PET/CT's frame, mm.
    """

    pose: MatrixTransform
    mass_centre: Point
    mass_radii: Point


def torso_mr_truth() -> TorsoMrTruth:
    """Return the pose, and where the mass lies."""
    turn = Rotation.from_euler("xyz", POSE_ROTATION_DEG, degrees=True).as_matrix()
    pose = MatrixTransform.rigid(turn, POSE_SHIFT_MM, POSE_CENTRE_MM)
    x, y, z = (float(part) for part in pose.points([MASS_CENTRE])[0])
    return TorsoMrTruth(pose, (x, y, z), MASS_RADII)


def torso_mr(study: PhantomStudy, *, anatomy: str | None = None) -> Iterator[Dataset]:
    """Yield the axial images of a torso, from the pelvis to the heart.

    Parameters
    ----------
    study : PhantomStudy
    anatomy : str or None
        Seed of the study whose PET/CT shows the same child; None takes this study's.
    """
    tissues = draw_tissues(random_of(f"{anatomy or study.seed}/torso"), mass_suv=MASS_SUV)
    seen = _in_pose(blur(_signal(tissues), (0.45, 0.6, 0.6)))
    image = magnitude(seen, MR_GRID, random_of(f"{study.seed}/noise"), noise=NOISE, bias=BIAS)
    stored = np.clip(np.rint(image), 0, 4095).astype(np.uint16)
    for index, pixels in enumerate(stored):
        yield _image(study, index, pixels)


def _image(study: PhantomStudy, index: int, pixels: NDArray[np.uint16]) -> Dataset:
    dataset = begin_instance(study, _T2, index + 1)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "OTHER"]
    dataset.AcquisitionNumber = 1
    dataset.ScanningSequence = "SE"
    dataset.SequenceVariant = "SK"
    dataset.ScanOptions = "FS"
    dataset.MRAcquisitionType = "2D"
    dataset.RepetitionTime, dataset.EchoTime = 3200, 84
    dataset.EchoTrainLength = 19
    dataset.FlipAngle = 150
    dataset.MagneticFieldStrength = 1.5
    add_frame_of_reference(dataset, study)
    dataset.ImagePositionPatient = MR_GRID.slice_position(index)
    dataset.PixelSpacing = list(MR_GRID.spacing[1:])
    dataset.SliceThickness = MR_GRID.spacing[0]
    add_pixels(dataset, pixels)
    dataset.WindowCenter, dataset.WindowWidth = 330, 660
    return dataset


def _signal(tissues: Torso) -> Volume:
    signal = np.full(tissues.hu.shape, _OTHER, dtype=np.float32)
    signal[tissues.hu < _AIR_BELOW_HU] = _AIR
    for (hu, suv), value in _SIGNALS.items():
        signal[(tissues.hu == np.float32(hu)) & (tissues.suv == np.float32(suv))] = value
    return signal


def _in_pose(signal: Volume) -> Volume:
    """Return the signal on `MR_GRID`, of the child lying in the MR's pose."""
    to_ct = torso_mr_truth().pose.inverse()
    index = np.linalg.inv(_affine(CT_GRID)) @ to_ct.matrix @ _affine(MR_GRID)
    shown = affine_transform(
        signal,
        index[:3, :3],
        offset=index[:3, 3],
        output_shape=MR_GRID.shape,
        order=1,
        mode="constant",
        cval=_AIR,
    )
    return np.asarray(shown, dtype=np.float32)


def _affine(grid: Grid) -> NDArray[np.float64]:
    """Return the map from the array index (slice, row, column, 1) to (x, y, z, 1) in mm."""
    matrix = np.zeros((4, 4))
    dz, dy, dx = grid.spacing
    matrix[0, 2], matrix[1, 1], matrix[2, 0] = dx, dy, dz
    matrix[:3, 3] = grid.origin
    matrix[3, 3] = 1
    return matrix
