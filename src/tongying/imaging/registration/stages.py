"""The resolutions a registration goes through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tongying.imaging.grid import Matrix
from tongying.imaging.progress import Progress, Share
from tongying.imaging.registration.descent import Pair, Told, climb
from tongying.imaging.registration.motion import Motion, agreeing
from tongying.imaging.registration.prepare import Level, Prepared

Family = Callable[[Matrix], Motion]
"""Gives the matrices around one of them."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One resolution.

    Attributes
    ----------
    spacing_mm, smoothing_mm : float
    samples : int
        In each image.
    steps : int
        Iterations at most.
    tolerance : float
        Relative change of mutual information at which it is enough.
    """

    spacing_mm: float
    smoothing_mm: float
    samples: int
    steps: int
    tolerance: float


COARSE = Stage(4.0, 1.5, 8000, 30, 1e-6)
FINE = Stage(2.0, 0.0, 20000, 30, 1e-7)
"""Not smoothed: each millimetre of smoothing cost 0.05 mm in the brain and 0.4 mm on real PET."""
_APART_MM = 1.0
"""Restarts but the first begin so far off in each parameter, so that they may end elsewhere."""
_EXPECTED = 30
"""Evaluations of the measure after which a stage's bar is half full."""


class Bar:
    """Turns evaluations, whose number nobody knows, into a bar that never falls.

    Parameters
    ----------
    progress : Progress
    what : str
    span : tuple of float
        The fractions of the whole between which it runs.
    expected : int
        Evaluations after which it is half full.
    """

    def __init__(
        self,
        progress: Progress,
        what: str,
        span: tuple[float, float],
        expected: int = _EXPECTED,
    ) -> None:
        self._share = Share(progress, *span)
        self._what = what
        self._expected = expected
        self._count = 0

    def __call__(self) -> None:
        """Take note of one evaluation."""
        self._count += 1
        self._share(self._count / (self._count + self._expected), self._what)


@dataclass(frozen=True, slots=True, eq=False)
class Both:
    """The two images of a registration.

    Attributes
    ----------
    fixed, moving : Prepared
    seed : int
    """

    fixed: Prepared
    moving: Prepared
    seed: int

    def coarse(self, begin: Matrix, family: Family, told: Told) -> Matrix:
        """Climb at the coarse stage."""
        still, moved = self._levels(COARSE)
        random = np.random.default_rng([self.seed, 2])
        pair = Pair.draw(still, moved, COARSE.samples, random)
        motion = family(begin)
        return climb(pair, motion, steps=COARSE.steps, told=told, tolerance=COARSE.tolerance)

    def fine(
        self, begin: Matrix, family: Family, restarts: int, progress: Progress
    ) -> tuple[list[Matrix], list[Matrix], float]:
        """Climb at the fine stage, each time with other samples and from another place.

        Returns
        -------
        ends : list of ndarray, shape (4, 4)
            All of them.
        agreed : list of ndarray, shape (4, 4)
            Those near the best, whose mean is the answer.
        nats : float
            The best's mutual information.
        """
        ends: list[Matrix] = []
        nats: list[float] = []
        still, moved = self._levels(FINE)
        count = max(restarts, 1)
        for number in range(count):
            random = np.random.default_rng([self.seed, 3, number])
            pair = Pair.draw(still, moved, FINE.samples, random)
            bar = Bar(progress, "fine", (number / count, (number + 1) / count))
            motion = family(begin)
            if number:
                motion = family(motion.matrix(random.normal(0.0, _APART_MM, motion.size)))
            end = climb(pair, motion, steps=FINE.steps, told=bar, tolerance=FINE.tolerance)
            ends.append(end)
            nats.append(pair.nats(end))
        best = int(np.argmax(nats))
        agreed = agreeing(ends, best, self.fixed.mass_mm, self.fixed.radius_mm)
        return ends, agreed, nats[best]

    def _levels(self, stage: Stage) -> tuple[Level, Level]:
        still = self.fixed.level(stage.spacing_mm, stage.smoothing_mm)
        return still, self.moving.level(stage.spacing_mm, stage.smoothing_mm)
