"""Whether an age that was said fits the date of birth, and whether its unit was mistaken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongying.kernel.age import Age, AgeRefused, AgeUnit, age_on, corrected_age_on
from tongying.measure.contradiction import Contradiction

_AS: Final = re.compile(r"(\d{3})([DWMY])")
_LETTERS: Final = {
    "D": AgeUnit.DAYS,
    "W": AgeUnit.WEEKS,
    "M": AgeUnit.MONTHS,
    "Y": AgeUnit.YEARS,
}
ROUNDING: Final = 1
"""An age may be rounded up, or counted from one at birth as families do."""
CERTAIN_FROM: Final = 4
"""From this number on a neighbouring one, too, tells that the unit was mistaken."""

BEFORE_BIRTH: Final = Contradiction(
    "contradiction.before-birth",
    "The image is older than the child: its date or the date of birth is wrong, or it was made"
    " before birth.",
)
SAID: Final = Contradiction(
    "contradiction.age-said",
    "The age that was said does not fit the date of birth.",
)
HEADER: Final = Contradiction(
    "contradiction.age-header",
    "The age in the image does not fit the date of birth.",
)
SAID_UNIT: Final = "contradiction.age-said-unit"
HEADER_UNIT: Final = "contradiction.age-header-unit"


@dataclass(frozen=True, slots=True)
class SaidAge:
    """An age as somebody wrote it.

    Attributes
    ----------
    number : int
        Completed units.
    unit : AgeUnit
    """

    number: int
    unit: AgeUnit


def said_in_header(text: str) -> SaidAge | None:
    """Return the age of a header's age string, or None where it says none.

    Examples
    --------
    >>> said_in_header("008M")
    SaidAge(number=8, unit=<AgeUnit.MONTHS: 'months'>)
    """
    found = _AS.fullmatch(text.strip())
    return None if found is None else SaidAge(int(found[1]), _LETTERS[found[2]])


def doubts_of_age(
    said: SaidAge | None,
    header: SaidAge | None,
    *,
    born: date | None,
    on: date | None,
    gestation_days: int | None,
) -> tuple[Contradiction, ...]:
    """Return where an age does not fit the date of birth.

    Parameters
    ----------
    said : SaidAge or None
        By a person.
    header : SaidAge or None
        By the image.
    born, on : date or None
        Without either nothing can contradict.
    gestation_days : int or None
        At birth: the corrected age of a child born preterm fits, too.
    """
    if born is None or on is None:
        return ()
    if on < born:
        return (BEFORE_BIRTH,)
    ages = _ages(born, on, gestation_days)
    found = []
    for one, plain, unit_code, what in (
        (said, SAID, SAID_UNIT, "age was said"),
        (header, HEADER, HEADER_UNIT, "age in the image is"),
    ):
        if one is None or any(_fits(one, age, ROUNDING) for age in ages):
            continue
        meant = _meant(one, ages)
        found.append(
            plain
            if meant is None
            else Contradiction(
                unit_code,
                f"The {what} in {one.unit.value}, but it fits the date of birth in {meant.value}.",
            )
        )
    return tuple(found)


def _ages(born: date, on: date, gestation_days: int | None) -> tuple[Age, ...]:
    age = age_on(born, on)
    try:
        corrected = None if gestation_days is None else corrected_age_on(born, on, gestation_days)
    except AgeRefused:
        return (age,)  # an impossible gestation is refused where it is entered
    return (age,) if corrected is None or corrected.days < 0 else (age, corrected)


def _meant(said: SaidAge, ages: tuple[Age, ...]) -> AgeUnit | None:
    slack = ROUNDING if said.number >= CERTAIN_FROM else 0
    for unit in AgeUnit:
        if unit is not said.unit and any(
            _fits(SaidAge(said.number, unit), age, slack) for age in ages
        ):
            return unit
    return None


def _fits(said: SaidAge, age: Age, slack: int) -> bool:
    return abs(_completed(age, said.unit) - said.number) <= slack


def _completed(age: Age, unit: AgeUnit) -> int:
    match unit:
        case AgeUnit.DAYS:
            return age.days
        case AgeUnit.WEEKS:
            return age.days // 7
        case AgeUnit.MONTHS:
            return age.months
        case AgeUnit.YEARS:
            return age.months // 12
