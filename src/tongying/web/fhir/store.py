"""Reading and searching for a viewer: every query starts from the one access rule.

What is read of a child is noted in the audit trail before it leaves: studies by their UID, cases
by their number, children by the number of their record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web.cases.documents import PDF_KINDS, DocumentNotReady, open_document
from tongying.web.cases.models import CaseEvent, CaseRow, CaseStudy, OpinionRow
from tongying.web.fhir import rows
from tongying.web.fhir.conditions import EVERYTHING, NOTHING, conditions_for
from tongying.web.fhir.mapping.elements import LOINC, hospital_code
from tongying.web.fhir.mapping.question import OBSERVATION_CODE, measurements
from tongying.web.fhir.search import Clause, Search, Token, days
from tongying.web.fhir.values import (
    FhirBinary,
    FhirCase,
    FhirChild,
    FhirMeasurement,
    FhirOpinion,
    FhirStudy,
    Measure,
)
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study
from tongying.web.records.visible import cases_for, studies_for
from tongying.web.trail import store as trail

DOOR = "fhir"


class ResourceNotFound(NotFound):
    """The resource does not exist for this viewer."""

    code: ClassVar[str] = "fhir.not-found"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a search: values for the mapping, and how many there are in all."""

    values: list[Any]
    total: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where the resources of a type come from.

    Attributes
    ----------
    visible : callable
        From the viewer to the rows that exist for them.
    values : callable
        From the viewer and rows to values.
    key : callable
        From a resource's id to the condition that finds it.
    whole : callable or None
        As `values`, for a single resource; None where it is the same.
    sorts : dict of str to str
        Column by which a parameter sorts.
    """

    visible: Callable[[Viewer], QuerySet[Any]]
    values: Callable[[Viewer, Sequence[Any]], list[Any]]
    key: Callable[[str], Q]
    sorts: dict[str, str]
    whole: Callable[[Viewer, Sequence[Any]], list[Any]] | None = None


def read(viewer: Viewer, kind: str, id_: str) -> Any:
    """Return the value of one resource, and record the reading.

    Raises
    ------
    ResourceNotFound
        If it does not exist for the viewer.
    """
    if kind == "Observation":
        return _noted(viewer, _measurement(viewer, id_))
    source = SOURCES[kind]
    row = source.visible(viewer).filter(source.key(id_)).first()
    if row is None:
        raise ResourceNotFound("There is no such resource.")
    (value,) = (source.whole or source.values)(viewer, [row])
    return _noted(viewer, value)


def search(viewer: Viewer, kind: str, asked: Search) -> Page:
    """Return a page of a search, newest first unless it says otherwise; record the readings."""
    page = (
        _search_measurements(viewer, asked)
        if kind == "Observation"
        else _search(viewer, kind, asked)
    )
    _note_all(viewer, page.values)
    return page


def versions(viewer: Viewer, id_: str) -> list[FhirOpinion]:
    """Return every version of a report, newest first, and record the reading.

    Raises
    ------
    ResourceNotFound
        If it does not exist for the viewer.
    """
    found = list(_opinions(viewer).filter(_number("case_id", id_)).order_by("-version"))
    if not found:
        raise ResourceNotFound("There is no such resource.")
    values = rows.opinion_values(viewer, found)
    _note_all(viewer, values)
    return values


def pdf(viewer: Viewer, id_: str) -> FhirBinary:
    """Return the bytes of a PDF; `open_document` records the reading.

    Raises
    ------
    ResourceNotFound
        If it does not exist for the viewer, or is still being made.
    """
    found = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,9})-(pdf-[a-z]+)", id_)
    if found is None or found[3] not in PDF_KINDS:
        raise ResourceNotFound("There is no such resource.")
    try:
        opened = open_document(viewer, int(found[1]), int(found[2]), found[3])
    except (NotFound, DocumentNotReady):
        raise ResourceNotFound("There is no such resource.") from None
    with opened.file:
        return FhirBinary(id_, found[1], opened.media_type, opened.file.read())


def _search(viewer: Viewer, kind: str, asked: Search) -> Page:
    source = SOURCES[kind]
    conditions = conditions_for(viewer, kind)
    table = source.visible(viewer)
    for clause in asked.clauses:
        either = NOTHING
        for term in clause.terms:
            either |= conditions[clause.name](term)
        table = table.filter(either)
    order = [
        F(source.sorts[name]).desc(nulls_last=True)
        if descending
        else F(source.sorts[name]).asc(nulls_last=True)
        for name, descending in asked.sort
    ]
    total = table.count()
    window = table.order_by(*order, "-pk")[asked.offset : asked.offset + asked.count]
    return Page(source.values(viewer, list(window)), total)


def _children(viewer: Viewer) -> QuerySet[Child]:
    return Child.objects.filter(pk__in=studies_for(viewer).values("child_id"))


def _hospitals(viewer: Viewer) -> QuerySet[Hospital]:
    return Hospital.objects.all()


def _members(viewer: Viewer) -> QuerySet[Member]:
    """Return the viewer's colleagues and whoever acted on a case that the viewer sees."""
    seen = cases_for(viewer)
    return Member.objects.filter(
        Q(hospital_id=viewer.hospital)
        | Q(pk__in=seen.values("author_id"))
        | Q(pk__in=seen.filter(assignee__isnull=False).values("assignee_id"))
        | Q(pk__in=OpinionRow.objects.filter(case__in=seen).values("signer_id"))
        | Q(pk__in=CaseEvent.objects.filter(case__in=seen, actor__isnull=False).values("actor_id"))
    ).select_related("hospital")


def _studies(viewer: Viewer) -> QuerySet[Study]:
    return studies_for(viewer).select_related("child")


def _cases(viewer: Viewer) -> QuerySet[CaseRow]:
    return (
        cases_for(viewer)
        .select_related(*rows.ABOUT_CASE)
        .annotate(authored_on=Coalesce("submitted_at", "created_at"))
    )


def _opinions(viewer: Viewer) -> QuerySet[OpinionRow]:
    subject = CaseStudy.objects.filter(case=OuterRef("case_id"), prior=False)
    return (
        OpinionRow.objects.filter(case__in=cases_for(viewer))
        .select_related("signer", *(f"case__{name}" for name in rows.ABOUT_CASE))
        .annotate(study_date=Subquery(subject.values("study__date")[:1]))
    )


def _latest_opinions(viewer: Viewer) -> QuerySet[OpinionRow]:
    return _opinions(viewer).filter(version=F("case__version"))


def _number(column: str, id_: str) -> Q:
    fits = re.fullmatch(r"[0-9]{1,18}", id_) is not None
    return Q(**{column: int(id_)}) if fits else NOTHING


def _pk(id_: str) -> Q:
    return _number("pk", id_)


def _version(id_: str) -> Q:
    case, _, version = id_.partition("-")
    return _number("case_id", case) & _number("version", version)


_OPINION_SORTS = {"_id": "case_id", "issued": "signed_at", "date": "study_date"}

SOURCES: dict[str, Source] = {
    "Patient": Source(_children, rows.child_values, _pk, {"_id": "pk", "birthdate": "birth_date"}),
    "Organization": Source(
        _hospitals, rows.hospital_values, lambda id_: Q(pk=hospital_code(id_)), {"_id": "pk"}
    ),
    "Practitioner": Source(_members, rows.member_values, _pk, {"_id": "pk"}),
    "PractitionerRole": Source(_members, rows.member_values, _pk, {"_id": "pk"}),
    "ServiceRequest": Source(
        _cases,
        rows.case_values,
        _pk,
        {"_id": "pk", "authored": "authored_on", "_lastUpdated": "changed_at"},
    ),
    "Task": Source(
        _cases,
        rows.case_values,
        _pk,
        {
            "_id": "pk",
            "authored-on": "created_at",
            "modified": "changed_at",
            "_lastUpdated": "changed_at",
        },
    ),
    "ImagingStudy": Source(
        _studies,
        rows.study_values,
        _pk,
        {"_id": "pk", "started": "date", "_lastUpdated": "changed_at"},
        rows.whole_study_values,
    ),
    "DiagnosticReport": Source(
        _latest_opinions,
        rows.opinion_values,
        lambda id_: _number("case_id", id_),
        {**_OPINION_SORTS, "_lastUpdated": "signed_at"},
    ),
    "Provenance": Source(
        _opinions, rows.opinion_values, _version, {"_id": "case_id", "recorded": "signed_at"}
    ),
}


_COLUMN = {
    Measure.WEIGHT: "weight_kg",
    Measure.HEIGHT: "height_cm",
    Measure.GESTATION: "gestation_weeks",
}
_MEASURE_SORTS = {"_id": "pk", "date": "on_day", "_lastUpdated": "changed_at"}


def _measurement(viewer: Viewer, id_: str) -> FhirMeasurement:
    number, _, name = id_.partition("-")
    row = _cases(viewer).filter(_pk(number)).first()
    if row is not None:
        (found,) = rows.case_values(viewer, [row])
        for measured in measurements(found):
            if measured.measure.value == name:
                return measured
    raise ResourceNotFound("There is no such resource.")


def _search_measurements(viewer: Viewer, asked: Search) -> Page:
    """Search the numbers of questions: up to three resources a case, each from its own column."""
    conditions = conditions_for(viewer, "Observation")
    tables = []
    for measure, column in _COLUMN.items():
        table = cases_for(viewer).filter(**{f"{column}__isnull": False})
        for clause in asked.clauses:
            either = NOTHING
            for term in clause.terms:
                either |= _measure_condition(measure, clause, term, conditions)
            table = table.filter(either)
        tables.append(
            table.annotate(
                measure=Value(measure.value, output_field=CharField()),
                on_day=Value(None, output_field=CaseRow._meta.get_field("measured_on"))
                if measure is Measure.GESTATION
                else F("measured_on"),
            ).values_list("pk", "measure", "on_day", "changed_at")
        )
    first, *others = tables
    total = sum(table.count() for table in tables)
    order = [("-" if descending else "") + _MEASURE_SORTS[name] for name, descending in asked.sort]
    window = first.union(*others, all=True).order_by(*order, "-pk", "measure")
    found = list(window[asked.offset : asked.offset + asked.count])
    cases = {
        one.case.id: one
        for one in rows.case_values(
            viewer, list(_cases(viewer).filter(pk__in={pk for pk, *_ in found}))
        )
    }
    values = [
        measured
        for pk, measure, *_ in found
        for measured in measurements(cases[pk])
        if measured.measure.value == measure
    ]
    return Page(values, total)


def _measure_condition(measure: Measure, clause: Clause, term: Any, conditions: Any) -> Q:
    match clause.name:
        case "_id":
            number, _, name = term.code.partition("-")
            return _pk(number) if name == measure.value else NOTHING
        case "code":
            return EVERYTHING if _is_code(measure, term) else NOTHING
        case "date" if measure is Measure.GESTATION:
            return NOTHING
        case "date":
            first, last = days(term)
            bounds = {"measured_on__gte": first, "measured_on__lte": last}
            known = {key: bound for key, bound in bounds.items() if bound is not None}
            return Q(measured_on__isnull=False, **known)
        case name:
            return conditions[name](term)


def _is_code(measure: Measure, term: Token) -> bool:
    return term.system in (None, LOINC) and term.code == OBSERVATION_CODE[measure][0]


def _note_all(viewer: Viewer, values: Sequence[Any]) -> None:
    """Record the readings of a page in one transaction (each of its own would cost a sync)."""
    try:
        with transaction.atomic():
            for value in values:
                _noted(viewer, value)
    except DatabaseError:
        # What the trail believes to be covered may have been rolled back.
        trail.forget_episodes()
        raise


def _noted(viewer: Viewer, value: Any) -> Any:
    """Record that a child's data are read, and return them."""
    match value:
        case FhirChild():
            noted = ("child", str(value.id), value.hospital)
        case FhirStudy():
            noted = ("study", value.uid, value.hospital)
        case FhirCase():
            noted = ("case", value.number, value.case.asking)
        case FhirMeasurement() | FhirOpinion():
            noted = ("case", value.about.number, value.about.case.asking)
        case _:
            return value
    trail.note_read(viewer.login, *noted, door=DOOR)
    return value
