"""Why a hospital, member, agreement or shift cannot stand: a code, a sentence and its values.

The sentence is kept with its placeholders, so that a page can say it in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput


class FaultCode(StrEnum):
    """Stable codes of what is wrong, or doubtful, with one line of the alliance's books."""

    CELLS = "row.cells"
    DUPLICATE = "row.duplicate"
    FOREIGN = "row.foreign"
    MISSING = "value.missing"
    WORD = "value.word"
    DATE = "value.date"
    TIME = "value.time"
    NUMBER = "value.number"
    AGE = "value.age"
    HOURS = "value.hours"
    EMAIL = "value.email"
    LONG = "value.long"
    CODE = "hospital.code"
    HOSPITAL_UNKNOWN = "hospital.unknown"
    PARENT_UNKNOWN = "hospital.parent-unknown"
    CYCLE = "hospital.tree-cycle"
    ORDER = "hospital.tree-order"
    AE_TITLE = "hospital.ae-title"
    AE_TITLE_TAKEN = "hospital.ae-title-taken"
    LOGIN = "member.login"
    MEMBER_UNKNOWN = "member.unknown"
    MEMBER_SHUT = "member.shut"
    ELSEWHERE = "member.elsewhere"
    OWN_ROLE = "member.own-role"
    LICENCE_HALF = "member.licence-half"
    LICENCE_MISSING = "member.licence-missing"
    LICENCE_EXPIRED = "member.licence-expired"
    AGES = "member.ages"
    AGREEMENT_ORDER = "agreement.order"
    AGREEMENT_SELF = "agreement.self"
    AGREEMENT_SCOPE = "agreement.scope"
    NOT_ANSWERING = "agreement.not-answering"
    AGREEMENT_EXPIRED = "agreement.expired"
    SHIFT_ORDER = "shift.order"
    SHIFT_LONG = "shift.long"
    SHIFT_OVERLAP = "shift.overlap"
    SHIFT_OVERLAP_ROW = "shift.overlap-row"


SENTENCES: Final[dict[FaultCode, str]] = {
    FaultCode.CELLS: "The row has more cells than the heading has columns.",
    FaultCode.DUPLICATE: "Row %(row)s of this file is about the same one; keep one of the two.",
    FaultCode.FOREIGN: "The row is about another hospital, %(code)s, which is not yours to change.",
    FaultCode.MISSING: "%(column)s: nothing is given.",
    FaultCode.WORD: "%(column)s: “%(value)s” is not one of the words known here.",
    FaultCode.DATE: "%(column)s: “%(value)s” is not a day; write it as 2026-03-01.",
    FaultCode.TIME: "%(column)s: “%(value)s” is not a time; write it as 2026-03-01 08:00.",
    FaultCode.NUMBER: "%(column)s: “%(value)s” is not a whole number from %(least)s to %(most)s.",
    FaultCode.AGE: "%(column)s: “%(value)s” is not an age; write it as 28 天, 6 月 or 14 岁.",
    FaultCode.HOURS: (
        "%(column)s: “%(value)s” are no opening hours; write them as 周一-周五 08:00-17:00."
    ),
    FaultCode.EMAIL: "%(column)s: “%(value)s” is not an e-mail address.",
    FaultCode.LONG: "%(column)s: longer than %(most)s characters.",
    FaultCode.CODE: "The hospital code “%(code)s” must be 1 to 31 capital letters, digits, _ or -.",
    FaultCode.HOSPITAL_UNKNOWN: "There is no hospital with the code %(code)s.",
    FaultCode.PARENT_UNKNOWN: "There is no hospital with the code %(code)s to stand above it.",
    FaultCode.CYCLE: "%(code)s would stand above itself in the tree.",
    FaultCode.ORDER: "%(parent)s must stand at a higher tier than %(code)s, which is below it.",
    FaultCode.AE_TITLE: (
        "The AE title “%(title)s” must be 1 to 16 capital letters, digits, _ . or -."
    ),
    FaultCode.AE_TITLE_TAKEN: "The AE title %(title)s is taken.",
    FaultCode.LOGIN: (
        "The log-in name “%(login)s” must be 2 to 64 small letters, digits, . _ or -."
    ),
    FaultCode.MEMBER_UNKNOWN: "There is no member with the log-in name %(login)s.",
    FaultCode.MEMBER_SHUT: "The account %(login)s is deactivated.",
    FaultCode.ELSEWHERE: "The log-in name %(login)s belongs to a member of another hospital.",
    FaultCode.OWN_ROLE: "Your own role is changed by another administrator.",
    FaultCode.LICENCE_HALF: "A licence has both a number and a last valid day.",
    FaultCode.LICENCE_MISSING: "An expert needs a licence number.",
    FaultCode.LICENCE_EXPIRED: "%(login)s cannot be assigned: the licence expired on %(day)s.",
    FaultCode.AGES: "The youngest age lies above the oldest.",
    FaultCode.AGREEMENT_ORDER: "An agreement must not end before it begins.",
    FaultCode.AGREEMENT_SELF: "A hospital needs no agreement with itself.",
    FaultCode.AGREEMENT_SCOPE: "An agreement must cover imaging, nuclear medicine or both.",
    FaultCode.NOT_ANSWERING: "%(code)s does not take questions from other hospitals.",
    FaultCode.AGREEMENT_EXPIRED: "Nothing can be assigned under it: it expired on %(day)s.",
    FaultCode.SHIFT_ORDER: "A shift must end after it begins.",
    FaultCode.SHIFT_LONG: "A shift must not last longer than 36 hours.",
    FaultCode.SHIFT_OVERLAP: (
        "It overlaps a shift of %(login)s on the roster, %(begins)s to %(ends)s."
    ),
    FaultCode.SHIFT_OVERLAP_ROW: "It overlaps the shift of %(login)s in row %(row)s of this file.",
}
"""What each code says."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A code and the values of its sentence's placeholders, in no order of meaning."""

    code: FaultCode
    values: tuple[tuple[str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code] % dict(self.values)


class AllianceRefused(BadInput):
    """A hospital, member, agreement or shift cannot stand as given."""

    code: ClassVar[str] = "alliance.refused"

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence, fault.code.value)
        self.fault = fault


def fault(what: FaultCode, /, **values: str) -> Fault:
    """Return a fault from its code and values.

    Examples
    --------
    >>> fault(FaultCode.HOSPITAL_UNKNOWN, code="X").sentence
    'There is no hospital with the code X.'
    """
    return Fault(what, tuple(values.items()))
