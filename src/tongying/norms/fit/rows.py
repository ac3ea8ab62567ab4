"""The rows a norm is fitted to, each checked for itself: what is wrong is said of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import isfinite
from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.norms.axis import DAYS_PER_YEAR, AxisKind
from tongying.norms.fit.settings import FitSettings, Sexes
from tongying.norms.measure import Measure, measure_of
from tongying.norms.norm import Route
from tongying.norms.score.result import AgeUnknown, ChildFacts, SizeUnknown, ValueImpossible
from tongying.norms.score.standing import standing
from tongying.norms.sex import Sex, SexRefused, sex_of

OLDEST_DAYS = 21 * DAYS_PER_YEAR
"""Older than this is no child: the age or its unit is wrong (needs sign-off)."""
GESTATION_DAYS = (22 * 7, 45 * 7 - 1)
"""Of a child born alive, as `tongying.kernel.age.corrected_age_on` has it."""
UNIT_FACTORS = (10.0, 0.1, 1000.0, 0.001, 100.0, 0.01)
"""Units that are taken for one another: cm and mm, cm3 and mm3, m and cm."""


class RoutesMixed(BadInput):
    """Volunteers and routine examinations stand in one table."""

    code: ClassVar[str] = "norms.routes-mixed"


class RowsRefused(BadInput):
    """Rows are wrong, and nobody said that the fit shall go on without them.

    Attributes
    ----------
    refusals : tuple of RowRefusal
    """

    code: ClassVar[str] = "norms.rows-refused"

    def __init__(self, sentence: str, refusals: tuple[RowRefusal, ...]) -> None:
        super().__init__(sentence)
        self.refusals = refusals


@dataclass(frozen=True, slots=True)
class FitRow:
    """One measurement of one child.

    Attributes
    ----------
    value : float
        In the measure's unit.
    age_days : float or None
        Since birth, on the day; None of a fetus.
    sex : str or None
        As it was written; F and M are known.
    subject : str
        The child, the same in all its rows.
    site : str
        The hospital's code.
    route : Route
        How the child came in.
    gestation_days : int or None
        At birth.
    height_cm, weight_kg : float or None
        On the day.
    gestational_age_days : float or None
        Of a fetus, on the day.
    """

    value: float
    age_days: float | None
    sex: str | None
    subject: str
    site: str
    route: Route
    gestation_days: int | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    gestational_age_days: float | None = None


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """Why a row is not used.

    Attributes
    ----------
    index : int
        0-based, in the rows that were given.
    code : str
    sentence : str
    """

    index: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class UsableRow:
    """A row that passed, and where it stands.

    Attributes
    ----------
    index : int
    row : FitRow
    sex : Sex or None
    x : float
        On the axis, in its unit.
    """

    index: int
    row: FitRow
    sex: Sex | None
    x: float


class _Wrong(Exception):
    """A row is wrong; caught where the rows are gone through."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.row_code = code
        self.sentence = sentence


def check_rows(
    rows: list[FitRow], settings: FitSettings
) -> tuple[list[UsableRow], tuple[RowRefusal, ...]]:
    """Return the rows that can be used, and what is wrong with each of the others.

    Raises
    ------
    RoutesMixed
        If one row came by another route than the norm: that is refused whole, not row by row, so
        that no norm is made by quietly leaving one route out.
    """
    if any(row.route is not settings.route for row in rows):
        raise RoutesMixed(
            "Volunteers and routine examinations are never mixed in one norm; "
            f"this one is made by the {settings.route.value} route."
        )
    measure = measure_of(settings.measure)
    usable: list[UsableRow] = []
    refused: list[RowRefusal] = []
    for index, row in enumerate(rows):
        try:
            usable.append(_checked(index, row, measure, settings))
        except _Wrong as wrong:
            refused.append(RowRefusal(index, wrong.row_code, wrong.sentence))
    doubtful = _told_apart(usable)
    refused += doubtful
    gone = {refusal.index for refusal in doubtful}
    return (
        [one for one in usable if one.index not in gone],
        tuple(sorted(refused, key=lambda refusal: refusal.index)),
    )


def x_of(row: FitRow, axis: AxisKind) -> float:
    """Return where a row stands on the axis, in its unit, by the rule by which scores are made.

    Raises
    ------
    AgeUnknown
        If the age or the gestation that the axis needs is missing.
    SizeUnknown
        If the height or weight that the axis needs is missing.
    """
    facts = ChildFacts(
        gestation_days=row.gestation_days,
        gestational_age_days=row.gestational_age_days,
        height_cm=row.height_cm,
        weight_kg=row.weight_kg,
        age_days=row.age_days,
    )
    return standing(axis, facts, None).x


def _checked(index: int, row: FitRow, measure: Measure, settings: FitSettings) -> UsableRow:
    if not row.site.strip():
        raise _Wrong("norms.row-site", "The site is missing.")
    if not row.subject.strip():
        raise _Wrong("norms.row-subject", "The child's code is missing.")
    _check_value(row.value, measure)
    _check_ages(row)
    sex = _sex(row, settings)
    x = _x(row, settings.axis)
    if x < 0:
        raise _Wrong(
            "norms.row-before-term",
            "The child had not reached term on that day, so it has no corrected age.",
        )
    return UsableRow(index=index, row=row, sex=sex, x=x)


def _x(row: FitRow, axis: AxisKind) -> float:
    try:
        return x_of(row, axis)
    except (AgeUnknown, SizeUnknown):
        raise _Wrong("norms.row-axis", _MISSING[axis]) from None
    except ValueImpossible as impossible:
        raise _Wrong("norms.row-size", impossible.sentence) from None


_MISSING = {
    AxisKind.AGE: "The age is missing.",
    AxisKind.CORRECTED_AGE: "The age is missing.",
    AxisKind.GESTATIONAL_AGE: "The gestational age is missing.",
    AxisKind.POSTMENSTRUAL_AGE: "The age or the gestation at birth is missing.",
    AxisKind.HEIGHT: "The height is missing.",
    AxisKind.BODY_SURFACE: "The height or the weight is missing.",
}


def _check_value(value: float, measure: Measure) -> None:
    if not isfinite(value):
        raise _Wrong("norms.row-value", "The value is missing or not a number.")
    if measure.low <= value <= measure.high:
        return
    if any(measure.low <= value * factor <= measure.high for factor in UNIT_FACTORS):
        raise _Wrong(
            "norms.row-unit",
            f"The value is not possible in {measure.unit}; it may be written in another unit.",
        )
    raise _Wrong("norms.row-value", f"The value is not possible in {measure.unit}.")


def _check_ages(row: FitRow) -> None:
    age, fetal = row.age_days, row.gestational_age_days
    for number in (age, fetal):
        if number is not None and not isfinite(number):
            raise _Wrong("norms.row-age", "The age is not a number.")
    if age is not None and age < 0:
        raise _Wrong("norms.row-before-birth", "The examination lies before birth.")
    if age is not None and age > OLDEST_DAYS:
        raise _Wrong("norms.row-age", "The age is no child's, in days.")
    if fetal is not None and not 0 < fetal <= GESTATION_DAYS[1]:
        raise _Wrong("norms.row-age", "The gestational age is not possible, in days.")
    given = row.gestation_days
    if given is not None and not GESTATION_DAYS[0] <= given <= GESTATION_DAYS[1]:
        raise _Wrong(
            "norms.row-gestation", "A gestation at birth must lie between 22 and 44 weeks."
        )


def _sex(row: FitRow, settings: FitSettings) -> Sex | None:
    try:
        sex = sex_of(row.sex)
    except SexRefused as refused:
        raise _Wrong("norms.row-sex", refused.sentence) from None
    if sex is None and settings.sexes is not Sexes.TOGETHER:
        raise _Wrong("norms.row-sex", "The sex is missing.")
    return sex


def _told_apart(usable: list[UsableRow]) -> list[RowRefusal]:
    """Refuse what contradicts another row of the same child, and what stands there twice."""
    of_child: dict[str, list[UsableRow]] = defaultdict(list)
    for one in usable:
        of_child[one.row.subject].append(one)
    refused: list[RowRefusal] = []
    for rows in of_child.values():
        if len({one.sex for one in rows}) > 1:
            sentence = "The same child is a girl in one row and a boy in another."
            refused += [RowRefusal(one.index, "norms.row-child", sentence) for one in rows]
            continue
        if len({one.row.gestation_days for one in rows} - {None}) > 1:
            sentence = "The same child has two gestations at birth."
            refused += [RowRefusal(one.index, "norms.row-child", sentence) for one in rows]
            continue
        refused += _twice(rows)
    return refused


def _twice(rows: list[UsableRow]) -> list[RowRefusal]:
    of_day: dict[int, list[UsableRow]] = defaultdict(list)
    for one in rows:
        day = one.row.age_days if one.row.age_days is not None else one.row.gestational_age_days
        of_day[round(day) if day is not None else -1].append(one)
    refused: list[RowRefusal] = []
    for same in of_day.values():
        if len(same) < 2:
            continue
        alike = len({one.row.value for one in same}) == 1
        sentence = (
            "The same child stands there twice on one day."
            if alike
            else "The same child stands there twice on one day with different values."
        )
        wrong = same[1:] if alike else same
        refused += [RowRefusal(one.index, "norms.row-twice", sentence) for one in wrong]
    return refused
