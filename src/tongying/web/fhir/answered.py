"""Finding signed structured answers for Observations; of a case, the newest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value

from tongying.consult.people import Viewer
from tongying.web.cases.models import CaseStudy, OpinionRow
from tongying.web.cases.rows import display_name, number_of
from tongying.web.fhir.conditions import NOTHING, Condition, day, moment, number
from tongying.web.fhir.mapping.answered import PATHWAY, PREFIX, FhirAnswered
from tongying.web.fhir.search import Clause, Token
from tongying.web.pathways.answering import Part
from tongying.web.pathways.known import subject_study
from tongying.web.pathways.models import StructuredAnswer
from tongying.web.pathways.reporting import reported_answer
from tongying.web.records.visible import cases_for

KIND: Final = "answered"
"""Tells these rows from the others, where all are put in one order."""


def read_answered(viewer: Viewer, id_: str) -> FhirAnswered | None:
    """Return the answer with a resource id, or None where none exists for the viewer."""
    row = _visible(viewer).filter(_by_id(Token(None, id_))).first()
    return None if row is None else _value(row)


def answered_rows(viewer: Viewer, clauses: Sequence[Clause]) -> QuerySet[Any]:
    """Return key, kind, day and last change of the answers that a search finds."""
    table = _visible(viewer)
    for clause in clauses:
        either = NOTHING
        for term in clause.terms:
            either |= CONDITIONS[clause.name](term)
        table = table.filter(either)
    return table.annotate(kind=Value(KIND, output_field=CharField())).values_list(
        "pk", "kind", "on_day", "changed_on"
    )


def answered_of(viewer: Viewer, keys: Sequence[int]) -> dict[int, FhirAnswered]:
    """Return answers by their rows' keys."""
    return {row.pk: _value(row) for row in _visible(viewer).filter(pk__in=keys)}


def _visible(viewer: Viewer) -> QuerySet[StructuredAnswer]:
    signed = StructuredAnswer.objects.filter(part=Part.REPORT.value, opinion__isnull=False)
    later = signed.filter(
        follows=OuterRef("follows"), opinion__version__gt=OuterRef("opinion__version")
    )
    subject = CaseStudy.objects.filter(case=OuterRef("follows__case"), prior=False)
    return (
        signed.filter(~Exists(later), follows__case__in=cases_for(viewer))
        .filter(follows__ended_at__isnull=True)
        .exclude(answers={})
        .select_related("follows__case__child", "opinion__signer__hospital")
        .annotate(
            on_day=Subquery(subject.values("study__date")[:1]),
            changed_on=F("opinion__signed_at"),
        )
    )


def _value(row: StructuredAnswer) -> FhirAnswered:
    case, opinion = row.follows.case, cast("OpinionRow", row.opinion)  # only signed are visible
    study = subject_study(case)
    return FhirAnswered(
        key=row.pk,
        case=case.pk,
        number=number_of(case),
        asking=case.asking_id,
        child=case.child_id,
        child_name=display_name(case.child),
        study=study.pk,
        signer=opinion.signer_id,
        signer_name=opinion.signer.name,
        version=opinion.version,
        on=study.date,
        signed_at=opinion.signed_at,
        report=reported_answer(row),
    )


def _by_id(term: Token) -> Q:
    head, _, key = term.code.partition("-")
    return Q(pk=int(key)) if head == PREFIX and key.isdecimal() and len(key) < 19 else NOTHING


def _by_code(term: Token) -> Q:
    return Q(follows__pathway=term.code) if term.system in (None, PATHWAY) else NOTHING


def _by_status(term: Token) -> Q:
    match term.code:
        case "final":
            return Q(opinion__version=1)
        case "amended":
            return Q(opinion__version__gt=1)
        case _:
            return NOTHING


CONDITIONS: Final[dict[str, Condition]] = {
    "_id": _by_id,
    "patient": number("follows__case__child_id"),
    "subject": number("follows__case__child_id"),
    "status": _by_status,
    "code": _by_code,
    "date": day("on_day"),
    "based-on": number("follows__case_id"),
    "_lastUpdated": moment("changed_on"),
}
"""By search parameter of Observation."""
