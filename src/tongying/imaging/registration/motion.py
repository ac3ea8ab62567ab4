"""Rigid and affine matrices as few numbers, all of the order of a millimetre.

Rotations, scales and shears are counted in millimetres of movement at the body's root mean square
radius, so an optimiser may treat all parameters alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm, logm
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Matrix

Parameters = NDArray[np.float64]

AGREE_MM = 4.0
"""A restart that ends farther off found another optimum and has no part in the mean."""
_STEP = 1e-4


class Motion(Protocol):
    """A family of matrices around one of them."""

    @property
    def size(self) -> int:
        """How many parameters it has."""

    def matrix(self, parameters: Parameters) -> Matrix:
        """Return the matrix, fixed to moving point; all parameters 0 give the first one."""


@dataclass(frozen=True, slots=True, eq=False)
class RigidMotion:
    """Turns about a centre and shifts.

    Attributes
    ----------
    first : ndarray, shape (4, 4)
    centre_mm : ndarray, shape (3,)
        In the fixed image.
    radius_mm : float
    """

    first: Matrix
    centre_mm: NDArray[np.float64]
    radius_mm: float

    @property
    def size(self) -> int:
        """Three turns and three shifts."""
        return 6

    def matrix(self, parameters: Parameters) -> Matrix:
        """Return the matrix; the first three are turns, the others shifts."""
        turn = np.eye(4)
        turn[:3, :3] = Rotation.from_rotvec(parameters[:3] / self.radius_mm).as_matrix()
        return _about(self.first, turn, self.centre_mm, parameters[3:])


@dataclass(frozen=True, slots=True, eq=False)
class AffineMotion:
    """Any matrix about a centre.

    Attributes
    ----------
    first : ndarray, shape (4, 4)
    centre_mm : ndarray, shape (3,)
        In the fixed image.
    radius_mm : float
    """

    first: Matrix
    centre_mm: NDArray[np.float64]
    radius_mm: float

    @property
    def size(self) -> int:
        """Nine of the linear part and three shifts."""
        return 12

    def matrix(self, parameters: Parameters) -> Matrix:
        """Return the matrix; the first nine are its linear part's difference from the first."""
        linear = np.eye(4)
        linear[:3, :3] += parameters[:9].reshape(3, 3) / self.radius_mm
        return _about(self.first, linear, self.centre_mm, parameters[9:])


def _about(
    first: Matrix, linear: Matrix, centre_mm: NDArray[np.float64], shift: Parameters
) -> Matrix:
    around = linear.copy()
    around[:3, 3] = centre_mm - linear[:3, :3] @ centre_mm
    matrix: Matrix = first @ around
    matrix[:3, 3] += shift
    return matrix


def inverse(matrix: Matrix) -> Matrix:
    """Return the matrix from moving to fixed point."""
    turned: Matrix = np.linalg.inv(matrix).astype(np.float64)
    return turned


def slopes(motion: Motion, parameters: Parameters) -> tuple[NDArray[np.float64], ...]:
    """Return how the matrix and its inverse change with each parameter, shape (n, 3, 4) each."""
    forward = np.zeros((motion.size, 4, 4))
    for number in range(motion.size):
        step = np.zeros(motion.size)
        step[number] = _STEP
        above, below = motion.matrix(parameters + step), motion.matrix(parameters - step)
        forward[number] = (above - below) / (2 * _STEP)
    back = inverse(motion.matrix(parameters))
    return forward[:, :3], -(back @ forward @ back)[:, :3]


def agreeing(
    matrices: list[Matrix], best: int, centre_mm: NDArray[np.float64], radius_mm: float
) -> list[Matrix]:
    """Return the matrices that put the body where the best one puts it, to a few millimetres.

    Parameters
    ----------
    matrices : list of ndarray, shape (4, 4)
    best : int
        Which is the best.
    centre_mm : ndarray, shape (3,)
        Of the body.
    radius_mm : float
        Of the body.
    """
    ends = centre_mm + radius_mm * np.vstack((np.eye(3), -np.eye(3)))
    moved = [ends @ one[:3, :3].T + one[:3, 3] for one in matrices]
    apart = [np.linalg.norm(one - moved[best], axis=1).mean() for one in moved]
    return [one for one, mm in zip(matrices, apart, strict=True) if mm <= AGREE_MM]


def mean_matrix(matrices: list[Matrix], *, rigid: bool, centre_mm: NDArray[np.float64]) -> Matrix:
    """Return the mean of matrices that lie close together.

    Parameters
    ----------
    matrices : list of ndarray, shape (4, 4)
    rigid : bool
        Whether all are rigid and the mean must be.
    centre_mm : ndarray, shape (3,)
        Fixed point whose images are averaged as points.
    """
    linear = np.stack([one[:3, :3] for one in matrices])
    moved = np.stack([one[:3, :3] @ centre_mm + one[:3, 3] for one in matrices]).mean(axis=0)
    if rigid:
        mean = Rotation.from_matrix(linear).mean().as_matrix()
    else:
        first = linear[0]
        turned = [np.real(logm(one @ np.linalg.inv(first))) for one in linear]
        mean = expm(np.mean(turned, axis=0)) @ first
    matrix = np.eye(4)
    matrix[:3, :3] = mean
    matrix[:3, 3] = moved - mean @ centre_mm
    return matrix
