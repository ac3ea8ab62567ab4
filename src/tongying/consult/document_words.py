"""The words an opinion document uses in every format, Chinese first and English.

They are part of the document, not of the web's translations: a printed opinion says the same
whatever the reader's interface language is.
"""

from __future__ import annotations

from datetime import datetime

from tongying.consult.case import Confidence
from tongying.consult.document import (
    BodySize,
    DocumentKind,
    Language,
    OpinionDocument,
    SignatureStatus,
)
from tongying.consult.panel_rules import Verdict
from tongying.consult.specialty import Specialty
from tongying.kernel.age import Age

_ZH, _EN = Language.ZH_HANS, Language.EN

KIND_TITLES: dict[DocumentKind, dict[Language, str]] = {
    DocumentKind.CONSULT_ADVICE: {_ZH: "远程会诊意见", _EN: "Remote consult advice"},
    DocumentKind.DIAGNOSTIC_REPORT: {_ZH: "远程诊断报告", _EN: "Remote diagnostic report"},
}
"""Titles in the words of domain.md 2.7."""

PANEL_TITLES: dict[DocumentKind, dict[Language, str]] = {
    DocumentKind.CONSULT_ADVICE: {_ZH: "联合会诊意见", _EN: "Joint panel advice"},
    DocumentKind.DIAGNOSTIC_REPORT: {_ZH: "联合诊断报告", _EN: "Joint diagnostic report"},
}
"""Titles where several specialties have answered together."""

SPECIALTY_WORDS: dict[Specialty, dict[Language, str]] = {
    Specialty.NEURO: {_ZH: "神经", _EN: "Neuro"},
    Specialty.HEAD_NECK: {_ZH: "头颈", _EN: "Head and neck"},
    Specialty.CHEST: {_ZH: "胸部", _EN: "Chest"},
    Specialty.HEART: {_ZH: "心脏大血管", _EN: "Heart"},
    Specialty.ABDOMEN: {_ZH: "腹部消化", _EN: "Abdomen"},
    Specialty.UROLOGY: {_ZH: "泌尿生殖", _EN: "Urogenital"},
    Specialty.BONE: {_ZH: "骨骼关节", _EN: "Bones and joints"},
    Specialty.ONCOLOGY: {_ZH: "肿瘤", _EN: "Oncology"},
    Specialty.FETAL: {_ZH: "胎儿", _EN: "Fetal"},
    Specialty.NUCLEAR: {_ZH: "核医学", _EN: "Nuclear medicine"},
    Specialty.ULTRASOUND: {_ZH: "超声", _EN: "Ultrasound"},
    Specialty.SURGERY: {_ZH: "外科", _EN: "Surgery"},
    Specialty.PATHOLOGY: {_ZH: "病理", _EN: "Pathology"},
    Specialty.PAEDIATRICS: {_ZH: "儿内科", _EN: "Paediatrics"},
}

VERDICT_WORDS: dict[Verdict, dict[Language, str]] = {
    Verdict.AGREES: {_ZH: "同意", _EN: "agrees"},
    Verdict.DISSENTS: {_ZH: "不同意", _EN: "dissents"},
}

WHO_DECIDES: dict[DocumentKind, dict[Language, str]] = {
    DocumentKind.CONSULT_ADVICE: {
        _ZH: "本会诊意见供申请医院参考，诊断与治疗由申请（经治）医院决定并负责。",
        _EN: "This is advice to the asking hospital, which treats the child and decides on and "
        "answers for diagnosis and treatment.",
    },
    DocumentKind.DIAGNOSTIC_REPORT: {
        _ZH: "本报告由受邀医院出具；治疗由申请（经治）医院决定并负责。",
        _EN: "This report is issued by the invited hospital; the asking hospital treats the child "
        "and decides on and answers for treatment.",
    },
}
"""Who answers for what (domain.md 2.7, from secondary sources; needs sign-off by a lawyer)."""

RESEARCH_USE: dict[Language, str] = {_ZH: "仅供研究使用", _EN: "Research use only"}

SIGNATURE_WORDS: dict[SignatureStatus, dict[Language, str]] = {
    SignatureStatus.UNSIGNED: {_ZH: "未签名（草稿，无效）", _EN: "Not signed (draft, not valid)"},
    SignatureStatus.ELECTRONIC_NOT_CA: {
        _ZH: "电子签名（账号认证，非 CA）",
        _EN: "Electronic signature (by account log-in, not by a certificate authority)",
    },
}

CONFIDENCE_WORDS: dict[Confidence, dict[Language, str]] = {
    Confidence.CERTAIN: {_ZH: "确定", _EN: "certain"},
    Confidence.PROBABLE: {_ZH: "可能", _EN: "probable"},
    Confidence.UNSURE: {_ZH: "拿不准", _EN: "unsure"},
}

SEX_WORDS: dict[str | None, dict[Language, str]] = {
    "M": {_ZH: "男", _EN: "male"},
    "F": {_ZH: "女", _EN: "female"},
    "O": {_ZH: "其他", _EN: "other"},
    None: {_ZH: "不详", _EN: "not known"},
}

UNKNOWN: dict[Language, str] = {_ZH: "不详", _EN: "not known"}


def title_words(document: OpinionDocument, language: Language) -> str:
    """Return the document's title: what it is in law, and whether a panel gave it."""
    titles = KIND_TITLES if document.panel is None else PANEL_TITLES
    return titles[document.kind][language]


def age_words(document: OpinionDocument, language: Language) -> str:
    """Say the age on the study's day, with the corrected age where it is said.

    Examples are ``"8 周（矫正 21 天）"`` and ``"9 days"``; an age that cannot be known is said so.
    """
    age = document.age()
    if age is None:
        return UNKNOWN[language]
    corrected = document.corrected_age()
    said = _say(age, language)
    if corrected is None:
        return said
    if language is Language.ZH_HANS:
        return f"{said}（矫正 {_say(corrected, language)}）"
    return f"{said} (corrected {_say(corrected, language)})"


def size_words(size: BodySize | None, language: Language) -> str:
    """Say weight and height with their day, or that they are unknown."""
    if size is None or (size.weight_kg is None and size.height_cm is None):
        return UNKNOWN[language]
    said = []
    if size.weight_kg is not None:
        said.append(f"{size.weight_kg:g} kg")
    if size.height_cm is not None:
        said.append(f"{size.height_cm:g} cm")
    chinese = language is Language.ZH_HANS
    day = f"（{size.measured_on} 测）" if chinese else f" ({size.measured_on})"
    return " · ".join(said) + day


def time_words(at: datetime) -> str:
    """Say a time by the 24 h clock with its zone: ``2026-03-01 14:05 UTC+8``.

    Parameters
    ----------
    at : datetime
        With time zone.

    Raises
    ------
    ValueError
        If `at` has no time zone.
    """
    offset = at.utcoffset()
    if offset is None:
        raise ValueError("a printed time needs a time zone")
    minutes = round(offset.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"{at:%Y-%m-%d %H:%M} UTC{sign}{hours}" + (f":{rest:02d}" if rest else "")


def _say(age: Age, language: Language) -> str:
    if age.days < 0:
        # A corrected age before term: the child has not yet reached the expected day of birth.
        days = -age.days
        if language is Language.ZH_HANS:
            return f"距预产期 {days} 天"
        return f"{days} {'day' if days == 1 else 'days'} before term"
    return age.in_chinese() if language is Language.ZH_HANS else age.in_english()
