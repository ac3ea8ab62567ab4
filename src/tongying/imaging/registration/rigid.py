"""Rigid registration by mutual information, from coarse to fine, several times over."""

from __future__ import annotations

from functools import partial

from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.registration.doubts import doubts
from tongying.imaging.registration.motion import RigidMotion, mean_matrix
from tongying.imaging.registration.prepare import prepare
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.registration.stages import Bar, Both
from tongying.imaging.registration.start import find_start
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Mask, Volume


def register_rigid(
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
    """Find how the child lies in one image compared with another.

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
        How often the last stage is run, with other samples each time; the answer is their mean.
    progress : Progress

    Raises
    ------
    RegistrationRefused
        Its kinds of `prepare` and `start`: one slice, a tilted grid, an empty mask, values that
        are no numbers or all the same, no overlap.
    """
    still = prepare(fixed, fixed_mask, progress=Share(progress, 0.0, 0.1))
    moved = prepare(moving, moving_mask, progress=Share(progress, 0.1, 0.2))
    searching = Bar(progress, "start", (0.2, 0.4), expected=300)
    begun = find_start(still, moved, given=start, seed=seed, told=searching)
    both = Both(still, moved, seed)
    family = partial(RigidMotion, centre_mm=still.mass_mm, radius_mm=still.radius_mm)
    near = both.coarse(begun.matrix, family, Bar(progress, "rigid", (0.4, 0.5)))
    ends, agreed, nats = both.fine(near, family, restarts, Share(progress, 0.5, 1.0))
    mean = mean_matrix(agreed, rigid=True, centre_mm=still.mass_mm)
    progress(1.0, "rigid")
    return Registration(
        MatrixTransform(mean),
        Method.RIGID,
        nats,
        tuple(MatrixTransform(one) for one in ends),
        begun.name,
        doubts(fixed, moving, agreed=len(agreed) == len(ends)),
    )
