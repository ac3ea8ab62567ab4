"""Where a child stands on a norm's axis: which age, or which size, and what is doubtful in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongying.kernel.age import (
    CORRECT_UNTIL_MONTHS,
    PRETERM_BELOW_DAYS,
    TERM_DAYS,
    AgeRefused,
    age_on,
    corrected_age_on,
)
from tongying.kernel.caveat import Caveat
from tongying.norms.axis import DAYS_PER_MONTH, AxisKind
from tongying.norms.score.body_surface import height, surface_of
from tongying.norms.score.result import AgeUnknown, ChildFacts, SizeUnknown

GESTATION_DAYS = (22 * 7, 45 * 7)
"""Gestation at birth that `tongying.kernel.age` accepts: the first in it, the second beyond it."""
DAYS_PER_WEEK = 7.0

CORRECTED = Caveat(
    "norms.corrected-age", "Born before 37 weeks: scored at the corrected age, until 24 months."
)
GESTATION_UNKNOWN = Caveat(
    "norms.gestation-unknown",
    "The gestation at birth is not known: scored at the chronological age, which is too old for a"
    " child born preterm.",
)
PRETERM_UNCORRECTED = Caveat(
    "norms.preterm-uncorrected",
    "Born before 37 weeks, but this norm runs along the chronological age: the age was not"
    " corrected.",
)
HAYCOCK = Caveat(
    "norms.body-surface-haycock",
    "The body surface was computed by Haycock's formula (J Pediatr 1978; 93: 62-66); who made the"
    " norm may have used another.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A place on an axis.

    Attributes
    ----------
    x : float
        In the axis' unit.
    caveats : tuple of Caveat
    """

    x: float
    caveats: tuple[Caveat, ...] = ()


def standing(axis: AxisKind, child: ChildFacts, on: date | None) -> Standing:
    """Return where a child stands.

    Parameters
    ----------
    axis : AxisKind
    child : ChildFacts
    on : date or None
        Day of the measurement.

    Raises
    ------
    AgeUnknown
        If the age or the gestation that the axis needs is not known.
    AgeRefused
        If the day lies before the birth, or the gestation is not possible.
    SizeUnknown
        If the axis is a height or a body surface that is not known.
    ValueImpossible
        If the height or weight is not that of a child.
    """
    match axis:
        case AxisKind.AGE:
            return _chronological(child, on)
        case AxisKind.CORRECTED_AGE:
            return _corrected(child, on)
        case AxisKind.GESTATIONAL_AGE:
            return Standing(_gestational_days(child, on) / DAYS_PER_WEEK)
        case AxisKind.POSTMENSTRUAL_AGE:
            return Standing(_postmenstrual_days(child, on) / DAYS_PER_WEEK)
        case AxisKind.HEIGHT:
            if child.height_cm is None:
                raise SizeUnknown("This norm runs along height, and the height is not known.")
            return Standing(height(child.height_cm))
        case AxisKind.BODY_SURFACE:
            return Standing(surface_of(child.height_cm, child.weight_kg), (HAYCOCK,))
        case AxisKind.NONE:
            return Standing(0.0)


def _age_days(child: ChildFacts, on: date | None) -> float:
    if child.born is not None and on is not None:
        return float(age_on(child.born, on).days)
    if child.age_days is None:
        raise AgeUnknown(
            "The age on the day of the measurement is not known, and this norm needs it."
        )
    if child.age_days < 0:
        raise AgeRefused("The date lies before the date of birth, so the age is not known.")
    return float(child.age_days)


def _gestation(child: ChildFacts) -> int | None:
    if child.gestation_days is None:
        return None
    if not GESTATION_DAYS[0] <= child.gestation_days < GESTATION_DAYS[1]:
        raise AgeRefused("A gestation at birth must lie between 22 and 44 weeks.")
    return child.gestation_days


def _still_corrected(child: ChildFacts, on: date | None, age_days: float) -> bool:
    if child.born is not None and on is not None:
        return age_on(child.born, on).months < CORRECT_UNTIL_MONTHS
    return age_days < CORRECT_UNTIL_MONTHS * DAYS_PER_MONTH


def _chronological(child: ChildFacts, on: date | None) -> Standing:
    age, gestation = _age_days(child, on), _gestation(child)
    preterm = gestation is not None and gestation < PRETERM_BELOW_DAYS
    if preterm and _still_corrected(child, on, age):
        return Standing(age, (PRETERM_UNCORRECTED,))
    return Standing(age)


def _corrected(child: ChildFacts, on: date | None) -> Standing:
    age, gestation = _age_days(child, on), _gestation(child)
    if not _still_corrected(child, on, age):
        return Standing(age)
    if gestation is None:
        return Standing(age, (GESTATION_UNKNOWN,))
    if child.born is not None and on is not None:
        corrected = corrected_age_on(child.born, on, gestation)
        return Standing(age) if corrected is None else Standing(corrected.days, (CORRECTED,))
    if gestation >= PRETERM_BELOW_DAYS:
        return Standing(age)
    return Standing(age - (TERM_DAYS - gestation), (CORRECTED,))


def _gestational_days(child: ChildFacts, on: date | None) -> float:
    if child.gestational_age_days is not None:
        return child.gestational_age_days
    gestation = _gestation(child)
    # On the day of birth a newborn's gestational age is the gestation at birth.
    if gestation is not None and _is_born_today(child, on):
        return float(gestation)
    raise AgeUnknown("This norm runs along gestational age, which is not known.")


def _is_born_today(child: ChildFacts, on: date | None) -> bool:
    if child.born is not None and on is not None:
        return child.born == on
    return child.age_days is not None and 0 <= child.age_days < 1


def _postmenstrual_days(child: ChildFacts, on: date | None) -> float:
    if child.gestational_age_days is not None:
        return child.gestational_age_days
    gestation = _gestation(child)
    if gestation is None:
        raise AgeUnknown(
            "This norm runs along postmenstrual age: the gestation at birth is needed."
        )
    return gestation + _age_days(child, on)
