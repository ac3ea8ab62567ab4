"""The study list: the studies that exist for a viewer, searched, sorted and paged, as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.consult.states import State
from tongying.web.cases.models import CaseStudy
from tongying.web.cases.rows import number_of, shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.records.models import Study
from tongying.web.records.visible import cases_for, studies_for

WINDOW: Final = 100
"""Rows of one window of the list."""
MOST_WORDS: Final = 8


class Sort(StrEnum):
    """By what the list is sorted."""

    ARRIVED = "arrived"
    DATE = "date"
    CHILD = "child"
    BIRTH = "birth"
    MODALITY = "modality"
    HOSPITAL = "hospital"
    IMAGES = "images"


_COLUMNS: dict[Sort, tuple[str, ...]] = {
    Sort.ARRIVED: ("arrived_at", "id"),
    Sort.DATE: ("date", "time", "id"),
    Sort.CHILD: ("child__name_search", "id"),
    Sort.BIRTH: ("child__birth_date", "id"),
    Sort.MODALITY: ("modalities", "id"),
    Sort.HOSPITAL: ("hospital_id", "id"),
    Sort.IMAGES: ("instance_count", "id"),
}


@dataclass(frozen=True, slots=True)
class StudyFilter:
    """What the list shows.

    Attributes
    ----------
    words : str
        Each word is found in the child's name, pinyin, initials or id, the accession number, the
        description or the Study Instance UID.
    modality : str
        Only studies with a series of it; empty for all.
    since, until : date or None
        Study date, both inclusive.
    sort : Sort
    descending : bool
    offset : int
        Rows to skip.
    """

    words: str = ""
    modality: str = ""
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.ARRIVED
    descending: bool = True
    offset: int = 0


@dataclass(frozen=True, slots=True)
class StudyCase:
    """A case that shows a study."""

    id: int
    number: str
    state: State
    prior: bool


@dataclass(frozen=True, slots=True)
class StudyRow:
    """One line of the list; `arrived_at` has a time zone."""

    uid: str
    child: ShownChild
    date: date | None
    modalities: tuple[str, ...]
    description: str
    accession_number: str
    hospital_code: str
    hospital: str
    hospital_en: str
    series_count: int
    instance_count: int
    arrived_at: datetime
    caveats: tuple[str, ...]
    cases: tuple[StudyCase, ...]
    own: bool
    """Whether the study is of the viewer's own hospital."""


@dataclass(frozen=True, slots=True)
class StudyWindow:
    """A window of the list."""

    rows: tuple[StudyRow, ...]
    total: int
    next_offset: int | None


def study_window(viewer: Viewer, wanted: StudyFilter) -> StudyWindow:
    """Return a window of the studies that exist for a viewer."""
    table = _matching(viewer, wanted)
    order = [("-" if wanted.descending else "") + name for name in _COLUMNS[wanted.sort]]
    found = table.select_related("child", "hospital").order_by(*order)
    rows = list(found[wanted.offset : wanted.offset + WINDOW])
    total = table.count()
    end = wanted.offset + len(rows)
    return StudyWindow(
        rows=study_rows(viewer, rows),
        total=total,
        next_offset=end if rows and end < total else None,
    )


def studies_by_uid(viewer: Viewer, uids: Sequence[str]) -> dict[str, StudyRow]:
    """Return the lines of the named studies that exist for a viewer, by Study Instance UID."""
    table = _own_copies(viewer, studies_for(viewer)).filter(uid__in=uids)
    rows = study_rows(viewer, list(table.select_related("child", "hospital")))
    return {row.uid: row for row in rows}


def modalities_for(viewer: Viewer) -> tuple[str, ...]:
    """Return the modalities among the studies that exist for a viewer, sorted."""
    kept = studies_for(viewer).order_by().values_list("modalities", flat=True).distinct()
    return tuple(sorted({one for text in kept for one in text.split("\\") if one}))


def study_rows(viewer: Viewer, studies: Sequence[Study]) -> tuple[StudyRow, ...]:
    """Return study rows as values; child and hospital must have been fetched along."""
    cases = _cases(viewer, [study.pk for study in studies])
    return tuple(
        StudyRow(
            uid=study.uid,
            child=shown_child(study.child, study.date),
            date=study.date,
            modalities=tuple(one for one in study.modalities.split("\\") if one),
            description=study.description,
            accession_number=study.accession_number,
            hospital_code=study.hospital_id,
            hospital=study.hospital.name,
            hospital_en=study.hospital.name_en,
            series_count=study.series_count,
            instance_count=study.instance_count,
            arrived_at=study.arrived_at,
            caveats=tuple(str(caveat.get("sentence", "")) for caveat in study.caveats),
            cases=tuple(cases[study.pk]),
            own=study.hospital_id == viewer.hospital,
        )
        for study in studies
    )


def _cases(viewer: Viewer, studies: Sequence[int]) -> dict[int, list[StudyCase]]:
    found: dict[int, list[StudyCase]] = defaultdict(list)
    rows = CaseStudy.objects.filter(study_id__in=studies, case__in=cases_for(viewer))
    for row in rows.select_related("case").order_by("-case_id"):
        found[row.study_id].append(
            StudyCase(row.case_id, number_of(row.case), State(row.case.state), row.prior)
        )
    return found


def _matching(viewer: Viewer, wanted: StudyFilter) -> QuerySet[Study]:
    table = _own_copies(viewer, studies_for(viewer))
    for word in wanted.words.lower().split()[:MOST_WORDS]:
        table = table.filter(
            Q(child__name_search__contains=word)
            | Q(child__local_id__istartswith=word)
            | Q(accession_number__istartswith=word)
            | Q(description__icontains=word)
            | Q(uid=word)
        )
    if wanted.modality:
        table = table.filter(_has_modality(wanted.modality))
    if wanted.since is not None:
        table = table.filter(date__gte=wanted.since)
    if wanted.until is not None:
        table = table.filter(date__lte=wanted.until)
    return table


def _has_modality(modality: str) -> Q:
    """Return the condition that one of the backslash-joined modalities is this one."""
    return (
        Q(modalities=modality)
        | Q(modalities__startswith=f"{modality}\\")
        | Q(modalities__endswith=f"\\{modality}")
        | Q(modalities__contains=f"\\{modality}\\")
    )


def _own_copies(viewer: Viewer, table: QuerySet[Study]) -> QuerySet[Study]:
    """Leave the viewer's own copy only, where two hospitals hold the same study."""
    if viewer.role not in (Role.EXPERT, Role.COORDINATOR):
        return table
    mine = Study.objects.filter(hospital_id=viewer.hospital, uid=OuterRef("uid"))
    return table.filter(Q(hospital_id=viewer.hospital) | ~Exists(mine))
