"""Who saw what: the audit events on a hospital's data, for those who answer for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import ClassVar, Final

from django.db.models import QuerySet
from django.utils import timezone

from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import NotAllowed
from tongying.web.people.models import Member
from tongying.web.records.listing import StudyRow, studies_by_uid
from tongying.web.trail import store
from tongying.web.trail.models import AuditRow

WINDOW: Final = 200
MOST_EXPORTED: Final = 100_000
LONGEST_ARRIVAL: Final = timedelta(hours=1)
"""Batches further apart are told apart."""
READING_ROLES: Final = frozenset({Role.COORDINATOR, Role.ADMIN})


class TrailNotYours(NotAllowed):
    """The trail is for those who answer for the hospital's data."""

    code: ClassVar[str] = "trail.not-yours"


@dataclass(frozen=True, slots=True)
class TrailFilter:
    """Which events: of one target, by one actor, on one day (local); empty or None for all.

    `before` is the number of the event before which the window begins.
    """

    target: str = ""
    actor: str = ""
    day: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One event with the actor's name and hospital where the actor has an account.

    `study` is the study it is about, where that is one and still exists for the viewer.
    """

    number: int
    event: AuditEvent
    name: str
    hospital: str
    study: StudyRow | None = None


@dataclass(frozen=True, slots=True)
class TrailWindow:
    """A window of the trail; `older` is the number to go on before, None at the end."""

    lines: tuple[TrailLine, ...]
    older: int | None


def may_read_trail(viewer: Viewer) -> bool:
    """Say whether the viewer may list who saw what."""
    return viewer.role in READING_ROLES


def check_read_trail(viewer: Viewer) -> None:
    """Raise unless the viewer may list who saw what.

    Raises
    ------
    TrailNotYours
        If they are neither coordinator nor administrator.
    """
    if not may_read_trail(viewer):
        raise TrailNotYours("Only a coordinator or administrator lists who saw what.")


def trail_window(viewer: Viewer, wanted: TrailFilter) -> TrailWindow:
    """Return a window of the events on the viewer's hospital's data, newest first.

    Raises
    ------
    TrailNotYours
        If the viewer may not list them.
    """
    check_read_trail(viewer)
    rows = list(_matching(viewer, wanted)[: WINDOW + 1])
    kept = rows[:WINDOW]
    return TrailWindow(
        lines=tuple(_with_studies(viewer, _merged(_lines(kept)))),
        older=kept[-1].pk if len(rows) > WINDOW else None,
    )


def export_trail(viewer: Viewer, wanted: TrailFilter) -> Iterator[TrailLine]:
    """Return the matching events, newest first, at most 100,000; the export is itself an event.

    Raises
    ------
    TrailNotYours
        If the viewer may not list them.
    """
    check_read_trail(viewer)
    detail = {"what": "export", "target": wanted.target, "actor": wanted.actor}
    store.note(
        AuditEvent(
            timezone.now(),
            viewer.login,
            Action.READ,
            "trail",
            viewer.hospital,
            viewer.hospital,
            {key: value for key, value in detail.items() if value},
        )
    )
    return _exported(_matching(viewer, wanted))


def actors_of(viewer: Viewer) -> tuple[tuple[str, str], ...]:
    """Return (log-in, name) of the members of the viewer's hospital, by log-in.

    Raises
    ------
    TrailNotYours
        If the viewer may not list events.
    """
    check_read_trail(viewer)
    rows = Member.objects.filter(hospital_id=viewer.hospital).order_by("login")
    return tuple(rows.values_list("login", "name"))


def _merged(lines: Iterator[TrailLine]) -> list[TrailLine]:
    """Put the batches of one arrival, which follow one another, into one line with their sum."""
    merged: list[TrailLine] = []
    for line in lines:
        last = merged[-1].event if merged else None
        if last is not None and _same_arrival(last, line.event):
            total = int(last.detail["count"]) + int(line.event.detail["count"])
            detail = last.detail | {"count": str(total)}
            merged[-1] = replace(merged[-1], event=replace(last, detail=detail))
        else:
            merged.append(line)
    return merged


def _same_arrival(one: AuditEvent, other: AuditEvent) -> bool:
    def key(event: AuditEvent) -> tuple[object, ...]:
        detail = {name: text for name, text in event.detail.items() if name != "count"}
        return event.actor, event.action, event.kind, event.target, sorted(detail.items())

    counted = one.detail.get("count", "").isdecimal() and other.detail.get("count", "").isdecimal()
    return counted and key(one) == key(other) and one.at - other.at < LONGEST_ARRIVAL


def _with_studies(viewer: Viewer, lines: list[TrailLine]) -> Iterator[TrailLine]:
    uids = {line.event.target for line in lines if line.event.kind == "study"}
    studies = studies_by_uid(viewer, sorted(uids))
    for line in lines:
        yield replace(line, study=studies.get(line.event.target))


def _exported(rows: QuerySet[AuditRow]) -> Iterator[TrailLine]:
    window: list[AuditRow] = []
    for row in rows[:MOST_EXPORTED].iterator(chunk_size=1000):
        window.append(row)
        if len(window) == 1000:
            yield from _lines(window)
            window = []
    yield from _lines(window)


def _matching(viewer: Viewer, wanted: TrailFilter) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.filter(hospital=viewer.hospital).order_by("-id")
    if wanted.target:
        rows = rows.filter(target=wanted.target)
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.day is not None:
        start = timezone.make_aware(datetime.combine(wanted.day, time.min))
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    if wanted.before is not None:
        rows = rows.filter(id__lt=wanted.before)
    return rows


def _lines(rows: list[AuditRow]) -> Iterator[TrailLine]:
    people = {
        login: (name, hospital)
        for login, name, hospital in Member.objects.filter(
            login__in={row.actor for row in rows}
        ).values_list("login", "name", "hospital__name")
    }
    for row in rows:
        name, hospital = people.get(row.actor, ("", ""))
        event = AuditEvent(
            row.at, row.actor, Action(row.action), row.kind, row.target, row.hospital, row.detail
        )
        yield TrailLine(row.pk, event, name, hospital)
