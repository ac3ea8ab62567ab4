"""Uploads for a viewer: begin, add a file, move on, note outcomes. Each is its owner's alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from tongying.archive.arrival import Arrival, Door, Sender
from tongying.consult.people import Role, Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.kernel.ids import new_code
from tongying.web.jobs.models import OutboxRow
from tongying.web.jobs.outbox import promise
from tongying.web.trail import store as trail
from tongying.web.uploads import parts
from tongying.web.uploads.models import Upload, UploadFile, UploadOutcome
from tongying.web.uploads.names import clean_name

LARGEST_FILE_BYTES = 8 * 10**9
"""The longest file one may send through the browser (operator's choice)."""
MOST_FILES = 20_000
"""Files in one upload; more come as a zip."""
KEPT_UNFINISHED = timedelta(days=7)
"""How long an upload that was cut off may be taken up again."""
UPLOADING_ROLES = frozenset(
    {Role.REQUESTER, Role.TECHNOLOGIST, Role.COORDINATOR, Role.EXPERT, Role.ADMIN}
)
UNPACK = "unpack"


class UploadNotFound(NotFound):
    """There is no such upload for this viewer."""

    code: ClassVar[str] = "upload.not-found"


class UploadNotYours(NotAllowed):
    """The viewer's role does not bring images in."""

    code: ClassVar[str] = "upload.not-yours"


class FileRefused(BadInput):
    """A file cannot be begun as announced."""

    code: ClassVar[str] = "upload.file-refused"


class FileTooLarge(BadInput):
    """A file is longer than the platform takes."""

    code: ClassVar[str] = "upload.too-large"


class OffsetWrong(Conflict):
    """The sender and the platform disagree about how much has arrived."""

    code: ClassVar[str] = "upload.offset"


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file announced: name as given, length in bytes, modification time in ms if known."""

    name: str
    length: int
    modified: int | None = None


@dataclass(frozen=True, slots=True)
class FileState:
    """How far a file has come; `offset` and `length` in bytes."""

    code: str
    upload: str
    name: str
    length: int
    offset: int
    modified: int | None
    finished: bool

    @property
    def complete(self) -> bool:
        """Whether all bytes are here."""
        return self.offset == self.length


def may_upload(viewer: Viewer) -> bool:
    """Say whether the viewer's role brings images in."""
    return viewer.role in UPLOADING_ROLES


def check_upload(viewer: Viewer) -> None:
    """Raise unless the viewer's role brings images in.

    Raises
    ------
    UploadNotYours
        If it does not.
    """
    if not may_upload(viewer):
        raise UploadNotYours(
            "Your role does not bring images in; ask a technologist or a requester."
        )


def begin(viewer: Viewer) -> str:
    """Begin an upload and return its code.

    Raises
    ------
    UploadNotYours
        If the viewer's role does not bring images in.
    """
    check_upload(viewer)
    code, now = new_code(), timezone.now()
    with transaction.atomic():
        Upload.objects.create(member_id=viewer.user, code=code, created_at=now)
        trail.append(
            [AuditEvent(now, viewer.login, Action.CREATE, "upload", code, viewer.hospital)]
        )
    return code


def create_file(viewer: Viewer, upload: str, new: NewFile) -> FileState:
    """Announce a file of an upload.

    Raises
    ------
    UploadNotYours
        If the viewer's role does not bring images in.
    UploadNotFound
        If the upload is not the viewer's.
    FileTooLarge
        If the file is longer than `LARGEST_FILE_BYTES`.
    FileRefused
        If the upload is full.
    """
    check_upload(viewer)
    if new.length > LARGEST_FILE_BYTES:
        raise FileTooLarge("The file is larger than 8 GB; send it in parts or use tongying import.")
    with transaction.atomic():
        row = Upload.objects.filter(code=upload, member_id=viewer.user).first()
        if row is None:
            raise UploadNotFound("There is no such upload.")
        if row.files.count() >= MOST_FILES:
            raise FileRefused("An upload takes 20,000 files; send the rest as a zip.")
        file = UploadFile.objects.create(
            upload=row,
            code=new_code(),
            name=clean_name(new.name),
            length=new.length,
            modified=new.modified,
            created_at=timezone.now(),
        )
    return _state(file)


def file_of(viewer: Viewer, code: str) -> FileState:
    """Return how far a file of the viewer's has come.

    Raises
    ------
    UploadNotFound
        If it is not the viewer's.
    """
    return _state(_file(viewer, code))


def files_of(viewer: Viewer, upload: str) -> list[FileState]:
    """Return the files of an upload, oldest first.

    Raises
    ------
    UploadNotFound
        If the upload is not the viewer's.
    """
    check_owner(viewer, upload)
    rows = UploadFile.objects.filter(upload__code=upload).select_related("upload")
    return [_state(row) for row in rows.order_by("pk")]


def waiting_codes() -> list[str]:
    """Return the files of everybody whose bytes are complete and which are not taken in yet."""
    rows = UploadFile.objects.filter(finished_at=None, offset=F("length")).order_by("pk")
    return list(rows.values_list("code", flat=True))


def check_owner(viewer: Viewer, upload: str) -> None:
    """Raise unless the upload is the viewer's.

    Raises
    ------
    UploadNotFound
        If it is not.
    """
    if not Upload.objects.filter(code=upload, member_id=viewer.user).exists():
        raise UploadNotFound("There is no such upload.")


def advance(code: str, offset: int) -> None:
    """Note that bytes up to `offset` are on the disk."""
    UploadFile.objects.filter(code=code, finished_at=None).update(offset=offset)


def drop_file(viewer: Viewer, code: str) -> None:
    """Forget a file that is not finished, with its bytes.

    Raises
    ------
    UploadNotFound
        If it is not the viewer's, or finished.
    """
    with transaction.atomic():
        row = _file(viewer, code)
        if row.finished_at is not None or row.outcomes.exists():
            raise UploadNotFound("This file has been taken in already.")
        row.delete()
    parts.drop(code)


def sender_of_file(code: str) -> Sender:
    """Return who brings a file in."""
    member = UploadFile.objects.select_related("upload__member").get(code=code).upload.member
    return Sender(actor=member.login, hospital=member.hospital_id, door=Door.UPLOAD, user=member.pk)


def state_of(code: str) -> FileState | None:
    """Return how far a file has come, for the worker; None where it was dropped."""
    row = UploadFile.objects.select_related("upload").filter(code=code).first()
    return None if row is None else _state(row)


def promise_unpacking(code: str) -> None:
    """Leave a zip to the worker, once."""
    with transaction.atomic():
        row = UploadFile.objects.select_for_update().get(code=code)
        if row.finished_at is None and not unpacking_promised(code):
            promise(UNPACK, {"upload_file": code})


def unpacking_promised(code: str) -> bool:
    """Say whether a zip is with the worker."""
    return OutboxRow.objects.filter(kind=UNPACK, payload__upload_file=code).exists()


def positions_done(code: str) -> set[int]:
    """Return the places of a zip's members that have an outcome."""
    return set(UploadOutcome.objects.filter(file__code=code).values_list("position", flat=True))


def note_outcomes(code: str, arrivals: Sequence[tuple[int, Arrival]]) -> None:
    """Write down what became of files, each with its place in the zip; twice is once."""
    if not arrivals:
        return
    file = UploadFile.objects.get(code=code)
    UploadOutcome.objects.bulk_create(
        [
            UploadOutcome(
                upload_id=file.upload_id,
                file=file,
                position=position,
                name=clean_name(arrival.name),
                fate=arrival.fate.value,
                code=arrival.code[:60],
                reason=arrival.reason,
                study_uid=arrival.study_uid,
                caveats=[caveat.as_json() for caveat in arrival.caveats],
            )
            for position, arrival in arrivals
        ],
        ignore_conflicts=True,
    )


def finish(code: str, arrivals: Sequence[tuple[int, Arrival]] = ()) -> None:
    """Note the last outcomes and that nothing of the file remains to be done; drop its bytes."""
    with transaction.atomic():
        note_outcomes(code, arrivals)
        UploadFile.objects.filter(code=code, finished_at=None).update(finished_at=timezone.now())
    parts.drop(code)


def sweep(now: datetime) -> int:
    """Remove the bytes of uploads that were given up, and of files that nobody knows.

    Returns
    -------
    int
        How many parts were removed.
    """
    removed = 0
    for code in list(parts.codes()):
        row = UploadFile.objects.filter(code=code).first()
        if row is not None and row.finished_at is None:
            if now - row.created_at < KEPT_UNFINISHED or row.offset == row.length:
                continue
            row.delete()
        parts.drop(code)
        removed += 1
    return removed


def _file(viewer: Viewer, code: str) -> UploadFile:
    row = (
        UploadFile.objects.select_related("upload")
        .filter(code=code, upload__member_id=viewer.user)
        .first()
    )
    if row is None:
        raise UploadNotFound("There is no such upload.")
    return row


def _state(row: UploadFile) -> FileState:
    # The row never promises more than the disk holds.
    held = row.offset
    if row.finished_at is None:
        held = min(row.offset, parts.durable_size(row.code))
    return FileState(
        code=row.code,
        upload=row.upload.code,
        name=row.name,
        length=row.length,
        offset=held,
        modified=row.modified,
        finished=row.finished_at is not None,
    )
