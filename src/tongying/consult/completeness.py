"""What a question still lacks: what must be there before an expert starts, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongying.consult.case import Question


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides the question.

    Attributes
    ----------
    birth_date : date or None
    sex : str or None
    images : int
        Images of the subject study.
    key_images : int
    """

    birth_date: date | None
    sex: str | None
    images: int
    key_images: int = 0


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there yet.

    Attributes
    ----------
    code : str
        Stable key, such as ``"weight"``.
    sentence : str
        English; the page shows its translation.
    field : str
        The question's field it belongs to; empty where it is none.
    must : bool
        Whether the desk has to look before an expert starts (the question can still be sent).
    """

    code: str
    sentence: str
    field: str = ""
    must: bool = False


def missing(question: Question, facts: Facts) -> tuple[Missing, ...]:
    """Return what a question still lacks, what must be there first."""
    found = [
        Missing(f"question.{name}", sentence, name, must=True)
        for name, sentence in question.faults().items()
    ]
    if facts.images == 0:
        found.append(Missing("images", "The study has no images yet.", must=True))
    if facts.birth_date is None:
        found.append(
            Missing("birth-date", "The images do not say when the child was born.", must=True)
        )
    if not facts.sex:
        found.append(Missing("sex", "The images do not say the child's sex.", must=True))
    if not question.history.strip():
        found.append(Missing("history", "A line of history helps the expert.", "history"))
    if question.specialty is None:
        found.append(
            Missing("specialty", "The field is not chosen; the desk will choose it.", "specialty")
        )
    if question.weight_kg is None:
        found.append(Missing("weight", "The weight is not given.", "weight_kg"))
    if facts.key_images == 0:
        found.append(Missing("key-images", "No key image is marked."))
    return tuple(found)


def is_complete(question: Question, facts: Facts) -> bool:
    """Say whether nothing is missing that must be there."""
    return not any(one.must for one in missing(question, facts))
