"""Climbing mutual information from coarse to fine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from tongying.imaging.grid import Matrix
from tongying.imaging.registration.motion import Motion, Parameters, inverse, slopes
from tongying.imaging.registration.mutual_information import OneWay, draw_samples
from tongying.imaging.registration.prepare import Level

Told = Callable[[], None]
"""Called at every evaluation of the measure."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two images at one resolution with samples in both.

    Attributes
    ----------
    forward : OneWay
        Samples of the fixed image looked up in the moving one.
    backward : OneWay
        Samples of the moving image looked up in the fixed one.
    """

    forward: OneWay
    backward: OneWay

    @classmethod
    def draw(cls, fixed: Level, moving: Level, count: int, random: np.random.Generator) -> Pair:
        """Draw samples, up to `count` in each image."""
        return cls(
            OneWay(draw_samples(fixed, count, random), moving),
            OneWay(draw_samples(moving, count, random), fixed),
        )

    def nats(self, matrix: Matrix) -> float:
        """Return the mean of both ways."""
        one = self.forward.measure(matrix, slope=False)
        two = self.backward.measure(inverse(matrix), slope=False)
        return (one.nats + two.nats) / 2

    def told(self, matrix: Matrix) -> tuple[float, float]:
        """Return what both images tell of each other over all samples, and how far they overlap.

        Samples without a partner tell nothing, so a small overlap that happens to look alike does
        not win. The overlap is the larger share of samples of one image that lie in the other.
        """
        one = self.forward.measure(matrix, slope=False)
        two = self.backward.measure(inverse(matrix), slope=False)
        return one.nats * one.share + two.nats * two.share, max(one.share, two.share)


def climb(pair: Pair, motion: Motion, *, steps: int, told: Told, tolerance: float) -> Matrix:
    """Return the matrix at which mutual information is largest near the motion's first one.

    Parameters
    ----------
    pair : Pair
    motion : Motion
    steps : int
        At most so many iterations.
    told : callable
        Called at every evaluation; may raise to end it.
    tolerance : float
        Relative change of the measure at which it is enough.
    """

    def loss(parameters: Parameters) -> tuple[float, Parameters]:
        told()
        matrix = motion.matrix(parameters)
        by_forward, by_backward = slopes(motion, parameters)
        one = pair.forward.measure(matrix)
        two = pair.backward.measure(inverse(matrix))
        slope = np.zeros(motion.size)
        for measured, side, by in (
            (one, pair.forward, by_forward),
            (two, pair.backward, by_backward),
        ):
            if measured.slope is None:
                continue
            # The samples are relative to their centre: d/dA of A (x + c) adds c to the last column.
            turned = measured.slope.copy()
            turned[:, :3] += np.outer(measured.slope[:, 3], side.samples.centre)
            slope += (by * turned).sum(axis=(1, 2))
        return -(one.nats + two.nats), -slope

    found = minimize(
        loss,
        np.zeros(motion.size),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": steps, "ftol": tolerance, "gtol": 1e-7, "maxcor": 8},
    )
    return motion.matrix(found.x)
