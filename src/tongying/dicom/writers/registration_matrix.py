"""Matrices of registration objects: their type, their items, their direction.

A matrix of a Spatial Registration takes a point of the *source* to the *registered* frame of
reference, which here is the fixed one. Our transforms take fixed points to moving points, so what
is written for the moving image is the inverse.

References
----------
DICOM PS3.3 sections C.20.2.1.1 and C.20.2.1.2; PS3.17 annex P.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from pydicom.dataset import Dataset

from tongying.dicom.writers.derived import decimal
from tongying.imaging.grid import Matrix

ORTHOGONAL_TOLERANCE = 1e-6
"""How far the columns of a rotation may be from right angles and unit length, as registrations
compute them."""


class MatrixType(StrEnum):
    """Enumerated values of (0070,030C)."""

    RIGID = "RIGID"
    RIGID_SCALE = "RIGID_SCALE"
    AFFINE = "AFFINE"


def matrix_type(matrix: Matrix) -> MatrixType:
    """Return the narrowest type that a matrix of shape (4, 4) has; a mirror is affine.

    Examples
    --------
    >>> matrix_type(np.diag([2.0, 1.0, 1.0, 1.0]))
    <MatrixType.RIGID_SCALE: 'RIGID_SCALE'>
    """
    linear = np.asarray(matrix)[:3, :3]
    products = linear.T @ linear
    squares = np.diag(products)
    across = np.abs(products - np.diag(squares)).max()
    if np.linalg.det(linear) <= 0 or across > ORTHOGONAL_TOLERANCE * squares.max():
        return MatrixType.AFFINE
    if np.abs(squares - 1).max() <= ORTHOGONAL_TOLERANCE:
        return MatrixType.RIGID
    return MatrixType.RIGID_SCALE


def matrix_item(matrix: Matrix) -> Dataset:
    """Return the item of a matrix: row by row, and its type."""
    item = Dataset()
    item.FrameOfReferenceTransformationMatrix = [decimal(part) for part in np.ravel(matrix)]
    item.FrameOfReferenceTransformationMatrixType = matrix_type(matrix).value
    return item
