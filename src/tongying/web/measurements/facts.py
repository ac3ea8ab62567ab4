"""What the platform knows of a child on a day: birth, sex, gestation, height and weight.

It is the same whoever looks: two doctors must never read two centiles of one measurement.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final, TypeVar

from tongying.consult.states import State
from tongying.kernel.age import age_on
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import NotFound
from tongying.norms.measure import UnitMismatch, in_unit
from tongying.norms.score.result import ChildFacts
from tongying.norms.sex import Sex, SexRefused, sex_of
from tongying.web.cases.models import CaseRow
from tongying.web.measurements.models import MeasurementRow
from tongying.web.records.children import same_child
from tongying.web.records.models import Child, FetalStudy, Study

T = TypeVar("T", date, Sex)

HEIGHT: Final = "height"
WEIGHT: Final = "weight"
STALE_DAYS: Final = 30
STALE_INFANT_DAYS: Final = 7
"""After this a height or weight is old; the shorter holds below one year (domain.md section 4)."""
UNUSABLE_DAYS: Final = 183
UNUSABLE_INFANT_DAYS: Final = 30
"""After this it is not used at all; the shorter holds below one year (needs sign-off)."""
INFANT_MONTHS: Final = 12

SIZE_STALE: Final = "measurement.size-stale"


class ChildGone(NotFound):
    """There is no such child."""

    code: ClassVar[str] = "measurement.no-child"


@dataclass(frozen=True, slots=True)
class Size:
    """A height or weight on a day."""

    on: date
    what: str
    value: float
    """In cm or kg."""


@dataclass(frozen=True, slots=True)
class Known:
    """The facts on a day, what is doubtful about them, and on which days the sizes were taken."""

    facts: ChildFacts
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class ChildBook:
    """All that is known of a child, to be asked for any day.

    Attributes
    ----------
    born : date or None
    sex : Sex or None
    gestation_days : int or None
        At birth.
    sizes : tuple of Size
    fetal : dict of int to int
        Gestational age in days at a study made before birth, by the study's key.
    """

    born: date | None
    sex: Sex | None
    gestation_days: int | None
    sizes: tuple[Size, ...]
    fetal: dict[int, int]

    def on(self, day: date) -> Known:
        """Return what is known on a day, with the nearest height and weight."""
        caveats: list[Caveat] = []
        height, weight = (self._nearest(what, day, caveats) for what in (HEIGHT, WEIGHT))
        facts = ChildFacts(
            born=self.born,
            sex=self.sex,
            gestation_days=self.gestation_days,
            height_cm=height,
            weight_kg=weight,
        )
        return Known(facts, tuple(caveats))

    def before_birth(self, gestational_age_days: float | None) -> Known:
        """Return what is known of the child while not yet born."""
        born_later = ChildFacts(gestational_age_days=gestational_age_days, sex=None)
        return Known(born_later, ())

    def _nearest(self, what: str, day: date, caveats: list[Caveat]) -> float | None:
        sizes = [one for one in self.sizes if one.what == what]
        if not sizes:
            return None
        nearest = min(sizes, key=lambda one: (abs((one.on - day).days), one.on))
        apart = abs((nearest.on - day).days)
        infant = self._infant(min(day, nearest.on))
        if apart > (UNUSABLE_INFANT_DAYS if infant else UNUSABLE_DAYS):
            return None
        if apart > (STALE_INFANT_DAYS if infant else STALE_DAYS):
            caveats.append(
                Caveat(
                    SIZE_STALE,
                    f"The {what} used is of {nearest.on.isoformat()}, {apart} days apart.",
                )
            )
        return nearest.value

    def _infant(self, day: date) -> bool:
        if self.born is None or day < self.born:
            return False
        return age_on(self.born, day).months < INFANT_MONTHS


def facts_of(child: int, on: date) -> ChildFacts:
    """Return what is known of a child on a day.

    Parameters
    ----------
    child : int
        Key of the child's record.
    on : date

    Raises
    ------
    ChildGone
        If there is no such child.
    """
    return book_of(child).on(on).facts


def book_of(child: int) -> ChildBook:
    """Return all that is known of a child, from every record joined to be theirs.

    Raises
    ------
    ChildGone
        If there is no such child.
    """
    joined = same_child(child)
    records = list(Child.objects.filter(pk__in=joined))
    if child not in {one.pk for one in records}:
        raise ChildGone("There is no such child.")
    return ChildBook(
        born=_agreed(one.birth_date for one in records),
        sex=_agreed(_sex(one.sex) for one in records),
        gestation_days=_gestation(joined),
        sizes=(*_typed(joined), *_headers(joined), *_questions(joined)),
        fetal=_fetal(joined),
    )


def _agreed(told: Iterable[T | None]) -> T | None:
    """Return what the joined records say, or None where none says it or two contradict."""
    known = {one for one in told if one is not None}
    return known.pop() if len(known) == 1 else None


def _sex(text: str) -> Sex | None:
    try:
        return sex_of(text)
    except SexRefused:
        return None


def _cases(joined: Iterable[int]) -> CaseRow:
    return CaseRow.objects.filter(child_id__in=joined).exclude(state=State.DISCARDED.value)


def _gestation(joined: list[int]) -> int | None:
    """Return the gestation at birth that the newest question tells."""
    told = (
        _cases(joined)
        .filter(gestation_weeks__isnull=False)
        .order_by("-pk")
        .values_list("gestation_weeks", "gestation_days")
        .first()
    )
    return None if told is None else told[0] * 7 + (told[1] or 0)


def _typed(joined: list[int]) -> Iterable[Size]:
    rows = MeasurementRow.objects.filter(
        child_id__in=joined, measure__in=(HEIGHT, WEIGHT), struck_at=None
    )
    for what, value, unit, day in rows.values_list("measure", "value", "unit", "measured_on"):
        try:
            yield Size(day, what, in_unit(value, unit, "cm" if what == HEIGHT else "kg"))
        except UnitMismatch:
            continue


def _headers(joined: list[int]) -> Iterable[Size]:
    """Yield what the images say (0010,1020) and (0010,1030)."""
    rows = Study.objects.filter(child_id__in=joined, date__isnull=False)
    for size_m, weight_kg, day in rows.values_list("size_m", "weight_kg", "date"):
        if size_m:
            yield Size(day, HEIGHT, size_m * 100)
        if weight_kg:
            yield Size(day, WEIGHT, weight_kg)


def _questions(joined: list[int]) -> Iterable[Size]:
    rows = _cases(joined).filter(measured_on__isnull=False)
    for height, weight, day in rows.values_list("height_cm", "weight_kg", "measured_on"):
        if height:
            yield Size(day, HEIGHT, height)
        if weight:
            yield Size(day, WEIGHT, weight)


def _fetal(joined: list[int]) -> dict[int, int]:
    filed = FetalStudy.objects.filter(child_id__in=joined, undone_at=None)
    told = filed.filter(gestation_days__isnull=False)
    return dict(told.values_list("study_id", "gestation_days"))
