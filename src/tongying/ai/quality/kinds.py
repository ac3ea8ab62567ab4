"""Kinds of faults of an acquisition, with their words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.ai.answer import Flag, Level


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault.

    Attributes
    ----------
    english, chinese : str
        Its name.
    said, said_chinese : str
        One sentence; ``{value}`` stands for the number it rests on.
    level : Level
    """

    english: str
    chinese: str
    said: str
    said_chinese: str
    level: Level = Level.LOOK


KINDS: Final[dict[str, Kind]] = {
    "several-children": Kind(
        "Several children in one study",
        "一次检查含多名患儿",
        "The study holds images of {value} children.",
        "本次检查含有{value}名患儿的图像。",
        Level.URGENT,
    ),
    "child-contradicted": Kind(
        "Facts about the child differ",
        "患儿信息不一致",
        "The images state {value} different birth dates, study dates, sexes, ages or weights.",
        "图像之间患儿出生日期、检查日期、性别、年龄或体重有{value}项不一致。",
        Level.URGENT,
    ),
    "patient-id-missing": Kind(
        "Patient ID missing",
        "缺少患者ID",
        "{value} images state no patient ID.",
        "{value}幅图像未标明患者ID。",
    ),
    "birth-date-missing": Kind(
        "Birth date missing",
        "缺少出生日期",
        "The birth date is missing in {value} images: the age on the day is not known.",
        "{value}幅图像缺少出生日期，无法得知检查当日年龄。",
    ),
    "age-contradicted": Kind(
        "Age contradicts birth date",
        "年龄与出生日期不符",
        "The stated age is not the one from birth date to study date ({value} days).",
        "标注年龄与由出生日期算得的年龄（{value}天）不符。",
    ),
    "born-after-study": Kind(
        "Born after the study",
        "出生日期晚于检查日期",
        "The birth date lies {value} days after the study.",
        "出生日期比检查日期晚{value}天。",
    ),
    "age-unreadable": Kind(
        "Age unreadable",
        "年龄无法识别",
        "The stated age cannot be read in {value} images.",
        "{value}幅图像的年龄字段无法识别。",
    ),
    "study-date-missing": Kind(
        "Study date missing",
        "缺少检查日期",
        "The study date is missing or unreadable in {value} images.",
        "{value}幅图像缺少检查日期或无法识别。",
    ),
    "sex-missing": Kind(
        "Sex missing",
        "缺少性别",
        "The sex is missing in {value} images.",
        "{value}幅图像缺少性别。",
    ),
    "weight-missing": Kind(
        "Weight missing",
        "缺少体重",
        "The weight is missing in {value} images; doses and uptake need it.",
        "{value}幅图像缺少体重，剂量与摄取值计算需要体重。",
    ),
    "weight-implausible": Kind(
        "Weight implausible",
        "体重不合理",
        "The stated weight is {value} kg, which no child has.",
        "标注体重为{value} kg，不合理。",
    ),
    "same-instance-twice": Kind(
        "Same image sent twice",
        "同一图像重复发送",
        "{value} images came more than once under the same identity.",
        "{value}幅图像以相同标识重复出现。",
    ),
    "slices-missing": Kind(
        "Slices missing",
        "缺层",
        "{value} slices are missing between the others.",
        "层面之间缺少{value}层。",
    ),
    "image-numbers-missing": Kind(
        "Image numbers missing",
        "图像编号不连续",
        "{value} image numbers are missing from the series.",
        "该序列缺少{value}个图像编号。",
    ),
    "slices-uneven": Kind(
        "Slices unevenly spaced",
        "层间距不均匀",
        "The slices are not evenly spaced; the widest gap is {value} times the usual one.",
        "层间距不均匀，最大间隔为通常的{value}倍。",
    ),
    "slices-repeated": Kind(
        "Several images at one place",
        "同一位置有多幅图像",
        "{value} images lie where another lies, and nothing tells them apart.",
        "{value}幅图像与另一图像位置相同且无法区分。",
    ),
    "images-identical": Kind(
        "Identical images",
        "图像内容重复",
        "{value} images have exactly the pixels of another.",
        "{value}幅图像的像素与另一图像完全相同。",
    ),
    "slices-far-apart": Kind(
        "Wide gaps between slices",
        "层间空隙过大",
        "The slices are {value} times as far apart as they are thick.",
        "层间距为层厚的{value}倍。",
    ),
    "geometry-missing": Kind(
        "Position or pixel size missing",
        "缺少空间位置或像素大小",
        "{value} images do not say where their pixels lie or how large they are.",
        "{value}幅图像缺少空间位置或像素大小。",
    ),
    "orientations-mixed": Kind(
        "Planes mixed",
        "方位混杂",
        "The images of the series lie in {value} different planes.",
        "该序列的图像含{value}种不同方位。",
    ),
    "sizes-mixed": Kind(
        "Image sizes mixed",
        "图像尺寸不一",
        "The images of the series have {value} different sizes.",
        "该序列的图像有{value}种不同尺寸。",
    ),
    "frames-of-reference-mixed": Kind(
        "Frames of reference mixed",
        "参考坐标系不一",
        "The images of the series have {value} frames of reference.",
        "该序列的图像有{value}个参考坐标系。",
    ),
    "thickness-mixed": Kind(
        "Slice thickness mixed",
        "层厚不一",
        "The images of the series have {value} different slice thicknesses.",
        "该序列的图像有{value}种不同层厚。",
    ),
    "modality-contradicted": Kind(
        "Modality contradicted",
        "检查类型矛盾",
        "The stated modality is not that of the kind of object in {value} images.",
        "{value}幅图像的检查类型与对象类别不符。",
    ),
    "body-part-missing": Kind(
        "Body part missing",
        "缺少检查部位",
        "The body part is missing or not known in {value} images.",
        "{value}幅图像缺少检查部位或部位无法识别。",
    ),
    "body-part-contradicted": Kind(
        "Body part contradicted",
        "检查部位矛盾",
        "The coded body part is not the one that descriptions name ({value} images).",
        "部位编码与描述不符（{value}幅图像）。",
    ),
    "sequence-contradicted": Kind(
        "Sequence label contradicted",
        "序列名称矛盾",
        "The timing is not that of the sequence that the label names ({value} images).",
        "扫描参数与序列名称不符（{value}幅图像）。",
    ),
    "sequences-mixed": Kind(
        "Sequences mixed",
        "序列类型混杂",
        "The {value} images of the series are of different sequences.",
        "该序列的{value}幅图像含不同序列类型。",
    ),
    "contrast-contradicted": Kind(
        "Contrast contradicted",
        "对比剂信息矛盾",
        "Header and label disagree on a contrast agent ({value} images).",
        "图像头信息与描述在对比剂方面不一致（{value}幅图像）。",
    ),
    "side-contradicted": Kind(
        "Side contradicted",
        "侧别矛盾",
        "The stated side is not the one that the label names ({value} images).",
        "标注侧别与描述不符（{value}幅图像）。",
    ),
    "technique-missing": Kind(
        "Technique missing",
        "缺少扫描参数",
        "Echo or repetition time (MR), tube voltage or rescaling (CT) or activity (PET) is missing"
        " in {value} images.",
        "{value}幅图像缺少扫描参数（MR的TE或TR、CT的管电压或重缩放、PET的注射活度）。",
    ),
    "phase-incomplete": Kind(
        "Phase incomplete",
        "期相不完整",
        "{value} images of a phase or time point are missing.",
        "某期相或时间点缺少{value}幅图像。",
    ),
    "lossy": Kind(
        "Lossy compression",
        "有损压缩",
        "{value} images were compressed with loss.",
        "{value}幅图像经有损压缩。",
    ),
    "burned-in": Kind(
        "Text burned into the image, stated",
        "标明图像含烧录文字",
        "{value} images state that they carry burned-in text.",
        "{value}幅图像标明含烧录文字。",
    ),
    "text-suspected": Kind(
        "Text burned into the image, suspected",
        "疑似烧录文字",
        "{value} images seem to carry burned-in text.",
        "{value}幅图像疑似含烧录文字。",
    ),
    "undecodable": Kind(
        "Image damaged",
        "图像损坏",
        "{value} images cannot be decoded.",
        "{value}幅图像无法解码。",
        Level.URGENT,
    ),
    "image-blank": Kind(
        "Blank image", "空白图像", "{value} images show nothing.", "{value}幅图像无内容。"
    ),
    "brightness-jumps": Kind(
        "Brightness jumps between slices",
        "层间亮度突变",
        "A slice differs from its neighbours by a factor of {value}.",
        "某层与相邻层亮度相差{value}倍。",
    ),
    "slices-alternate": Kind(
        "Brightness alternates from slice to slice",
        "层间亮度交替",
        "Every other slice is brighter, by {value} %.",
        "隔层亮度不同，相差{value}%。",
    ),
    "noise-high": Kind(
        "Much noise",
        "噪声大",
        "The noise is {value} % of the tissue's signal (CT: HU).",
        "噪声为组织信号的{value}%（CT为HU值）。",
    ),
    "motion": Kind(
        "Motion suspected",
        "疑似运动伪影",
        "Beside the body the background is {value} times as bright as in the corners: ghosts.",
        "体旁背景亮度为四角的{value}倍，提示伪影重影。",
    ),
    "spikes": Kind(
        "Spikes in the raw data",
        "原始数据尖峰",
        "A single frequency is {value} times as strong as its surroundings: a pattern of stripes.",
        "单一频率强度为周围的{value}倍，提示条纹伪影。",
    ),
    "saturated": Kind(
        "Values cut off",
        "灰度截断",
        "{value} % of the body has the largest value there is.",
        "体内{value}%的像素达到最大灰度。",
    ),
    "ct-numbers-off": Kind(
        "CT numbers off",
        "CT值偏移",
        "Air beside the child has {value} HU.",
        "患儿体外空气的CT值为{value} HU。",
    ),
    "body-truncated": Kind(
        "Body cut off at the side",
        "体部被截断",
        "The body reaches the edge of the image in {value} % of the slices.",
        "{value}%的层面中体部到达图像边缘。",
    ),
    "coverage-short": Kind(
        "Coverage too short",
        "扫描范围不足",
        "The outermost slice still shows {value} % of the organ's largest section.",
        "最外层仍显示该器官最大截面的{value}%。",
    ),
}


def flag(kind: str, value: float, series_uid: str = "") -> Flag:
    """Return a flag of a kind with the number that it rests on.

    Parameters
    ----------
    kind : str
        Of `KINDS`.
    value : float
    series_uid : str, optional
    """
    known = KINDS[kind]
    text = f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
    return Flag(
        kind,
        known.level,
        known.said.format(value=text),
        known.said_chinese.format(value=text),
        float(value),
        series_uid,
    )
