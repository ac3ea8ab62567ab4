"""What becomes of each row of a file, and of the file as a whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tongying.consult.alliance_faults import Fault, FaultCode, fault


class Outcome(StrEnum):
    """What a row does to the books."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RowResult(Generic[R]):
    """One row's result.

    Attributes
    ----------
    number : int
        The row as a spreadsheet counts.
    name : str
        What it is about: a code or log-in name; empty where unreadable.
    outcome : Outcome
    fault : Fault or None
        Why it is refused; for another outcome, what is doubtful about it.
    record : R or None
        The line of the books afterwards; None where refused.
    """

    number: int
    name: str
    outcome: Outcome
    fault: Fault | None = None
    record: R | None = None


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """All rows of a file. With one refused row the file changes nothing at all."""

    rows: tuple[RowResult[R], ...]

    @property
    def refused(self) -> int:
        """How many rows are refused."""
        return sum(one.outcome is Outcome.REFUSED for one in self.rows)

    @property
    def counts(self) -> dict[Outcome, int]:
        """Rows of each outcome."""
        found = Counter(one.outcome for one in self.rows)
        return {outcome: found[outcome] for outcome in Outcome}

    def to_write(self) -> list[RowResult[R]]:
        """Return the rows that change the books; none where any row is refused."""
        if self.refused:
            return []
        return [one for one in self.rows if one.outcome is not Outcome.UNCHANGED]


def outcome_of(before: R | None, after: R) -> Outcome:
    """Say what a record does to the one on the books."""
    if before is None:
        return Outcome.ADDED
    return Outcome.UNCHANGED if before == after else Outcome.CHANGED


def refused(number: int, name: str, why: Fault) -> RowResult[R]:
    """Return a refused row."""
    return RowResult(number, name, Outcome.REFUSED, why)


def first_rows(keys: Iterable[tuple[int, object]]) -> dict[int, Fault]:
    """Return, for each row that repeats another's key, the fault that names the first one."""
    seen: dict[object, int] = {}
    found: dict[int, Fault] = {}
    for number, key in keys:
        if key in seen:
            found[number] = fault(FaultCode.DUPLICATE, row=str(seen[key]))
        else:
            seen[key] = number
    return found
