"""Pairs of images whose true alignment is known.

The moving image is made from the same child (or from any real volume) so that the stated truth,
fixed point to moving point, holds to a hundredth of a millimetre: for every voxel of the moving
image the fixed point that the truth takes there is found, and the noise-free signal read there.
Resolution and noise of the moving scanner come after.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Grid, Points
from tongying.imaging.inversion import fixed_points
from tongying.imaging.phantoms.child import SHAPE, Child, Part, draw_child
from tongying.imaging.phantoms.field import smooth_deformation
from tongying.imaging.phantoms.modality import SEEN, Kind, acquire, blur_mm, signal
from tongying.imaging.phantoms.targets import targets_in
from tongying.imaging.transform import MatrixTransform, Transform
from tongying.imaging.volume import Volume

FRAME, OTHER_FRAME = "2.25.1", "2.25.2"
"""Frames of reference of the phantoms' images."""
TARGETS = 60
_BLOCK = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two images of one child and what is true of them.

    Attributes
    ----------
    fixed, moving : Volume
    truth : Transform
        Fixed to moving points, LPS mm.
    targets : ndarray, shape (n, 3)
        Points within the body in the fixed image, at which errors are measured.
    drawn : dict
        What was drawn at random for this pair.
    """

    fixed: Volume
    moving: Volume
    truth: Transform
    targets: Points
    drawn: dict[str, object] = field(default_factory=dict)

    def error_mm(self, transform: Transform) -> np.ndarray:
        """Return the target error of a transform, in mm, at each target."""
        away = transform.points(self.targets) - self.truth.points(self.targets)
        return np.asarray(np.linalg.norm(away, axis=1))


@dataclass(frozen=True, slots=True)
class Sight:
    """How a pair of one child is seen.

    Attributes
    ----------
    part : Part
    fixed, moving : Kind
    shape : tuple of int
        Of the fixed image: (slices, rows, columns).
    """

    part: Part = Part.HEAD
    fixed: Kind = Kind.T1
    moving: Kind = Kind.T2
    shape: tuple[int, int, int] = SHAPE


def rigid_pair(
    sight: Sight,
    random: np.random.Generator,
    *,
    shift_mm: float = 20.0,
    turn_deg: float = 10.0,
    child: Child | None = None,
) -> Pair:
    """Return a pair moved rigidly.

    Parameters
    ----------
    sight : Sight
    random : numpy.random.Generator
    shift_mm, turn_deg : float
        Length of the shift and angle of the turn; their directions are drawn. Both 0: one frame
        of reference.
    child : Child, optional
        By default one is drawn.
    """
    truth = drawn_rigid(random, shift_mm=shift_mm, turn_deg=turn_deg)
    return pair_of(sight, random, truth, child=child)


def affine_pair(
    sight: Sight, random: np.random.Generator, *, scale: float = 0.05, child: Child | None = None
) -> Pair:
    """Return a pair moved by a rigid transform, scaled and sheared.

    Parameters
    ----------
    sight : Sight
    random : numpy.random.Generator
    scale : float
        Largest relative change of length.
    child : Child, optional
        By default one is drawn.
    """
    rigid = drawn_rigid(random, shift_mm=10.0, turn_deg=5.0)
    stretch = np.eye(4)
    stretch[:3, :3] += random.uniform(-1, 1, (3, 3)) * scale * (0.4 + 0.6 * np.eye(3))
    return pair_of(sight, random, rigid.after(MatrixTransform(stretch)), child=child)


def deformed_pair(
    sight: Sight,
    random: np.random.Generator,
    *,
    amplitude_mm: float = 10.0,
    knots_mm: float = 40.0,
    child: Child | None = None,
) -> Pair:
    """Return a pair deformed by a smooth random field, without any rigid part.

    Parameters
    ----------
    sight : Sight
    random : numpy.random.Generator
    amplitude_mm : float
        Largest displacement.
    knots_mm : float
        Distance of the knots of the cubic B-spline whose coefficients are drawn.
    child : Child, optional
        By default one is drawn.
    """
    one = draw_child(sight.part, random, shape=sight.shape) if child is None else child
    truth = smooth_deformation(one.grid, random, amplitude_mm=amplitude_mm, knots_mm=knots_mm)
    return pair_of(sight, random, truth, child=one)


def pair_of(
    sight: Sight, random: np.random.Generator, truth: Transform, *, child: Child | None = None
) -> Pair:
    """Return the pair that a truth makes of a child.

    Parameters
    ----------
    sight : Sight
    random : numpy.random.Generator
        For the child, unless given, and the noise of both images.
    truth : Transform
        The moving image gets another frame of reference unless it is the identity.
    child : Child, optional
    """
    one = draw_child(sight.part, random, shape=sight.shape) if child is None else child
    fixed = acquire(signal(one, sight.fixed), random, kind=sight.fixed)
    seen = SEEN[sight.moving]
    sharp = signal(one, sight.moving)
    before = min(seen.fwhm_mm, max(seen.voxel_mm, float(one.grid.spacing_mm.max())))
    soft = Volume(blur_mm(sharp.array, sharp.grid, before), sharp.grid, sharp.quantity, "")
    grid = grid_around(one.grid, max(seen.voxel_mm, float(one.grid.spacing_mm.max())))
    clean = moved(soft, truth, grid)
    noisy = acquire(clean, random, kind=sight.moving, blurred_mm=before)
    still = isinstance(truth, MatrixTransform) and np.allclose(truth.matrix, np.eye(4))
    return Pair(
        Volume(fixed.array, fixed.grid, fixed.quantity, fixed.modality, FRAME),
        Volume(noisy.array, grid, sharp.quantity, sharp.modality, FRAME if still else OTHER_FRAME),
        truth,
        targets_in(fixed, TARGETS, random),
        {
            "part": str(sight.part),
            "kinds": f"{sight.fixed}-{sight.moving}",
            "child": one.drawn,
            "matrix": truth.matrix.tolist(),
        },
    )


def moved(volume: Volume, truth: Transform, grid: Grid) -> Volume:
    """Return an image in another frame: what lies at p comes to lie at ``truth(p)``.

    Parameters
    ----------
    volume : Volume
    truth : Transform
        Points of `volume` to points of the result.
    grid : Grid
        Of the result. Blur first what is coarser than `volume`.

    Raises
    ------
    NotInvertible
        If the truth folds space.
    """
    slices, rows, columns = grid.shape
    outside = float(volume.array.min())
    made = np.empty(grid.shape, dtype=np.float32)
    source = volume.array.astype(np.float32, copy=False)
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    step = max(1, _BLOCK // (rows * columns))
    for first in range(0, slices, step):
        levels = np.arange(first, min(first + step, slices))
        index = np.stack(
            [
                np.tile(i.ravel(), len(levels)),
                np.tile(j.ravel(), len(levels)),
                np.repeat(levels, rows * columns),
            ],
            axis=1,
        )
        at = volume.grid.to_index(fixed_points(truth, grid.to_lps(index)))[:, ::-1].T
        value = map_coordinates(source, at, order=1, mode="constant", cval=outside)
        made[levels] = value.reshape(len(levels), rows, columns)
    return Volume(made, grid, volume.quantity, volume.modality, volume.frame_of_reference_uid)


def pet_like(
    volume: Volume, random: np.random.Generator, *, voxel_mm: float = 4.0, fwhm_mm: float = 6.0
) -> Volume:
    """Make an image like PET of any image: values remapped, blurred, coarse and noisy.

    Its values rise and fall again with those of `volume` (soft tissue or grey matter is hot), so
    that no straight line relates the two.

    Parameters
    ----------
    volume : Volume
    random : numpy.random.Generator
    voxel_mm, fwhm_mm : float
        Voxel and resolution.
    """
    source = volume.array.astype(np.float32)
    hu = volume.modality == "CT"
    low, high = (-1000.0, 300.0) if hu else np.percentile(source, (1, 99))
    level = np.clip((source - low) / max(float(high - low), 1e-6), 0, 1)
    hot = float(random.uniform(0.76, 0.82)) if hu else float(random.uniform(0.45, 0.65))
    value = np.exp(-(((level - hot) / (0.06 if hu else 0.16)) ** 2)) + 0.25 * (level > 0.08)
    soft = blur_mm(value.astype(np.float32), volume.grid, fwhm_mm)
    grid = grid_around(volume.grid, voxel_mm)
    still = Volume(soft, volume.grid, volume.quantity, "PT", volume.frame_of_reference_uid)
    coarse = moved(still, MatrixTransform.identity(), grid)
    return acquire(coarse, random, kind=Kind.PET, blurred_mm=SEEN[Kind.PET].fwhm_mm)


def drawn_rigid(
    random: np.random.Generator,
    *,
    shift_mm: float,
    turn_deg: float,
    centre_mm: ArrayLike = (0.0, 0.0, 0.0),
) -> MatrixTransform:
    """Return a rigid transform of given size in a random direction.

    Parameters
    ----------
    random : numpy.random.Generator
    shift_mm, turn_deg : float
    centre_mm : array_like, shape (3,)
        About which is turned, LPS.
    """
    along, about = random.standard_normal(3), random.standard_normal(3)
    about *= np.radians(turn_deg) / np.linalg.norm(about)
    return MatrixTransform.rigid(
        Rotation.from_rotvec(about).as_matrix(),
        shift_mm * along / np.linalg.norm(along),
        centre_mm,
    )


def grid_around(grid: Grid, voxel_mm: float) -> Grid:
    """Return a grid of cubic voxels over the same box of space."""
    length = grid.spacing_mm * np.array(grid.shape[::-1])
    count = np.maximum(np.round(length / voxel_mm).astype(int), 1)
    middle = grid.centre_mm
    origin = middle - grid.directions @ (voxel_mm * (count - 1) / 2)
    return Grid.of(
        (int(count[2]), int(count[1]), int(count[0])),
        spacing_mm=(voxel_mm,) * 3,
        origin_mm=origin,
        directions=grid.directions,
    )
