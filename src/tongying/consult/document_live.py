"""A live joint examination as the signed document carries it: when, who, what was stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DocumentLength:
    """A distance measured in the live room: its words, millimetres, and the picture's name."""

    words: str
    mm: float
    picture: str


@dataclass(frozen=True, slots=True)
class DocumentLive:
    """One live examination.

    Attributes
    ----------
    began_at : datetime
        When its room was opened.
    ended_at : datetime or None
        None while it was open at the time of signing.
    people : tuple of str
        Who was in it: name and hospital, in the order they came.
    stills, clips : int
        Pictures stored in the child's record.
    lengths : tuple of DocumentLength
        Distances in millimetres on pictures with a scale; those without are not printed.
    """

    began_at: datetime
    ended_at: datetime | None
    people: tuple[str, ...]
    stills: int
    clips: int
    lengths: tuple[DocumentLength, ...] = ()


def read_live(plain: list[dict[str, Any]]) -> tuple[DocumentLive, ...]:
    """Rebuild the live examinations from a document's canonical content."""
    return tuple(
        DocumentLive(
            began_at=datetime.fromisoformat(one["began_at"]),
            ended_at=None if one["ended_at"] is None else datetime.fromisoformat(one["ended_at"]),
            people=tuple(one["people"]),
            stills=one["stills"],
            clips=one["clips"],
            lengths=tuple(DocumentLength(**length) for length in one["lengths"]),
        )
        for one in plain
    )
