"""The fields of paediatric imaging and the specialties that sit on a joint panel."""

from __future__ import annotations

from enum import StrEnum


class Specialty(StrEnum):
    """A field a question belongs to, an expert works in, or a panel's seat stands for."""

    NEURO = "neuro"
    HEAD_NECK = "head-neck"
    CHEST = "chest"
    HEART = "heart"
    ABDOMEN = "abdomen"
    UROLOGY = "urology"
    BONE = "bone"
    ONCOLOGY = "oncology"
    FETAL = "fetal"
    NUCLEAR = "nuclear"
    ULTRASOUND = "ultrasound"
    SURGERY = "surgery"
    PATHOLOGY = "pathology"
    PAEDIATRICS = "paediatrics"


TOPIC_WORDS: dict[Specialty, tuple[str, ...]] = {
    Specialty.NEURO: ("头颅", "颅", "脑", "神经", "脊髓", "垂体", "brain", "spine", "cranial"),
    Specialty.HEAD_NECK: ("颈部", "甲状腺", "眼眶", "鼻", "耳", "neck", "orbit"),
    Specialty.CHEST: ("胸部", "肺", "气管", "纵隔", "chest", "lung", "airway"),
    Specialty.HEART: ("心脏", "先心", "主动脉", "大血管", "heart", "cardiac", "aorta"),
    Specialty.ABDOMEN: (
        "腹",
        "肠",
        "胃",
        "肝",
        "胆",
        "脾",
        "胰",
        "阑尾",
        "bowel",
        "liver",
        "abdom",
    ),
    Specialty.UROLOGY: ("肾", "膀胱", "输尿管", "睾丸", "卵巢", "kidney", "renal", "testis"),
    Specialty.BONE: ("髋", "骨", "关节", "脊柱侧", "hip", "bone", "joint", "fracture"),
    Specialty.ONCOLOGY: ("肿瘤", "瘤", "占位", "淋巴", "白血病", "tumour", "tumor", "mass"),
    Specialty.FETAL: ("胎儿", "孕", "fetal", "fetus"),
    Specialty.NUCLEAR: ("核医学", "PET", "SPECT", "MIBG", "显像"),
}
"""Words that speak for a field. A suggestion only: the asking doctor or the desk decides."""


def suggested_specialty(text: str) -> Specialty | None:
    """Return the field that most words of a text speak for, or None where none or two do.

    Examples
    --------
    >>> suggested_specialty("左髋关节是否脱位？")
    <Specialty.BONE: 'bone'>
    >>> suggested_specialty("请会诊") is None
    True
    """
    lower = text.lower()
    counts = {
        one: sum(lower.count(word.lower()) for word in words) for one, words in TOPIC_WORDS.items()
    }
    most = max(counts.values())
    best = [one for one, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None
