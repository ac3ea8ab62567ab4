"""How smooth each curve is: the generalised Fellner-Schall update.

Wood and Fasiolo, Biometrics 2017; 73: 1071-1081. It climbs the Laplace approximate marginal
likelihood of the smoothing parameters, and so finds the variance between sites too.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.fit.design import Design

FIRST: Final = 1.0
SMALLEST: Final = 1e-8
LARGEST: Final = 1e7
"""Of the smoothing parameters, in units in which penalty and information are equally large."""
LOG_SETTLED: Final = 0.05
LONGEST_STEP: Final = float(np.log(50.0))
FLATTEST: Final = 0.03
LONGEST_JUMP: Final = 4.0
FREEDOM_SETTLED: Final = 0.02
"""A penalty that leaves a curve less freedom than this, in effective parameters, is not moved: it
would only grow without end."""


def size_of(design: Design, information: FloatArray) -> FloatArray:
    """Return the smoothing parameters at which penalty and information are equally large."""
    sizes = np.array(
        [
            np.trace(information[one.where, one.where]) / np.trace(one.matrix)
            for one in design.penalties
        ]
    )
    return np.asarray(np.maximum(sizes, np.finfo(np.float64).tiny))


def change_of(
    design: Design, coefficients: FloatArray, inverse: FloatArray, smoothing: FloatArray
) -> FloatArray:
    """Return by how much the logarithm of each smoothing parameter is to change; 0 where settled.

    Parameters
    ----------
    design : Design
    coefficients : FloatArray
        (p,), at the maximum of the penalised likelihood.
    inverse : FloatArray
        (p, p), of the penalised information.
    smoothing : FloatArray
        As they are.
    """
    change = np.zeros_like(smoothing)
    for number, one in enumerate(design.penalties):
        part = coefficients[one.where]
        used = smoothing[number] * float(np.sum(inverse[one.where, one.where] * one.matrix))
        free = one.rank - used
        if free <= FREEDOM_SETTLED:
            continue
        rough = smoothing[number] * float(part @ one.matrix @ part)
        change[number] = np.log(free) - np.log(max(rough, free * np.exp(-LONGEST_STEP)))
    return np.asarray(np.maximum(change, -LONGEST_STEP))


def jump(change: FloatArray, before: FloatArray, moved: FloatArray) -> FloatArray:
    """Return by how much the logarithms are moved.

    The update converges slowly, by a steady rate. Where it and the one before tell the rate, the
    secant through both is followed to its root.

    Parameters
    ----------
    change : FloatArray
        What the update says now.
    before : FloatArray
        What it said the time before; 0 where that is not known.
    moved : FloatArray
        By how much the logarithms were moved then.
    """
    slope = np.divide(change - before, moved, out=np.full_like(change, -1.0), where=moved != 0)
    known = (before != 0.0) & (slope < -FLATTEST) & (change != 0.0)
    ahead = np.where(known, change / -np.where(known, slope, -1.0), change)
    return np.asarray(np.clip(ahead, -LONGEST_JUMP, LONGEST_JUMP))
