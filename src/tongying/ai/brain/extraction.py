"""The brain with its fluid, drawn by deepbet's networks (card ``brain-extraction``)."""

from __future__ import annotations

import numpy as np

from tongying.ai.answer import Answer, LabelledMask
from tongying.ai.backends.deepbet import BrainExtraction, BrainUnseen
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.brain.answering import method_of
from tongying.ai.brain.regions import HEAD_CONTENT
from tongying.ai.brain.volumes import MM3_OF_CM3, plausible, told_volumes
from tongying.ai.card.catalogue import card_of
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.imaging.turned import Turned
from tongying.imaging.volume import Mask, Volume

CARD = "brain-extraction"


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Draw the brain and tell its volume.

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
        raise RunRefused("Brain extraction needs a series that is a volume.")
    mask = brain_mask(volume.volume, progress)
    grid = volume.volume.grid
    card = card_of(CARD)
    cm3 = float(np.count_nonzero(mask)) * grid.voxel_mm3 / MM3_OF_CM3
    values, flags = told_volumes({HEAD_CONTENT.measure: cm3}, method_of(card.id, card.version))
    drawn = LabelledMask(
        HEAD_CONTENT.name, HEAD_CONTENT.english, HEAD_CONTENT.chinese, request.series[0].uid,
        mask, grid,
    )  # fmt: skip
    return Answer(values=values, flags=(*flags, *plausible(mask)), masks=(drawn,))


def brain_mask(volume: Volume, progress: Progress) -> Mask:
    """Return the brain with its fluid, on the grid of the volume.

    Raises
    ------
    RunRefused
        If no brain was found.
    RuntimeMissing
        If torch or deepbet is not installed.
    PackBroken
        If the package's networks are missing.
    """
    turned = Turned(volume.grid)
    image = turned.to_ras(volume.array).astype(np.float32)
    try:
        drawn = BrainExtraction.load(card_of(CARD).running.limits.threads).mask(image, progress)
    except BrainUnseen as refusal:
        raise RunRefused(refusal.sentence, refusal.error_code) from None
    return np.ascontiguousarray(turned.back(drawn))
