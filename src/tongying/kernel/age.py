"""Age as a paediatrician says it: days, then weeks, then months, then years and months.

The bands are those of domain.md section 4, point 2 (an expectation collected from users; marked
there as not taken from a standard): days below 28 days, weeks below 3 months, months below
24 months, years and months after. Months are calendar months, so a child born on 31 January is
one month old on 1 March in a common year (28 February has not yet reached the 31st).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput

DAYS_BAND_END_DAYS = 28
WEEKS_BAND_END_MONTHS = 3
MONTHS_BAND_END_MONTHS = 24
TERM_DAYS = 40 * 7
"""Gestation from which corrected age counts (40 weeks 0 days)."""
PRETERM_BELOW_DAYS = 37 * 7
"""Preterm is below 37 completed weeks (WHO, ICD-10 P07.3)."""
CORRECT_UNTIL_MONTHS = 24
"""Corrected age is said until 24 months (usual practice; needs sign-off)."""


class AgeRefused(BadInput):
    """The age cannot be known from what was given."""

    code: ClassVar[str] = "age.refused"


class AgeUnit(StrEnum):
    """The unit in which an age is said."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class Age:
    """An age on a day.

    Attributes
    ----------
    days : int
        Completed days since birth; negative for a corrected age before term.
    months : int
        Completed calendar months since birth.
    """

    days: int
    months: int

    @property
    def unit(self) -> AgeUnit:
        """The unit a paediatrician would use."""
        if self.days < DAYS_BAND_END_DAYS:
            return AgeUnit.DAYS
        if self.months < WEEKS_BAND_END_MONTHS:
            return AgeUnit.WEEKS
        if self.months < MONTHS_BAND_END_MONTHS:
            return AgeUnit.MONTHS
        return AgeUnit.YEARS

    def in_english(self) -> str:
        """Say the age in English: ``9 days``, ``8 weeks``, ``22 months``, ``5 y 1 mo``."""
        match self.unit:
            case AgeUnit.DAYS:
                return _plural(self.days, "day")
            case AgeUnit.WEEKS:
                return _plural(self.days // 7, "week")
            case AgeUnit.MONTHS:
                return _plural(self.months, "month")
            case AgeUnit.YEARS:
                years, months = divmod(self.months, 12)
                return f"{years} y {months} mo" if months else f"{years} y"

    def in_chinese(self) -> str:
        """Say the age in Chinese: ``9 天``, ``8 周``, ``22 月``, ``5 岁 1 月``."""
        match self.unit:
            case AgeUnit.DAYS:
                return f"{self.days} 天"
            case AgeUnit.WEEKS:
                return f"{self.days // 7} 周"
            case AgeUnit.MONTHS:
                return f"{self.months} 月"
            case AgeUnit.YEARS:
                years, months = divmod(self.months, 12)
                return f"{years} 岁 {months} 月" if months else f"{years} 岁"


def age_on(birth: date, on: date) -> Age:
    """Return the age on a day of a child born on a day.

    Parameters
    ----------
    birth, on : date
        Calendar dates in the same calendar (the hospital's local one).

    Raises
    ------
    AgeRefused
        If `on` lies before `birth`.

    Examples
    --------
    >>> age_on(date(2024, 2, 29), date(2025, 2, 28)).in_english()
    '11 months'
    >>> age_on(date(2024, 2, 29), date(2029, 4, 1)).in_chinese()
    '5 岁 1 月'
    """
    if on < birth:
        raise AgeRefused("The date lies before the date of birth, so the age is not known.")
    months = (on.year - birth.year) * 12 + on.month - birth.month
    if on.day < birth.day:
        months -= 1
    return Age(days=(on - birth).days, months=months)


def corrected_age_on(birth: date, on: date, gestation_days: int) -> Age | None:
    """Return the corrected age of a preterm child, or None where it is not said.

    It is said for children born before 37 weeks until 24 months of chronological age. Before the
    date of term it is negative in days (and zero months).

    Parameters
    ----------
    birth, on : date
        Calendar dates.
    gestation_days : int
        Gestation at birth in days (32 weeks 4 days is 228).

    Raises
    ------
    AgeRefused
        If `on` lies before `birth`, or the gestation is not between 22 and 44 weeks.

    Examples
    --------
    >>> corrected_age_on(date(2026, 1, 1), date(2026, 3, 5), 34 * 7).in_english()
    '21 days'
    """
    if not 22 * 7 <= gestation_days < 45 * 7:
        raise AgeRefused("A gestation at birth must lie between 22 and 44 weeks.")
    chronological = age_on(birth, on)
    if gestation_days >= PRETERM_BELOW_DAYS or chronological.months >= CORRECT_UNTIL_MONTHS:
        return None
    term = birth + timedelta(days=TERM_DAYS - gestation_days)
    if on < term:
        return Age(days=(on - term).days, months=0)
    return age_on(term, on)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if abs(count) == 1 else f"{count} {noun}s"
