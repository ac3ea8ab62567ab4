"""Deformable registration: a smooth field that makes one image explain the other.

A cubic B-spline field in front of the rigid transform is fitted from coarse to fine by L-BFGS. The
cost is the logarithm of what `Appearance` leaves unexplained of the moving image, plus the field's
bending energy, which is all that decides in tissue without structure. If space folds anywhere in
the body, the last level is repeated with a stiffer field.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.ndimage import maximum_filter1d
from scipy.optimize import minimize

from tongying.imaging.grid import Grid
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.quality.jacobian import jacobian
from tongying.imaging.registration.appearance import Tissues
from tongying.imaging.registration.comparison import FWHM_MM, Comparison, Region, working_grid
from tongying.imaging.registration.lattice import Doubles, Lattice
from tongying.imaging.registration.prepare import Prepared, prepare
from tongying.imaging.registration.result import Method, Registration, RegistrationRefused
from tongying.imaging.transform import DisplacementTransform
from tongying.imaging.volume import Mask, Volume
from tongying.kernel.caveat import Caveat

LITTLE_EXPLAINED = 0.2
"""Below this share of the moving image's variance, structure decides little; needs sign-off."""
LEAST_EXPLAINED = 0.05
"""Below this share a field is refused. Noise alone leaves 0.002 at most and yet moves the whole by
half a coarse voxel; drawn pairs of one child leave 0.7 and more. Needs sign-off."""
FAR_MM = 25.0
"""A displacement beyond the rigid one that a reader should know of; needs sign-off."""
LEAST_DETERMINANT = 0.1
"""A determinant below it counts as folding: the field is stiffened; needs sign-off."""
RIM_MM = 9.0
"""Air around the body that takes part: the skin is information."""
FINEST_MM, COARSEST_MM = 3.0, 6.0
VOXELS = 300_000
"""Compared at the finest level, about; a larger body gets coarser voxels."""
FIELD_MM = 2.5
FIELD_VOXELS = 3_000_000
"""Of the field that is handed back: 36 MB."""
_FEWEST = 500
_STIFFER = 4.0


class TooLittleShared(RegistrationRefused):
    """Too little of the child is in both images."""

    code: ClassVar[str] = "fusion.deformable-too-little-shared"


class TooLittleExplained(RegistrationRefused):
    """The images tell nothing of each other."""

    code: ClassVar[str] = "fusion.deformable-too-little-explained"


class Folds(RegistrationRefused):
    """No field without folds was found."""

    code: ClassVar[str] = "fusion.deformable-folds"


@dataclass(frozen=True, slots=True)
class _Level:
    """A level: knots, voxels, how often uptake is weighed anew, iterations each time."""

    knots_mm: float
    coarser: float
    rounds: int
    steps: int


LEVELS = (_Level(40.0, 2.0, 3, 12), _Level(20.0, 1.0, 3, 15))
_SHARES = (0.2, 0.6)
STIFFNESS = 0.3
"""Chosen on drawn pairs together with the window: 0.1 followed the tissue closer where uptake does,
and invented more where uptake differs from place to place."""
STIFFEST = 20.0
_TOLERANCE = 1e-5
STAGE = "deformable"
LITTLE_STRUCTURE = Caveat(
    "fusion.deformation-little-structure",
    "The fixed image explains little of the moving one; the deformation is mostly a guess.",
)
FAR = Caveat(
    "fusion.deformation-far",
    "Part of the body is moved by more than 25 mm beyond the rigid alignment; check it closely.",
)
STIFFENED = Caveat(
    "fusion.deformation-stiffened",
    "The deformation first folded space and was made stiffer; check it closely.",
)


def register_deformable(
    fixed: Volume,
    moving: Volume,
    *,
    rigid: Registration,
    fixed_mask: Mask | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> Registration:
    """Find how the child's tissue lies in one image compared with another.

    The same input and seed give the same field.

    Parameters
    ----------
    fixed, moving : Volume
    rigid : Registration
        To begin with; only its matrix is used.
    fixed_mask : ndarray of bool, optional
        Where the fixed image is compared, on its own grid.
    seed : int
        Moves the working grid by a part of a voxel, so that the answers of other seeds spread as
        the answer's own error does.
    progress : Progress

    Raises
    ------
    RegistrationRefused
        The kinds of `prepare`: one slice, a tilted grid, an empty mask, values that are no numbers
        or all the same.
    TooLittleExplained
        If the fixed image explains next to nothing of the moving one.
    TooLittleShared
        If the rigid transform leaves almost nothing of the body in both images.
    Folds
        If space folds however stiff the field is.
    """
    still = prepare(fixed, fixed_mask, progress=Share(progress, 0.0, 0.05))
    moved = prepare(moving, progress=Share(progress, 0.05, 0.1))
    sampled = _with_rim(still)
    shift = np.random.default_rng(seed).uniform(0.0, 0.5, 3)
    grid = working_grid(still, sampled, _voxel_mm(still, sampled), shift)
    maps = Tissues.of(still.base, still.grid, still.body).maps(grid)
    region = Region(still, moved, maps, grid, sampled, rigid.transform.matrix, fixed.grid)
    search = _Search(region, shift)
    begins = np.cumsum([0.1, *_SHARES])
    for level, begin, end in zip(LEVELS, begins[:-1], begins[1:], strict=True):
        search.run(level, STIFFNESS, Share(progress, float(begin), float(end)))
    stiffness = STIFFNESS
    while (transform := search.transform()) and _folds(transform, still):
        stiffness *= _STIFFER
        if stiffness > STIFFEST:
            raise Folds("No deformation without folds was found; only the rigid fusion is usable.")
        search.run(LEVELS[-1], stiffness, Share(progress, float(begins[-1]), 1.0))
    if search.explained_share() < LEAST_EXPLAINED:
        raise TooLittleExplained(
            "The images tell too little of each other to deform one after the other; use the rigid"
            " result."
        )
    progress(1.0, STAGE)
    caveats = search.caveats()
    if stiffness > STIFFNESS:
        caveats = (*caveats, STIFFENED)
    return Registration(
        transform, Method.DEFORMABLE, search.nats(), start=rigid.start, caveats=caveats
    )


class _Search:
    """The coefficients found so far, level after level."""

    def __init__(self, region: Region, shift: Doubles) -> None:
        self._region, self._shift = region, shift
        lengths = (np.array(region.box.shape) - 1) * region.box.spacing_mm[::-1]
        self._lengths = np.maximum(lengths, 1.0)
        self._lattice = Lattice.around(self._lengths, LEVELS[0].knots_mm)
        self._found: Doubles = np.zeros((3, *self._lattice.counts))
        self._comparison: Comparison | None = None
        self._softness_mm: float | None = None

    def run(self, level: _Level, stiffness: float, progress: Progress) -> None:
        """Refine the field at a level."""
        progress(0.0, STAGE)
        region = self._region
        voxel_mm = float(region.grid.spacing_mm[0]) * level.coarser
        grid = working_grid(region.fixed, region.sampled, voxel_mm, self._shift)
        lattice = Lattice.around(self._lengths, level.knots_mm)
        comparison = Comparison(region, grid, lattice, stiffness)
        if comparison.voxels < _FEWEST:
            raise TooLittleShared(
                "Too little of the child is in both images to deform one of them."
            )
        self._onto(lattice)
        self._softness_mm = comparison.look(self._found, _near(self._softness_mm))
        done, expected = 0, level.rounds * level.steps

        def cost(flat: Doubles) -> tuple[float, Doubles]:
            nonlocal done
            done += 1
            # Line searches may need more evaluations than expected; the bar slows, never stops.
            progress(1 - 0.5 ** (2.0 * done / expected), STAGE)
            return comparison.cost(flat)

        for _ in range(level.rounds):
            comparison.weigh(self._found)
            limits = {"maxiter": level.steps, "maxcor": 12, "ftol": _TOLERANCE}
            ended = minimize(cost, self._found.ravel(), jac=True, method="L-BFGS-B", options=limits)
            self._found = ended.x.reshape(self._found.shape)
        self._comparison = comparison

    def transform(self) -> DisplacementTransform:
        """Return the total displacement over the whole fixed image."""
        box, matrix = self._region.box, self._region.matrix
        size = float(np.prod(self._lengths + FIELD_MM))
        step = max(FIELD_MM, (size / FIELD_VOXELS) ** (1 / 3))
        counts = np.maximum(np.ceil(self._lengths / step), 1).astype(int) + 1
        spacing = self._lengths / (counts - 1)
        grid = Grid.of(
            (int(counts[0]), int(counts[1]), int(counts[2])),
            spacing_mm=spacing[::-1],
            origin_mm=box.origin_mm,
            directions=box.directions,
        )
        slices, rows, columns = (
            np.arange(count) * mm for count, mm in zip(counts, spacing, strict=True)
        )
        field = self._lattice.weights((slices, rows, columns)).field(self._found.astype(np.float32))
        # Components along slices, rows, columns become LPS.
        total = np.moveaxis(field[::-1], 0, -1) @ (matrix[:3, :3] @ box.directions).T.astype(
            np.float32
        )
        away = matrix[:3, :3] - np.eye(3)
        for axis, at in enumerate((slices, rows, columns)):
            shape = [1, 1, 1, 3]
            shape[axis] = len(at)
            total += (
                (at[:, None] * (away @ box.directions[:, 2 - axis]))
                .reshape(shape)
                .astype(np.float32)
            )
        total += (away @ box.origin_mm + matrix[:3, 3]).astype(np.float32)
        return DisplacementTransform(matrix, np.ascontiguousarray(total, np.float32), grid)

    def nats(self) -> float:
        """Return the mutual information at the end."""
        return 0.0 if self._comparison is None else self._comparison.nats(self._found)

    def explained_share(self) -> float:
        """Return the share of the moving image's variance that the found field explains."""
        if self._comparison is None:
            return 0.0
        return float(self._comparison.explained_share(self._found))

    def caveats(self) -> tuple[Caveat, ...]:
        """Return what a reader must know of the found field."""
        said = []
        comparison = self._comparison
        if comparison is not None:
            if self.explained_share() < LITTLE_EXPLAINED:
                said.append(LITTLE_STRUCTURE)
            if comparison.farthest_mm(self._found) > FAR_MM:
                said.append(FAR)
        return tuple(said)

    def _onto(self, lattice: Lattice) -> None:
        """Bring what was found to another lattice."""
        if lattice == self._lattice:
            return
        slices, rows, columns = (
            np.linspace(0.0, length, 2 * count)
            for length, count in zip(self._lengths, lattice.counts, strict=True)
        )
        at = (slices, rows, columns)
        values = self._lattice.weights(at).field(self._found.astype(np.float32))
        self._found = np.asarray(lattice.weights(at).fitted(values.astype(np.float64)), np.float64)
        self._lattice = lattice


def _with_rim(prepared: Prepared) -> Mask:
    grown = prepared.body
    for axis, mm in enumerate(prepared.grid.spacing_mm[::-1]):
        reach = round(RIM_MM / mm)
        if reach:
            grown = maximum_filter1d(grown, 2 * reach + 1, axis=axis)
    mask: Mask = grown if prepared.usable is None else grown & prepared.usable
    return mask


def _voxel_mm(still: Prepared, sampled: Mask) -> float:
    """Return the finest level's voxel: coarser for a larger body."""
    size_mm3 = float(sampled.sum()) * still.grid.voxel_mm3
    return float(np.clip((size_mm3 / VOXELS) ** (1 / 3), FINEST_MM, COARSEST_MM))


def _near(fwhm_mm: float | None) -> tuple[float, ...]:
    """Return the candidates of softness around one that was chosen before."""
    if fwhm_mm is None:
        return FWHM_MM
    at = FWHM_MM.index(fwhm_mm)
    return FWHM_MM[max(at - 1, 0) : at + 2]


def _folds(transform: DisplacementTransform, still: Prepared) -> bool:
    return jacobian(transform, still.body, still.grid).minimum < LEAST_DETERMINANT
