"""Why a child or a value cannot stand in the ledger: a code, a sentence and its values.

The sentence is kept with its placeholders, so that a page can say it in the reader's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput


class FaultCode(StrEnum):
    """Stable codes of what is wrong, or doubtful, with a line of the ledger."""

    CELLS = "row.cells"
    DUPLICATE = "row.duplicate"
    CONTRADICTS = "row.contradicts"
    MISSING = "value.missing"
    WORD = "value.word"
    DATE = "value.date"
    NUMBER = "value.number"
    LONG = "value.long"
    BIRTH_UNKNOWN = "child.birth-unknown"
    SEX_UNKNOWN = "child.sex-unknown"
    SEX_CODE = "child.sex-code"
    BEFORE_BIRTH = "child.before-birth"
    GROWN_UP = "child.grown-up"
    AGE_CONTRADICTS = "child.age-contradicts"
    FUTURE = "child.future"
    GESTATION = "child.gestation"
    GESTATION_UNKNOWN = "child.gestation-unknown"
    HEIGHT = "child.height"
    WEIGHT = "child.weight"
    LABEL_TAKEN = "child.label-taken"
    CHILD_TWICE = "child.twice"
    CHILD_OTHER = "child.other"
    CHILD_LIKE = "child.like"
    CHILD_WITHDRAWN = "child.withdrawn"
    CONSENT_NEEDED = "consent.needed"
    CONSENT_DATE = "consent.date"
    CONSENT_FUTURE = "consent.future"
    CONSENT_LATE = "consent.late"
    WAIVER_NEEDED = "consent.waiver-needed"
    REFERENCE = "consent.reference"
    RULE_UNKNOWN = "rule.unknown"
    RULE_CLOSED = "rule.closed"
    ROUTE = "rule.route"
    SITE_UNKNOWN = "site.unknown"
    SITE_FOREIGN = "site.foreign"
    MEASURE_UNKNOWN = "measure.unknown"
    UNIT = "measure.unit"
    IMPOSSIBLE = "measure.impossible"
    SIDE = "measure.side"
    TOOL = "method.tool"
    READER = "reading.reader"
    SAME_READER = "reading.same-reader"
    SECOND_ALONE = "reading.second-alone"
    QUALITY_REASON = "quality.reason"
    ENTRY_TWICE = "entry.twice"
    NOTHING_TO_MEASURE = "entry.nothing"
    ASKED_ABOUT = "study.asked-about"


SENTENCES: Final[dict[FaultCode, str]] = {
    FaultCode.CELLS: "The row has more cells than the heading has columns.",
    FaultCode.DUPLICATE: "Row %(row)s of this file gives the same value of the same child.",
    FaultCode.CONTRADICTS: "%(column)s: row %(row)s says something else about the same child.",
    FaultCode.MISSING: "%(column)s: nothing is given.",
    FaultCode.WORD: "%(column)s: “%(value)s” is not one of the words known here.",
    FaultCode.DATE: "%(column)s: “%(value)s” is not a day; write it as 2026-03-01.",
    FaultCode.NUMBER: "%(column)s: “%(value)s” is not a number.",
    FaultCode.LONG: "%(column)s: longer than %(most)s characters.",
    FaultCode.BIRTH_UNKNOWN: "Neither the date of birth nor the age is known.",
    FaultCode.SEX_UNKNOWN: "The child's sex is not known; a norm needs it.",
    FaultCode.SEX_CODE: "“%(value)s” is no sex here: write F or M, for 1 and 2 mean either.",
    FaultCode.BEFORE_BIRTH: "The age lies before birth.",
    FaultCode.GROWN_UP: "The person is %(years)s years old; the ledger ends at %(most)s.",
    FaultCode.AGE_CONTRADICTS: (
        "The age given, %(given)s days, is not the %(found)s days between birth and measurement."
    ),
    FaultCode.FUTURE: "%(column)s: the day lies in the future.",
    FaultCode.GESTATION: (
        "“%(value)s” is no gestation at birth from 22 to 44 weeks; write it as 38+2."
    ),
    FaultCode.GESTATION_UNKNOWN: (
        "The gestation at birth is not known, so norms by corrected age leave the child out."
    ),
    FaultCode.HEIGHT: "The height must lie between 20 and 230 cm.",
    FaultCode.WEIGHT: "The weight must lie between 0.3 and 250 kg.",
    FaultCode.LABEL_TAKEN: "The number %(label)s is another child's.",
    FaultCode.CHILD_TWICE: "The child stands in the ledger already, as %(label)s.",
    FaultCode.CHILD_OTHER: (
        "%(column)s: the ledger says something else about the child %(label)s."
    ),
    FaultCode.CHILD_LIKE: (
        "%(label)s has the same date of birth and sex; make sure that it is another child."
    ),
    FaultCode.CHILD_WITHDRAWN: (
        "The child was withdrawn from the ledger; it comes back with a consent given after that."
    ),
    FaultCode.CONSENT_NEEDED: "A volunteer needs the guardian's consent.",
    FaultCode.CONSENT_DATE: "Give the day of the consent.",
    FaultCode.CONSENT_FUTURE: "The day of the consent lies in the future.",
    FaultCode.CONSENT_LATE: "The consent was given after the measurement.",
    FaultCode.WAIVER_NEEDED: (
        "Give the number of the ethics committee's decision that waives the consent."
    ),
    FaultCode.REFERENCE: "Give the number of the signed consent form.",
    FaultCode.RULE_UNKNOWN: "There is no inclusion rule “%(value)s”; write it as code@version.",
    FaultCode.RULE_CLOSED: "The inclusion rule %(value)s takes no more children.",
    FaultCode.ROUTE: "The route is %(given)s, but the inclusion rule is for %(wanted)s.",
    FaultCode.SITE_UNKNOWN: "There is no hospital with the code %(value)s.",
    FaultCode.SITE_FOREIGN: "The row is about another hospital, %(value)s.",
    FaultCode.MEASURE_UNKNOWN: "“%(value)s” is no measure known here.",
    FaultCode.UNIT: "“%(given)s” is no unit of this measure, which is in %(wanted)s.",
    FaultCode.IMPOSSIBLE: (
        "%(column)s: %(value)s %(unit)s is not possible in a child (%(low)s to %(high)s)."
    ),
    FaultCode.SIDE: "“%(value)s” is no side: write R, L or nothing.",
    FaultCode.TOOL: "Say with which tool it is measured.",
    FaultCode.READER: "%(column)s: a value needs its reader.",
    FaultCode.SAME_READER: "Both values are of one reader; the second must be another person.",
    FaultCode.QUALITY_REASON: "Say why the examination did not pass.",
    FaultCode.SECOND_ALONE: "There is a second value without a first.",
    FaultCode.ENTRY_TWICE: "The ledger has this value of this child already.",
    FaultCode.NOTHING_TO_MEASURE: "Choose at least one measure.",
    FaultCode.ASKED_ABOUT: (
        "A question was asked about this study; make sure that the child counts as normal."
    ),
}
"""What each code says."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A code, the values of its sentence's placeholders, and the column it is about.

    Attributes
    ----------
    code : FaultCode
    values : tuple of (str, str)
    column : str
        Key of the column or field; empty where it is about the whole.
    """

    code: FaultCode
    values: tuple[tuple[str, str], ...] = ()
    column: str = ""

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return SENTENCES[self.code] % dict(self.values)


class LedgerRefused(BadInput):
    """A child or a value cannot stand in the ledger; `faults` holds every reason."""

    code: ClassVar[str] = "norms.ledger-refused"

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults[0].sentence)
        self.faults = faults


def fault(code: FaultCode, on: str = "", /, **values: str) -> Fault:
    """Return a fault on a column, with values of its sentence's placeholders."""
    return Fault(code, tuple(values.items()), on)
