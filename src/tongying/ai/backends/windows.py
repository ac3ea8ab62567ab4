"""A network sees a part of an image at a time; the parts are put together by weighted mean.

The weight falls off towards a window's border like a bell, as is usual, because a network knows
least about what lies there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongying.ai.backends.network_input import Tensor
from tongying.imaging.progress import Progress

Forward = Callable[[Tensor], Tensor]
"""From (1, channels, *window) to (1, classes, *window), or to (1, classes)."""

BELL_WIDTH: Final = 0.125
"""Standard deviation of the weight, as a share of the window's side (F. Isensee and others,
nnU-Net: a self-configuring method, Nature Methods 18 (2021) 203-211)."""
LEAST_WEIGHT: Final = 1e-3
"""No voxel counts for nothing."""


def forward_all(
    forward: Forward,
    tensor: Tensor,
    *,
    window: tuple[int, ...] | None,
    overlap: float,
    multiple_of: int,
    progress: Progress,
) -> Tensor:
    """Return what a network says about a whole tensor.

    Parameters
    ----------
    forward : callable
        Called with one window at a time.
    tensor : ndarray, shape (channels, ...)
    window : tuple of int or None
        Its sides; None: the whole tensor at once.
    overlap : float
        0 to below 1.
    multiple_of : int
        Sides of what the network sees are padded with the border's values to a multiple of it.
    progress : Progress
        Is told after every window.

    Returns
    -------
    ndarray, shape (classes, ...)
    """
    sides = tensor.shape[1:]
    wanted = sides if window is None else tuple(window)
    wanted = tuple(-(-side // multiple_of) * multiple_of for side in wanted)
    padded = _padded(tensor, wanted)
    weight = _bell(wanted)
    total: Tensor | None = None
    weights = np.zeros(padded.shape[1:], dtype=np.float32)
    places = list(_places(padded.shape[1:], wanted, overlap))
    for number, place in enumerate(places, 1):
        said = forward(np.ascontiguousarray(padded[(slice(None), *place)])[None])[0]
        if len(places) == 1:
            total, weights = said, np.ones_like(weights)
        else:
            if total is None:
                total = np.zeros((said.shape[0], *padded.shape[1:]), dtype=np.float32)
            total[(slice(None), *place)] += said * weight
            weights[place] += weight
        progress(number / len(places), "network")
    assert total is not None  # noqa: S101 - there is at least one window
    inside = tuple(slice(0, side) for side in sides)
    found: Tensor = (total / weights)[(slice(None), *inside)]
    return found


def _padded(tensor: Tensor, wanted: tuple[int, ...]) -> Tensor:
    missing = [max(0, want - side) for want, side in zip(wanted, tensor.shape[1:], strict=True)]
    if not any(missing):
        return tensor
    return np.pad(tensor, [(0, 0), *((0, more) for more in missing)], mode="edge")


def _places(
    sides: tuple[int, ...], window: tuple[int, ...], overlap: float
) -> Iterator[tuple[slice, ...]]:
    starts = []
    for side, length in zip(sides, window, strict=True):
        step = max(1, int(length * (1 - overlap)))
        last = side - length
        starts.append(sorted({*range(0, last, step), last}))
    for corner in product(*starts):
        yield tuple(
            slice(begin, begin + length) for begin, length in zip(corner, window, strict=True)
        )


def _bell(sides: tuple[int, ...]) -> NDArray[np.float32]:
    weight = np.ones((), dtype=np.float64)
    for side in sides:
        offsets = (np.arange(side) - (side - 1) / 2) / max(side * BELL_WIDTH, 1e-9)
        weight = np.multiply.outer(weight, np.exp(-0.5 * offsets**2))
    return np.maximum(weight, LEAST_WEIGHT).astype(np.float32)
