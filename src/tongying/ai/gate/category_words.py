"""What a card lists and a header says, in words: parts, sequences, planes, makers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

_WORDS: Final[dict[str, tuple[str, str]]] = {
    "F": ("female", "女"),
    "M": ("male", "男"),
    "head": ("head", "头部"),
    "neck": ("neck", "颈部"),
    "chest": ("chest", "胸部"),
    "abdomen": ("abdomen", "腹部"),
    "pelvis": ("pelvis", "盆腔"),
    "hip": ("hip", "髋关节"),
    "spine": ("spine", "脊柱"),
    "limb": ("limb", "四肢"),
    "heart": ("heart", "心脏"),
    "fetus": ("fetus", "胎儿"),
    "t1": ("T1", "T1加权"),
    "t2": ("T2", "T2加权"),
    "pd": ("proton density", "质子密度加权"),
    "flair": ("FLAIR", "FLAIR"),
    "diffusion": ("diffusion", "弥散加权"),
    "adc": ("ADC", "ADC图"),
    "other": ("another sequence", "其他序列"),
    "axial": ("axial", "横断位"),
    "coronal": ("coronal", "冠状位"),
    "sagittal": ("sagittal", "矢状位"),
    "oblique": ("oblique", "斜位"),
    "with": ("with contrast agent", "增强"),
    "without": ("without contrast agent", "平扫"),
    "siemens": ("Siemens", "西门子"),
    "ge": ("GE", "GE"),
    "philips": ("Philips", "飞利浦"),
    "canon": ("Canon (Toshiba)", "佳能（东芝）"),
    "united-imaging": ("United Imaging", "联影"),
    "fujifilm": ("Fujifilm (Hitachi)", "富士（日立）"),
    "neusoft": ("Neusoft", "东软"),
    "mindray": ("Mindray", "迈瑞"),
}


def category_words(values: Iterable[str]) -> tuple[str, str]:
    """Return what was found, in English and Chinese.

    Examples
    --------
    >>> category_words(["chest", "abdomen"])
    ('abdomen and chest', '腹部、胸部')
    """
    return _joined(values, " and ")


def listed_words(values: Iterable[str]) -> tuple[str, str]:
    """Return what a card lists, in English and Chinese.

    Examples
    --------
    >>> listed_words(["t2", "t1"])
    ('T1 or T2', 'T1加权、T2加权')
    """
    return _joined(values, " or ")


def _joined(values: Iterable[str], between: str) -> tuple[str, str]:
    both = [_WORDS.get(one, (one, one)) for one in sorted(values)]
    return between.join(one for one, _ in both), "、".join(one for _, one in both)
