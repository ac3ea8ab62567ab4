"""Searching the worklist: the database narrows down, the data sets themselves decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import DatabaseError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from tongying.consult.case import Urgency
from tongying.consult.people import Viewer
from tongying.kernel.errors import TongyingError
from tongying.web.trail import store as trail
from tongying.web.workitems.attributes import PRIORITY
from tongying.web.workitems.dataset import Json, tag
from tongying.web.workitems.matching import Key, matches
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.rows import ABOUT_ITEM, data_sets
from tongying.web.workitems.trail import note_reading
from tongying.web.workitems.visible import items_for

MOST_ROWS = 200
"""Workitems in one answer at most; a further page is asked for with an offset."""
MOST_LOOKED_AT = 5000
"""Workitems whose data sets are looked at for one answer."""
_BATCH = 100

NOT_ALWAYS = frozenset(
    tag(keyword)
    for keyword in (
        "ScheduledProcedureStepModificationDateTime",
        "ExpectedCompletionDateTime",
        "ScheduledProcedureStepExpirationDateTime",
        "CommentsOnTheScheduledProcedureStep",
        "OutputDestinationSequence",
        "ReplacedProcedureStepSequence",
    )
)
"""Return key type 3 in PS3.4 table CC.2.5-3: returned where asked for."""


class TooMany(TongyingError):
    """More workitems would have to be looked at than one answer may cost (HTTP 413)."""

    code: ClassVar[str] = "ups.too-many"


@dataclass(frozen=True, slots=True)
class Query:
    """A search as understood; `fields` holds tags to return besides, None stands for all."""

    keys: tuple[Key, ...]
    fields: frozenset[str] | None
    limit: int
    offset: int


@dataclass(frozen=True, slots=True)
class Found:
    """A page of data sets, and whether there are more."""

    data_sets: list[Json]
    more: bool


def search(viewer: Viewer, query: Query, *, dicomweb: str) -> Found:
    """Search the workitems that exist for a viewer, newest first, and record the readings.

    Raises
    ------
    TooMany
        If the keys are not among those that narrow the worklist down, and it is long.
    """
    page: list[tuple[WorkItem, Json]] = []
    passed = 0
    first = query.offset + min(query.limit, MOST_ROWS) + 1
    for item, elements in _matching(viewer, query.keys, dicomweb, first):
        passed += 1
        if passed <= query.offset:
            continue
        if len(page) == min(query.limit, MOST_ROWS):
            return _answer(viewer, page, query, more=True)
        page.append((item, elements))
    return _answer(viewer, page, query, more=False)


def _matching(
    viewer: Viewer, keys: tuple[Key, ...], dicomweb: str, first: int
) -> Iterator[tuple[WorkItem, Json]]:
    """Yield what matches; `first` are fetched at first, which is enough where all of them do."""
    zone = timezone.get_current_timezone()
    narrowed: QuerySet[WorkItem] = items_for(viewer).select_related(*ABOUT_ITEM)
    for key in keys:
        if key.value:
            narrowed = narrowed.filter(_narrowing(key))
    last, looked_at, size = None, 0, min(first, _BATCH)
    while looked_at < MOST_LOOKED_AT:
        rest = narrowed if last is None else narrowed.filter(pk__lt=last)
        batch = list(rest.order_by("-pk")[:size])
        for item, elements in zip(
            batch, data_sets(batch, dicomweb=dicomweb, whole=False), strict=True
        ):
            if all(matches(elements, key, zone) for key in keys):
                yield item, elements
        if len(batch) < size:
            return
        last, looked_at, size = batch[-1].pk, looked_at + size, _BATCH
    if narrowed.filter(pk__lt=last).exists():
        raise TooMany("Too many workitems to look through; narrow the search down.")


_ALONE = Q(case=None)
_PATHS = {
    "PatientID": "case__child__local_id",
    "IssuerOfPatientID": "case__child__issuer",
    "PatientSex": "case__child__sex",
    "StudyInstanceUID": "case__studies__study__uid",
    "ReferencedRequestSequence.StudyInstanceUID": "case__studies__study__uid",
    "InputInformationSequence.StudyInstanceUID": "case__studies__study__uid",
    "ReferencedRequestSequence.AccessionNumber": "case__studies__study__accession_number",
    "ScheduledStationNameCodeSequence.CodeValue": "hospital__ae_title",
}
"""Column of a case's workitem that holds the attribute (or holds it among others)."""
_MOMENTS = {
    "ScheduledProcedureStepStartDateTime": (
        "case__submitted_at",
        "case__booked_for",
        "case__created_at",
    ),
    "ExpectedCompletionDateTime": ("case__due_at",),
}
_COLUMNS = {"ProcedureStepState": "state", "SOPInstanceUID": "uid"}
_PERFORMER = "ScheduledHumanPerformersSequence.HumanPerformerCodeSequence.CodeValue"
_NUMBER = "ReferencedRequestSequence.RequestedProcedureID"


def _path(keyword: str) -> tuple[str, ...]:
    return tuple(tag(part) for part in keyword.split("."))


_KEYWORDS = {
    _path(keyword): keyword
    for keyword in (
        *_PATHS,
        *_MOMENTS,
        *_COLUMNS,
        _PERFORMER,
        _NUMBER,
        "ScheduledProcedureStepPriority",
        "PatientBirthDate",
    )
}


def _narrowing(key: Key) -> Q:
    """Return a condition that every workitem that matches a key fulfils."""
    keyword = _KEYWORDS.get(key.path)
    if keyword is None or (key.vr != "UI" and re.search(r"[*?]", key.value)):
        return Q()
    values = re.split(r"[\\,]", key.value) if key.vr == "UI" else [key.value]
    if keyword in _COLUMNS:
        return Q(**{f"{_COLUMNS[keyword]}__in": values})
    if keyword in _PATHS:
        return _ALONE | Q(pk__in=_having(_PATHS[keyword], values))
    if keyword in _MOMENTS:
        return _ALONE | _within(_MOMENTS[keyword], key)
    if keyword == "ScheduledProcedureStepPriority":
        fitting = [one.value for one in Urgency if PRIORITY[one] == key.value]
        return _ALONE | Q(case__urgency__in=[*fitting, ""])
    if keyword == _PERFORMER:
        return _ALONE | _number("case__assignee_id", key.value)
    if keyword == _NUMBER:
        return _ALONE | _number("case_id", key.value.rpartition("-")[2])
    return Q()


def _having(column: str, values: list[str]) -> QuerySet[WorkItem, Any]:
    return WorkItem.objects.filter(**{f"{column}__in": values}).values("pk")


def _within(columns: tuple[str, ...], key: Key) -> Q:
    found = Q(pk__in=[])
    for column in columns:
        one = Q(**{f"{column}__isnull": False})
        if key.span and key.span.low is not None:
            one &= Q(**{f"{column}__gte": key.span.low})
        if key.span and key.span.high is not None:
            one &= Q(**{f"{column}__lt": key.span.high})
        found |= one
    return found


def _number(column: str, text: str) -> Q:
    fits = re.fullmatch(r"[0-9]{1,18}", text) is not None
    return Q(**{column: int(text)}) if fits else Q(pk__in=[])


def _answer(
    viewer: Viewer, page: list[tuple[WorkItem, Json]], query: Query, *, more: bool
) -> Found:
    try:
        with transaction.atomic():
            for item, _ in page:
                note_reading(viewer, item)
    except DatabaseError:
        # What the trail believes to be covered may have been rolled back.
        trail.forget_episodes()
        raise
    return Found([_returned(elements, query) for _, elements in page], more)


def _returned(elements: Json, query: Query) -> Json:
    if query.fields is None:
        return elements
    asked = query.fields | {key.path[0] for key in query.keys}
    return {
        name: element
        for name, element in elements.items()
        if name not in NOT_ALWAYS or name in asked
    }
