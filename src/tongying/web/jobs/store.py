"""The outbox as the worker sees it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from tongying.kernel.errors import NotFound
from tongying.web import now as clock
from tongying.web.capacity.store import CAPACITY, perform
from tongying.web.cases.documents import make_documents
from tongying.web.cases.signing import DOCUMENTS
from tongying.web.jobs.models import OutboxRow
from tongying.web.measurements.from_reports import read_promised
from tongying.web.notices.sending import carry
from tongying.web.notices.store import NOTICE
from tongying.web.pathways.freezing import STRUCTURED_ANSWER
from tongying.web.pathways.reporting import write_answer_report
from tongying.web.records.index import READ_REPORT
from tongying.web.rooms.calibrating import CALIBRATED, make_promised
from tongying.web.rooms.reporting import ROOM_REPORT, report_promised
from tongying.web.uploads.unpack import unpack

Progress = Callable[[int, int, str], None]
Handler = Callable[[dict[str, Any], Progress], None]
Ending = Callable[[dict[str, Any], str], None]

HANDLERS: dict[str, Handler] = {
    CAPACITY: lambda payload, progress: perform(payload["run"], progress),
    DOCUMENTS: lambda payload, progress: make_documents(payload["opinion"], progress),
    STRUCTURED_ANSWER: lambda payload, progress: write_answer_report(payload["answer"]),
    READ_REPORT: lambda payload, progress: read_promised(payload),
    NOTICE: lambda payload, progress: carry(payload["notice"]),
    CALIBRATED: lambda payload, progress: make_promised(payload),
    ROOM_REPORT: lambda payload, progress: report_promised(payload),
    "unpack": lambda payload, progress: unpack(payload["upload_file"], progress),
}
"""What is done for each kind of row; every handler bears being run again."""

ENDINGS: dict[str, Ending] = {}
"""How what waits for a kind of work ends when the worker gives it up; most only read the row."""

UNFORESEEN = "Something went wrong here; it has been noted and will not be tried again by itself."


class JobUnknown(NotFound):
    """There is no such piece of work."""

    code: ClassVar[str] = "job.unknown"


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of promised work."""

    id: int
    kind: str


def take_on(kind: str, handler: Handler, gave_up: Ending | None = None) -> None:
    """Add work that only a service can do, because it needs sockets; the worker calls it first.

    Parameters
    ----------
    kind : str
    handler : callable
    gave_up : callable, optional
        Ends what waits for the work, where it keeps a state of its own: takes the payload and the
        sentence, in the transaction in which the work is given up.
    """
    HANDLERS[kind] = handler
    if gave_up is not None:
        ENDINGS[kind] = gave_up


def waiting(limit: int = 100) -> list[Job]:
    """Return promised work that is not yet with the worker, oldest first."""
    ripe = Q(not_before=None) | Q(not_before__lte=clock.now())
    rows = OutboxRow.objects.filter(ripe, enqueued_at=None).order_by("pk")[:limit]
    return [Job(row.pk, row.kind) for row in rows]


def mark_enqueued(job_id: int) -> None:
    """Say that the worker's queue has the work."""
    OutboxRow.objects.filter(pk=job_id).update(enqueued_at=timezone.now())


def run(job_id: int) -> None:
    """Do a piece of work unless it is done already, telling its progress as it goes.

    Raises
    ------
    JobUnknown
        If there is no such work.
    """
    row = OutboxRow.objects.filter(pk=job_id).first()
    if row is None:
        raise JobUnknown(f"There is no promised work number {job_id}.")
    if row.finished_at is not None:
        return

    def progress(done: int, total: int, note: str) -> None:
        OutboxRow.objects.filter(pk=job_id).update(
            progress={"done": done, "total": total, "note": note}
        )

    HANDLERS[row.kind](row.payload, progress)
    with transaction.atomic():
        OutboxRow.objects.filter(pk=job_id).update(finished_at=timezone.now(), failure="")


def give_up(job_id: int, sentence: str) -> None:
    """Say why a piece of work could not be done; whoever waits for it reads this."""
    said = sentence or UNFORESEEN
    with transaction.atomic():
        OutboxRow.objects.filter(pk=job_id).update(finished_at=timezone.now(), failure=said)
        row = OutboxRow.objects.filter(pk=job_id).first()
        if row is not None and row.kind in ENDINGS:
            ENDINGS[row.kind](row.payload, said)
