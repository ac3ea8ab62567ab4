"""Sending stored objects: as they are stored where the peer takes that, else rewritten for it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dsutils import encode
from pynetdicom.presentation import PresentationContext, build_context

from tongying.archive.content_store import ContentStore
from tongying.dicom.file_format import (
    EXPLICIT_VR_LITTLE_ENDIAN,
    IMPLICIT_VR_LITTLE_ENDIAN,
    open_data_set,
)
from tongying.dicom.transcoding import TARGETS, transcode
from tongying.kernel.errors import BadInput
from tongying.services.dimse.reception import send_slowly
from tongying.web.records.reading import Located

if TYPE_CHECKING:
    from pynetdicom.association import Association

MOST_CONTEXTS = 128
"""Presentation contexts of one association (PS3.8 section 9.3.2.2: odd numbers below 256)."""
LONGEST_PIECE = 1 << 20
"""Longest piece sent to a peer that sets no limit."""
_PLAIN = (EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN)


class NotTaken(BadInput):
    """The peer takes this object in no transfer syntax that can be written."""

    code = "dimse.not-taken"


class StoredObject(Dataset):
    """An object to be sent, with what pynetdicom looks at; its bytes stay on the disk."""

    def __init__(self, located: Located, store: ContentStore) -> None:
        super().__init__()
        self.SOPClassUID = located.sop_class_uid
        self.SOPInstanceUID = located.uid
        self.located = located
        self.store = store


def contexts_for(objects: Iterable[Located]) -> list[PresentationContext]:
    """Return what to propose for sending objects: each class as stored, and uncompressed."""
    stored = dict.fromkeys((one.sop_class_uid, one.transfer_syntax_uid) for one in objects)
    wanted = [build_context(uid, list(_PLAIN)) for uid in dict.fromkeys(uid for uid, _ in stored)]
    wanted += [
        build_context(uid, syntax) for uid, syntax in stored if syntax != EXPLICIT_VR_LITTLE_ENDIAN
    ]
    return wanted[:MOST_CONTEXTS]


def send(
    association: Association,
    stored: StoredObject,
    *,
    message_id: int,
    originator: tuple[str, int] | None = None,
    priority: int = 2,
) -> Dataset:
    """Send one object by C-STORE and return the peer's status, empty if there was none.

    Parameters
    ----------
    association : Association
        Established.
    stored : StoredObject
    message_id : int
    originator : tuple of str and int, optional
        AE title and message id of the C-MOVE request that asked for it.
    priority : int, optional

    Raises
    ------
    NotTaken
        If the peer takes the object in no transfer syntax that can be written.
    TongyingError
        If the stored object cannot be rewritten for the peer, or its bytes are gone.
    """
    located = stored.located
    context = _context(association, located)
    request = C_STORE()
    request.MessageID = message_id
    request.Priority = priority
    request.AffectedSOPClassUID = UID(located.sop_class_uid)
    request.AffectedSOPInstanceUID = UID(located.uid)
    if originator is not None:
        request.MoveOriginatorApplicationEntityTitle = originator[0]
        request.MoveOriginatorMessageID = originator[1]
    with _encoded(stored, str(context.transfer_syntax[0])) as (path, offset):
        request._dataset_path = (path, offset)
        message = C_STORE_RQ()
        message.primitive_to_message(request)
        message.data_set = None
        return _exchange(association, message, context)


def _exchange(
    association: Association, message: C_STORE_RQ, context: PresentationContext
) -> Dataset:
    """Do what `Association.send_c_store` does, without holding the object in memory."""
    piece = association.dimse.maximum_pdu_size or LONGEST_PIECE
    association._reactor_checkpoint.clear()
    while not association._is_paused:
        time.sleep(0.0001)
    try:
        send_slowly(association, message, context.context_id, min(piece, LONGEST_PIECE))
        _, response = association.dimse.get_msg(block=True)
    finally:
        association._reactor_checkpoint.set()
    if response is None:
        association._handle_no_response()
        return Dataset()
    return association._check_received_status(response)


def _context(association: Association, located: Located) -> PresentationContext:
    takes = {
        str(context.transfer_syntax[0]): context
        for context in association.accepted_contexts
        if context.abstract_syntax == located.sop_class_uid and context.as_scu
    }
    for syntax in (located.transfer_syntax_uid, *_PLAIN, *sorted(TARGETS)):
        if syntax in takes:
            return takes[syntax]
    raise NotTaken("The peer takes this object in no transfer syntax that can be written.")


@contextmanager
def _encoded(stored: StoredObject, syntax: str) -> Iterator[tuple[Path, int]]:
    """Give a file with the data set in a transfer syntax, and where in it the data set begins."""
    located = stored.located
    with stored.store.open(located.digest) as source:
        if syntax == located.transfer_syntax_uid:
            opened = open_data_set(source, size=located.size)
            start = opened.start if opened.deflated_at is None else opened.deflated_at
            opened.close()
            yield stored.store.path(located.digest), start
            return
        with tempfile.NamedTemporaryFile(suffix=".dcm") as out:
            target = EXPLICIT_VR_LITTLE_ENDIAN if syntax == IMPLICIT_VR_LITTLE_ENDIAN else syntax
            transcode(source, out, size=located.size, target=target)
            out.flush()
            if target == syntax:
                out.seek(0)
                size = Path(out.name).stat().st_size
                start = open_data_set(out, size=size).start
                yield Path(out.name), start
                return
            with tempfile.NamedTemporaryFile(suffix=".dcm") as plain:
                plain.write(_implicit(Path(out.name)))
                plain.flush()
                yield Path(plain.name), 0


def _implicit(path: Path) -> bytes:
    """Return the data set of an explicit VR file as implicit VR little endian."""
    data = dcmread(BytesIO(path.read_bytes()))
    encoded = encode(data, True, True)
    if encoded is None:
        raise NotTaken("The object cannot be written in implicit VR little endian.")
    return encoded
