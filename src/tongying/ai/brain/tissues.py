"""Fluid, grey and white matter by a hidden Markov random field (card ``brain-tissues``).

Three Gaussian classes of brightness inside the brain, each voxel held together with its neighbours;
nothing is trained. The brain itself is drawn by deepbet's networks.

References
----------
Zhang Y., Brady M., Smith S. Segmentation of brain MR images through a hidden Markov random field
model and the expectation-maximization algorithm. IEEE Trans Med Imaging 2001;20:45-57.
doi:10.1109/42.906424. The steps are dipy's (1.12.1, `ConstantObservationModel`,
`IteratedConditionalModes`); their order is that of its `TissueClassifierHMRF`, whose noise around
the brain is drawn anew in every run and here is the same always.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from dipy.segment.mrf import ConstantObservationModel, IteratedConditionalModes
from numpy.typing import NDArray

from tongying.ai.answer import Answer
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.brain.answering import Labelled, answer_of, method_of
from tongying.ai.brain.extraction import brain_mask
from tongying.ai.brain.regions import BACKGROUND
from tongying.ai.card.catalogue import card_of
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress, Share
from tongying.imaging.volume import Array, Mask

CARD = "brain-tissues"
LABELS: Final = (BACKGROUND, "Fluid", "Grey-Matter", "White-Matter")
"""From dark to bright on a T1-weighted image of a brain with its myelin."""
SMOOTHNESS: Final = 0.1
"""Weight of the neighbours (beta), as dipy's own example takes it."""
_LEAST_VOXELS: Final = 1000
_ITERATIONS_AT_MOST: Final = 100
_SETTLED: Final = 1e-5
"""Share of the energy's whole fall that the last five iterations may still change."""
_AROUND, _AROUND_SPREAD = 1e-3, 1e-4
"""Signal around the brain, of the brightest voxel's: a class with a spread of nothing has none."""
_WINDOW: Final = 5


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Part the brain into tissues and tell their volumes.

    Raises
    ------
    RunRefused
        If there is no volume, or no brain in it.
    RuntimeMissing
        If torch or deepbet is not installed.
    PackBroken
        If the package's networks are missing.
    """
    if volume is None:
        raise RunRefused("Tissues need a series that is a volume.")
    held = volume.volume
    mask = brain_mask(held, Share(progress, 0.0, 0.4))
    labels = tissues(held.array, mask)
    progress(0.95, "masks")
    card = card_of(CARD)
    return answer_of(
        Labelled(LABELS, request.series[0].uid, labels, held.grid, labels, held.grid.voxel_mm3),
        method_of(card.id, card.version),
    )


def tissues(array: Array, mask: Mask) -> NDArray[np.uint8]:
    """Return labels 1 fluid, 2 grey matter, 3 white matter within a brain's mask, 0 outside.

    Parameters
    ----------
    array : ndarray, shape (slices, rows, columns)
        T1-weighted signal.
    mask : ndarray of bool
        Of the same shape.

    Raises
    ------
    RunRefused
        If the brain is too small, or shows no contrast.
    """
    if np.count_nonzero(mask) < _LEAST_VOXELS or np.ptp(array[mask]) <= 0:
        raise RunRefused("Too little of a brain to tell tissues apart.")
    box = tuple(_extent(mask, axis) for axis in range(3))
    inside, values = mask[box], array[box].astype(np.float64)
    # The field wants positive signal inside and nothing outside.
    values = np.where(inside, values - values[inside].min() + 1.0, 0.0)
    labels = np.zeros(mask.shape, np.uint8)
    labels[box] = np.where(inside, _field(values / values.max()), 0)
    return labels


def _field(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return classes from 0 (around the brain), in the order of brightness.

    Parameters
    ----------
    values : ndarray
        0 around the brain, above 0 to 1 within.
    """
    classes = len(LABELS)
    model, modes = ConstantObservationModel(), IteratedConditionalModes()
    mean, spread = model.initialize_param_uniform(values, classes)
    order = np.argsort(mean)
    fit = model.negloglikelihood(values, mean[order], spread[order], classes)
    found = modes.initialize_maximum_likelihood(fit)
    mean, spread = model.seg_stats(values, found, classes)
    # Fixed noise, so that the same brain gives the same tissues.
    noise = np.random.default_rng(0).normal(_AROUND, _AROUND_SPREAD, values.shape)
    values = np.where(values == 0, noise, values)
    energies = [0.0]
    for turn in range(_ITERATIONS_AT_MOST):
        near = modes.prob_neighborhood(found, SMOOTHNESS, classes)
        chance = model.prob_image(values, classes, mean, spread, near)
        del near
        mean, spread = model.update_param(values, chance, mean, classes)
        del chance
        order = np.argsort(mean)
        mean, spread = mean[order], spread[order]
        fit = model.negloglikelihood(values, mean, spread, classes)
        found, energy = modes.icm_ising(fit, SMOOTHNESS, found)
        energies.append(float(energy[energy > -np.inf].sum()))
        last = energies[-_WINDOW:]
        if turn > _WINDOW and np.ptp(last) < _SETTLED * np.ptp(energies):
            break
    return np.asarray(found, dtype=np.uint8)


def _extent(mask: Mask, axis: int) -> slice:
    others = tuple(other for other in range(3) if other != axis)
    planes = np.flatnonzero(mask.any(axis=others))
    return slice(int(planes[0]), int(planes[-1]) + 1)
