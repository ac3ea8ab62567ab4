"""A brain's labels as an answer: masks on the series, volumes with their method, doubts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongying.ai.answer import Answer, LabelledMask
from tongying.ai.brain.regions import REGIONS
from tongying.ai.brain.volumes import plausible, region_volumes_cm3, told_volumes
from tongying.imaging.grid import Grid
from tongying.norms.method import MeasuringMethod

PROTOCOL = "t1-3d"
"""What a norm names when it asks for a three-dimensional T1-weighted series."""


@dataclass(frozen=True, slots=True, eq=False)
class Labelled:
    """Labels of one series.

    Attributes
    ----------
    names : sequence of str
        Of the labels from 0, as `tongying.ai.brain.regions.REGIONS` has them.
    series_uid : str
    on_series : ndarray of uint8, shape (slices, rows, columns)
    grid : Grid
        Of the series.
    counted : ndarray of uint8
        The labels whose voxels are counted; they may lie on another grid.
    voxel_mm3 : float
        Of `counted`.
    """

    names: Sequence[str]
    series_uid: str
    on_series: NDArray[np.uint8]
    grid: Grid
    counted: NDArray[np.uint8]
    voxel_mm3: float


def method_of(card: str, version: str) -> MeasuringMethod:
    """Return how a card's volumes were measured: a norm of another tool never scores them."""
    return MeasuringMethod(
        tool=card, version=version, protocol=PROTOCOL, rule="both sides together, voxels counted"
    )


def answer_of(labelled: Labelled, method: MeasuringMethod) -> Answer:
    """Return masks of the labels that are there, the volumes that can be true, and flags."""
    volumes = region_volumes_cm3(labelled.counted, labelled.names, labelled.voxel_mm3)
    values, flags = told_volumes(volumes, method)
    masks = []
    for number, name in enumerate(labelled.names):
        mask = labelled.on_series == number
        if number == 0 or not mask.any():
            continue
        region = REGIONS[name]
        masks.append(
            LabelledMask(
                region.name, region.english, region.chinese, labelled.series_uid, mask,
                labelled.grid,
            )
        )  # fmt: skip
    whole = labelled.on_series > 0
    doubts = plausible(whole) if whole.any() else ()
    return Answer(values=values, flags=(*flags, *doubts), masks=tuple(masks))
