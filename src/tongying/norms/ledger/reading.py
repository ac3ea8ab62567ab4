"""When two readers agree, and what counts when they do not.

Two persons measure without knowing each other's value. Within the tolerance their mean counts;
beyond it a third person decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput, Conflict
from tongying.norms.ledger.faults import FaultCode, LedgerRefused, fault
from tongying.norms.measure import Measure

READERS: Final = 2
DEFAULT_PERCENT: Final = 5.0
"""Proposed for a new inclusion rule: needs sign-off, for no source gives one for all measures."""


class ToleranceRefused(BadInput):
    """The tolerance is none: a limit or share must be above zero."""

    code: ClassVar[str] = "norms.tolerance-refused"


class ReadAlready(Conflict):
    """The person has given a value, or two others have."""

    code: ClassVar[str] = "norms.read-already"


class NotDisputed(Conflict):
    """There is nothing to decide."""

    code: ClassVar[str] = "norms.not-disputed"


class ReaderDecides(BadInput):
    """One of the two readers cannot decide between them."""

    code: ClassVar[str] = "norms.reader-decides"


class Standing(StrEnum):
    """Where a value stands."""

    WAITING = "waiting"
    """For readers."""
    DISPUTED = "disputed"
    """The readers differ by more than the tolerance; a third person decides."""
    AGREED = "agreed"
    EXCLUDED = "excluded"
    """The examination did not pass the quality gate."""


class Kind(StrEnum):
    """In which part a person gave a value."""

    READER = "reader"
    ADJUDICATOR = "adjudicator"


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a person gave, in the measure's unit."""

    person: str
    value: float
    kind: Kind = Kind.READER


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far two readers may lie apart.

    Attributes
    ----------
    percent : float
        Of the mean of the two values.
    limit : float or None
        In the measure's unit; where there is one, it counts instead.
    source : str
        Empty: needs sign-off.

    Raises
    ------
    ToleranceRefused
        If one of the numbers is not above zero.
    """

    percent: float
    limit: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100 or (self.limit is not None and not self.limit > 0):
            raise ToleranceRefused("A tolerance is above zero, a share at most 100 %.")

    def allows(self, one: float, other: float) -> bool:
        """Say whether two values agree.

        Examples
        --------
        >>> Tolerance(5.0).allows(100, 105), Tolerance(5.0).allows(100, 106)
        (True, False)
        >>> Tolerance(5.0, limit=2.0).allows(20, 22)
        True
        """
        most = self.limit
        if most is None:
            most = self.percent / 100 * abs(one + other) / 2
        return abs(one - other) <= most * (1 + 1e-9)


def tolerance_for(
    measure: str, percent: float, limits: Mapping[str, float], source: str
) -> Tolerance:
    """Return what an inclusion rule allows for a measure.

    Raises
    ------
    ToleranceRefused
        If the rule's number is none.
    """
    return Tolerance(percent, limits.get(measure), source)


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a value stands after what was given; `value` exactly where it is agreed."""

    standing: Standing
    value: float | None = None


def decide(given: Sequence[Given], tolerance: Tolerance, *, quality_failed: bool) -> Decision:
    """Return where a value stands.

    Examples
    --------
    >>> two = [Given("a", 1300.0), Given("b", 1310.0)]
    >>> decide(two, Tolerance(5.0), quality_failed=False).value
    1305.0
    """
    if quality_failed:
        return Decision(Standing.EXCLUDED)
    last = next((one for one in given if one.kind is Kind.ADJUDICATOR), None)
    if last is not None:
        return Decision(Standing.AGREED, last.value)
    read = [one for one in given if one.kind is Kind.READER]
    if len(read) < READERS:
        return Decision(Standing.WAITING)
    first, second = read[0].value, read[1].value
    if tolerance.allows(first, second):
        return Decision(Standing.AGREED, (first + second) / 2)
    return Decision(Standing.DISPUTED)


def check_reader(person: str, given: Sequence[Given]) -> None:
    """Raise unless a person may give a first or second value.

    Raises
    ------
    ReadAlready
        If they gave one, or two others did.
    """
    read = [one for one in given if one.kind is Kind.READER]
    if any(one.person == person for one in given):
        raise ReadAlready("You have measured this already.")
    if len(read) >= READERS:
        raise ReadAlready("Two readers have measured this already.")


def check_adjudicator(person: str, given: Sequence[Given], standing: Standing) -> None:
    """Raise unless a person may decide between two readers.

    Raises
    ------
    NotDisputed
        If the readers agree, are not two yet, or it was decided.
    ReaderDecides
        If the person is one of the two.
    """
    if standing is not Standing.DISPUTED:
        raise NotDisputed("The readers do not differ here, or a third person has decided.")
    if any(one.person == person for one in given):
        raise ReaderDecides("A third person decides, not one of the two readers.")


def shown_to(person: str, given: Sequence[Given], *, may_decide: bool) -> tuple[Given, ...]:
    """Return the values that a person may see: their own, and all once two have been given.

    Whoever may decide between the two sees them as well, and nobody before.

    Examples
    --------
    >>> shown_to("b", [Given("a", 1300.0)], may_decide=True)
    ()
    """
    read = [one for one in given if one.kind is Kind.READER]
    own = any(one.person == person for one in given)
    if len(read) >= READERS and (own or may_decide):
        return tuple(given)
    return tuple(one for one in given if one.person == person)


def check_value(value: float, measure: Measure, column: str = "value") -> float:
    """Return a value that is possible in a child.

    Raises
    ------
    LedgerRefused
        If it is not.
    """
    if not measure.low <= value <= measure.high:
        raise LedgerRefused(
            fault(
                FaultCode.IMPOSSIBLE,
                column,
                column="Value",
                value=f"{value:g}",
                unit=measure.unit,
                low=f"{measure.low:g}",
                high=f"{measure.high:g}",
            )
        )
    return value
