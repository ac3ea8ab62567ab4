"""The joint panel on the printed opinion."""

from __future__ import annotations

from typing import Any

from tongying.consult.document import Language, OpinionDocument
from tongying.consult.document_panel import (
    DocumentPanel,
    DocumentSeat,
    dissents_before,
    dissents_now,
    same_words,
)
from tongying.consult.document_words import SPECIALTY_WORDS, VERDICT_WORDS, time_words
from tongying.consult.panel_rules import SeatState

_ZH, _EN = Language.ZH_HANS, Language.EN

LABELS: dict[Language, dict[str, str]] = {
    _ZH: {
        "seats": "参加专科",
        "specialty": "专科",
        "doctor": "医师",
        "signed": "独立意见签署时间",
        "verdict": "对联合结论",
        "opinions": "各专科独立意见",
        "written_first": "（各专科在看到其他意见之前书写并签署）",
        "dissent": "不同意见",
        "dissent_heading": "对联合结论的不同意见",
        "before": "对第 {version} 版结论的不同意见",
        "reason": "原因",
        "excused": "已免除",
        "excused_verdict": "免除表态",
        "not_given": "未出具（非必需）",
        "conclusion": "联合结论",
        "changed": "答复已由主持专家修改；各专科表态所针对的联合结论原文如下。",
    },
    _EN: {
        "seats": "Specialties on the panel",
        "specialty": "Specialty",
        "doctor": "Doctor",
        "signed": "Own opinion signed",
        "verdict": "On the conclusion",
        "opinions": "Separate opinions",
        "written_first": " (each written and signed before seeing the others)",
        "dissent": "Dissent",
        "dissent_heading": "Dissent from the joint conclusion",
        "before": "Dissent from version {version} of the conclusion",
        "reason": "Reason",
        "excused": "excused",
        "excused_verdict": "excused from the verdict",
        "not_given": "not given (optional)",
        "conclusion": "Joint conclusion",
        "changed": "The answer was changed by the leading expert; the verdicts are on this text.",
    },
}


def panel_values(document: OpinionDocument, language: Language) -> dict[str, Any] | None:
    """Return what the page says of the joint panel; None where there was none.

    Parameters
    ----------
    document : OpinionDocument
    language : Language
        The language of the labels.
    """
    panel = document.panel
    if panel is None:
        return None
    seats = [_seat(one, panel, language) for one in panel.seats]
    return {
        "label": LABELS[language],
        "seats": seats,
        "opinions": [one for one in seats if one["opinion"]],
        "dissents": [one for one in seats if one["dissents"]],
        "earlier": [one for one in seats if one["earlier"]],
        "original": "" if same_words(document.answer, panel.conclusion) else panel.conclusion,
    }


def _seat(seat: DocumentSeat, panel: DocumentPanel, language: Language) -> dict[str, Any]:
    label = LABELS[language]
    return {
        "specialty": SPECIALTY_WORDS[seat.specialty][language],
        "person": seat.person,
        "title": seat.title,
        "hospital": seat.hospital,
        "signed_at": time_words(seat.signed_at) if seat.signed_at else _unsigned(seat, label),
        "opinion": seat.opinion.strip(),
        "excuse": seat.excuse.strip(),
        "verdict": _verdict(seat, label, language),
        "dissenting": bool(dissents_now(seat, panel)),
        "dissents": [one.words.strip() for one in dissents_now(seat, panel)],
        "earlier": [
            {"label": label["before"].format(version=one.version), "words": one.words.strip()}
            for one in dissents_before(seat, panel)
        ],
    }


def _unsigned(seat: DocumentSeat, label: dict[str, str]) -> str:
    return label["excused"] if seat.state is SeatState.EXCUSED else label["not_given"]


def _verdict(seat: DocumentSeat, label: dict[str, str], language: Language) -> str:
    if seat.verdict is not None:
        return VERDICT_WORDS[seat.verdict][language]
    return label["excused_verdict"] if seat.state is SeatState.SIGNED else "—"
