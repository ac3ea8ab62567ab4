"""Affine registration by mutual information: rigid first, then scales and shears too."""

from __future__ import annotations

from functools import partial

from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.registration.doubts import doubts
from tongying.imaging.registration.motion import AffineMotion, RigidMotion, mean_matrix
from tongying.imaging.registration.prepare import prepare
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.registration.stages import Bar, Both
from tongying.imaging.registration.start import find_start
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Volume


def register_affine(
    fixed: Volume,
    moving: Volume,
    *,
    fixed_mask: Mask | None = None,
    moving_mask: Mask | None = None,
    start: MatrixTransform | None = None,
    seed: int = 0,
    restarts: int = 3,
    progress: Progress = silent,
) -> Registration:
    """Find an affine transform, such as growth between two ages or a scale gone wrong needs.

    The same input and seed give the same matrix.

    Parameters
    ----------
    fixed, moving : Volume
    fixed_mask, moving_mask : ndarray of bool, optional
        Where samples are taken, each on the grid of its image.
    start : MatrixTransform, optional
        Fixed to moving point; searched for if none is given.
    seed : int
        Of the samples.
    restarts : int
        How often the last stage is repeated with other samples; the answer is their mean.
    progress : Progress

    Raises
    ------
    RegistrationRefused
        Its kinds of `prepare` and `start`: one slice, a tilted grid, an empty mask, values that
        are no numbers or all the same, no overlap.
    """
    still = prepare(fixed, fixed_mask, progress=Share(progress, 0.0, 0.1))
    moved = prepare(moving, moving_mask, progress=Share(progress, 0.1, 0.2))
    searching = Bar(progress, "start", (0.2, 0.35), expected=300)
    begun = find_start(still, moved, given=start, seed=seed, told=searching)
    both = Both(still, moved, seed)
    stiff = partial(RigidMotion, centre_mm=still.mass_mm, radius_mm=still.radius_mm)
    near = both.coarse(begun.matrix, stiff, Bar(progress, "rigid", (0.35, 0.45)))
    family = partial(AffineMotion, centre_mm=still.mass_mm, radius_mm=still.radius_mm)
    near = both.coarse(near, family, Bar(progress, "affine", (0.45, 0.55)))
    ends, agreed, nats = both.fine(near, family, restarts, Share(progress, 0.55, 1.0))
    mean = mean_matrix(agreed, rigid=False, centre_mm=still.mass_mm)
    progress(1.0, "affine")
    return Registration(
        MatrixTransform(mean),
        Method.AFFINE,
        nats,
        tuple(MatrixTransform(one) for one in ends),
        begun.name,
        doubts(fixed, moving, agreed=len(agreed) == len(ends)),
    )
