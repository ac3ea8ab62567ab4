"""Cubic B-spline lattices: smooth fields from few coefficients, and how much they bend.

A field has three components along the axes of its box, in mm; arrays of a field have shape
(3, slices, rows, columns), those of coefficients the same with the lattice's counts. The bending
energy is that of Rueckert et al. (IEEE TMI 1999;18:712-21): the integral over the lattice of all
squared second derivatives, here computed exactly, for it is a product of one-dimensional integrals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_MIXED = (((2, 0, 0), 1), ((0, 2, 0), 1), ((0, 0, 2), 1))
_CROSS = (((1, 1, 0), 2), ((1, 0, 1), 2), ((0, 1, 1), 2))


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Where the coefficients of a field lie.

    Attributes
    ----------
    begin_mm : tuple of float
        Distance of the lattice's first knot interval from the box's first voxel centre, along
        slices, rows, columns; the coefficient 1 lies there.
    counts : tuple of int
        Coefficients along slices, rows, columns.
    knots_mm : float
        Their distance.
    """

    begin_mm: tuple[float, float, float]
    counts: tuple[int, int, int]
    knots_mm: float

    @classmethod
    def around(cls, lengths_mm: Doubles, knots_mm: float) -> Self:
        """Return the lattice centred on a box.

        Parameters
        ----------
        lengths_mm : ndarray, shape (3,)
            From the first to the last voxel centre along slices, rows, columns.
        knots_mm : float
        """
        intervals = np.maximum(np.ceil(lengths_mm / knots_mm), 1).astype(int)
        begin = -(intervals * knots_mm - lengths_mm) / 2
        counts = intervals + 3
        return cls(
            (float(begin[0]), float(begin[1]), float(begin[2])),
            (int(counts[0]), int(counts[1]), int(counts[2])),
            knots_mm,
        )

    def weights(self, at_mm: tuple[Doubles, Doubles, Doubles]) -> Weights:
        """Return the weights of the coefficients at the points of a rectangular grid.

        Parameters
        ----------
        at_mm : tuple of ndarray
            Positions along slices, rows, columns from the box's first voxel centre.
        """
        one, two, three = (
            _basis((at - begin) / self.knots_mm + 1, count)[0].astype(np.float32)
            for at, begin, count in zip(at_mm, self.begin_mm, self.counts, strict=True)
        )
        return Weights(one, two, three)


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """Weights of coefficients at points, one matrix (points, coefficients) for each axis."""

    slices: NDArray[np.floating]
    rows: NDArray[np.floating]
    columns: NDArray[np.floating]

    def field(self, coefficients: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the values at the points of the last three axes' coefficients."""
        along = coefficients @ self.columns.T
        along = np.matmul(self.rows, along)
        shape = along.shape
        flat = along.reshape(*shape[:-3], shape[-3], -1)
        whole: NDArray[np.floating] = np.matmul(self.slices, flat)
        return whole.reshape(*shape[:-3], self.slices.shape[0], *shape[-2:])

    def gathered(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return the transposed map: of values at points to coefficients."""
        return Weights(self.slices.T, self.rows.T, self.columns.T).field(values)

    def fitted(self, values: NDArray[np.floating]) -> NDArray[np.floating]:
        """Return coefficients whose field is closest to the values."""
        inverse = (np.linalg.pinv(one) for one in (self.slices, self.rows, self.columns))
        return Weights(*inverse).field(values)


class Bending:
    """The bending energy of a field as a function of its coefficients.

    Parameters
    ----------
    lattice : Lattice
    """

    def __init__(self, lattice: Lattice) -> None:
        grams = [_grams(count) for count in lattice.counts]
        self._terms = [
            (times, Weights(*(grams[axis][order] for axis, order in enumerate(orders))))
            for orders, times in _MIXED + _CROSS
        ]
        self._scale = 1.0 / lattice.knots_mm

    def __call__(self, coefficients: Doubles) -> tuple[float, Doubles]:
        """Return the energy, mm³ (mm / mm²)² = mm, and its slope by the coefficients.

        Parameters
        ----------
        coefficients : ndarray, shape (3, slices, rows, columns)
        """
        half = np.zeros_like(coefficients)
        for times, gram in self._terms:
            half += times * gram.field(coefficients)
        half *= self._scale
        return float((half * coefficients).sum()), 2 * half


def _basis(position: Doubles, count: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return cubic B-splines at positions in knots, and two derivatives: shape (points, count)."""
    away = position[:, None] - np.arange(count)
    distance, side = np.abs(away), np.sign(away)
    near, far = distance < 1, distance < 2
    rest = 2 - distance
    value = np.where(near, 2 / 3 - distance**2 + distance**3 / 2, np.where(far, rest**3 / 6, 0))
    slope = np.where(near, 1.5 * distance**2 - 2 * distance, np.where(far, -(rest**2) / 2, 0))
    curve = np.where(near, 3 * distance - 2, np.where(far, rest, 0))
    return value, slope * side, curve


def _grams(count: int) -> tuple[Doubles, Doubles, Doubles]:
    """Return the integrals of products of B-splines and of their derivatives over the box."""
    # Four Gauss points integrate the product of two cubics over a knot interval exactly.
    nodes, shares = np.polynomial.legendre.leggauss(4)
    begins = np.arange(1, count - 2)
    position = (begins[:, None] + (nodes + 1) / 2).ravel()
    weight = np.tile(shares / 2, len(begins))[:, None]
    value, slope, curve = ((part.T @ (weight * part)) for part in _basis(position, count))
    return value, slope, curve
