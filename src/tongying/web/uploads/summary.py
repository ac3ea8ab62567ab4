"""What an upload's page shows: how far it is, the studies found, and what needs a look."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Count, F, Min, Q, QuerySet

from tongying.archive.arrival import Fate
from tongying.consult.people import Viewer
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.listing import StudyRow, studies_by_uid
from tongying.web.uploads import store
from tongying.web.uploads.models import Upload, UploadFile, UploadOutcome

MOST_PROBLEMS: Final = 100
"""Problems named on the page; the rest are counted and listed in the table of all files."""
WINDOW: Final = 200
RECENT: Final = 20

_MISSING_BYTES = Q(finished_at=None, offset__lt=F("length"))
_FILES_MISSING_BYTES = Q(files__finished_at=None, files__offset__lt=F("files__length"))
_PROBLEMS = (Fate.REFUSED.value, Fate.CONFLICT.value)


@dataclass(frozen=True, slots=True)
class FoundStudy:
    """A study to which files of the upload went."""

    study: StudyRow
    stored: int
    duplicate: int
    conflict: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    name: str
    fate: Fate
    code: str
    reason: str
    study_uid: str
    caveats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unpacking:
    """A zip with the worker: members done and in all (0 before it begins)."""

    name: str
    done: int
    total: int
    failure: str


@dataclass(frozen=True, slots=True)
class UploadSummary:
    """An upload as its page shows it."""

    code: str
    created_at: datetime
    file_count: int
    unfinished: int
    """Files of which bytes are still missing."""
    unpacking: tuple[Unpacking, ...]
    studies: tuple[FoundStudy, ...]
    fates: dict[str, int]
    problems: tuple[Outcome, ...]
    problem_count: int

    @property
    def busy(self) -> bool:
        """Whether anything still goes on by itself."""
        return any(not one.failure for one in self.unpacking)


@dataclass(frozen=True, slots=True)
class UploadLine:
    """One upload in the list of the viewer's recent ones."""

    code: str
    created_at: datetime
    file_count: int
    unfinished: int
    first_name: str


def upload_summary(viewer: Viewer, code: str) -> UploadSummary:
    """Return what an upload's page shows.

    Raises
    ------
    UploadNotFound
        If the upload is not the viewer's.
    """
    store.check_owner(viewer, code)
    upload = Upload.objects.get(code=code)
    files = UploadFile.objects.filter(upload=upload)
    fates: Counter[str] = Counter()
    by_study: dict[str, Counter[str]] = defaultdict(Counter)
    counts = UploadOutcome.objects.filter(upload=upload).values_list("study_uid", "fate")
    for uid, fate, count in counts.annotate(count=Count("pk")).order_by():
        fates[fate] += count
        if uid:
            by_study[uid][fate] += count
    problems = UploadOutcome.objects.filter(upload=upload, fate__in=_PROBLEMS).order_by("pk")
    return UploadSummary(
        code=code,
        created_at=upload.created_at,
        file_count=files.count(),
        unfinished=files.filter(_MISSING_BYTES).count(),
        unpacking=_unpacking(files),
        studies=_studies(viewer, by_study),
        fates=dict(fates),
        problems=tuple(_outcome(row) for row in problems[:MOST_PROBLEMS]),
        problem_count=fates[Fate.REFUSED.value] + fates[Fate.CONFLICT.value],
    )


def outcomes_of(viewer: Viewer, code: str, *, after: int = 0) -> tuple[list[Outcome], int | None]:
    """Return a window of the outcomes of all files, and where the next begins.

    Parameters
    ----------
    viewer : Viewer
    code : str
    after : int, optional
        Number after which the window begins.

    Raises
    ------
    UploadNotFound
        If the upload is not the viewer's.
    """
    store.check_owner(viewer, code)
    table = UploadOutcome.objects.filter(upload__code=code, pk__gt=after).order_by("pk")
    rows = list(table[: WINDOW + 1])
    more = rows[WINDOW - 1].pk if len(rows) > WINDOW else None
    return [_outcome(row) for row in rows[:WINDOW]], more


def recent_uploads(viewer: Viewer) -> list[UploadLine]:
    """Return the viewer's last uploads, newest first; those without a file are left out."""
    rows = (
        Upload.objects.filter(member_id=viewer.user)
        .annotate(
            count=Count("files"),
            first=Min("files__pk"),
            missing=Count("files", filter=_FILES_MISSING_BYTES),
        )
        .filter(count__gt=0)
        .order_by("-pk")[:RECENT]
    )
    first = dict(
        UploadFile.objects.filter(pk__in=[row.first for row in rows]).values_list("upload", "name")
    )
    return [
        UploadLine(
            code=row.code,
            created_at=row.created_at,
            file_count=row.count,
            unfinished=row.missing,
            first_name=first.get(row.pk, "").split("/")[0],
        )
        for row in rows
    ]


def _studies(viewer: Viewer, by_study: dict[str, Counter[str]]) -> tuple[FoundStudy, ...]:
    rows = studies_by_uid(viewer, list(by_study))
    found = [
        FoundStudy(
            study=rows[uid],
            stored=counts[Fate.STORED.value],
            duplicate=counts[Fate.DUPLICATE.value],
            conflict=counts[Fate.CONFLICT.value],
        )
        for uid, counts in by_study.items()
        if uid in rows
    ]
    return tuple(sorted(found, key=lambda one: -(one.stored + one.duplicate)))


def _unpacking(files: QuerySet[UploadFile]) -> tuple[Unpacking, ...]:
    waiting = {
        file.code: file.name
        for file in files.filter(finished_at=None, offset=F("length"), length__gt=0)
    }
    if not waiting:
        return ()
    rows = OutboxRow.objects.filter(kind=store.UNPACK, payload__upload_file__in=list(waiting))
    return tuple(
        Unpacking(
            name=waiting[row.payload["upload_file"]],
            done=int(row.progress.get("done", 0)),
            total=int(row.progress.get("total", 0)),
            failure=row.failure,
        )
        for row in rows.order_by("pk")
    )


def _outcome(row: UploadOutcome) -> Outcome:
    return Outcome(
        name=row.name,
        fate=Fate(row.fate),
        code=row.code,
        reason=row.reason,
        study_uid=row.study_uid,
        caveats=tuple(str(caveat.get("sentence", "")) for caveat in row.caveats),
    )
