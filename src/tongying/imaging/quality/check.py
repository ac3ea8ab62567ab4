"""Registrations that check another one, from starts away from it.

They run on the working grid, where the alignment under test is the identity: what they move is
how much they disagree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from numpy.typing import NDArray

from tongying.imaging.quality.working import Working
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume

BINS = 24
STARTS = ((4.0, 2.0), (10.0, 5.0))
"""(mm, degrees) by which each check starts away from the alignment under test."""
_SAMPLES = 9_000
_COARSE = 2


@dataclass(frozen=True, slots=True)
class Check:
    """One check registration.

    Attributes
    ----------
    moved : MatrixTransform
        What it would move, on the working grid (LPS mm).
    similarity : float
        Mutual information in nats where it ended, as the check itself counts it.
    """

    moved: MatrixTransform
    similarity: float


def check_from(
    working: Working,
    random: np.random.Generator,
    *,
    away: tuple[float, float],
    swapped: bool = False,
) -> Check | None:
    """Register rigidly from a start away from the alignment under test; None if it cannot.

    Parameters
    ----------
    working : Working
    random : numpy.random.Generator
        For the start and the sample of voxels.
    away : tuple of float
        Millimetres and degrees.
    swapped : bool
        Register in the other direction; the answer is still given in this one.
    """
    fixed = _image(working, working.moving if swapped else working.fixed)
    moving = _image(working, working.fixed if swapped else working.moving)
    method = sitk.ImageRegistrationMethod()
    # Several threads add up in another order each time: the same seed must give the same.
    method.SetNumberOfThreads(1)
    method.SetMetricAsMattesMutualInformation(BINS)
    method.SetMetricFixedMask(_mask(working, working.region))
    method.SetMetricMovingMask(_mask(working, working.inside))
    method.SetMetricSamplingStrategy(method.RANDOM)
    seed = int(random.integers(1, 2**31 - 1))
    share = min(1.0, _SAMPLES / working.region.sum())
    shrink = [_COARSE, 1]
    method.SetMetricSamplingPercentagePerLevel([min(1.0, share * _COARSE**2), share], seed)
    method.SetShrinkFactorsPerLevel(shrink)
    method.SetSmoothingSigmasPerLevel([1.0, 0.0])
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(2.0, 0.05, 30, 0.5, 1e-6)
    method.SetOptimizerScalesFromPhysicalShift()
    start = _start(working, random, away)
    method.SetInitialTransform(start, inPlace=True)
    try:
        method.Execute(fixed, moving)
    except RuntimeError:
        # Too few voxels in both images at some step: this check has nothing to say.
        return None
    found = _matrix(start)
    return Check(found.inverse() if swapped else found, -float(method.GetMetricValue()))


def _start(
    working: Working, random: np.random.Generator, away: tuple[float, float]
) -> sitk.Euler3DTransform:
    along, about = random.standard_normal(3), random.standard_normal(3)
    along *= away[0] / np.linalg.norm(along)
    about *= np.radians(away[1]) / np.linalg.norm(about)
    k, j, i = (float(np.mean(where)) for where in np.nonzero(working.body))
    start = sitk.Euler3DTransform()
    start.SetCenter([float(mm) for mm in working.grid.to_lps([[i, j, k]])[0]])
    start.SetRotation(*[float(angle) for angle in about])
    start.SetTranslation([float(mm) for mm in along])
    return start


def _matrix(transform: sitk.Euler3DTransform) -> MatrixTransform:
    turn = np.array(transform.GetMatrix()).reshape(3, 3)
    return MatrixTransform.rigid(turn, transform.GetTranslation(), transform.GetCenter())


def _image(working: Working, array: NDArray[np.float32]) -> sitk.Image:
    return Volume(array, working.grid).to_sitk()


def _mask(working: Working, mask: NDArray[np.bool_]) -> sitk.Image:
    return Volume(mask, working.grid).to_sitk()
