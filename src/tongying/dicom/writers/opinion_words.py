"""The free texts of the SR that put several fields of the document into one content item."""

from __future__ import annotations

from tongying.consult.document import Language, OpinionDocument
from tongying.consult.document_panel import (
    DocumentPanel,
    DocumentSeat,
    dissents_before,
    dissents_now,
    same_words,
)
from tongying.consult.document_words import (
    CONFIDENCE_WORDS,
    RESEARCH_USE,
    SIGNATURE_WORDS,
    SPECIALTY_WORDS,
    VERDICT_WORDS,
    WHO_DECIDES,
    size_words,
    time_words,
    title_words,
)
from tongying.consult.panel_rules import SeatState


def question_text(document: OpinionDocument, language: Language) -> str:
    """Return the question, and on a second line the provisional diagnosis and how sure it is."""
    asked = document.question
    if not asked.provisional_diagnosis.strip():
        return asked.text
    chinese = language is Language.ZH_HANS
    sure = CONFIDENCE_WORDS[asked.confidence][language] if asked.confidence else ""
    if chinese:
        line = f"初步诊断：{asked.provisional_diagnosis}" + (f"（{sure}）" if sure else "")
    else:
        line = f"Provisional diagnosis: {asked.provisional_diagnosis}" + (
            f" ({sure})" if sure else ""
        )
    return f"{asked.text}\n{line}"


def context_text(document: OpinionDocument, language: Language) -> str:
    """Return history, weight and height; empty where neither is known."""
    lines = [document.question.history.strip()]
    if document.size is not None:
        label = "体重身高：" if language is Language.ZH_HANS else "Weight and height: "
        lines.append(label + size_words(document.size, language))
    return "\n".join(line for line in lines if line)


def seat_text(seat: DocumentSeat, panel: DocumentPanel, language: Language) -> str:
    """Return what a seat that signed is, when it signed, its verdict, and every dissent."""
    chinese = language is Language.ZH_HANS
    colon = "：" if chinese else ": "
    lines = [f"{SPECIALTY_WORDS[seat.specialty][language]} {seat.person} {seat.title}".rstrip()]
    if seat.signed_at is not None:
        label = "独立意见签署时间" if chinese else "Own opinion signed"
        lines.append(f"{label}{colon}{time_words(seat.signed_at)}")
    label = "对联合结论" if chinese else "On the joint conclusion"
    if seat.verdict is not None:
        lines.append(f"{label}{colon}{VERDICT_WORDS[seat.verdict][language]}")
    else:
        excused = "免除表态" if chinese else "excused from the verdict"
        lines.append(f"{label}{colon}{excused} ({seat.excuse})")
    now = "不同意见" if chinese else "Dissent"
    lines += [f"{now}{colon}{one.words}" for one in dissents_now(seat, panel)]
    for one in dissents_before(seat, panel):
        before = (
            f"对第 {one.version} 版结论的不同意见"
            if chinese
            else f"Dissent from version {one.version} of the conclusion"
        )
        lines.append(f"{before}{colon}{one.words}")
    return "\n".join(lines)


def notes_text(document: OpinionDocument, language: Language) -> str:
    """Return what a reader must know: kind, version, reason, signature, who decides, caveats."""
    chinese = language is Language.ZH_HANS
    version = f"第 {document.version} 版" if chinese else f"version {document.version}"
    lines = [f"{title_words(document, language)} {document.number} {version}"]
    if document.amendment is not None:
        label = "修改原因：" if chinese else "Reason for the change: "
        lines.append(label + document.amendment.reason)
    if document.signer is not None and document.signed_at is not None:
        label = "会诊医师：" if chinese else "Answered by: "
        who = (document.signer.name, document.signer.title, document.signer.hospital.name)
        said = " ".join(part for part in who if part)
        lines.append(f"{label}{said}, {time_words(document.signed_at)}")
    lines += _unsigned_seats(document, language)
    lines += [
        SIGNATURE_WORDS[document.signature][language],
        WHO_DECIDES[document.kind][language],
        RESEARCH_USE[language],
    ]
    lines += [caveat.sentence for caveat in document.doubts()]
    lines.append(document.verify_url)
    return "\n".join(lines)


def _unsigned_seats(document: OpinionDocument, language: Language) -> list[str]:
    """Say which seats of a joint panel gave no opinion, and the conclusion where it was changed."""
    panel = document.panel
    if panel is None:
        return []
    chinese = language is Language.ZH_HANS
    lines = []
    for seat in panel.seats:
        name = SPECIALTY_WORDS[seat.specialty][language]
        if seat.state is SeatState.EXCUSED:
            label = "专科未出具意见，原因：" if chinese else ": excused, "
            lines.append(f"{name}{label}{seat.excuse}")
        elif seat.state is SeatState.INVITED:
            label = "专科未出具意见（非必需）" if chinese else ": no opinion given (optional)"
            lines.append(f"{name}{label}")
    if not same_words(document.answer, panel.conclusion):
        label = "联合结论原文：" if chinese else "Joint conclusion as it was signed: "
        lines.append(label + panel.conclusion)
    return lines
