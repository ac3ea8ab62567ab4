"""Who is on duty when: shifts, the roster they make, and what a roster refuses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.kernel.ids import UserId


class Duty(StrEnum):
    """How a shift is served."""

    DESK = "desk"
    """At the reading desk: takes cases as they come."""
    ON_CALL = "on-call"
    """Reachable: takes emergency and urgent cases only."""


class ShiftRefused(BadInput):
    """A shift cannot stand on the roster."""

    code: ClassVar[str] = "roster.shift"


LONGEST_SHIFT = timedelta(hours=36)
"""A longer shift is a slip of the pen (the form's limit, not a labour rule)."""


@dataclass(frozen=True, slots=True)
class Shift:
    """One person's duty from `begins` until `ends` (time zones required)."""

    member: UserId
    begins: datetime
    ends: datetime
    duty: Duty = Duty.DESK

    def __post_init__(self) -> None:
        """Refuse a shift that ends before it begins, lasts too long or has no time zone."""
        if self.begins.tzinfo is None or self.ends.tzinfo is None:
            raise ValueError("a shift needs times with a time zone")
        if self.ends <= self.begins:
            raise ShiftRefused("A shift must end after it begins.")
        if self.ends - self.begins > LONGEST_SHIFT:
            raise ShiftRefused("A shift must not last longer than 36 hours.")


class Roster:
    """The shifts of everybody, for asking who is on duty.

    Parameters
    ----------
    shifts : iterable of Shift
        In any order.
    known : iterable of UserId, optional
        People who are on the roster although none of these shifts is theirs: on leave, not unknown.

    Raises
    ------
    ShiftRefused
        If two shifts of one person overlap.
    """

    def __init__(self, shifts: Iterable[Shift], known: Iterable[UserId] = ()) -> None:
        self._by_member: dict[UserId, list[Shift]] = {}
        for shift in sorted(shifts, key=lambda one: (one.member, one.begins)):
            mine = self._by_member.setdefault(shift.member, [])
            if mine and shift.begins < mine[-1].ends:
                raise ShiftRefused("Two shifts of one person overlap.")
            mine.append(shift)
        self._known = frozenset(known).union(self._by_member)
        self._starts = {
            member: [shift.begins for shift in shifts] for member, shifts in self._by_member.items()
        }

    def knows(self, member: UserId) -> bool:
        """Say whether a person is on the roster; otherwise their duty is unknown."""
        return member in self._known

    def shift_at(self, member: UserId, at: datetime) -> Shift | None:
        """Return the shift that a person serves at a moment."""
        place = bisect_right(self._starts.get(member, []), at) - 1
        if place < 0:
            return None
        shift = self._by_member[member][place]
        return shift if at < shift.ends else None

    def shifts_from(self, member: UserId, at: datetime) -> Iterator[Shift]:
        """Yield a person's shifts that are not over at a moment, in order."""
        place = max(bisect_right(self._starts.get(member, []), at) - 1, 0)
        for shift in self._by_member.get(member, [])[place:]:
            if at < shift.ends:
                yield shift

    def on_duty(self, at: datetime) -> tuple[UserId, ...]:
        """Return everybody on duty at a moment, in the order of their ids."""
        return tuple(member for member in self._by_member if self.shift_at(member, at) is not None)
