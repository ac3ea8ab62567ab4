"""The live joint examination on the printed opinion."""

from __future__ import annotations

from typing import Any

from tongying.consult.document import Language, OpinionDocument
from tongying.consult.document_live import DocumentLength, DocumentLive
from tongying.consult.document_words import time_words

_ZH, _EN = Language.ZH_HANS, Language.EN

LABELS: dict[Language, dict[str, str]] = {
    _ZH: {
        "heading": "实时联合检查",
        "people": "参加",
        "pictures": "存图：静态图 {stills} 幅，动态图 {clips} 段",
        "lengths": "测量（标尺由人工标定）",
        "open": "签署时仍在进行",
        "length": "长度",
    },
    _EN: {
        "heading": "Live joint examination",
        "people": "Present",
        "pictures": "Stored: {stills} stills, {clips} clips",
        "lengths": "Measured (scale drawn by hand)",
        "open": "still open when signed",
        "length": "length",
    },
}


def live_values(document: OpinionDocument, language: Language) -> dict[str, Any] | None:
    """Return what the page says of live examinations; None where there was none.

    Parameters
    ----------
    document : OpinionDocument
    language : Language
    """
    if not document.live:
        return None
    label = LABELS[language]
    return {"label": label, "sessions": [_session(one, label, language) for one in document.live]}


def _session(one: DocumentLive, label: dict[str, str], language: Language) -> dict[str, Any]:
    until = label["open"] if one.ended_at is None else time_words(one.ended_at)
    between = "；" if language is _ZH else "; "
    lengths = [_length(each, label) for each in one.lengths]
    return {
        "time": f"{time_words(one.began_at)} – {until}",
        "people": between.join(one.people),
        "pictures": label["pictures"].format(stills=one.stills, clips=one.clips),
        "lengths": between.join(lengths),
    }


def _length(one: DocumentLength, label: dict[str, str]) -> str:
    picture = f" ({one.picture})" if one.picture else ""
    return f"{one.words or label['length']} {one.mm:.1f} mm{picture}"
