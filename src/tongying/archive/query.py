"""A search of the archive, whoever asks (QIDO-RS, C-FIND, a page): level, matches, paging, fields.

Matching follows DICOM PS3.4 section C.2.2.2: single value, list of UIDs, universal (empty),
wildcard (``*`` and ``?``), and range (``-``) for dates and times.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Level(StrEnum):
    """What one answer describes."""

    STUDY = "STUDY"
    SERIES = "SERIES"
    IMAGE = "IMAGE"


@dataclass(frozen=True, slots=True)
class Query:
    """A search.

    Attributes
    ----------
    level : Level
    matches : dict of str to str
        Keyword (``"PatientName"``) to the value asked for, as the request gave it.
    fields : frozenset of str
        Keywords asked for beyond the level's own; ``"*"`` asks for all that are indexed.
    fuzzy : bool
        Names also match by pinyin, initials and parts.
    limit, offset : int or None, int
    """

    level: Level
    matches: dict[str, str] = field(default_factory=dict)
    fields: frozenset[str] = frozenset()
    fuzzy: bool = False
    limit: int | None = None
    offset: int = 0
