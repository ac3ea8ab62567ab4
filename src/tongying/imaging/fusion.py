"""Bringing two volumes of one child together: registration, its measured error, the verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.quality.error import estimate_error
from tongying.imaging.quality.estimate import ErrorEstimate, Judgement
from tongying.imaging.quality.verdict import judge
from tongying.imaging.registration.affine import register_affine
from tongying.imaging.registration.deformable import register_deformable
from tongying.imaging.registration.result import Method, Registration
from tongying.imaging.registration.rigid import register_rigid
from tongying.imaging.transform import MatrixTransform
from tongying.imaging.volume import Volume
from tongying.kernel.caveat import Caveat

LEFT_ALONE = Caveat(
    "fusion.left-alone",
    "Both images share one frame of reference; they are shown as acquired and nothing was moved.",
)
MOVED_AGAINST_SCANNER = Caveat(
    "fusion.moved-against-scanner",
    "Both images share one frame of reference, yet a registration was asked for;"
    " it may be worse than the scanner's own alignment.",
)


@dataclass(frozen=True, slots=True, eq=False)
class Aligned:
    """An alignment with its measured error and what may be done with it."""

    registration: Registration
    estimate: ErrorEstimate
    judgement: Judgement


@dataclass(frozen=True, slots=True, eq=False)
class Fused:
    """What came out of bringing two volumes together.

    Attributes
    ----------
    chosen : Aligned
        Of the method that was asked for.
    rigid : Aligned or None
        The rigid result to be shown beside a deformable one.
    """

    chosen: Aligned
    rigid: Aligned | None = None


@dataclass(frozen=True, slots=True)
class Stages:
    """Where finished stages are kept, so that a computation cut short goes on from there.

    Attributes
    ----------
    find : callable
        Returns what was kept under a name, or None.
    keep : callable
        Keeps it.
    """

    find: Callable[[str], Registration | ErrorEstimate | None]
    keep: Callable[[str, Registration | ErrorEstimate], None]


def _nothing(name: str) -> None:
    return None


def _forget(name: str, value: Registration | ErrorEstimate) -> None:
    return None


NO_STAGES = Stages(_nothing, _forget)


@dataclass(slots=True)
class _Pair:
    fixed: Volume
    moving: Volume
    seed: int
    stages: Stages
    told: dict[str, Progress] = field(default_factory=dict)

    def registered(self, name: str, compute: Callable[[], Registration]) -> Registration:
        found = self.stages.find(name)
        if isinstance(found, Registration):
            return found
        made = compute()
        self.stages.keep(name, made)
        return made

    def aligned(self, registration: Registration, progress: Progress) -> Aligned:
        name = f"error-{registration.method}"
        found = self.stages.find(name)
        if isinstance(found, ErrorEstimate):
            estimate = found
        else:
            estimate = estimate_error(
                self.fixed, self.moving, registration, progress=progress, seed=self.seed
            )
            self.stages.keep(name, estimate)
        judgement = judge(
            estimate,
            fixed_grid=self.fixed.grid,
            moving_grid=self.moving.grid,
            method=registration.method,
        )
        return Aligned(registration, estimate, judgement)


def fuse(
    fixed: Volume,
    moving: Volume,
    *,
    method: Method = Method.AUTO,
    seed: int = 0,
    stages: Stages = NO_STAGES,
    progress: Progress = silent,
) -> Fused:
    """Bring two volumes of one child together and measure how well it went.

    Images that share a frame of reference are left as they were acquired unless a registration is
    asked for by name; their alignment is measured all the same.

    Parameters
    ----------
    fixed, moving : Volume
        Of one child; whoever calls has made sure of that.
    method : Method
        ``AUTO``, ``RIGID``, ``AFFINE`` or ``DEFORMABLE``; the last gives the rigid result beside.
    seed : int
        Of every random sample; the same images and seed give the same numbers.
    stages : Stages
    progress : Progress

    Returns
    -------
    Fused

    Raises
    ------
    RegistrationRefused
        If the two cannot be registered, such as an image of one slice or without contrast.
    VolumeRefused
        If a gantry's tilt was not straightened.
    """
    pair = _Pair(fixed, moving, seed, stages)
    shared = (
        fixed.frame_of_reference_uid is not None
        and fixed.frame_of_reference_uid == moving.frame_of_reference_uid
    )
    if method is Method.AUTO and shared:
        as_acquired = Registration(
            MatrixTransform.identity(),
            Method.FRAME_OF_REFERENCE,
            similarity=float("nan"),
            start="geometry",
            caveats=(LEFT_ALONE,),
        )
        return Fused(pair.aligned(as_acquired, Share(progress, 0.0, 1.0)))
    whole = Share(progress, 0.0, 0.3 if method is Method.DEFORMABLE else 0.5)
    rigid = pair.registered(
        "rigid", lambda: register_rigid(fixed, moving, seed=seed, progress=whole)
    )
    if shared:
        rigid = replace(rigid, caveats=(*rigid.caveats, MOVED_AGAINST_SCANNER))
    if method is Method.AFFINE:
        affine = pair.registered(
            "affine",
            lambda: register_affine(
                fixed, moving, start=_matrix(rigid), seed=seed, progress=Share(progress, 0.5, 0.7)
            ),
        )
        affine = replace(affine, caveats=(*rigid.caveats, *affine.caveats))
        return Fused(pair.aligned(affine, Share(progress, 0.7, 1.0)))
    if method is Method.DEFORMABLE:
        beside = pair.aligned(rigid, Share(progress, 0.3, 0.45))
        deformed = pair.registered(
            "deformable",
            lambda: register_deformable(
                fixed, moving, rigid=rigid, seed=seed, progress=Share(progress, 0.45, 0.8)
            ),
        )
        deformed = replace(deformed, caveats=(*rigid.caveats, *deformed.caveats))
        return Fused(pair.aligned(deformed, Share(progress, 0.8, 1.0)), beside)
    return Fused(pair.aligned(rigid, Share(progress, 0.5, 1.0)))


def _matrix(registration: Registration) -> MatrixTransform:
    return MatrixTransform(registration.transform.matrix)
