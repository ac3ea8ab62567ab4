"""In which context a nodule stands, from what the question says; from nothing else, and no advice.

What follows from a nodule is for the doctors of the child: no follow-up rule is known here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tongying.ai.steps.critical_words import is_named

ONCOLOGY_WORDS: Final = (
    "肿瘤",
    "恶性",
    "白血病",
    "淋巴瘤",
    "母细胞瘤",
    "骨肉瘤",
    "肉瘤",
    "生殖细胞瘤",
    "肝癌",
    "癌",
    "化疗",
    "放疗",
    "转移",
    "骨髓移植",
    "tumour",
    "tumor",
    "malignan",
    "cancer",
    "leukaemia",
    "leukemia",
    "lymphoma",
    "blastoma",
    "sarcoma",
    "carcinoma",
    "germ cell",
    "chemotherapy",
    "radiotherapy",
    "metasta",
    "oncolog",
    "wilms",
)
"""Of a malignancy, known or asked about (the project's own list; needs sign-off)."""


class Context(StrEnum):
    """Why somebody looks at the nodule."""

    ONCOLOGY = "oncology"
    """The question names a malignancy or its treatment."""
    INCIDENTAL = "incidental"
    """There is a question, and it names none."""
    UNKNOWN = "unknown"
    """Nobody asked a question."""


def context_of(question: str) -> Context:
    """Return the context that a question tells; a malignancy that is denied does not count.

    Parameters
    ----------
    question : str
        Words of the question, history and provisional diagnosis.

    Examples
    --------
    >>> context_of("肾母细胞瘤术后，评估肺转移").value
    'oncology'
    >>> context_of("咳嗽2周，无肿瘤病史").value
    'incidental'
    >>> context_of("").value
    'unknown'
    """
    text = question.strip().lower()
    if not text:
        return Context.UNKNOWN
    if any(_within(text, word) for word in ONCOLOGY_WORDS):
        return Context.ONCOLOGY
    return Context.INCIDENTAL


def _within(text: str, word: str) -> bool:
    """Say whether a word stands in a text undenied, also as the end of another (blastoma)."""
    if not word.isascii():
        return is_named(text, word)
    start = text.find(word)
    while start >= 0:
        begin = start
        while begin and text[begin - 1].isascii() and text[begin - 1].isalpha():
            begin -= 1
        if is_named(text[: start + len(word)], text[begin : start + len(word)]):
            return True
        start = text.find(word, start + 1)
    return False
