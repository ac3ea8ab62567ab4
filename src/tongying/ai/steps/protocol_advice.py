"""How a CT was made beside what is usual for the child: dose, slices, weight and contrast medium.

A rule, nothing learned. It reads headers only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import pydicom
from pydicom.errors import InvalidDicomError

from tongying.ai.answer import Answer, Flag, Level
from tongying.ai.backends.protocol import Request
from tongying.ai.steps.dose_levels import SOURCE, SOURCE_ZH, DoseLevel, dose_level
from tongying.dicom.acquisition.facts import BodyPart, ChildFacts, SeriesFacts, StudyFacts
from tongying.dicom.acquisition.header import number_of, values_of
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.body.contrast import Agent, contrast
from tongying.measure.body.weighed import Weighed

DOSE_ABOVE: Final = "dose-above-level"
DOSE_WITHIN: Final = "dose-within-level"
DOSE_NOT_COMPARED: Final = "dose-not-compared"
CONTRAST_USUAL: Final = "contrast-usual"
WEIGHT_MISSING: Final = "weight-missing"
PROTOCOL_SEEN: Final = "protocol-seen"
LEVELS_UNSIGNED: Final = Caveat(
    "ai.dose-levels-unsigned",
    "The dose levels were read at second hand and need sign-off; your hospital's own come first.",
)
HEAD_WEIGHTED: Final = Caveat(
    "ai.dose-head-weighted",
    "For the head the survey gives CTDIw; it equals the CTDIvol of the header at pitch 1 only.",
)
DLP_ESTIMATED: Final = Caveat(
    "ai.dose-length-estimated",
    "The dose-length product was estimated as CTDIvol times the scanned length, no overranging.",
)
_CM: Final = 10.0
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class DoseSeen:
    """What a series' header says of its dose.

    Attributes
    ----------
    ctdi_mgy : float
        CTDIvol, (0018,9345).
    dlp_mgy_cm : float or None
        Estimated from the length; None where the length is not known.
    """

    ctdi_mgy: float
    dlp_mgy_cm: float | None


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Say how each CT series stands beside the dose levels, and what was or is usual.

    Parameters
    ----------
    request : Request
    volume : SourceVolume or None
        Not read.
    progress : Progress
    """
    facts = request.facts
    files = {one.uid: one.files for one in request.series}
    flags: list[Flag] = []
    caveats: list[Caveat] = []
    for series in facts.series:
        if series.modality != "CT" or series.localizer or not series.original:
            continue
        flags.append(_seen(series))
        told, doubts = _dose(series, files.get(series.uid, ()), facts.child)
        flags.append(told)
        caveats += [one for one in doubts if one not in caveats]
    flags += _contrast(facts)
    return Answer(flags=tuple(flags), caveats=tuple(caveats))


def dose_seen(series: SeriesFacts, files: tuple[Path, ...]) -> DoseSeen | None:
    """Return the largest CTDIvol of a series and its length times that; None without CTDIvol."""
    found = [value for path in files if (value := _ctdi(path)) is not None and value > 0]
    if not found:
        return None
    length = None
    if series.slice_spacing_mm is not None and series.images > 0:
        length = series.images * series.slice_spacing_mm / _CM
    return DoseSeen(max(found), None if length is None else sum(found) / len(found) * length)


def _ctdi(path: Path) -> float | None:
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["CTDIvol"])
    except (InvalidDicomError, OSError):
        return None
    return number_of(values_of(header, "CTDIvol"))


def _dose(
    series: SeriesFacts, files: tuple[Path, ...], child: ChildFacts
) -> tuple[Flag, tuple[Caveat, ...]]:
    seen = dose_seen(series, files)
    if seen is None:
        return _not_compared(series, "the header tells no CTDIvol", "标头未给出CTDIvol"), ()
    if child.age_days is None:
        return _not_compared(series, "the child's age is not known", "患儿年龄未知"), ()
    levels = [
        level
        for part in sorted(series.body_parts, key=lambda one: one.value)
        if (level := dose_level(part, child.age_days)) is not None
    ]
    if len(levels) != 1:
        why = "there is no single level for this part and age"
        return _not_compared(series, why, "该部位和年龄没有唯一对应的参考水平"), ()
    level = levels[0]
    above = seen.ctdi_mgy > level.ctdi_mgy
    doubts = [LEVELS_UNSIGNED, *((HEAD_WEIGHTED,) if level.weighted else ())]
    told = [f"CTDIvol {seen.ctdi_mgy:.1f} / {level.ctdi_mgy:.1f} mGy"]
    if seen.dlp_mgy_cm is not None:
        above = above or seen.dlp_mgy_cm > level.dlp_mgy_cm
        told.append(f"DLP {seen.dlp_mgy_cm:.0f} / {level.dlp_mgy_cm:.0f} mGy·cm")
        doubts.append(DLP_ESTIMATED)
    return _compared(series, level, told, seen, above=above), tuple(doubts)


def _compared(
    series: SeriesFacts, level: DoseLevel, told: list[str], seen: DoseSeen, *, above: bool
) -> Flag:
    years = f"{level.years[0]}-<{level.years[1]}"
    return Flag(
        DOSE_ABOVE if above else DOSE_WITHIN,
        Level.LOOK if above else Level.NONE,
        f"{'Above' if above else 'Not above'} the reference level for {level.part.value}, "
        f"{years} y: {', '.join(told)} ({SOURCE}).",
        f"{'高于' if above else '未高于'}诊断参考水平（{_PARTS[level.part]}，{years}岁）："
        f"{'，'.join(told)}（{SOURCE_ZH}）。",
        value=seen.ctdi_mgy,
        series_uid=series.uid,
    )


_PARTS: Final = {BodyPart.HEAD: "头部", BodyPart.CHEST: "胸部", BodyPart.ABDOMEN: "腹部"}


def _not_compared(series: SeriesFacts, why: str, why_zh: str) -> Flag:
    return Flag(
        DOSE_NOT_COMPARED,
        Level.NONE,
        f"The dose was not compared: {why}.",
        f"未与参考水平比较：{why_zh}。",
        series_uid=series.uid,
    )


def _seen(series: SeriesFacts) -> Flag:
    told = [
        f"{value:g} {unit}"
        for value, unit in (
            (series.kvp, "kVp"),
            (series.slice_thickness_mm, "mm"),
        )
        if value is not None and math.isfinite(value)
    ]
    kernel = [series.kernel] if series.kernel else []
    said = [*told, *kernel] or ["not told"]
    said_zh = [*told, *kernel] or ["未注明"]
    return Flag(
        PROTOCOL_SEEN,
        Level.NONE,
        f"Tube voltage, slice thickness, kernel: {', '.join(said)}.",
        f"管电压、层厚、重建核：{'，'.join(said_zh)}。",
        series_uid=series.uid,
    )


def _contrast(facts: StudyFacts) -> Iterator[Flag]:
    given = [one for one in facts.series if one.contrast and one.modality == "CT"]
    if not given:
        return
    if facts.child.weight_kg is None:
        yield Flag(
            WEIGHT_MISSING,
            Level.LOOK,
            "A contrast medium was given and the header tells no weight.",
            "使用了对比剂，但标头未记录体重。",
        )
        return
    on = facts.study_date
    if on is None:
        return
    yield from _usual(facts.child, on)


def _usual(child: ChildFacts, on: date) -> Iterator[Flag]:
    try:
        usual = contrast(Agent.IODINE_300, Weighed(child.weight_kg, on, child.age_days), on)
    except BadInput as refusal:
        yield Flag(CONTRAST_USUAL, Level.NONE, refusal.sentence, "体重或年龄超出该表范围。")
        return
    amount = f"{usual.low_ml:.0f}-{usual.high_ml:.0f} mL"
    yield Flag(
        CONTRAST_USUAL,
        Level.NONE,
        f"Usual for this weight: {usual.english}, {amount} ({usual.source}).",
        f"按体重通常用量：{usual.chinese}，{amount}（常规做法，待签核）。",
        value=usual.high_ml,
    )
