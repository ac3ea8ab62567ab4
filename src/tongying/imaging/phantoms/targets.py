"""Points within the body."""

from __future__ import annotations

import numpy as np

from tongying.imaging.grid import Points
from tongying.imaging.quality.body import body_of
from tongying.imaging.volume import Volume


def targets_in(volume: Volume, count: int, random: np.random.Generator) -> Points:
    """Return points within the body, LPS mm, each body voxel being as likely.

    Parameters
    ----------
    volume : Volume
    count : int
    random : numpy.random.Generator

    Raises
    ------
    NoBody
        If nothing stands out from the background.
    """
    where = np.flatnonzero(body_of(volume))
    chosen = random.choice(where, size=count, replace=len(where) < count)
    k, j, i = np.unravel_index(chosen, volume.grid.shape)
    index = np.stack([i, j, k], axis=1) + random.uniform(-0.5, 0.5, (count, 3))
    return volume.grid.to_lps(index)
