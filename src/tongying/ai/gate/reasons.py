"""The sentences in which the gate says why, in both languages and without patient data."""

from __future__ import annotations

from typing import Final

from tongying.ai.card.definition import Span
from tongying.ai.gate.admission import Criterion, Fault, Refusal
from tongying.kernel.age import Age

_MONTH_DAYS: Final = 365.25 / 12
_NAMES: Final[dict[Criterion, tuple[str, str]]] = {
    Criterion.AGE: ("age", "年龄"),
    Criterion.WEIGHT: ("weight", "体重"),
    Criterion.SEX: ("sex", "性别"),
    Criterion.MODALITY: ("modality", "检查类型"),
    Criterion.BODY_PART: ("body part", "检查部位"),
    Criterion.SEQUENCE: ("sequence", "序列类型"),
    Criterion.PLANE: ("plane", "扫描方位"),
    Criterion.KERNEL: ("reconstruction kernel", "重建核"),
    Criterion.SLICE_THICKNESS: ("slice thickness", "层厚"),
    Criterion.SLICE_SPACING: ("slice spacing", "层间距"),
    Criterion.PIXEL: ("pixel size", "像素大小"),
    Criterion.FIELD_STRENGTH: ("field strength", "场强"),
    Criterion.KVP: ("tube voltage", "管电压"),
    Criterion.IMAGES: ("number of images", "图像数"),
    Criterion.MANUFACTURER: ("manufacturer", "设备厂商"),
    Criterion.CONTRAST: ("contrast agent", "对比剂"),
    Criterion.ORIGINAL: ("kind of image", "图像类别"),
    Criterion.PRIOR: ("prior", "既往检查"),
}
UNITS: Final[dict[Criterion, str]] = {
    Criterion.WEIGHT: "kg",
    Criterion.SLICE_THICKNESS: "mm",
    Criterion.SLICE_SPACING: "mm",
    Criterion.PIXEL: "mm",
    Criterion.FIELD_STRENGTH: "T",
    Criterion.KVP: "kV",
    Criterion.IMAGES: "",
}


def outside(criterion: Criterion, found: tuple[str, str], asked: tuple[str, str]) -> Refusal:
    """Return the reason for a value that is not on the card.

    Parameters
    ----------
    criterion : Criterion
    found, asked : tuple of str
        What the study has and what the card asks for, in English and Chinese.
    """
    english, chinese = _NAMES[criterion]
    if criterion is Criterion.AGE:
        return Refusal(
            criterion,
            Fault.OUTSIDE,
            f"Not validated at this age: the child is {found[0]} old, and the card asks for"
            f" {asked[0]}.",
            f"在此年龄未经验证：患儿{found[1]}，模型卡要求{asked[1]}。",
        )
    return Refusal(
        criterion,
        Fault.OUTSIDE,
        f"The {english} is {found[0]}, and the card asks for {asked[0]}.",
        f"{chinese}为{found[1]}，模型卡要求{asked[1]}。",
    )


def unknown(criterion: Criterion, asked: tuple[str, str]) -> Refusal:
    """Return the reason for a value that the headers do not say."""
    english, chinese = _NAMES[criterion]
    if criterion is Criterion.PRIOR:
        return Refusal(
            criterion,
            Fault.UNKNOWN,
            "The model compares with an earlier study of the child, and there is none here.",
            "该模型需与患儿既往检查对比，但此处没有既往检查。",
        )
    return Refusal(
        criterion,
        Fault.UNKNOWN,
        f"The {english} is not known from the headers, and the card asks for {asked[0]}.",
        f"图像头信息未给出{chinese}，模型卡要求{asked[1]}。",
    )


def contradicted(criterion: Criterion, sentence: str, asked: tuple[str, str]) -> Refusal:
    """Return the reason for a value that headers contradict each other on."""
    english, chinese = _NAMES[criterion]
    return Refusal(
        criterion,
        Fault.CONTRADICTED,
        f"The {english} is contradicted: {sentence[:1].lower()}{sentence[1:].rstrip('.')};"
        f" the card asks for {asked[0]}.",
        f"{chinese}自相矛盾：图像头信息之间或与描述不一致；模型卡要求{asked[1]}。",
    )


def derived(*, localizer: bool) -> Refusal:
    """Return the reason for a series that is not what a scanner made of the child."""
    if localizer:
        return Refusal(
            Criterion.ORIGINAL,
            Fault.OUTSIDE,
            "The series is a localizer, and the card asks for diagnostic images.",
            "该序列为定位像，模型卡要求诊断图像。",
        )
    return Refusal(
        Criterion.ORIGINAL,
        Fault.OUTSIDE,
        "The series is derived, or does not say that it is original; the card asks for original"
        " images.",
        "该序列为后处理图像或未标明为原始图像，模型卡要求原始图像。",
    )


def no_series(modality: str | None) -> Refusal:
    """Return the reason for a study without a series to read."""
    return Refusal(
        Criterion.MODALITY,
        Fault.UNKNOWN,
        f"The study has no images to read; the card asks for {modality or 'images'}.",
        f"该检查没有可读的图像；模型卡要求{modality or '图像'}。",
    )


def age_words(days: int) -> tuple[str, str]:
    """Return an age as a paediatrician says it, months counted as twelfths of a year.

    Examples
    --------
    >>> age_words(2700)
    ('7 y 4 mo', '7 岁 4 月')
    """
    age = Age(days, int(days / _MONTH_DAYS))
    return age.in_english(), age.in_chinese()


def ages_words(span: Span) -> tuple[str, str]:
    """Return a span of ages.

    Examples
    --------
    >>> ages_words(Span(4383, 6574))[0]
    '12 y to below 18 y'
    """
    low = None if span.low is None else age_words(int(span.low))
    end = None if span.high is None else age_words(int(span.high) + 1)
    if low is not None and end is not None:
        return f"{low[0]} to below {end[0]}", f"{low[1]}至{end[1]}（不含）"
    if low is not None:
        return f"{low[0]} or older", f"{low[1]}及以上"
    if end is not None:
        return f"below {end[0]}", f"小于{end[1]}"
    return "any age", "不限年龄"


def number_words(criterion: Criterion, value: float) -> tuple[str, str]:
    """Return a number with its unit."""
    text = f"{value:.4g} {UNITS[criterion]}".strip()
    return text, text


def span_words(criterion: Criterion, span: Span) -> tuple[str, str]:
    """Return a span with its unit.

    Examples
    --------
    >>> span_words(Criterion.SLICE_THICKNESS, Span(None, 1.5))
    ('at most 1.5 mm', '不超过1.5 mm')
    """
    unit = f" {UNITS[criterion]}".rstrip()
    if span.low is not None and span.high is not None:
        return f"{span.low:g} to {span.high:g}{unit}", f"{span.low:g}至{span.high:g}{unit}"
    if span.low is not None:
        return f"at least {span.low:g}{unit}", f"不小于{span.low:g}{unit}"
    if span.high is not None:
        return f"at most {span.high:g}{unit}", f"不超过{span.high:g}{unit}"
    return "any", "任意"
