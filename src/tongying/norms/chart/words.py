"""The few words on a chart, in Chinese and English."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tongying.norms.axis import AxisKind
from tongying.norms.sex import Sex


class Language(StrEnum):
    """Of a chart."""

    CHINESE = "zh"
    ENGLISH = "en"


WORDS: Final[dict[str, tuple[str, str]]] = {
    "days": ("日龄（天）", "Age (days)"),
    "weeks": ("年龄（周）", "Age (weeks)"),
    "months": ("年龄（月）", "Age (months)"),
    "years": ("年龄（岁）", "Age (years)"),
    "corrected months": ("矫正月龄（月）", "Corrected age (months)"),
    "corrected years": ("年龄（岁，2 岁前矫正）", "Age (years, corrected below 2)"),
    "gestation": ("孕周", "Gestational age (weeks)"),
    "postmenstrual": ("胎龄（周，含出生后）", "Postmenstrual age (weeks)"),
    "height": ("身高（cm）", "Height (cm)"),
    "surface": ("体表面积（m²）", "Body surface area (m²)"),
    "everyone": ("不分年龄", "All ages"),
    "girls": ("女", "girls"),
    "boys": ("男", "boys"),
    "both": ("不分性别", "both sexes"),
    "n": ("每年龄段例数", "children at this age"),
    "band": ("色带为曲线的 90 % 区间", "bands: 90 % interval of the curve"),
    "unsigned": ("待签核", "needs sign-off"),
    "foreign": ("非中国人群", "foreign population"),
    "research": ("仅供研究", "research use only"),
    "limit": ("上限", "upper limit"),
    "below": ("低于", "below"),
    "above": ("高于", "above"),
    "middle": ("中位", "middle"),
    "low": ("下限", "lower limit"),
    "no curve": ("本参考值没有印出曲线", "This norm has no curve"),
}


def word(key: str, language: Language) -> str:
    """Return a word."""
    chinese, english = WORDS[key]
    return chinese if language is Language.CHINESE else english


def sex_word(sex: Sex | None, language: Language) -> str:
    """Return the word for a sex, or for both."""
    return word({Sex.FEMALE: "girls", Sex.MALE: "boys", None: "both"}[sex], language)


def axis_words(axis: AxisKind, span_days: float) -> tuple[str, float]:
    """Return the word for an axis and by how much its unit is divided to be written.

    Parameters
    ----------
    axis : AxisKind
    span_days : float
        Width of what is shown, in the axis' unit.
    """
    match axis:
        case AxisKind.AGE | AxisKind.CORRECTED_AGE:
            corrected = axis is AxisKind.CORRECTED_AGE
            if span_days <= 92 and not corrected:
                return "weeks", 7.0
            if span_days <= 1100:
                return ("corrected months" if corrected else "months"), 365.25 / 12
            return ("corrected years" if corrected else "years"), 365.25
        case AxisKind.GESTATIONAL_AGE:
            return "gestation", 1.0
        case AxisKind.POSTMENSTRUAL_AGE:
            return "postmenstrual", 1.0
        case AxisKind.HEIGHT:
            return "height", 1.0
        case AxisKind.BODY_SURFACE:
            return "surface", 1.0
        case AxisKind.NONE:
            return "everyone", 1.0
