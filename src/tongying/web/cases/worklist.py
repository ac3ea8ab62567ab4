"""The worklist: one line a case, in windows, sorted and searched by the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    CharField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from tongying.consult.case import Urgency
from tongying.consult.people import Viewer
from tongying.consult.states import TERMINAL, State
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.cases.rows import number_of, shown_child
from tongying.web.cases.shown import WorklistRow
from tongying.web.cases.waiting import waiting_for, waits_for
from tongying.web.desk.clocks import open_alerts
from tongying.web.records.search import fuzzy_name
from tongying.web.records.visible import cases_for

TABS = ("mine", "open", "signed", "all")
SORTS = {
    "due": "due_at",
    "urgency": "urgency_rank",
    "age": "child__birth_date",
    "name": "child__name_search",
    "hospital": "asking_id",
    "state": "state",
    "submitted": "submitted_at",
}
_MOST = 500
_CLOSED = [state.value for state in TERMINAL]
_ANSWERED = [State.SIGNED.value, State.ACKNOWLEDGED.value]


@dataclass(frozen=True, slots=True)
class WorklistQuery:
    """Which window of the worklist."""

    tab: str = "mine"
    text: str = ""
    sort: str = "due"
    descending: bool = False
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """A window of the worklist, with how many cases each tab holds."""

    rows: tuple[WorklistRow, ...]
    total: int
    counts: dict[str, int]
    more: bool


def worklist(viewer: Viewer, query: WorklistQuery) -> WorklistPage:
    """Return a window of the cases that exist for a viewer; unknown tabs mean the first."""
    tab = query.tab if query.tab in TABS else TABS[0]
    counts = {name: _tab(viewer, name).count() for name in TABS}
    found = _search(_tab(viewer, tab), query.text)
    total = found.count() if query.text.strip() else counts[tab]
    limit = max(1, min(query.limit, _MOST))
    offset = max(0, query.offset)
    column = F(SORTS.get(query.sort, SORTS["due"]))
    by = column.desc(nulls_last=True) if query.descending else column.asc(nulls_last=True)
    ordered = found.alias(
        urgency_rank=Case(
            *(When(urgency=one.value, then=Value(rank)) for rank, one in enumerate(Urgency)),
            default=Value(len(Urgency)),
            output_field=IntegerField(),
        )
    ).order_by(by, F("due_at").asc(nulls_last=True), "pk")
    rows = list(
        ordered.annotate(
            subject_date=_subject("study__date"),
            subject_modalities=_subject("study__modalities", CharField()),
            waits=Case(
                When(waits_for(viewer), then=Value(1)),
                default=Value(0),
                output_field=IntegerField(),
            ),
        ).select_related("child", "assignee", "asking", "answering")[offset : offset + limit]
    )
    alerts = open_alerts([row.pk for row in rows])
    return WorklistPage(tuple(_shown(rows, alerts)), total, counts, offset + len(rows) < total)


def _subject(path: str, output: CharField | None = None) -> Subquery:
    rows = CaseStudy.objects.filter(case=OuterRef("pk"), prior=False).values(path)[:1]
    return Subquery(rows, output_field=output) if output is not None else Subquery(rows)


def _tab(viewer: Viewer, tab: str) -> QuerySet[CaseRow]:
    match tab:
        case "mine":
            return waiting_for(viewer)
        case "open":
            return cases_for(viewer).exclude(state__in=[*_CLOSED, *_ANSWERED])
        case "signed":
            return cases_for(viewer).filter(state__in=_ANSWERED)
        case _:
            return cases_for(viewer).exclude(state=State.DISCARDED.value)


def _search(rows: QuerySet[CaseRow], text: str) -> QuerySet[CaseRow]:
    for word in text.lower().split()[:8]:
        rows = rows.filter(
            fuzzy_name(word)
            | Q(text__icontains=word)
            | Q(provisional_diagnosis__icontains=word)
            | Q(child__local_id__iexact=word)
            | Q(asking__name__icontains=word)
            | Q(asking__name_en__icontains=word)
            | Q(asking__code__iexact=word)
            | _numbered(word)
        )
    return rows


def _numbered(word: str) -> Q:
    digits = word.rpartition("-")[2]
    return Q(pk=int(digits)) if digits.isdecimal() and len(digits) <= 9 else Q(pk__in=[])


def _shown(rows: Iterable[CaseRow], alerts: dict[int, int]) -> Iterable[WorklistRow]:
    for row in rows:
        gestation = (
            None
            if row.gestation_weeks is None
            else row.gestation_weeks * 7 + (row.gestation_days or 0)
        )
        yield WorklistRow(
            id=row.pk,
            number=number_of(row),
            state=State(row.state),
            urgency=row.urgency,
            due_at=row.due_at,
            submitted_at=row.submitted_at,
            child=shown_child(row.child, row.subject_date, gestation),
            question=row.text,
            asking=row.asking.name,
            answering=row.answering.name,
            modalities=tuple(m for m in (row.subject_modalities or "").split("\\") if m),
            assignee=row.assignee.name if row.assignee else "",
            assignee_id=row.assignee_id,
            mine=bool(row.waits),
            alerts=alerts.get(row.pk, 0),
        )
