"""Why a later version of an opinion exists, and line by line what it changes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    """What became of a line between two versions."""

    KEPT = "kept"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """How one field changed; `field` is its dotted name, such as ``"question.history"``."""

    field: str
    lines: tuple[DiffLine, ...]


@dataclass(frozen=True, slots=True)
class Amendment:
    """Why a later version exists, and what it changes against the version before."""

    reason: str
    changes: tuple[FieldDifference, ...] = ()


def line_difference(old: str, new: str) -> tuple[DiffLine, ...]:
    r"""Compare two texts line by line; removed lines come before the lines that replace them.

    Examples
    --------
    >>> [(line.mark.value, line.text) for line in line_difference("a\nb", "a\nc")]
    [('kept', 'a'), ('removed', 'b'), ('added', 'c')]
    """
    before, after = old.splitlines(), new.splitlines()
    lines: list[DiffLine] = []
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            lines += [DiffLine(Mark.KEPT, text) for text in before[old_from:old_to]]
            continue
        lines += [DiffLine(Mark.REMOVED, text) for text in before[old_from:old_to]]
        lines += [DiffLine(Mark.ADDED, text) for text in after[new_from:new_to]]
    return tuple(lines)
