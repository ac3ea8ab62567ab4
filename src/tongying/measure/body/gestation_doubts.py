"""Whether weeks of gestation fit the dates of a pregnancy, and the birth that followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tongying.kernel.age import TERM_DAYS
from tongying.kernel.gestation import BIRTH_FIRST_DAYS, BIRTH_LAST_DAYS
from tongying.measure.contradiction import Contradiction

WEEK: Final = 7
DISAGREE_DAYS: Final[tuple[tuple[int, int], ...]] = (
    (9 * WEEK, 5),
    (16 * WEEK, 7),
    (22 * WEEK, 10),
    (28 * WEEK, 14),
)
"""Below so many days of gestation, dates and ultrasound disagree beyond so many days; after the
last step beyond 21 (ACOG Committee Opinion 700, Obstet Gynecol 2017; 129: e150-e154; table read
at obgproject.com)."""
DISAGREE_LAST_DAYS: Final = 21

LAST_PERIOD: Final = Contradiction(
    "contradiction.last-period",
    "The weeks of gestation do not fit the last menstrual period.",
)
DUE: Final = Contradiction(
    "contradiction.due-date", "The weeks of gestation do not fit the due date."
)
BIRTH: Final = Contradiction(
    "contradiction.gestation-birth",
    "The weeks of gestation at this study do not fit the gestation at birth.",
)
BIRTH_IMPOSSIBLE: Final = Contradiction(
    "contradiction.gestation-impossible",
    "With these weeks of gestation the child would have been born before 22 or after 44 weeks.",
)
BORN: Final = Contradiction(
    "contradiction.born-already",
    "The study is said to be of a child before birth, but it was made after the birth.",
)


@dataclass(frozen=True, slots=True)
class Pregnancy:
    """What was said of a pregnancy.

    Attributes
    ----------
    gestational_age_days : int or None
        On the day of the study.
    last_period : date or None
        First day of the last menstrual period.
    due : date or None
    """

    gestational_age_days: int | None = None
    last_period: date | None = None
    due: date | None = None


def doubts_of_gestation(
    told: Pregnancy,
    *,
    studied: date | None,
    born: date | None,
    gestation_days: int | None,
) -> tuple[Contradiction, ...]:
    """Return where the weeks of gestation and the dates do not agree.

    Parameters
    ----------
    told : Pregnancy
    studied, born : date or None
    gestation_days : int or None
        At birth.
    """
    if studied is None:
        return ()
    if born is not None and studied >= born:
        return (BORN,)
    age = told.gestational_age_days
    if age is None:
        return ()
    slack = slack_days(age)
    found = []
    if told.last_period and abs((studied - told.last_period).days - age) > slack:
        found.append(LAST_PERIOD)
    if told.due and abs(TERM_DAYS - (told.due - studied).days - age) > slack:
        found.append(DUE)
    if born is not None:
        at_birth = age + (born - studied).days
        if not BIRTH_FIRST_DAYS <= at_birth <= BIRTH_LAST_DAYS:
            found.append(BIRTH_IMPOSSIBLE)
        elif gestation_days is not None and abs(at_birth - gestation_days) > slack:
            found.append(BIRTH)
    return tuple(found)


def slack_days(gestational_age_days: int) -> int:
    """Return by how many days two datings of a pregnancy may differ.

    Examples
    --------
    >>> slack_days(8 * 7 + 6), slack_days(9 * 7), slack_days(28 * 7)
    (5, 7, 21)
    """
    for below, days in DISAGREE_DAYS:
        if gestational_age_days < below:
            return days
    return DISAGREE_LAST_DAYS
