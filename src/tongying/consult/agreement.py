"""The agreement under which one hospital answers for another: validity and scope."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput, Conflict
from tongying.kernel.ids import HospitalCode


class SubAlliance(StrEnum):
    """The parts of the alliance a hospital can belong to (source C: imaging, nuclear medicine)."""

    IMAGING = "imaging"
    NUCLEAR = "nuclear"


class Tier(StrEnum):
    """Where a hospital stands in the tree."""

    LEADING = "leading"
    """The provincial children's hospital that leads the alliance."""
    REGIONAL = "regional"
    """A municipal hospital with counties of its own."""
    COUNTY = "county"
    TOWNSHIP = "township"


NUCLEAR_MODALITIES = frozenset({"NM", "PT"})


class AgreementRefused(BadInput):
    """An agreement does not make sense."""

    code: ClassVar[str] = "agreement.refused"


class AgreementMissing(Conflict):
    """No agreement covers what is asked, today."""

    code: ClassVar[str] = "agreement.missing"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One hospital answers for another, from a day until a day (both included), within a scope."""

    asking: HospitalCode
    answering: HospitalCode
    valid_from: date
    valid_until: date
    scope: frozenset[SubAlliance]

    def __post_init__(self) -> None:
        """Refuse an agreement that ends before it begins, covers nothing, or is with oneself."""
        if self.valid_until < self.valid_from:
            raise AgreementRefused("An agreement must not end before it begins.")
        if not self.scope:
            raise AgreementRefused("An agreement must cover imaging, nuclear medicine or both.")
        if self.asking == self.answering:
            raise AgreementRefused("A hospital needs no agreement with itself.")


def needed_scope(modalities: Iterable[str]) -> SubAlliance:
    """Return which sub-alliance a study of these modalities belongs to."""
    nuclear = NUCLEAR_MODALITIES.intersection(modalities)
    return SubAlliance.NUCLEAR if nuclear else SubAlliance.IMAGING


def check_agreement(
    agreements: Iterable[Agreement],
    *,
    asking: HospitalCode,
    answering: HospitalCode,
    modalities: Iterable[str],
    day: date,
    required: bool,
) -> None:
    """Raise unless the answering hospital may answer for the asking one on a day.

    Parameters
    ----------
    agreements : iterable of Agreement
    asking, answering : HospitalCode
    modalities : iterable of str
        Of the studies asked about.
    day : date
    required : bool
        Whether the answering hospital insists on an agreement. If not, a pair that has none on
        record is not held up; one whose agreement has ended always is.

    Raises
    ------
    AgreementMissing
        With the reason: none on record, not yet valid, expired, or out of scope.
    """
    between = [one for one in agreements if (one.asking, one.answering) == (asking, answering)]
    if not between:
        if required:
            raise AgreementMissing(
                f"There is no agreement between {asking} and {answering} on record."
            )
        return
    valid = [one for one in between if one.valid_from <= day <= one.valid_until]
    if not valid:
        last = max(one.valid_until for one in between)
        if last < day:
            raise AgreementMissing(
                f"The agreement between {asking} and {answering} expired on {last}."
            )
        first = min(one.valid_from for one in between if one.valid_from > day)
        raise AgreementMissing(
            f"The agreement between {asking} and {answering} begins on {first} only."
        )
    scope = needed_scope(modalities)
    if not any(scope in one.scope for one in valid):
        raise AgreementMissing(
            f"The agreement between {asking} and {answering} does not cover {scope.value}."
        )
