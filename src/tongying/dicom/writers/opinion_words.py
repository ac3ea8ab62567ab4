"""The free texts of the SR that put several fields of the document into one content item."""

from __future__ import annotations

from tongying.consult.document import Language, OpinionDocument
from tongying.consult.document_words import (
    CONFIDENCE_WORDS,
    KIND_TITLES,
    RESEARCH_USE,
    SIGNATURE_WORDS,
    WHO_DECIDES,
    size_words,
    time_words,
)


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


def notes_text(document: OpinionDocument, language: Language) -> str:
    """Return what a reader must know: kind, version, reason, signature, who decides, caveats."""
    chinese = language is Language.ZH_HANS
    version = f"第 {document.version} 版" if chinese else f"version {document.version}"
    lines = [f"{KIND_TITLES[document.kind][language]} {document.number} {version}"]
    if document.amendment is not None:
        label = "修改原因：" if chinese else "Reason for the change: "
        lines.append(label + document.amendment.reason)
    if document.signer is not None and document.signed_at is not None:
        label = "会诊医师：" if chinese else "Answered by: "
        who = (document.signer.name, document.signer.title, document.signer.hospital.name)
        said = " ".join(part for part in who if part)
        lines.append(f"{label}{said}, {time_words(document.signed_at)}")
    lines += [
        SIGNATURE_WORDS[document.signature][language],
        WHO_DECIDES[document.kind][language],
        RESEARCH_USE[language],
    ]
    lines += [caveat.sentence for caveat in document.doubts()]
    lines.append(document.verify_url)
    return "\n".join(lines)
