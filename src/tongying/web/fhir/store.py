"""Reading and searching for a viewer: every query starts from the one access rule.

What is read of a child is noted in the audit trail before it leaves: studies by their UID, cases
by their number, children by the number of their record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from django.db.models import CharField, F, Q, QuerySet, Value

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web.cases.documents import PDF_KINDS, DocumentNotReady, open_document
from tongying.web.cases.models import CaseRow
from tongying.web.fhir import rows
from tongying.web.fhir.answered import KIND as ANSWERED
from tongying.web.fhir.answered import answered_of, answered_rows, read_answered
from tongying.web.fhir.condition_table import conditions_for
from tongying.web.fhir.conditions import EVERYTHING, NOTHING
from tongying.web.fhir.mapping.answered import FhirAnswered
from tongying.web.fhir.mapping.elements import LOINC
from tongying.web.fhir.mapping.measured import FhirMeasured
from tongying.web.fhir.mapping.question import OBSERVATION_CODE, measurements
from tongying.web.fhir.measured import KIND as MEASURED
from tongying.web.fhir.measured import measured_of, measured_rows, read_measured
from tongying.web.fhir.referral_values import (
    FhirCritical,
    FhirOutcome,
    FhirPanelTime,
    FhirReferral,
)
from tongying.web.fhir.search import Clause, Search, Token, days
from tongying.web.fhir.sources import SOURCES, Source, cases, number_key, opinions, pk_key
from tongying.web.fhir.values import (
    FhirBinary,
    FhirCase,
    FhirChild,
    FhirMeasurement,
    FhirOpinion,
    FhirStudy,
    Measure,
)
from tongying.web.records.visible import cases_for
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


def read(viewer: Viewer, kind: str, id_: str) -> Any:
    """Return the value of one resource, and record the reading.

    Raises
    ------
    ResourceNotFound
        If it does not exist for the viewer.
    """
    if kind == "Observation":
        return _noted(viewer, _measurement(viewer, id_))
    for source in SOURCES[kind]:
        row = source.visible(viewer).filter(source.key(id_)).first()
        if row is not None:
            (value,) = (source.whole or source.values)(viewer, [row])
            return _noted(viewer, value)
    raise ResourceNotFound("There is no such resource.")


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
    found = list(opinions(viewer).filter(number_key("case_id", id_)).order_by("-version"))
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
    """Search a type's sources one by one and put what they found in one order.

    Of each source no more rows are looked at than the page could hold.
    """
    tables = [(source, _matching(viewer, kind, source, asked)) for source in SOURCES[kind]]
    total = sum(table.count() for _, table in tables)
    last = asked.offset + asked.count
    if len(tables) == 1:
        ((source, table),) = tables
        window = table.order_by(*_order(source, asked), "-pk")[asked.offset : last]
        return Page(source.values(viewer, list(window)), total)
    found: list[tuple[Any, ...]] = []
    for place, (source, table) in enumerate(tables):
        columns = [source.sorts[name] for name, _ in asked.sort] or [source.recent]
        order = _order(source, asked) or [F(source.recent).desc(nulls_last=True)]
        keys = table.order_by(*order, "-pk").values_list(*columns, "pk")[:last]
        found += [(place, *row) for row in keys]
    window_keys = _merged(found, asked)[asked.offset : last]
    values: dict[tuple[int, int], Any] = {}
    for place, (source, table) in enumerate(tables):
        wanted = [pk for at, *_, pk in window_keys if at == place]
        page = list(table.filter(pk__in=wanted)) if wanted else []
        for row, value in zip(page, source.values(viewer, page), strict=True):
            values[place, row.pk] = value
    return Page([values[at, pk] for at, *_, pk in window_keys], total)


def _matching(viewer: Viewer, kind: str, source: Source, asked: Search) -> QuerySet[Any]:
    conditions = conditions_for(viewer, source.conditions or kind)
    table = source.visible(viewer)
    for clause in asked.clauses:
        either = NOTHING
        for term in clause.terms:
            either |= conditions[clause.name](term)
        table = table.filter(either)
    return table


def _order(source: Source, asked: Search) -> list[Any]:
    return [
        F(source.sorts[name]).desc(nulls_last=True)
        if descending
        else F(source.sorts[name]).asc(nulls_last=True)
        for name, descending in asked.sort
    ]


def _merged(found: list[tuple[Any, ...]], asked: Search) -> list[tuple[Any, ...]]:
    """Return rows of (source, sort keys…, pk) in order; what has no value comes last."""
    found.sort(key=lambda row: (row[0], -row[-1]))
    downward = [descending for _, descending in asked.sort] or [True]
    for place in reversed(range(len(downward))):
        known = [row for row in found if row[place + 1] is not None]
        known.sort(key=lambda row: row[place + 1], reverse=downward[place])
        found = known + [row for row in found if row[place + 1] is None]
    return found


_COLUMN = {
    Measure.WEIGHT: "weight_kg",
    Measure.HEIGHT: "height_cm",
    Measure.GESTATION: "gestation_weeks",
}
_MEASURE_SORTS = {"_id": "pk", "date": "on_day", "_lastUpdated": "changed_at"}


def _measurement(viewer: Viewer, id_: str) -> FhirMeasurement | FhirMeasured | FhirAnswered:
    of_child = read_measured(viewer, id_) or read_answered(viewer, id_)
    if of_child is not None:
        return of_child
    number, _, name = id_.partition("-")
    row = cases(viewer).filter(pk_key(number)).first()
    if row is not None:
        (found,) = rows.case_values(viewer, [row])
        for measured in measurements(found):
            if measured.measure.value == name:
                return measured
    raise ResourceNotFound("There is no such resource.")


def _search_measurements(viewer: Viewer, asked: Search) -> Page:
    """Search the numbers of questions, the measurements of children, and structured answers."""
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
    tables.append(measured_rows(viewer, asked.clauses))
    tables.append(answered_rows(viewer, asked.clauses))
    first, *others = tables
    total = sum(table.count() for table in tables)
    order = [("-" if descending else "") + _MEASURE_SORTS[name] for name, descending in asked.sort]
    window = first.union(*others, all=True).order_by(*order, "-pk", "measure")
    found = list(window[asked.offset : asked.offset + asked.count])
    in_cases = {pk for pk, kind, *_ in found if kind not in (MEASURED, ANSWERED)}
    about_rows = list(cases(viewer).filter(pk__in=in_cases))
    abouts = {one.case.id: one for one in rows.case_values(viewer, about_rows)}
    told = {
        MEASURED: measured_of(viewer, [pk for pk, kind, *_ in found if kind == MEASURED]),
        ANSWERED: answered_of(viewer, [pk for pk, kind, *_ in found if kind == ANSWERED]),
    }
    values: list[Any] = []
    for pk, measure, *_ in found:
        if measure in told:
            values.append(told[measure][pk])
            continue
        values += [one for one in measurements(abouts[pk]) if one.measure.value == measure]
    return Page(values, total)


def _measure_condition(measure: Measure, clause: Clause, term: Any, conditions: Any) -> Q:
    match clause.name:
        case "_id":
            number, _, name = term.code.partition("-")
            return pk_key(number) if name == measure.value else NOTHING
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
        case FhirMeasured():
            noted = ("child", str(value.shown.child), value.shown.hospital)
        case FhirAnswered():
            noted = ("case", value.number, value.asking)
        case FhirCase():
            noted = ("case", value.number, value.case.asking)
        case (
            FhirMeasurement()
            | FhirOpinion()
            | FhirReferral()
            | FhirPanelTime()
            | FhirOutcome()
            | FhirCritical()
        ):
            noted = ("case", value.about.number, value.about.case.asking)
        case _:
            return value
    trail.note_read(viewer.login, *noted, door=DOOR)
    return value
