"""Finding measurements for Observations: beside the numbers that came with questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from tongying.consult.people import Viewer
from tongying.web.cases.rows import display_name
from tongying.web.fhir.conditions import NOTHING, Condition, day, moment, number
from tongying.web.fhir.mapping.elements import LOINC
from tongying.web.fhir.mapping.measured import LOINC_OF, MEASURE, PREFIX, FhirMeasured
from tongying.web.fhir.search import Clause, Token
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import measurements_for
from tongying.web.measurements.scoring import ABOUT, scored
from tongying.web.records.visible import cases_for

KIND: Final = "measured"
"""Tells these rows from the numbers of questions, where both are put in one order."""


def read_measured(viewer: Viewer, id_: str) -> FhirMeasured | None:
    """Return the measurement with a resource id, or None where none exists for the viewer."""
    rows = list(_visible(viewer).filter(_by_id(Token(None, id_)))[:1])
    return measured_values(viewer, rows)[0] if rows else None


def measured_rows(viewer: Viewer, clauses: Sequence[Clause]) -> QuerySet[Any]:
    """Return key, kind, day and last change of the measurements that a search finds."""
    table = _visible(viewer)
    for clause in clauses:
        either = NOTHING
        for term in clause.terms:
            either |= CONDITIONS[clause.name](term)
        table = table.filter(either)
        if clause.name == "based-on":
            table = table.filter(case__in=cases_for(viewer))
    return table.annotate(kind=Value(KIND, output_field=CharField())).values_list(
        "pk", "kind", "measured_on", "changed_on"
    )


def measured_of(viewer: Viewer, keys: Sequence[int]) -> dict[int, FhirMeasured]:
    """Return measurements by their rows' keys."""
    rows = list(_visible(viewer).filter(pk__in=keys))
    values = measured_values(viewer, rows)
    return {row.pk: value for row, value in zip(rows, values, strict=True)}


def measured_values(viewer: Viewer, rows: Sequence[MeasurementRow]) -> list[FhirMeasured]:
    """Return measurements with their scores as they stand now."""
    return [
        FhirMeasured(shown, display_name(row.child), row.study_id)
        for row, shown in zip(rows, scored(viewer, rows), strict=True)
    ]


def _visible(viewer: Viewer) -> QuerySet[MeasurementRow]:
    return (
        measurements_for(viewer)
        .select_related("child", *ABOUT)
        .annotate(changed_on=Coalesce(F("struck_at"), F("entered_at")))
    )


def _by_id(term: Token) -> Q:
    head, _, code = term.code.partition("-")
    return Q(code=code) if head == PREFIX and code else NOTHING


def _by_code(term: Token) -> Q:
    found = Q(measure=term.code) if term.system in (None, MEASURE) else NOTHING
    if term.system in (None, LOINC):
        named = [name for name, (code, _) in LOINC_OF.items() if code == term.code]
        found |= Q(measure__in=named)
    return found


def _by_status(term: Token) -> Q:
    match term.code:
        case "final":
            return Q(struck_at__isnull=True)
        case "entered-in-error":
            return Q(struck_at__isnull=False)
        case _:
            return NOTHING


CONDITIONS: Final[dict[str, Condition]] = {
    "_id": _by_id,
    "patient": number("child_id"),
    "subject": number("child_id"),
    "status": _by_status,
    "code": _by_code,
    "date": day("measured_on"),
    "based-on": number("case_id"),
    "_lastUpdated": moment("changed_on"),
}
"""By search parameter of Observation."""
