"""A person's own notices as pages show them. Nobody reads anybody else's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web import now as clock
from tongying.web.notices.kinds import sentence_of, title_of
from tongying.web.notices.models import NoticeRow
from tongying.web.notices.outcome import Outcome

PAGE: Final = 50


class NoticeNotFound(NotFound):
    """The notice does not exist for the viewer."""

    code: ClassVar[str] = "notice.not-found"


@dataclass(frozen=True, slots=True)
class WayShown:
    """What became of a notice on one way out of the app."""

    name: str
    """``mail`` or ``push``."""
    outcome: Outcome
    at: datetime | None


@dataclass(frozen=True, slots=True)
class NoticeShown:
    """A notice in the reader's language."""

    id: int
    kind: str
    title: str
    sentence: str
    at: datetime
    url: str
    pressing: bool
    unread: bool
    ways: tuple[WayShown, ...]


@dataclass(frozen=True, slots=True)
class NoticePage:
    """Some of a person's notices, newest first; ``before`` leads to the next page, if any."""

    notices: tuple[NoticeShown, ...]
    unread: int
    before: int | None


def unread_count(viewer: Viewer) -> int:
    """Return how many notices the viewer has not read: one query on an index."""
    return NoticeRow.objects.filter(member_id=viewer.user, read_at=None).count()


def notices_of(viewer: Viewer, *, before: int | None = None) -> NoticePage:
    """Return the viewer's notices, newest first."""
    rows = NoticeRow.objects.filter(member_id=viewer.user).order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    return NoticePage(
        notices=tuple(_shown(row) for row in found[:PAGE]),
        unread=unread_count(viewer),
        before=found[PAGE - 1].pk if len(found) > PAGE else None,
    )


def read(viewer: Viewer, number: int) -> str:
    """Mark a notice as read and return the page it leads to, or an empty string.

    Raises
    ------
    NoticeNotFound
        If it is not one of the viewer's.
    """
    with transaction.atomic():
        row = NoticeRow.objects.filter(pk=number, member_id=viewer.user).first()
        if row is None:
            raise NoticeNotFound("There is no such notice.")
        if row.read_at is None:
            NoticeRow.objects.filter(pk=number).update(read_at=clock.now())
    return row.url


def read_all(viewer: Viewer, *, until: int) -> None:
    """Mark the viewer's notices as read up to a number: not those that came meanwhile."""
    with transaction.atomic():
        NoticeRow.objects.filter(member_id=viewer.user, read_at=None, pk__lte=until).update(
            read_at=clock.now()
        )


def _shown(row: NoticeRow) -> NoticeShown:
    ways = []
    for name, said in sorted(row.sent_by.items()):
        at = said.get("at")
        ways.append(
            WayShown(
                name.partition(":")[0],
                Outcome(said["state"]),
                datetime.fromisoformat(at) if at else None,
            )
        )
    return NoticeShown(
        id=row.pk,
        kind=row.kind,
        title=title_of(row.kind),
        sentence=sentence_of(row.kind, row.values),
        at=row.at,
        url=row.url,
        pressing=row.pressing,
        unread=row.read_at is None,
        ways=tuple(ways),
    )
