"""The child on the day of the study, and where headers contradict each other about it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from pydicom.dataset import Dataset

from tongying.dicom.acquisition.facts import ChildFacts
from tongying.dicom.acquisition.header import number_of, text_of, values_of
from tongying.kernel.caveat import Caveat
from tongying.norms.sex import Sex

_AGE: Final = re.compile(r"(\d{1,3})([DWMY])")
_DATE: Final = re.compile(r"(\d{4})[.\-/]?(\d{2})[.\-/]?(\d{2})")
_UNIT_DAYS: Final[dict[str, float]] = {"D": 1.0, "W": 7.0, "M": 365.25 / 12, "Y": 365.25}
_CALENDAR_DAYS: Final[dict[str, int]] = {"D": 0, "W": 0, "M": 2, "Y": 0}
"""How far so many calendar months may lie from so many average ones."""
ROUNDED_DAYS: Final[dict[str, float]] = {"D": 1, "W": 7, "M": 31, "Y": 366}
"""Devices round, some up: an age is contradicted only beyond one more of its unit."""
EARLIEST_YEAR = 1900
LEAST_WEIGHT_KG, LARGEST_WEIGHT_KG = 0.3, 300.0
"""Outside these the unit is wrong (as in `tongying.dicom.suv_body`): the weight is unknown."""

SEVERAL_CHILDREN = Caveat("facts.several-children", "The study holds images of several children.")
SEVERAL_BIRTH_DATES = Caveat(
    "facts.several-birth-dates", "The images of the study state different birth dates."
)
SEVERAL_AGES = Caveat("facts.several-ages", "The images of the study state different ages.")
SEVERAL_STUDY_DATES = Caveat(
    "facts.several-study-dates", "The images of the study state different study dates."
)
SEVERAL_SEXES = Caveat("facts.several-sexes", "The images of the study state different sexes.")
SEVERAL_WEIGHTS = Caveat(
    "facts.several-weights", "The images of the study state different weights."
)
AGE_CONTRADICTED = Caveat(
    "facts.age-contradicts-birth-date",
    "The stated age of the child is not the one from birth date to study date.",
)
BORN_AFTER = Caveat("facts.born-after-study", "The birth date lies after the date of the study.")
AGE_UNREADABLE = Caveat("facts.age-unreadable", "The stated age of the child cannot be read.")
DATE_UNREADABLE = Caveat(
    "facts.date-unreadable", "A birth date or study date in the header cannot be read."
)
WEIGHT_IMPLAUSIBLE = Caveat(
    "facts.weight-implausible", "The stated weight is none that a child has; it is not used."
)


@dataclass(slots=True)
class ChildSeen:
    """What the objects seen so far say of the child."""

    patients: set[tuple[str, str]] = field(default_factory=set)
    births: dict[date, None] = field(default_factory=dict)
    days: dict[date, None] = field(default_factory=dict)
    ages: dict[str, None] = field(default_factory=dict)
    sexes: set[Sex] = field(default_factory=set)
    weights: set[float] = field(default_factory=set)
    caveats: dict[Caveat, None] = field(default_factory=dict)

    def add(self, dataset: Dataset) -> None:
        """Take an object into account."""
        identity = text_of(values_of(dataset, "PatientID"))
        issuer = text_of(values_of(dataset, "IssuerOfPatientID"))
        if identity:
            self.patients.add((identity, issuer))
        for keyword, kept in (("PatientBirthDate", self.births), ("StudyDate", self.days)):
            raw = values_of(dataset, keyword)
            day = date_of(text_of(raw))
            if day is not None:
                kept[day] = None
            elif raw and str(raw[0]).strip():
                self.caveats[DATE_UNREADABLE] = None
        self._add_age(values_of(dataset, "PatientAge"))
        sex = text_of(values_of(dataset, "PatientSex")).upper()
        if sex in set(Sex):
            self.sexes.add(Sex(sex))
        weight = number_of(values_of(dataset, "PatientWeight"))
        if weight:
            if LEAST_WEIGHT_KG <= weight <= LARGEST_WEIGHT_KG:
                self.weights.add(round(weight, 3))
            else:
                self.caveats[WEIGHT_IMPLAUSIBLE] = None

    def _add_age(self, raw: tuple[object, ...]) -> None:
        text = str(raw[0]).strip(" \0") if raw else ""
        if not text:
            return
        if stated_days(text) is None:
            self.caveats[AGE_UNREADABLE] = None
        else:
            self.ages[text.upper()] = None

    @property
    def study_date(self) -> date | None:
        """The one study date; None if the objects state none or several."""
        return next(iter(self.days)) if len(self.days) == 1 else None

    def facts(self) -> tuple[ChildFacts, tuple[Caveat, ...]]:
        """Return the child and every contradiction."""
        found = dict(self.caveats)
        several = _several_children(self.patients)
        for many, caveat in (
            (several, SEVERAL_CHILDREN),
            (len(self.births) > 1, SEVERAL_BIRTH_DATES),
            (len(self.days) > 1, SEVERAL_STUDY_DATES),
            (_disjoint(self.ages), SEVERAL_AGES),
            (len(self.sexes) > 1, SEVERAL_SEXES),
            (len(self.weights) > 1, SEVERAL_WEIGHTS),
        ):
            if many:
                found[caveat] = None
        birth = next(iter(self.births)) if len(self.births) == 1 else None
        spans = [days for one in self.ages if (days := stated_days(one)) is not None]
        stated = None
        if spans and not _disjoint(self.ages):
            stated = max(low for low, _ in spans), min(high for _, high in spans)
        age = None
        if birth is not None and self.study_date is not None:
            age = (self.study_date - birth).days
            if age < 0:
                found[BORN_AFTER] = None
                age = None
            elif any(_contradicts(age, one) for one in self.ages):
                found[AGE_CONTRADICTED] = None
        child = ChildFacts(
            birth_date=birth,
            age_days=age,
            stated_age_days=stated,
            sex=next(iter(self.sexes)) if len(self.sexes) == 1 else None,
            weight_kg=next(iter(self.weights)) if len(self.weights) == 1 else None,
        )
        return child, tuple(found)


def stated_days(text: str) -> tuple[int, int] | None:
    """Return the first and last day that an age string (0010,1010) leaves possible; None if none.

    Examples
    --------
    >>> stated_days("003D"), stated_days("007Y"), stated_days("***")
    ((3, 3), (2556, 2921), None)
    """
    match = _AGE.fullmatch(text.strip().upper())
    if match is None:
        return None
    count, unit = int(match[1]), match[2]
    slack = _CALENDAR_DAYS[unit]
    low = max(math.floor(count * _UNIT_DAYS[unit]) - slack, 0)
    high = math.ceil((count + 1) * _UNIT_DAYS[unit]) - 1 + slack
    return low, high


def date_of(text: str) -> date | None:
    """Return a date written as DICOM does, or with dots, dashes or strokes; None if it is none.

    Examples
    --------
    >>> date_of("20240229"), date_of("1994.01.30"), date_of("20230230")
    (datetime.date(2024, 2, 29), datetime.date(1994, 1, 30), None)
    """
    match = _DATE.fullmatch(text.strip())
    if match is None or int(match[1]) < EARLIEST_YEAR:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _contradicts(age_days: int, stated: str) -> bool:
    span = stated_days(stated)
    if span is None:
        return False
    slack = ROUNDED_DAYS[stated[-1]]
    return not span[0] - slack <= age_days <= span[1] + slack


def _disjoint(ages: Iterable[str]) -> bool:
    spans = [days for one in ages if (days := stated_days(one)) is not None]
    return bool(spans) and max(low for low, _ in spans) > min(high for _, high in spans)


def _several_children(patients: set[tuple[str, str]]) -> bool:
    """Say whether there are several; an issuer that some objects leave out tells nobody apart."""
    identities = {identity for identity, _ in patients}
    return len(identities) > 1 or any(
        len({issuer for one, issuer in patients if one == identity and issuer}) > 1
        for identity in identities
    )
