"""Everybody who could try: eight roles at three hospitals, the author, the reader, nobody."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.consult.people import Role

ASKING, ANSWERING, THIRD = "ASK", "ANSWER", "THIRD"


@dataclass(frozen=True)
class Person:
    login: str
    hospital: str
    role: Role
    author: bool = False
    reader: bool = False

    @property
    def sees_case(self) -> bool:
        """Written by hand from the issue, not from the code: own hospital, or invited."""
        if self.role is Role.VENDOR:
            return False
        if self.hospital == ASKING:
            return True
        if self.hospital == ANSWERING:
            return self.reader or self.role is Role.COORDINATOR
        return False

    @property
    def sees_draft(self) -> bool:
        return self.author

    @property
    def sees_unasked_study(self) -> bool:
        return self.hospital == ASKING and self.role is not Role.VENDOR


PEOPLE = [
    Person(f"{hospital.lower()}-{role.value}", hospital, role)
    for hospital in (ASKING, ANSWERING, THIRD)
    for role in Role
] + [
    Person("author", ASKING, Role.REQUESTER, author=True),
    Person("reader", ANSWERING, Role.EXPERT, reader=True),
]
