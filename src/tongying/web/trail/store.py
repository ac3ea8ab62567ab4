"""Writing and reading the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from threading import Lock

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.kernel.audit import GENESIS, Action, AuditEvent, digest, verify_chain
from tongying.web.trail.models import AuditRow

CHAIN_LOCK = 0x746F6E67
"""Key of PostgreSQL's advisory lock on the end of the chain."""

# Written out, not through the model: every write of the platform costs these two.
_LAST = "SELECT digest FROM trail_auditrow ORDER BY id DESC LIMIT 1"
_APPEND = (
    "INSERT INTO trail_auditrow (at, actor, action, kind, target, hospital, detail, digest)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
)

_episodes: dict[tuple[str, str, str], float] = {}
_episodes_lock = Lock()
_EPISODES_KEPT = 20_000


def hold() -> None:
    """Take the end of the chain for the caller's transaction, so that writers come one by one.

    SQLite has one writer anyway; PostgreSQL gets an advisory lock.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN_LOCK])


def append(events: Iterable[AuditEvent]) -> None:
    """Append events to the chain, in the caller's transaction.

    Raises
    ------
    django.db.transaction.TransactionManagementError
        If called outside a transaction: an event stands or falls with the act it tells of.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("an audit event needs the act's transaction")
    hold()
    rows = []
    with connection.cursor() as cursor:
        cursor.execute(_LAST)
        last = cursor.fetchone()
        previous = last[0] if last else GENESIS
        for event in events:
            previous = digest(event, previous)
            rows.append(
                (
                    connection.ops.adapt_datetimefield_value(event.at),
                    event.actor,
                    event.action.value,
                    event.kind,
                    event.target,
                    event.hospital,
                    connection.ops.adapt_json_value(event.detail, None),
                    previous,
                )
            )
        cursor.executemany(_APPEND, rows)


def note(event: AuditEvent) -> None:
    """Append one event in a transaction of its own (for acts that write nothing else)."""
    with transaction.atomic():
        append([event])


def note_read(
    actor: str, kind: str, target: str, hospital: str, *, door: str, series: str = ""
) -> None:
    """Record that somebody reads a child's images, before the first byte leaves.

    One event covers one actor's reading of one study or series for
    ``TONGYING_READ_EPISODE_MINUTES``; DICOM PS3.15 A.5.3.6 ("DICOM Instances Accessed") likewise
    summarises the access to a study in one message rather than one per image.
    """
    now = timezone.now()
    key = (actor, door, series or target)
    stamp = now.timestamp()
    with _episodes_lock:
        if _episodes.get(key, 0.0) > stamp:
            return
    detail = {"door": door, **({"series": series} if series else {})}
    note(AuditEvent(now, actor, Action.READ, kind, target, hospital, detail))
    lasts = timedelta(minutes=settings.TONGYING_READ_EPISODE_MINUTES).total_seconds()
    with _episodes_lock:
        if len(_episodes) > _EPISODES_KEPT:
            _episodes.clear()
        _episodes[key] = stamp + lasts


def forget_episodes() -> None:
    """Forget which readings are covered, so that the next one is an event again."""
    with _episodes_lock:
        _episodes.clear()


def events_of(
    viewer: Viewer,
    *,
    target: str = "",
    actor: str = "",
    before: int | None = None,
    limit: int = 200,
) -> list[tuple[int, AuditEvent]]:
    """List the events on a viewer's hospital's data, newest first, each with its number.

    Parameters
    ----------
    viewer : Viewer
    target, actor : str, optional
        Only events of this target or actor.
    before : int, optional
        Only events with a smaller number (for paging).
    limit : int, optional
        At most this many.
    """
    rows = AuditRow.objects.filter(hospital=viewer.hospital).order_by("-id")
    if target:
        rows = rows.filter(target=target)
    if actor:
        rows = rows.filter(actor=actor)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [(row.pk, _value(row)) for row in rows[:limit]]


def check_chain() -> int | None:
    """Return the number of the first event that does not fit the chain, or None."""
    numbers: list[int] = []

    def events() -> Iterator[tuple[AuditEvent, str]]:
        for row in AuditRow.objects.order_by("id").iterator(chunk_size=2000):
            numbers.append(row.pk)
            yield _value(row), row.digest

    broken = verify_chain(events())
    return None if broken is None else numbers[broken]


def _value(row: AuditRow) -> AuditEvent:
    return AuditEvent(
        at=row.at,
        actor=row.actor,
        action=Action(row.action),
        kind=row.kind,
        target=row.target,
        hospital=row.hospital,
        detail=row.detail,
    )
