"""The lungs as an answer: both masks, their volumes, and what is doubtful about them."""

from __future__ import annotations

from typing import Final

from tongying.ai.answer import Answer, Flag, LabelledMask, Level, Told
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.lung.lung_field import LEFT, RIGHT, LungField, lungs_of
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat
from tongying.norms.method import MeasuringMethod

CARD: Final = "lungs"
VERSION: Final = "1.0.0"
MEASURE: Final = "lung-volume"
SIDES: Final = (
    (RIGHT, "R", "lung-right", "Right lung", "右肺"),
    (LEFT, "L", "lung-left", "Left lung", "左肺"),
)
CUT: Final = Caveat("ai.lungs-cut", "Lung reaches the edge of the scan; a part may be missing.")
MIDDLE: Final = Caveat(
    "ai.lungs-together", "Both lungs were found as one; the middle of it divides them."
)


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Find the lungs in a chest CT.

    Parameters
    ----------
    request : Request
    volume : SourceVolume or None
    progress : Progress

    Raises
    ------
    RunRefused
        If there is no volume in Hounsfield units.
    NoLungs
        If nothing in it looks like lungs.
    """
    if volume is None or volume.volume.quantity is not Quantity.HU:
        raise RunRefused("The images are not in Hounsfield units.", "ai.no-hounsfield")
    progress(0.1, "lungs")
    field = lungs_of(volume.volume)
    series = request.series[0].uid
    caveats = tuple(
        caveat for caveat, holds in ((CUT, field.cut), (MIDDLE, not field.apart)) if holds
    )
    method = MeasuringMethod(CARD, VERSION, None, "aerated lung with its vessels")
    return Answer(
        values=tuple(
            Told(MEASURE, round(field.volume_cm3(side), 1), "cm3", letter, method, caveats)
            for side, letter, *_ in SIDES
        ),
        masks=tuple(
            LabelledMask(name, english, chinese, series, field.sides == side, field.grid)
            for side, _, name, english, chinese in SIDES
        ),
        flags=_flags(field, series),
        caveats=caveats,
    )


def _flags(field: LungField, series: str) -> tuple[Flag, ...]:
    if not field.cut:
        return ()
    return (
        Flag(
            "lungs-cut",
            Level.LOOK,
            "Lung reaches the first or last slice; the volume is of what was scanned.",
            "肺组织到达扫描首层或末层；容积仅为扫描范围内的部分。",
            None,
            series,
        ),
    )
