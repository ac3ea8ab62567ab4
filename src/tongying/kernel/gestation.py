"""Gestational age at a study made before birth: given by a person, in weeks and days.

It counts from the first day of the last menstrual period, as obstetricians count. It is never
worked out from anything else here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

FIRST_DAYS: Final = 4 * 7
"""Before four weeks there is nothing to image."""
LAST_DAYS: Final = 45 * 7 - 1
BIRTH_FIRST_DAYS: Final = 22 * 7
BIRTH_LAST_DAYS: Final = 45 * 7 - 1
"""Gestations at which a child is born alive: those `tongying.kernel.age` corrects for."""


class GestationRefused(BadInput):
    """The weeks and days are no gestational age."""

    code: ClassVar[str] = "gestation.refused"


class GestationContradicts(BadInput):
    """The gestational age, the study's date and the date of birth cannot all be right."""

    code: ClassVar[str] = "gestation.contradicts"


@dataclass(frozen=True, slots=True)
class GestationalAge:
    """A gestational age.

    Attributes
    ----------
    days : int
        Completed days.

    Raises
    ------
    GestationRefused
        If it does not lie between 4 and 44 weeks.

    Examples
    --------
    >>> age = GestationalAge.of(30, 2)
    >>> age.days, age.in_english(), age.in_chinese()
    (212, 'GA 30+2 weeks', '孕 30 周+2')
    """

    days: int

    def __post_init__(self) -> None:
        if not FIRST_DAYS <= self.days <= LAST_DAYS:
            raise GestationRefused("A gestational age lies between 4 and 44 weeks.")

    @classmethod
    def of(cls, weeks: int, days: int) -> GestationalAge:
        """Return the gestational age of completed weeks and days.

        Raises
        ------
        GestationRefused
            If the days are not 0 to 6, or it does not lie between 4 and 44 weeks.
        """
        if not 0 <= days <= 6:
            raise GestationRefused("A gestational age has 0 to 6 days beside its weeks.")
        return cls(weeks * 7 + days)

    @property
    def weeks(self) -> int:
        """Completed weeks."""
        return self.days // 7

    def in_english(self) -> str:
        """Say it in English, as obstetricians write it."""
        return f"GA {self.weeks}+{self.days % 7} weeks"

    def in_chinese(self) -> str:
        """Say it in Chinese."""
        rest = self.days % 7
        return f"孕 {self.weeks} 周+{rest}" if rest else f"孕 {self.weeks} 周"


def check_before_birth(age: GestationalAge | None, *, studied: date, born: date) -> None:
    """Check that a study can show the child before its birth.

    Parameters
    ----------
    age : GestationalAge or None
        At the study; None where it is not known.
    studied, born : date

    Raises
    ------
    GestationContradicts
        If the study is later than the birth, or the child would have been born before 22 or after
        44 weeks.

    Examples
    --------
    >>> check_before_birth(
    ...     GestationalAge.of(30, 0), studied=date(2026, 1, 1), born=date(2026, 3, 5)
    ... )
    """
    if studied > born:
        raise GestationContradicts("The study was made after the child was born.")
    if (born - studied).days > BIRTH_LAST_DAYS - FIRST_DAYS:
        raise GestationContradicts("The study was made before this pregnancy.")
    if age is None:
        return
    at_birth = age.days + (born - studied).days
    if not BIRTH_FIRST_DAYS <= at_birth <= BIRTH_LAST_DAYS:
        raise GestationContradicts(
            "With this gestational age the child would have been born before 22 or after 44 weeks."
        )
