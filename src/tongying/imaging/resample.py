"""Bring a volume onto another grid through a transform, a block of slices at a time.

All geometry is done between array indices, so that skewed grids (a tilted gantry) are as good as
straight ones. Values come from SimpleITK's interpolators; what has no measured neighbours gets the
value for outside and is marked as not valid.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from numpy.typing import NDArray
from scipy.ndimage import spline_filter

from tongying.imaging.grid import Grid, Matrix
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.transform import DisplacementTransform, MatrixTransform, Transform
from tongying.imaging.volume import Array, Mask, Quantity, Volume
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

Order = Literal["nearest", "linear", "cubic"]

BLOCK_VOXELS = 1 << 20
"""Voxels computed between two reports of progress; some tens of milliseconds."""
SAMPLE_SHARE = 0.5
"""Greatest distance of samples that are averaged for a coarser grid, as a share of a source voxel.
The total of anything larger than three voxels then changes by less than 1 %; that of one single
hot voxel, which no scanner makes, by up to 3 % along an axis (sinc² beyond its second zero)."""
COARSER = 1.001
"""A target axis counts as coarser beyond this ratio of voxel sides."""
WHOLLY_VALID = 1 - 1e-4
"""Least weight of measured neighbours for a value to count as measured: all but rounding."""
VOLUME_CHANGE = 0.01
"""Least change of volume by a transform, as a share, that is told: what activity is held to."""
AIR_HU = -1000.0

STRAIGHTENED = Caveat(
    "imaging.straightened",
    "The slices of the tilted gantry were shifted to make a straight volume; their values were "
    "interpolated within the slices.",
)
_INTERPOLATORS = {
    "nearest": sitk.sitkNearestNeighbor,
    "linear": sitk.sitkLinear,
    "cubic": sitk.sitkBSplineResamplerOrder3,
}


class ResampleRefused(BadInput):
    """The volume cannot be brought onto the grid in this way."""

    code: ClassVar[str] = "imaging.resample"


def resample(
    volume: Volume,
    grid: Grid,
    transform: Transform,
    *,
    order: Order = "linear",
    outside: float | None = None,
    conserve: bool = False,
    progress: Progress = silent,
) -> Volume:
    """Return the values of a volume at the places that the voxels of a grid are mapped to.

    Parameters
    ----------
    volume : Volume
        The moving image.
    grid : Grid
        Of the result, in the fixed frame.
    transform : MatrixTransform or DisplacementTransform
        Fixed point to moving point.
    order : {'nearest', 'linear', 'cubic'}, optional
        Interpolation; labels are always taken from the nearest voxel.
    outside : float, optional
        Value where nothing was measured; air (-1000) in Hounsfield units and 0 otherwise by
        default.
    conserve : bool, optional
        Average the source over the voxels of a coarser grid, so that the sum of value times voxel
        volume (the activity of a PET) stays the same. Linear only.
    progress : Progress, optional
        Is told after every block, and every sample of a block.

    Returns
    -------
    Volume
        Of 32-bit floating point (64-bit if the source is), or of the source's type if nearest.
        `valid` is False outside; None if all is inside. The frame of reference is the source's if
        the transform changes nothing, else not known here: it is that of the fixed image.

    Raises
    ------
    ResampleRefused
        If activity is to be conserved by another interpolation than linear.
    """
    if conserve and order != "linear":
        raise ResampleRefused("Activity is conserved by linear interpolation only.")
    if volume.quantity is Quantity.LABEL or volume.array.dtype == np.bool_:
        order, conserve = "nearest", False
    void = _void(volume) if outside is None else outside
    mapping = _Mapping.of(volume.grid, grid, transform)
    counts = mapping.samples() if conserve else (1, 1, 1)
    sampler = _Sampler.of(volume, order)
    array = np.empty(grid.shape, dtype=sampler.dtype)
    valid: Mask | None = None
    for first, last in _blocks(grid.shape):
        share = Share(progress, first / grid.shape[0], last / grid.shape[0])
        block, measured = _block(sampler, mapping, (first, last), counts, share)
        if not measured.all():
            block[~measured] = void
            if valid is None:
                valid = np.ones(grid.shape, dtype=np.bool_)
            valid[first:last] = measured
        array[first:last] = block
    if volume.array.dtype == np.bool_:
        array = array.astype(np.bool_)
    unmoved = isinstance(transform, MatrixTransform) and bool((transform.matrix == np.eye(4)).all())
    return Volume(
        array,
        grid,
        volume.quantity,
        volume.modality,
        volume.frame_of_reference_uid if unmoved else None,
        valid,
        (*volume.caveats, *(_of_activity(transform) if conserve else ())),
    )


def straighten(volume: Volume, *, progress: Progress = silent) -> Volume:
    """Return a volume of a tilted gantry on a grid at right angles, wide enough to hold it all.

    The slices stay where they are along their normal; each is shifted within its plane by linear
    interpolation. A straight volume is returned as it is.

    Parameters
    ----------
    volume : Volume
    progress : Progress, optional
        Is told after every block.
    """
    if volume.grid.is_orthogonal():
        return volume
    straight = _straight_grid(volume.grid)
    moved = resample(volume, straight, MatrixTransform.identity(), progress=progress)
    return replace(moved, caveats=(*volume.caveats, STRAIGHTENED))


def _void(volume: Volume) -> float:
    return AIR_HU if volume.quantity is Quantity.HU else 0.0


def _straight_grid(grid: Grid) -> Grid:
    """Return the grid with the same pixels whose slices follow the normal."""
    slices, rows, columns = grid.shape
    axes = grid.affine[:3, :3]
    normal = np.cross(axes[:, 0], axes[:, 1])
    normal = normal / np.linalg.norm(normal)
    step = normal * (axes[:, 2] @ normal)
    # How far each slice lies off the normal through the first one, in pixels.
    drift = np.linalg.lstsq(axes[:, :2], axes[:, 2] - step, rcond=None)[0] * (slices - 1)
    before = np.ceil(np.maximum(-drift, 0) - 1e-6).astype(int)
    after = np.ceil(np.maximum(drift, 0) - 1e-6).astype(int)
    affine = grid.affine.copy()
    affine[:3, 2] = step
    affine[:3, 3] -= axes[:, :2] @ before
    more = before + after
    return Grid((slices, rows + int(more[1]), columns + int(more[0])), affine)


def _of_activity(transform: Transform) -> tuple[Caveat, ...]:
    change = abs(float(np.linalg.det(transform.matrix[:3, :3]))) - 1
    if abs(change) <= VOLUME_CHANGE and isinstance(transform, MatrixTransform):
        return ()
    return (
        Caveat(
            "imaging.activity-concentration-kept",
            "The transform changes volumes: the concentration of activity was kept, so the total "
            "is not.",
        ),
    )


def _blocks(shape: tuple[int, int, int]) -> Iterator[tuple[int, int]]:
    slices, rows, columns = shape
    thick = max(1, BLOCK_VOXELS // (rows * columns))
    for first in range(0, slices, thick):
        yield first, min(first + thick, slices)


def _block(
    sampler: _Sampler,
    mapping: _Mapping,
    slices: tuple[int, int],
    counts: tuple[int, int, int],
    progress: Progress,
) -> tuple[Array, Mask]:
    """Return the values of a block and where they are measured; the mean of several samples."""
    samples = math.prod(counts)
    total: Array | None = None
    measured: Mask | None = None
    for number, offset in enumerate(_offsets(counts)):
        values, here = sampler.take(mapping, slices, offset)
        progress((number + 1) / samples, "resampling")
        if samples == 1:
            return values, here
        total = values.astype(np.float64) if total is None else np.add(total, values, out=total)
        measured = here if measured is None else measured & here
    assert total is not None and measured is not None  # noqa: S101 - counts are at least 1
    mean = (total / samples).astype(sampler.dtype)
    return mean, measured


def _offsets(counts: tuple[int, int, int]) -> Iterator[tuple[float, float, float]]:
    """Yield the middles of equal parts of a voxel, in voxels from its centre, along i, j, k."""
    parts = [(np.arange(count) + 0.5) / count - 0.5 for count in counts]
    for k in parts[2]:
        for j in parts[1]:
            for i in parts[0]:
                yield float(i), float(j), float(k)


@dataclass(frozen=True, slots=True, eq=False)
class _Mapping:
    """From indices (i, j, k) of the target to indices of the source."""

    shape: tuple[int, int, int]
    affine: sitk.Transform
    deformed: sitk.Transform | None
    to_field: Matrix | None
    field_shape: tuple[int, int, int] | None
    linear: Matrix

    @classmethod
    def of(cls, source: Grid, target: Grid, transform: Transform) -> _Mapping:
        back = np.linalg.inv(source.affine)
        direct = back @ transform.matrix @ target.affine
        if not isinstance(transform, DisplacementTransform):
            return cls(target.shape, _affine(direct), None, None, None, direct[:3, :3])
        field_grid = transform.grid
        to_field = np.linalg.inv(field_grid.affine) @ target.affine
        deformed = sitk.CompositeTransform(3)
        # ITK applies the last one added first.
        deformed.AddTransform(_affine(back @ field_grid.affine))
        deformed.AddTransform(_field_in_voxels(transform))
        deformed.AddTransform(_affine(to_field))
        return cls(
            target.shape,
            _affine(direct),
            deformed,
            to_field,
            field_grid.shape,
            direct[:3, :3],
        )

    def samples(self) -> tuple[int, int, int]:
        """Return how many samples along i, j, k of a target voxel make its mean."""
        ratios = np.linalg.norm(self.linear, axis=0)
        counts = [math.ceil(ratio / SAMPLE_SHARE) if ratio > COARSER else 1 for ratio in ratios]
        return counts[0], counts[1], counts[2]

    def in_field(self, slices: tuple[int, int], offset: tuple[float, float, float]) -> Mask | None:
        """Return which voxels of a block lie in the field, None if all do."""
        if self.to_field is None or self.field_shape is None:
            return None
        _, rows, columns = self.shape
        i = np.arange(columns) + offset[0]
        j = np.arange(rows) + offset[1]
        k = np.arange(*slices) + offset[2]
        corners = [
            (a, b, c, 1.0) for a in (i[0], i[-1]) for b in (j[0], j[-1]) for c in (k[0], k[-1])
        ]
        ends = np.array(self.field_shape[::-1], dtype=np.float64)
        at = (np.array(corners) @ self.to_field.T)[:, :3]
        if ((at >= -0.5) & (at <= ends - 0.5)).all():
            return None
        inside = np.ones((len(k), rows, columns), dtype=np.bool_)
        for axis in range(3):
            along = (
                self.to_field[axis, 0] * i
                + (self.to_field[axis, 1] * j)[:, None]
                + (self.to_field[axis, 2] * k + self.to_field[axis, 3])[:, None, None]
            )
            inside &= (along >= -0.5) & (along <= ends[axis] - 0.5)
        return inside


def _affine(matrix: Matrix) -> sitk.AffineTransform:
    made = sitk.AffineTransform(3)
    made.SetMatrix([float(part) for part in matrix[:3, :3].ravel()])
    made.SetTranslation([float(part) for part in matrix[:3, 3]])
    return made


def _field_in_voxels(transform: DisplacementTransform) -> sitk.Transform:
    """Return the field between indices of its own grid, one voxel wider on every side.

    ITK moves nothing outside a field's voxel centres; the widened field goes on with its outermost
    values for half a voxel and more, as `DisplacementTransform` does.
    """
    turn = np.linalg.inv(transform.grid.affine[:3, :3])
    padded = np.pad(transform.displacement_mm, ((1, 1), (1, 1), (1, 1), (0, 0)), mode="edge")
    voxels = np.ascontiguousarray(padded @ turn.T, dtype=np.float64)
    image = sitk.GetImageFromArray(voxels, isVector=True)
    image.SetOrigin((-1.0, -1.0, -1.0))
    return sitk.DisplacementFieldTransform(image)


@dataclass(frozen=True, slots=True, eq=False)
class _Sampler:
    """The source as images of unit voxels."""

    image: sitk.Image
    mask: sitk.Image | None
    order: Order
    dtype: np.dtype[Any]

    @classmethod
    def of(cls, volume: Volume, order: Order) -> _Sampler:
        array = volume.array
        if array.dtype == np.bool_:
            array = array.astype(np.uint8)
        elif array.dtype == np.float16:
            array = array.astype(np.float32)
        dtype = array.dtype
        if order != "nearest":
            dtype = np.dtype(np.float64 if array.dtype == np.float64 else np.float32)
        if order == "cubic":
            array = spline_filter(array, order=3, output=dtype, mode="mirror")
        mask = None
        if volume.valid is not None:
            mask = sitk.GetImageFromArray(volume.valid.astype(np.uint8))
        return cls(sitk.GetImageFromArray(np.ascontiguousarray(array)), mask, order, dtype)

    def take(
        self, mapping: _Mapping, slices: tuple[int, int], offset: tuple[float, float, float]
    ) -> tuple[Array, Mask]:
        """Return values and where they are measured, for voxels shifted by a part of one."""
        inside = mapping.in_field(slices, offset)
        if mapping.deformed is None:
            return self._through(mapping.affine, mapping.shape, slices, offset)
        values, measured = self._through(mapping.deformed, mapping.shape, slices, offset)
        if inside is not None:
            rest, rest_measured = self._through(mapping.affine, mapping.shape, slices, offset)
            values = np.where(inside, values, rest)
            measured = np.where(inside, measured, rest_measured)
        return values, measured

    def _through(
        self,
        transform: sitk.Transform,
        shape: tuple[int, int, int],
        slices: tuple[int, int],
        offset: tuple[float, float, float],
    ) -> tuple[Array, Mask]:
        lattice = sitk.ResampleImageFilter()
        lattice.SetSize((shape[2], shape[1], slices[1] - slices[0]))
        lattice.SetOutputOrigin((offset[0], offset[1], slices[0] + offset[2]))
        lattice.SetTransform(transform)
        lattice.SetInterpolator(_INTERPOLATORS[self.order])
        if self.dtype.kind == "f":
            lattice.SetOutputPixelType(
                sitk.sitkFloat64 if self.dtype == np.float64 else sitk.sitkFloat32
            )
            lattice.SetDefaultPixelValue(math.nan)
            values = sitk.GetArrayFromImage(lattice.Execute(self.image))
            measured: NDArray[np.bool_] = ~np.isnan(values)
        else:
            values = sitk.GetArrayFromImage(lattice.Execute(self.image))
            measured = self._inside(lattice, None)
        if self.mask is not None:
            measured &= self._inside(lattice, self.mask)
        return values, measured

    def _inside(self, lattice: sitk.ResampleImageFilter, mask: sitk.Image | None) -> Mask:
        """Return where the source, or the measured part of it, gives a value its whole weight."""
        if mask is None:
            mask = sitk.Image(self.image.GetSize(), sitk.sitkUInt8) + 1
        lattice.SetInterpolator(
            sitk.sitkNearestNeighbor if self.order == "nearest" else sitk.sitkLinear
        )
        lattice.SetOutputPixelType(sitk.sitkFloat32)
        lattice.SetDefaultPixelValue(0.0)
        # A view would outlive the image it looks at.
        weight = sitk.GetArrayFromImage(lattice.Execute(mask))
        found: Mask = weight >= WHOLLY_VALID
        return found
