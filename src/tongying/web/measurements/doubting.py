"""What a typed size or age contradicts, asked about once: what was said to be right stays so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction
from django.utils import timezone

from tongying.consult.case import Question
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.measure.body.gestation_doubts import Pregnancy
from tongying.measure.body.size_doubts import EarlierSize
from tongying.measure.body.size_doubts import Size as SizeKind
from tongying.measure.body.written_age import written_age
from tongying.measure.contradiction import Contradiction
from tongying.measure.contradictions import Told, contradictions
from tongying.norms.measure import in_unit, measures
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import question_of
from tongying.web.measurements.entering import Entry, checked
from tongying.web.measurements.facts import HEIGHT, WEIGHT, ChildBook, Size, book_of
from tongying.web.measurements.models import AffirmedRow
from tongying.web.measurements.rights import check_entering
from tongying.web.records.children import same_child
from tongying.web.records.models import Child, Study
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

FIELD_OF: Final = {WEIGHT: "weight_kg", HEIGHT: "height_cm"}
"""Of the question's form."""
ENTERED: Final = "value"
"""Field of the measurement's form."""
_AGE: Final = "contradiction.age-said"
_BIRTH: Final = ("contradiction.gestation-birth", "contradiction.gestation-impossible")
_TOGETHER: Final = "contradiction.weight-height"
_JUMP: Final = "-jump"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contradiction that a person is asked about beside the field.

    Attributes
    ----------
    field : str
        Of the form.
    said : str
        What is affirmed, such as ``weight=38kg@2026-03-01``: the same is not asked again.
    code, sentence : str
        Of the contradiction.
    again : float or None
        The number that is to be typed a second time (domain.md section 4, point 7, for what lies
        beyond z 4); None where a yes is enough.
    """

    field: str
    said: str
    code: str
    sentence: str
    again: float | None = None


Answered = Callable[[Doubt], bool]
"""Whether a person says of what is doubted that it is right."""


def doubts_of_case(viewer: Viewer, case: int, answered: Answered | None = None) -> list[Doubt]:
    """Return what the question of a case contradicts and nobody has affirmed.

    Parameters
    ----------
    viewer : Viewer
    case : int
    answered : callable, optional
        What it says yes to is affirmed by the viewer and not returned.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    MeasuringNotYours
        If the viewer affirms and enters no measurements.
    """
    row = cases_for(viewer).filter(pk=case).select_related("child").first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    book = book_of(row.child_id)
    study = Study.objects.get(cases__case=row, cases__prior=False)
    question = question_of(row)
    found = [*_of_sizes(question, book), *_of_age(row, study, book)]
    return _asked(viewer, row.child, [*found, *_of_gestation(question, book)], answered)


def doubts_of_entry(viewer: Viewer, entry: Entry, answered: Answered | None = None) -> list[Doubt]:
    """Return what a height or weight contradicts before it is kept, and nobody has affirmed.

    Parameters
    ----------
    viewer : Viewer
    entry : Entry
    answered : callable, optional
        What it says yes to is affirmed by the viewer and not returned.

    Raises
    ------
    MeasuringNotYours, CaseNotFound, ObjectNotFound, ChildUnknown, SubjectRefused,
    MeasurementRefused
        As `tongying.web.measurements.entering.enter`.
    """
    subject, day = checked(viewer, entry)
    if entry.measure not in FIELD_OF or entry.value is None:
        return []
    value = in_unit(entry.value, entry.unit, measures()[entry.measure].unit)
    found = [
        replace(one, field=ENTERED, again=None if one.again is None else entry.value)
        for one in _of_size(book_of(subject.child.pk), Size(day, entry.measure, value))
    ]
    return _asked(viewer, subject.child, found, answered)


def doubts_of_weight(child: int, book: ChildBook, weight: Size) -> tuple[list[Doubt], bool]:
    """Return what a child's weight contradicts, and whether it was affirmed all the same.

    Parameters
    ----------
    child : int
        Key of the child's record.
    book : ChildBook
    weight : Size
    """
    found = _of_size(book, weight)
    return found, bool(found) and not _open(child, found)


def _of_sizes(question: Question, book: ChildBook) -> list[Doubt]:
    sizes = {WEIGHT: question.weight_kg, HEIGHT: question.height_cm}
    day = question.measured_on
    given = {what: value for what, value in sizes.items() if value is not None}
    if day is None or not given:
        return []
    book = replace(book, gestation_days=question.gestation_total_days() or book.gestation_days)
    found = []
    for what, value in given.items():
        found += _of_size(book, Size(day, what, value))
    if found or len(given) < len(sizes):
        return found
    both = Told(sized_on=day, weight_kg=given[WEIGHT], height_cm=given[HEIGHT])
    said = "&".join(_said(Size(day, what, value)) for what, value in given.items())
    together = [one for one in _told(book, both) if one.code == _TOGETHER]
    return [Doubt(FIELD_OF[WEIGHT], said, one.code, one.sentence) for one in together]


def _of_size(book: ChildBook, size: Size) -> list[Doubt]:
    told = Told(
        sized_on=size.on,
        weight_kg=size.value if size.what == WEIGHT else None,
        height_cm=size.value if size.what == HEIGHT else None,
        earlier=tuple(EarlierSize(one.on, SizeKind(one.what), one.value) for one in book.sizes),
    )
    return [
        Doubt(
            FIELD_OF[size.what],
            _said(size),
            one.code,
            one.sentence,
            None if one.code.endswith(_JUMP) else size.value,
        )
        for one in _told(book, told)
    ]


def _of_age(row: CaseRow, study: Study, book: ChildBook) -> list[Doubt]:
    """Return whether the question tells another age than the date of birth does.

    The day on which it is told is that of the images or of the question: either may fit.
    """
    if book.born is None or study.pk in book.fetal:
        return []
    asked = timezone.localdate(row.submitted_at or clock.now())
    days = [day for day in (study.date, asked) if day is not None and day >= book.born]
    for field in ("text", "history"):
        age = written_age(getattr(row, field))
        if age is None:
            continue
        by_day = [
            [
                one
                for one in _told(book, Told(studied=day, said_age=age))
                if one.code.startswith(_AGE)
            ]
            for day in days
        ]
        if not by_day or not all(by_day):
            return []
        said = f"age={age.number}{age.unit.value}@{book.born.isoformat()}"
        return [Doubt(field, said, one.code, one.sentence) for one in by_day[0]]
    return []


def _of_gestation(question: Question, book: ChildBook) -> list[Doubt]:
    """Return whether the gestation at birth fits the studies that were made before it."""
    gestation = question.gestation_total_days()
    if gestation is None:
        return []
    found: dict[str, Doubt] = {}
    for study, day in Study.objects.filter(pk__in=book.fetal).values_list("pk", "date"):
        told = Told(
            studied=day,
            gestation_days=gestation,
            pregnancy=Pregnancy(gestational_age_days=book.fetal[study]),
        )
        for one in _told(book, told):
            if one.code in _BIRTH:
                said = f"gestation={gestation}d"
                found[one.code] = Doubt("gestation_weeks", said, one.code, one.sentence)
    return list(found.values())


def _told(book: ChildBook, told: Told) -> tuple[Contradiction, ...]:
    gestation = told.gestation_days or book.gestation_days
    return contradictions(replace(told, born=book.born, sex=book.sex, gestation_days=gestation))


def _said(size: Size) -> str:
    unit = measures()[size.what].unit
    return f"{size.what}={size.value:g}{unit}@{size.on.isoformat()}"


def _asked(
    viewer: Viewer, child: Child, found: Iterable[Doubt], answered: Answered | None
) -> list[Doubt]:
    still = _open(child.pk, found)
    right = [one for one in still if answered is not None and answered(one)]
    if right:
        check_entering(viewer)
        _affirm(viewer, child, right)
    return [one for one in still if one not in right]


def _open(child: int, found: Iterable[Doubt]) -> list[Doubt]:
    affirmed = set(
        AffirmedRow.objects.filter(child_id__in=same_child(child)).values_list("said", flat=True)
    )
    return [one for one in found if one.said not in affirmed]


def _affirm(viewer: Viewer, child: Child, right: Iterable[Doubt]) -> None:
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # a form sent twice must affirm once
        for one in right:
            _, new = AffirmedRow.objects.get_or_create(
                child=child, said=one.said, defaults={"by_id": viewer.user, "at": now}
            )
            if new:
                detail = {"what": "affirm", "code": one.code}
                event = AuditEvent(
                    now,
                    viewer.login,
                    Action.UPDATE,
                    "child",
                    str(child.pk),
                    child.hospital_id,
                    detail,
                )
                trail.append([event])
