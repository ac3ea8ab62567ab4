"""Whether a child can stand in the ledger: birth, sex, gestation, size, consent, one place each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from tongying.kernel.gestation import BIRTH_FIRST_DAYS, BIRTH_LAST_DAYS
from tongying.norms.axis import DAYS_PER_YEAR
from tongying.norms.ledger.faults import Fault, FaultCode, fault
from tongying.norms.norm import Route
from tongying.norms.sex import Sex

MOST_YEARS: Final = 21
"""Nobody older is a child of any norm here (needs sign-off)."""
CORRECTED_UNTIL_DAYS: Final = 2 * DAYS_PER_YEAR
"""Corrected age is said until 24 months; later a missing gestation is no loss."""
HEIGHT_CM: Final = (20.0, 230.0)
WEIGHT_KG: Final = (0.3, 250.0)
"""The bounds of the question form: beyond them the value or its unit is wrong."""


class Consent(StrEnum):
    """On what ground the child's values may be used."""

    GIVEN = "given"
    """By the guardian."""
    WAIVED = "waived"
    """By the ethics committee, for routine examinations."""
    NOT_SAID = "not-said"
    """Never kept: a ground that nobody named is none."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was agreed with the guardian, or decided by the ethics committee.

    Attributes
    ----------
    consent : Consent
    on : date or None
    reference : str
        Number of the form or of the decision.
    """

    consent: Consent
    on: date | None
    reference: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A child that is to be entered.

    Attributes
    ----------
    born : date or None
    age_days : float or None
        On the day of the measurement, where it is known otherwise than from the dates.
    measured_on : date or None
    sex : Sex or None
    gestation_days : int or None
        At birth.
    height_cm, weight_kg : float or None
        On the day of the measurement.
    """

    born: date | None
    age_days: float | None
    measured_on: date | None
    sex: Sex | None
    gestation_days: int | None = None
    height_cm: float | None = None
    weight_kg: float | None = None

    def age(self) -> float | None:
        """Return the age in days on the day of the measurement, or None where it is not known."""
        if self.born is not None and self.measured_on is not None:
            return float((self.measured_on - self.born).days)
        return self.age_days


@dataclass(frozen=True, slots=True)
class Known:
    """A child of the ledger already, of the same site."""

    label: str
    born: date | None
    sex: Sex


def check_child(one: Candidate, today: date) -> tuple[Fault, ...]:
    """Return everything that keeps a child out.

    Examples
    --------
    >>> born = date(2026, 1, 1)
    >>> [one.code.value for one in check_child(Candidate(born, None, None, None), born)]
    ['child.sex-unknown', 'child.birth-unknown']
    """
    found = []
    if one.sex is None:
        found.append(fault(FaultCode.SEX_UNKNOWN, "sex"))
    found += _age_faults(one, today)
    if one.gestation_days is not None and not (
        BIRTH_FIRST_DAYS <= one.gestation_days <= BIRTH_LAST_DAYS
    ):
        weeks, days = divmod(one.gestation_days, 7)
        written = f"{weeks}+{days}" if weeks >= 0 else "?"
        found.append(fault(FaultCode.GESTATION, "gestation", value=written))
    if not _within(one.height_cm, HEIGHT_CM):
        found.append(fault(FaultCode.HEIGHT, "height_cm"))
    if not _within(one.weight_kg, WEIGHT_KG):
        found.append(fault(FaultCode.WEIGHT, "weight_kg"))
    return tuple(found)


def check_agreement(one: Agreement, route: Route, today: date) -> tuple[Fault, ...]:
    """Return everything that is wrong with the ground on which values are used.

    A volunteer needs a consent with its day and number. A routine examination needs the ethics
    committee's decision, or a consent.
    """
    found = []
    if route is Route.DIRECT and one.consent is not Consent.GIVEN:
        found.append(fault(FaultCode.CONSENT_NEEDED, "consent"))
    if one.consent is Consent.NOT_SAID:
        return tuple(found) or (fault(FaultCode.WAIVER_NEEDED, "consent"),)
    if not one.reference.strip():
        given = one.consent is Consent.GIVEN
        code = FaultCode.REFERENCE if given else FaultCode.WAIVER_NEEDED
        found.append(fault(code, "consent_reference"))
    if one.consent is Consent.GIVEN and one.on is None:
        found.append(fault(FaultCode.CONSENT_DATE, "consent_on"))
    if one.on is not None and one.on > today:
        found.append(fault(FaultCode.CONSENT_FUTURE, "consent_on"))
    return tuple(found)


def doubts(one: Candidate, agreement: Agreement, known: Iterable[Known] = ()) -> tuple[Fault, ...]:
    """Return what a person should look at, though it keeps nobody out.

    Parameters
    ----------
    one : Candidate
    agreement : Agreement
    known : iterable of Known
        Children of the same site; twins are born on one day, and so is a child entered twice.
    """
    found = []
    age = one.age()
    if one.gestation_days is None and age is not None and age < CORRECTED_UNTIL_DAYS:
        found.append(fault(FaultCode.GESTATION_UNKNOWN, "gestation"))
    if (
        agreement.consent is Consent.GIVEN
        and agreement.on is not None
        and one.measured_on is not None
        and agreement.on > one.measured_on
    ):
        found.append(fault(FaultCode.CONSENT_LATE, "consent_on"))
    like = next((k for k in known if one.born and (k.born, k.sex) == (one.born, one.sex)), None)
    if like is not None:
        found.append(fault(FaultCode.CHILD_LIKE, "subject", label=like.label))
    return tuple(found)


def _age_faults(one: Candidate, today: date) -> list[Fault]:
    age = one.age()
    if age is None:
        return [fault(FaultCode.BIRTH_UNKNOWN, "born")]
    found = []
    if one.measured_on is not None and one.measured_on > today:
        found.append(fault(FaultCode.FUTURE, "measured_on", column="Measured on"))
    if age < 0:
        found.append(fault(FaultCode.BEFORE_BIRTH, "measured_on"))
    if age > MOST_YEARS * DAYS_PER_YEAR:
        years = str(int(age / DAYS_PER_YEAR))
        found.append(fault(FaultCode.GROWN_UP, "born", years=years, most=str(MOST_YEARS)))
    # A day's difference is a matter of hours and of time zones.
    if one.age_days is not None and abs(one.age_days - age) > 1:
        values = {"given": f"{one.age_days:g}", "found": f"{age:g}"}
        found.append(fault(FaultCode.AGE_CONTRADICTS, "age_days", **values))
    return found


def _within(value: float | None, bounds: tuple[float, float]) -> bool:
    return value is None or bounds[0] <= value <= bounds[1]
