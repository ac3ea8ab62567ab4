"""The joint table as text of an opinion, in Chinese or English.

Only what was measured, how, and how far it can be trusted: no finding, no diagnosis, no normal
value. The reader takes the text over and answers for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongying.imaging.joint_regions import JointRow
from tongying.imaging.quality.estimate import Verdict
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity

PREFIX: Final = {
    Quantity.SUV_BW: "SUV",
    Quantity.SUV_LBM_JANMAHASATIAN: "SUL",
    Quantity.SUV_LBM_JAMES: "SUL",
    Quantity.SUV_BSA: "SUVbsa",
}


class ReportLanguage(StrEnum):
    """In which the text is written."""

    ENGLISH = "en"
    CHINESE = "zh-hans"


@dataclass(frozen=True, slots=True)
class FusionFacts:
    """How one image was brought to another.

    Attributes
    ----------
    fixed, moving : str
        Names of the layers.
    method : Method
    verdict : Verdict
    estimated_error_mm : float
    """

    fixed: str
    moving: str
    method: Method
    verdict: Verdict
    estimated_error_mm: float


@dataclass(frozen=True, slots=True)
class _Words:
    title: str
    fusion: str
    region: str
    unmeasured: str
    nothing: str
    inside: str
    caution: str
    methods: str
    join: str
    stop: str
    colon: str
    end: str


_WORDS: Final = {
    ReportLanguage.ENGLISH: _Words(
        "Joint measurements of the fused images",
        "Fusion: {moving} to {fixed}, {method}; estimated error {error} mm; verdict: {verdict}.",
        "Region “{name}”: {volume} ml as drawn, smallest diameter {axis} mm.",
        "not measured: {reason}",
        "no absolute value",
        "{share} % of the region within the image",
        "Caution: ",
        "Methods: ",
        "; ",
        ".",
        ": ",
        "Computed values; the reader who signs confirms them.",
    ),
    ReportLanguage.CHINESE: _Words(
        "融合图像联合测量",
        "融合：{moving} 配准至 {fixed}，{method}；估计误差 {error} mm；质量判定：{verdict}。",
        "区域“{name}”：勾画体积 {volume} ml，最小径 {axis} mm。",
        "未测量：{reason}",
        "无绝对值",
        "区域的 {share}% 位于该图像范围内",
        "注意：",
        "方法：",
        "；",
        "。",
        "：",
        "以上为计算值，由签署医师核实。",
    ),
}
_QUANTITY: Final = {
    Quantity.COUNTS: ("counts", "计数"),
    Quantity.SIGNAL: ("signal", "信号"),
    Quantity.LABEL: ("label", "标签"),
    Quantity.UNKNOWN: ("unknown unit", "单位不详"),
}
"""Others are written the same in both languages."""
_METHOD: Final = {
    Method.AUTO: ("automatic registration", "自动配准"),
    Method.RIGID: ("rigid registration", "刚性配准"),
    Method.AFFINE: ("affine registration", "仿射配准"),
    Method.DEFORMABLE: ("deformable registration", "形变配准"),
    Method.FRAME_OF_REFERENCE: (
        "as acquired in one frame of reference, not registered",
        "同一参考坐标系，按采集位置显示，未另行配准",
    ),
}
_VERDICT: Final = {
    Verdict.GOOD: ("good", "良好"),
    Verdict.LOOK: ("for viewing with the error in mind", "仅供参考观察，须人工核对"),
    Verdict.REFUSE: ("refused", "不采用"),
}
_MEASURE: Final = {
    "max": ("max", "最大值"),
    "peak": ("peak", "峰值"),
    "mean": ("mean", "均值"),
    "sd": ("SD", "标准差"),
    "median": ("median", "中位数"),
    "p10": ("10th percentile", "第 10 百分位数"),
    "p90": ("90th percentile", "第 90 百分位数"),
    "ratio": ("ratio to the reference region", "与参考区域计数比值"),
}
_ACTIVE: Final = {
    "active-volume-": ("metabolic volume", "代谢体积"),
    "active-total-": ("volume × mean", "代谢体积×均值"),
}
_TOTAL_OF_SUV: Final = ("TLG", "TLG")
_DEFINITION: Final = {
    "peak": (
        "peak: highest mean over a sphere of 1 cm³ centred on a voxel of the region (PERCIST)",
        "峰值：以区域内体素为中心的 1 cm³ 球形范围内的最高均值（PERCIST）",
    ),
    "mean": (
        "mean and percentiles: voxels weighted by their share in the region",
        "均值及百分位数：按体素落入区域的比例加权",
    ),
    "max": (
        "maximum: voxels at least half inside the region",
        "最大值：取至少一半落入区域的体素",
    ),
    "active-volume-41%": (
        "41 %: voxels from 41 % of the region's maximum on (EANM 2.0)",
        "41%：以区域最大值的 41% 为阈值（EANM 2.0）",
    ),
    "active-volume-2.5": (
        "2.5: fixed threshold SUV 2.5 (Ilyas 2018, adults)",
        "2.5：固定阈值 SUV 2.5（Ilyas 2018，成人研究）",
    ),
    "active-volume-4": (
        "4: fixed threshold SUV 4.0 (Burggraaff 2020, adults)",
        "4：固定阈值 SUV 4.0（Burggraaff 2020，成人研究）",
    ),
    "ratio": (
        "ratio: mean counts of the region by those of the reference region, same image",
        "比值：同一图像中区域与参考区域平均计数之比",
    ),
}


def joint_report(
    rows: Sequence[JointRow],
    fusions: Sequence[FusionFacts],
    *,
    language: ReportLanguage,
    said: Callable[[str], str] = str,
) -> str:
    """Return the table as text.

    Parameters
    ----------
    rows : sequence of JointRow
    fusions : sequence of FusionFacts
        Of the images in the rows; none where all were drawn and measured on one image.
    language : ReportLanguage
    said : callable
        Turns an English sentence of a caveat into the language; as it is by default.
    """
    words = _WORDS[language]
    at = 1 if language is ReportLanguage.CHINESE else 0
    lines = [words.title]
    for fusion in fusions:
        lines.append(
            words.fusion.format(
                moving=fusion.moving,
                fixed=fusion.fixed,
                method=_METHOD[fusion.method][at],
                error=f"{fusion.estimated_error_mm:.1f}",
                verdict=_VERDICT[fusion.verdict][at],
            )
        )
    shown = None
    for row in rows:
        if row.region != shown:
            shown = row.region
            axis, volume = f"{row.short_axis_mm:.0f}", number_of(row.volume_ml)
            lines.append(words.region.format(name=row.region, volume=volume, axis=axis))
        lines.append(_line(row, words, at, said))
    cautions = dict.fromkeys(said(one.sentence) for row in rows for one in row.caveats)
    if cautions:
        lines.append(words.caution + ("" if at else " ").join(cautions))
    used = {one.name for row in rows for one in row.values}
    defined = [text[at] for name, text in _DEFINITION.items() if name in used]
    if defined:
        lines.append(words.methods + words.join.join(defined) + words.stop)
    lines.append(words.end)
    return "\n".join(lines)


def number_of(value: float) -> str:
    """Return a number as one reads it: three digits, none invented.

    Examples
    --------
    >>> [number_of(value) for value in (0.0, 0.1234, 2.0, 12.34, 1234.5, -56.7)]
    ['0', '0.123', '2.00', '12.3', '1234', '-56.7']
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 100:
        return f"{value:.0f}"
    decimals = 1 if size >= 10 else 2 if size >= 1 else 3
    return f"{value:.{decimals}f}"


def measure_words(name: str, quantity: Quantity, language: ReportLanguage) -> str:
    """Return what a value is called, such as ``"SUVmax"``.

    Parameters
    ----------
    name : str
        Of `Measured`.
    quantity : Quantity
    language : ReportLanguage
    """
    at = 1 if language is ReportLanguage.CHINESE else 0
    prefix = PREFIX.get(quantity, "")
    for start, text in _ACTIVE.items():
        if name.startswith(start):
            is_total = start == "active-total-"
            word = _TOTAL_OF_SUV[at] if is_total and quantity is Quantity.SUV_BW else text[at]
            threshold = name.removeprefix(start)
            return f"{word} ({threshold})" if at == 0 else f"{word}（{threshold}）"
    if prefix and name in ("max", "peak", "mean"):
        return f"{prefix}{name}" if prefix != "SUVbsa" else f"SUVbsa {name}"
    word = _MEASURE[name][at] if name in _MEASURE else name
    return f"{quantity.value} {word}" if quantity in (Quantity.ADC, Quantity.HU) else word


def _line(row: JointRow, words: _Words, at: int, said: Callable[[str], str]) -> str:
    language = ReportLanguage.CHINESE if at else ReportLanguage.ENGLISH
    meant = _QUANTITY[row.quantity][at] if row.quantity in _QUANTITY else row.quantity.value
    named = f"{row.layer}（{meant}）" if at else f"{row.layer} ({meant})"
    if meant == row.layer:
        named = row.layer
    if row.refused is not None:
        reason = said(row.refused.sentence).rstrip("。.")
        parts = [words.unmeasured.format(reason=reason)]
    elif not row.values:
        parts = [words.nothing]
    else:
        parts = [
            f"{measure_words(one.name, row.quantity, language)} {number_of(one.value)}"
            + (f" {one.unit}" if one.unit not in ("1", "") else "")
            for one in row.values
        ]
    if 0 < row.inside < 0.99:
        parts.append(words.inside.format(share=f"{100.0 * row.inside:.0f}"))
    return f"- {named}{words.colon}{words.join.join(parts)}{words.stop}"
