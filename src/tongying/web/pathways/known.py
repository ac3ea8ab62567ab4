"""What a case tells a pathway: the child on the day, what was sent, what was measured."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from tongying.archive.body_region import regions_of
from tongying.archive.modality_family import is_examination
from tongying.measure.recipe import ChildKnown
from tongying.norms.measure import UnitMismatch, in_unit, measures
from tongying.pathway.answers import keys_of
from tongying.pathway.definition import AnswerKind, Fact, Pathway
from tongying.pathway.intake import Sent
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import question_of
from tongying.web.measurements.drawn_image import known_of_child
from tongying.web.measurements.entering import side_in
from tongying.web.measurements.facts import book_of
from tongying.web.measurements.models import MeasurementRow
from tongying.web.records.filing import children_shown
from tongying.web.records.models import Study

RECENT_DAYS: Final = 30
"""A study this near to the one that is asked about was sent for the question (needs sign-off)."""


def subject_study(row: CaseRow) -> Study:
    """Return the study that a case asks about."""
    return Study.objects.select_related("child").get(cases__case=row, cases__prior=False)


def examined_on(row: CaseRow, study: Study) -> date:
    """Return the day of the examination, or that of the question where the images do not say."""
    return study.date or timezone.localdate(row.submitted_at or clock.now())


def child_known(study: Study, on: date) -> ChildKnown:
    """Return what is known of the child that a study shows, on a day.

    Of several children in one study, nothing but what all have in common could be said.
    """
    shown = children_shown(study)
    if len(shown) > 1:
        return ChildKnown()
    book = book_of(shown[0])
    return known_of_child(book, on, book.fetal.get(study.pk))


def facts_told(row: CaseRow, child: ChildKnown) -> frozenset[Fact]:
    """Return which facts the question or its images tell."""
    question = question_of(row)
    told = {
        Fact.BIRTH_DATE: row.child.birth_date is not None,
        Fact.SEX: row.child.sex in ("F", "M"),
        Fact.WEIGHT: question.weight_kg is not None or child.weight_kg is not None,
        Fact.HEIGHT: question.height_cm is not None or child.height_cm is not None,
        Fact.GESTATION: question.gestation_weeks is not None
        or child.gestational_age_days is not None,
        Fact.HISTORY: bool(question.history.strip()),
        Fact.PROVISIONAL_DIAGNOSIS: bool(question.provisional_diagnosis.strip()),
    }
    return frozenset(fact for fact, is_told in told.items() if is_told)


def sent_for(row: CaseRow, subject: Study) -> tuple[Sent, ...]:
    """Return what was sent for a question, by study and kind of image."""
    studies = [
        one
        for one in Study.objects.filter(cases__case=row).prefetch_related("series")
        if one.pk == subject.pk or _near(one.date, subject.date)
    ]
    found = []
    for study in studies:
        series = [one for one in study.series.all() if is_examination(one.modality)]
        texts = [study.description, *(t for one in series for t in (one.description, one.protocol))]
        regions = frozenset(
            str(one) for one in regions_of(texts, [one.body_part for one in series])
        )
        counts: dict[str, int] = defaultdict(int)
        for one in series:
            counts[one.modality] += one.instance_count
        found += [Sent(frozenset({name}), regions, count) for name, count in counts.items()]
    return tuple(found)


def taken(row: CaseRow, subject: Study, pathway: Pathway) -> dict[str, MeasurementRow]:
    """Return the measurement that answers each measured field, by the answer's key.

    The newest that stands; one whose side is not known answers no field of a side, and of two
    sides neither answers a field without one.
    """
    wanted = {one.measure for one in pathway.fields() if one.kind is AnswerKind.MEASURE}
    by_side: dict[str, dict[str, MeasurementRow]] = defaultdict(dict)
    for one in _standing(row, subject).filter(measure__in=wanted):
        by_side[one.measure][one.side] = one
    found: dict[str, MeasurementRow] = {}
    for field in pathway.fields():
        sides = by_side.get(field.measure, {}) if field.kind is AnswerKind.MEASURE else {}
        if field.sides:
            found |= {key: sides[key[-1]] for key in keys_of(field) if key[-1] in sides}
        elif own := side_in(field.measure):
            found |= {field.id: sides[own]} if own in sides else {}
        elif len(sides) == 1:
            found[field.id] = next(iter(sides.values()))
    return found


def measured_names(row: CaseRow, subject: Study) -> frozenset[str]:
    """Return the measures that a case has a standing value of."""
    return frozenset(_standing(row, subject).values_list("measure", flat=True))


def own_value(row: MeasurementRow) -> float | None:
    """Return a value in its measure's own unit; None where this version does not know it."""
    known = measures().get(row.measure)
    if known is None:
        return None
    try:
        return in_unit(row.value, row.unit, known.unit)
    except UnitMismatch:
        return None


def _standing(row: CaseRow, subject: Study) -> QuerySet[MeasurementRow]:
    """Return the standing measurements of a case's own study, the newest last."""
    about = Q(study=subject) | Q(case=row, study__isnull=True)
    rows = MeasurementRow.objects.filter(about, struck_at__isnull=True)
    return rows.order_by("measured_on", "entered_at", "pk")


def _near(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= timedelta(RECENT_DAYS)
