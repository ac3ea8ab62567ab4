"""Children made by rule, not by chance, that other programs were given too (see oracles/)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, stdtrit

COUNT = 900
GRID = np.linspace(0.0, 1.0, 11)
"""Along which the curves of the programs are compared, on the axis 0 to 1."""


def children(*, heavy: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return place on the axis, 0 to 1, and value, written as the programs read them: 9 digits."""
    order = np.arange(COUNT)
    place = order / (COUNT - 1)
    chance = (0.5 + order * 0.6180339887498949) % 1.0
    score = stdtrit(6.0, chance) if heavy else ndtri(chance)
    middle = 40.0 + 60.0 * place**0.7
    spread, skewness = 0.12 + 0.03 * place, 0.5 - 1.5 * place
    flat = np.abs(skewness) < 1e-6
    power = np.where(flat, 1.0, skewness)
    value = middle * np.where(
        flat, np.exp(spread * score), (1.0 + power * spread * score) ** (1.0 / power)
    )
    return np.round(place, 9), np.round(value, 9)
