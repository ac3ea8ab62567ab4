"""The nodule detector as an answer: what was found, how large, since when, in which context.

It measures and compares. What follows from a nodule is for the doctors of the child.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np

from tongying.ai.answer import Answer, Flag, Found, LabelledMask, Level
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.lung.context import Context, context_of
from tongying.ai.lung.detecting import Detection, Nodule, detect
from tongying.ai.lung.lungs import CUT
from tongying.ai.lung.matching import Match, Seen, match, to_prior
from tongying.ai.lung.measuring import doubling_days
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress, Share
from tongying.imaging.volume import Mask, Quantity
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import TongyingError

KIND: Final = "lung-nodule"
CONTEXT: Final = "nodule-context"
NOTHING: Final = "no-nodule-told"
MORE: Final = "nodules-left-out"
MEASURED_CHANGE: Final = 1.25
"""Least ratio of two volumes that is told as growth (as the follow-up step; needs sign-off)."""
UNCALIBRATED: Final = Caveat(
    "ai.nodule-score", "The score orders the findings; it is no probability of a nodule."
)
THICK: Final = Caveat(
    "ai.nodule-thick-slices", "The slices are thick for this size; diameter and volume are rough."
)
UNMEASURED: Final = Caveat(
    "ai.nodule-unmeasured", "The finding does not stand out enough from the lung to be measured."
)
NO_PRIOR: Final = Caveat(
    "ai.nodule-prior-unread", "The earlier study could not be compared, so nothing is matched."
)
_CONTEXT_WORDS: Final = {
    Context.ONCOLOGY: (
        Level.LOOK,
        "The question names a malignancy: nodules are for the team that treats it.",
        "申请问题提及恶性肿瘤：结节由其诊治团队评估。",
    ),
    Context.INCIDENTAL: (
        Level.NONE,
        "The question names no malignancy: nodules here are incidental as far as it says.",
        "申请问题未提及恶性肿瘤：就此而言结节属偶然发现。",
    ),
    Context.UNKNOWN: (
        Level.NONE,
        "No question is known, so neither is the context of nodules.",
        "无申请问题，结节的临床背景不明。",
    ),
}


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Find and measure nodules, and compare them with an earlier study where one is given.

    Parameters
    ----------
    request : Request
        With the question in `given`.
    volume : SourceVolume or None
    progress : Progress

    Raises
    ------
    RunRefused
        If there is no volume in Hounsfield units.
    NoLungs
        If nothing in it looks like lungs.
    PackBroken
        If the shipped classifier is missing or another one.
    """
    if volume is None or volume.volume.quantity is not Quantity.HU:
        raise RunRefused("The images are not in Hounsfield units.", "ai.no-hounsfield")
    end = 0.4 if request.prior else 1.0
    found = detect(volume.volume, Share(progress, 0.0, end))
    caveats = [UNCALIBRATED, *((CUT,) if found.field.cut else ())]
    before: dict[int, tuple[Match, Nodule]] = {}
    days: int | None = None
    if request.prior:
        try:
            prior = read_volume(request.prior[0].files)
            before = _compared(volume, found, prior, Share(progress, end, 1.0))
            days = _days_between(prior, volume)
        except (TongyingError, OSError):
            caveats.append(NO_PRIOR)
    context = context_of(_question(request.given))
    series = request.series[0].uid
    return Answer(
        findings=tuple(
            _found(one, volume, series, before.get(one.number), days) for one in found.nodules
        ),
        masks=_mask(found, volume, series),
        flags=_flags(found, context, series),
        caveats=tuple(caveats),
    )


def _question(given: Mapping[str, Any]) -> str:
    """Return its words; read here, so that nothing of the pathways' rules is reached from here."""
    question = given.get("question")
    words = question.get("words") if isinstance(question, Mapping) else None
    return words if isinstance(words, str) else ""


def _compared(
    volume: SourceVolume, found: Detection, prior: SourceVolume, progress: Progress
) -> dict[int, tuple[Match, Nodule]]:
    """Return for each matched number the match and the earlier nodule."""
    earlier = detect(prior.volume, Share(progress, 0.0, 0.6))
    there = to_prior(
        volume.volume,
        found.field,
        prior.volume,
        earlier.field,
        progress=Share(progress, 0.6, 1.0),
    )
    by_number = {one.number: one for one in earlier.nodules}
    pairs = match(_seen(found), _seen(earlier), there)
    return {one.number: (one, by_number[one.prior_number]) for one in pairs}


def _seen(detection: Detection) -> list[Seen]:
    return [
        Seen(one.number, one.size.centre_mm, one.size.diameter_mm)
        for one in detection.nodules
        if one.size is not None
    ]


def _days_between(prior: SourceVolume, now: SourceVolume) -> int | None:
    days = []
    for one in (prior, now):
        text = str(one.template.get("StudyDate", ""))
        try:
            days.append(date(int(text[:4]), int(text[4:6]), int(text[6:8])))
        except ValueError:
            return None
    between = (days[1] - days[0]).days
    return between if between > 0 else None


def _found(
    one: Nodule,
    volume: SourceVolume,
    series: str,
    before: tuple[Match, Nodule] | None,
    days: int | None,
) -> Found:
    details: dict[str, float | str] = {"score": round(one.score, 4)}
    caveats: tuple[Caveat, ...] = (UNMEASURED,)
    size = one.size
    if size is not None:
        details |= {"mean_hu": round(size.mean_hu), "texture": size.texture}
        caveats = (THICK,) if size.thick else ()
    if before is not None and size is not None and before[1].size is not None:
        was = before[1].size.volume_mm3
        details |= {
            "prior_number": float(before[0].prior_number),
            "prior_volume_mm3": round(was, 1),
            "apart_mm": round(before[0].apart_mm, 1),
        }
        doubling = None if days is None else doubling_days(was, size.volume_mm3, days)
        if doubling is not None and size.volume_mm3 >= was * MEASURED_CHANGE:
            details["doubling_days"] = round(doubling)
    centre = one.centre_mm if size is None else size.centre_mm
    column, row, slice_at = (float(at) for at in volume.volume.grid.to_index([centre])[0])
    number = min(max(round(slice_at), 0), len(volume.frames) - 1)
    source = volume.frames[number]
    return Found(
        number=one.number,
        kind=KIND,
        series_uid=series,
        sop_uid=source.sop_instance_uid,
        centre_mm=(round(centre[0], 2), round(centre[1], 2), round(centre[2], 2)),
        image_point=(round(column, 1), round(row, 1)),
        frame=source.frame or 1,
        diameter_mm=None if size is None else round(size.diameter_mm, 1),
        volume_mm3=None if size is None else round(size.volume_mm3, 1),
        side="" if size is None else size.side,
        mask="" if size is None else KIND,
        details=details,
        caveats=caveats,
    )


def _mask(found: Detection, volume: SourceVolume, series: str) -> tuple[LabelledMask, ...]:
    sizes = [one.size for one in found.nodules if one.size is not None]
    if not sizes:
        return ()
    whole: Mask = np.zeros(volume.volume.grid.shape, dtype=np.bool_)
    for size in sizes:
        whole[size.at] |= size.mask
    return (LabelledMask(KIND, "Lung nodules", "肺结节", series, whole, volume.volume.grid),)


def _flags(found: Detection, context: Context, series: str) -> tuple[Flag, ...]:
    level, english, chinese = _CONTEXT_WORDS[context]
    flags = [Flag(CONTEXT, level if found.nodules else Level.NONE, english, chinese, None, series)]
    if not found.nodules:
        flags.append(
            Flag(
                NOTHING,
                Level.NONE,
                "No candidate passed the score; that rules no nodule out.",
                "没有候选灶达到评分阈值；不能据此排除结节。",
                0.0,
                series,
            )
        )
    if found.left_out:
        flags.append(
            Flag(
                MORE,
                Level.LOOK,
                f"{found.left_out} more candidates passed the score and are not listed.",
                f"另有{found.left_out}个候选灶达到评分阈值，未列出。",
                float(found.left_out),
                series,
            )
        )
    return tuple(flags)
