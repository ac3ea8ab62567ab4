"""Where in the fixed image a point of the moving image came from."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from tongying.imaging.grid import Points
from tongying.imaging.transform import MatrixTransform, Transform
from tongying.kernel.errors import BadInput

_STEPS = 60
_FAR_MM = 1.0


class NotInvertible(BadInput):
    """The deformation cannot be turned round at some points."""

    code: ClassVar[str] = "imaging.not-invertible"


def fixed_points(transform: Transform, moving: ArrayLike, *, within_mm: float = 0.01) -> Points:
    """Return the fixed points, shape (n, 3), that a transform takes to moving points.

    A matrix is inverted; a deformation by iteration ``p <- p + A⁻¹ (q - T(p))``.

    Parameters
    ----------
    transform : Transform
    moving : array_like, shape (n, 3)
        LPS in mm.
    within_mm : float
        Where the iteration ends.

    Raises
    ------
    NotInvertible
        If some point stays more than a millimetre away, as where space folds.

    Examples
    --------
    >>> fixed_points(MatrixTransform.translation((5.0, 0.0, 0.0)), [[6.0, 2.0, 3.0]]).tolist()
    [[1.0, 2.0, 3.0]]
    """
    at = np.asarray(moving, dtype=np.float64)
    affine = MatrixTransform(transform.matrix).inverse()
    found = affine.points(at)
    if isinstance(transform, MatrixTransform):
        return found
    open_ = np.arange(len(at))
    for _ in range(_STEPS):
        miss = at[open_] - transform.points(found[open_])
        far = np.linalg.norm(miss, axis=1) > within_mm
        open_, miss = open_[far], miss[far]
        if not len(open_):
            return found
        found[open_] += miss @ affine.matrix[:3, :3].T
    if np.linalg.norm(at[open_] - transform.points(found[open_]), axis=1).max() > _FAR_MM:
        raise NotInvertible("The deformation folds space and cannot be turned round.")
    return found
