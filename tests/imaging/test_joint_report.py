"""The joint table as text: every number with its unit, nothing that was not measured."""

from __future__ import annotations

import re

from tongying.imaging.joint_regions import JointRow, Measured
from tongying.imaging.joint_report import (
    FusionFacts,
    ReportLanguage,
    joint_report,
    measure_words,
    number_of,
)
from tongying.imaging.quality.estimate import Verdict
from tongying.imaging.registration.result import Method
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat

FUSION = FusionFacts("MR", "PET", Method.RIGID, Verdict.LOOK, 1.84)
FAR = Caveat("joint.error-above-half-short-axis", "The error is too large.")
SMALL = Caveat("joint.partial-volume", "The region is small.")


def row(
    layer: str,
    quantity: Quantity,
    values: tuple[Measured, ...] = (),
    *,
    refused: Caveat | None = None,
    inside: float = 1.0,
    caveats: tuple[Caveat, ...] = (),
) -> JointRow:
    return JointRow(
        "肿瘤 A", layer, "", quantity, values, 12.345, 21.6, 90.0, inside, 1.84, refused, caveats
    )


ROWS = (
    row(
        "PET",
        Quantity.SUV_BW,
        (
            Measured("max", 7.4321, "g/ml", ""),
            Measured("peak", 6.1, "g/ml", ""),
            Measured("active-total-41%", 45.67, "g", ""),
        ),
        caveats=(SMALL,),
    ),
    row("ADC", Quantity.ADC, (Measured("p10", 812.3, "10⁻⁶ mm²/s", ""),), inside=0.8),
    row("CT", Quantity.HU, refused=FAR, caveats=(SMALL,)),
    row("MIBG", Quantity.COUNTS),
)


def test_english_text():
    assert joint_report(ROWS, [FUSION], language=ReportLanguage.ENGLISH).splitlines() == [
        "Joint measurements of the fused images",
        "Fusion: PET to MR, rigid registration; estimated error 1.8 mm; verdict: for viewing with"
        " the error in mind.",
        "Region “肿瘤 A”: 12.3 ml as drawn, smallest diameter 22 mm.",
        "- PET (SUVbw): SUVmax 7.43 g/ml; SUVpeak 6.10 g/ml; TLG (41%) 45.7 g.",
        "- ADC: ADC 10th percentile 812 10⁻⁶ mm²/s; 80 % of the region within the image.",
        "- CT (HU): not measured: The error is too large.",
        "- MIBG (counts): no absolute value.",
        "Caution: The region is small.",
        "Methods: peak: highest mean over a sphere of 1 cm³ centred on a voxel of the region"
        " (PERCIST); maximum: voxels at least half inside the region.",
        "Computed values; the reader who signs confirms them.",
    ]


def test_chinese_text_with_translated_cautions():
    translated = {SMALL.sentence: "区域较小。", FAR.sentence: "误差过大。"}
    text = joint_report(
        ROWS, [FUSION], language=ReportLanguage.CHINESE, said=lambda one: translated[one]
    )
    lines = text.splitlines()
    assert (
        lines[1]
        == "融合：PET 配准至 MR，刚性配准；估计误差 1.8 mm；质量判定：仅供参考观察，须人工核对。"
    )
    assert lines[2] == "区域“肿瘤 A”：勾画体积 12.3 ml，最小径 22 mm。"
    assert lines[3] == "- PET（SUVbw）：SUVmax 7.43 g/ml；SUVpeak 6.10 g/ml；TLG（41%） 45.7 g。"
    assert lines[5] == "- CT（HU）：未测量：误差过大。"
    assert lines[6] == "- MIBG（计数）：无绝对值。"
    assert lines[7] == "注意：区域较小。"
    # No English sentence is left; names, units and abbreviations are.
    left = set(re.findall(r"[A-Za-z]{4,}", text))
    assert left <= {"PERCIST", "SUVbw", "SUVmax", "SUVpeak", "MIBG"}


def test_every_fusion_method_and_verdict_has_words():
    for language in ReportLanguage:
        seen = {
            joint_report([], [FusionFacts("a", "b", method, verdict, 1.0)], language=language)
            for method in Method
            for verdict in Verdict
        }
        assert len(seen) == len(Method) * len(Verdict)


def test_only_numbers_that_were_measured():
    """Every number of the text comes from the rows, the fusion or a method's name."""
    text = joint_report(ROWS, [FUSION], language=ReportLanguage.ENGLISH)
    allowed = {"1.8", "12.3", "22", "7.43", "6.10", "41", "45.7", "10", "812", "6", "80", "1"}
    digits = set(re.findall(r"\d+(?:\.\d+)?", text))
    assert digits <= allowed


def test_names_of_values():
    chinese, english = ReportLanguage.CHINESE, ReportLanguage.ENGLISH
    assert measure_words("mean", Quantity.SUV_LBM_JAMES, english) == "SULmean"
    assert measure_words("max", Quantity.SUV_BSA, english) == "SUVbsa max"
    assert measure_words("active-volume-2.5", Quantity.SUV_BW, chinese) == "代谢体积（2.5）"
    assert measure_words("active-total-41%", Quantity.BQML, english) == "volume × mean (41%)"
    assert measure_words("sd", Quantity.HU, chinese) == "HU 标准差"
    assert measure_words("ratio", Quantity.COUNTS, chinese) == "与参考区域计数比值"
    assert number_of(-0.0049) == "-0.005"
