"""The ultrasound study that a live room makes: whose it is, and how objects come into it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from django.db import transaction
from django.utils import timezone
from pydicom.dataset import Dataset

from tongying.archive.arrival import Door, Fate, Sender
from tongying.archive.ingest import Intake
from tongying.dicom.writers.signer import person_name
from tongying.dicom.writers.study_context import WritingRefused
from tongying.kernel.errors import Conflict
from tongying.web import now as clock
from tongying.web.cases.models import CaseStudy
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance, Study
from tongying.web.rooms.models import RoomRow

DESCRIPTION: Final = "实时联合检查 Live joint examination"


class PictureNotStored(Conflict):
    """The archive refused an object of the live room."""

    code: ClassVar[str] = "room.not-stored"


def study_of_room(room: RoomRow) -> Study:
    """Return the room's study; one that is not in the archive yet is not saved.

    Parameters
    ----------
    room : RoomRow
        With its case.
    """
    case = room.case
    found = Study.objects.filter(hospital_id=case.asking_id, uid=room.study_uid)
    opened = timezone.localtime(room.opened_at)
    return found.select_related("child").first() or Study(
        hospital_id=case.asking_id,
        child=case.child,
        uid=room.study_uid,
        date=opened.date(),
        time=opened.time().replace(microsecond=0),
        study_id=f"R{room.pk}",
        description=DESCRIPTION,
        referring_physician=_name(case.author.name),
        institution=case.asking.name,
        arrived_at=clock.now(),
        changed_at=clock.now(),
    )


def _name(name: str) -> str:
    try:
        return person_name(name)
    except WritingRefused:
        return ""  # a name that no DICOM field holds


def instance_of(room: RoomRow, sop_uid: str) -> Instance | None:
    """Return an object of the room's study; None where it is not there."""
    found = Instance.objects.select_related("series__study").filter(
        hospital_id=room.case.asking_id, uid=sop_uid, series__study__uid=room.study_uid
    )
    return found.first()


@contextmanager
def storing(room: RoomRow, dataset: Dataset, actor: str) -> Iterator[Callable[[], None]]:
    """Bring an object into the room's study within one transaction with what goes with it.

    The body of the ``with`` statement runs in that transaction and calls what it is given once it
    has checked that the object is still to be stored. Whatever is raised leaves nothing behind.

    Parameters
    ----------
    room : RoomRow
        With its case.
    dataset : Dataset
    actor : str
        For the audit trail.

    Raises
    ------
    PictureNotStored
        If the archive refuses the object, or other bytes are there under its UID.
    """
    intake = Intake(content_store(), DjangoIndex(), Sender(actor, room.case.asking_id, Door.SELF))
    incoming = intake.incoming()
    target = io.BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    incoming.write(target.getbuffer())
    digest = incoming.digest()
    intake.offer(f"room/{room.pk}", incoming)

    def store() -> None:
        study = study_of_room(room)
        if study.pk is None:
            study.save()
        # A case has one subject; what is made in its live room is shown beside it.
        CaseStudy.objects.get_or_create(case=room.case, study=study, defaults={"prior": True})
        (arrival,) = intake.flush()
        if arrival.fate not in (Fate.STORED, Fate.DUPLICATE):
            raise PictureNotStored(arrival.reason or "The archive did not take the picture.")

    try:
        with transaction.atomic():
            RoomRow.objects.select_for_update().get(pk=room.pk)
            yield store
    except BaseException:
        intake.abandon()
        _take_back(digest)
        raise
    intake.abandon()  # what the body decided not to store


def _take_back(digest: str) -> None:
    """Remove bytes whose rows did not come to stand, unless somebody brings the same in."""
    store = content_store()
    if not any(store.incoming_dir.glob(f"{digest}.*")) and not DjangoIndex().owns(digest):
        store.delete(digest)
