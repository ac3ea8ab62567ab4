"""The outcome that comes home: its pieces, what they prove, and the opinion set against them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput, Conflict


class OutcomeKind(StrEnum):
    """A piece of the outcome."""

    ARRIVAL = "arrival"
    PROCEDURE = "procedure"
    PATHOLOGY = "pathology"
    GENETICS = "genetics"
    DISCHARGE = "discharge"
    FOLLOW_UP = "follow-up"
    NONE = "none"
    """Nothing is to be learnt, with the reason: said, so that it is not chased for ever."""


class Truth(StrEnum):
    """How well it is known what the child had (K10)."""

    PATHOLOGY = "pathology"
    GENETICS = "genetics"
    SURGERY = "surgery"
    FOLLOW_UP = "follow-up"
    NONE = "none"


class Agreement(StrEnum):
    """The opinion against the outcome."""

    AGREES = "agrees"
    MINOR = "minor"
    """Differs in something that did not change what was done."""
    MAJOR = "major"
    """Differs in something that changed, or should have changed, what was done."""
    CANNOT_COMPARE = "incomparable"


PROVES: dict[OutcomeKind, Truth] = {
    OutcomeKind.ARRIVAL: Truth.NONE,
    OutcomeKind.PROCEDURE: Truth.SURGERY,
    OutcomeKind.PATHOLOGY: Truth.PATHOLOGY,
    OutcomeKind.GENETICS: Truth.GENETICS,
    OutcomeKind.DISCHARGE: Truth.FOLLOW_UP,
    OutcomeKind.FOLLOW_UP: Truth.FOLLOW_UP,
    OutcomeKind.NONE: Truth.NONE,
}
"""What a piece proves at best. A discharge diagnosis without tissue is clinical follow-up."""
TRUTH_ORDER = tuple(Truth)
"""From the strongest evidence to none. Needs sign-off: which of tissue, gene and operation proves
more depends on the disease."""

ENDINGS = frozenset({OutcomeKind.DISCHARGE, OutcomeKind.FOLLOW_UP, OutcomeKind.NONE})
"""A referral can be closed once one of these is recorded: it is known how the child left."""
DISCREPANCIES = frozenset({Agreement.MINOR, Agreement.MAJOR})
"""They open quality review."""

OUTCOME_WITHIN = timedelta(days=30)
"""A referral without an outcome for so long is chased (K10)."""
CHASED_EVERY = timedelta(days=7)
"""How often somebody is told of it. Needs sign-off."""


class OutcomeRefused(BadInput):
    """A piece of the outcome cannot be recorded as given."""

    code: ClassVar[str] = "outcome.refused"


class ComparisonRefused(BadInput):
    """The comparison cannot be kept as given."""

    code: ClassVar[str] = "comparison.refused"


class NothingToCompare(Conflict):
    """No outcome has been recorded yet."""

    code: ClassVar[str] = "comparison.no-outcome"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A piece of the outcome as it is recorded.

    Attributes
    ----------
    kind : OutcomeKind or None
        None while nobody has chosen.
    happened_on : date or None
    text : str
    """

    kind: OutcomeKind | None
    happened_on: date | None
    text: str = ""

    def faults(self, *, today: date, sent_on: date) -> dict[str, str]:
        """Return, by field name, one sentence for each thing that is missing or cannot be."""
        faults: dict[str, str] = {}
        if self.kind is None:
            faults["kind"] = "Choose what is recorded."
        if self.kind is OutcomeKind.ARRIVAL:
            faults["kind"] = "The arrival is recorded by checking the child in."
        if self.happened_on is None:
            faults["happened_on"] = "Give the day."
        elif self.happened_on > today:
            faults["happened_on"] = "The day lies in the future."
        elif self.happened_on < sent_on:
            faults["happened_on"] = "The day lies before the referral."
        if not self.text.strip():
            faults["text"] = "Write the result in a few words."
        return faults


@dataclass(frozen=True, slots=True)
class Comparison:
    """The opinion set against the outcome.

    Attributes
    ----------
    agreement : Agreement or None
        None while nobody has chosen.
    management_changed : bool or None
        Whether the opinion changed what was done with the child; None where that is not known.
    note : str
        What differs; needed where something does.
    """

    agreement: Agreement | None
    management_changed: bool | None = None
    note: str = ""

    def faults(self, truth: Truth) -> dict[str, str]:
        """Return, by field name, one sentence for each thing that is missing or cannot be."""
        if self.agreement is None:
            return {"agreement": "Say whether opinion and outcome agree."}
        if truth is Truth.NONE and self.agreement is not Agreement.CANNOT_COMPARE:
            return {"agreement": "Nothing recorded so far can prove the opinion right or wrong."}
        if self.agreement in DISCREPANCIES and not self.note.strip():
            return {"note": "Say in a few words what differs."}
        return {}


def check_outcome(outcome: Outcome, *, today: date, sent_on: date) -> None:
    """Raise unless a piece of the outcome can be recorded.

    Raises
    ------
    OutcomeRefused
        With the first fault's sentence.
    """
    for sentence in outcome.faults(today=today, sent_on=sent_on).values():
        raise OutcomeRefused(sentence)


def check_comparison(comparison: Comparison, kinds: Collection[OutcomeKind]) -> Truth:
    """Raise unless the comparison can be kept; return the evidence it rests on.

    Raises
    ------
    NothingToCompare
        If no outcome has been recorded.
    ComparisonRefused
        With the first fault's sentence.
    """
    if not has_outcome(kinds):
        raise NothingToCompare("No outcome has come home yet.")
    truth = truth_of(kinds)
    for sentence in comparison.faults(truth).values():
        raise ComparisonRefused(sentence)
    return truth


def has_outcome(kinds: Collection[OutcomeKind]) -> bool:
    """Say whether an outcome is known; that the child arrived is none yet."""
    return any(kind is not OutcomeKind.ARRIVAL for kind in kinds)


def has_ended(kinds: Collection[OutcomeKind]) -> bool:
    """Say whether enough is recorded to close the referral."""
    return any(kind in ENDINGS for kind in kinds)


def truth_of(kinds: Collection[OutcomeKind]) -> Truth:
    """Return the strongest evidence among some pieces of an outcome."""
    proved = [PROVES[kind] for kind in kinds]
    return min(proved, key=TRUTH_ORDER.index, default=Truth.NONE)


def opens_review(agreement: Agreement) -> bool:
    """Say whether a comparison opens quality review."""
    return agreement in DISCREPANCIES


def chase_round(
    *, is_open: bool, kinds: Collection[OutcomeKind], sent_at: datetime, now: datetime
) -> int | None:
    """Return for which time a referral is chased now, from 0, or None where it is not.

    Parameters
    ----------
    is_open : bool
        Whether somebody still has to act on it.
    kinds : collection of OutcomeKind
        What has been recorded.
    sent_at, now : datetime
        With time zone.
    """
    late = now - (sent_at + OUTCOME_WITHIN)
    if not is_open or has_outcome(kinds) or late < timedelta():
        return None
    return late // CHASED_EVERY
