"""What a peer sends, received piece by piece: images go to the archive's disk, never to memory.

pynetdicom gathers a message's data set in a `BytesIO`. Here a C-STORE's data set is a `BytesIO`
that hands every piece on to the content store; everything else stays in memory, up to a limit.
"""

from __future__ import annotations

import logging
import queue
import time
from io import BytesIO
from typing import TYPE_CHECKING, Any

from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import DIMSEMessage

from tongying.dicom.part10 import part10_head

if TYPE_CHECKING:
    from collections.abc import Callable

    from pynetdicom.association import Association
    from pynetdicom.dimse_primitives import DimsePrimitiveType
    from pynetdicom.pdu_primitives import P_DATA

    from tongying.archive.content_store import ContentStore, Incoming

C_STORE_RQ = 0x0001
"""Command field of a C-STORE request (DICOM PS3.7 table E.1-1)."""
MOST_IN_MEMORY = 16 << 20
"""A query or other identifier longer than this ends the association."""
LOOK_SECONDS = 0.01
"""How long to wait for a request before looking whether the association has ended."""
WAITING_PIECES = 64
"""Pieces of an outgoing message queued ahead of the socket; more would only fill memory."""

_logger = logging.getLogger(__name__)


class DataSetTooLong(Exception):
    """A message other than C-STORE carries more than fits into memory."""


class IncomingDataSet(BytesIO):
    """The data set of a message on its way in.

    Attributes
    ----------
    incoming : Incoming or None
        A C-STORE's file so far, with preamble and meta information.
    failure : OSError or None
        Why the disk did not take it; what comes after is dropped.
    """

    def __init__(self, begin: Callable[[], Incoming | None]) -> None:
        super().__init__()
        self._begin = begin
        self._started = False
        self.incoming: Incoming | None = None
        self.failure: OSError | None = None

    def write(self, piece: Any) -> int:
        """Append a piece."""
        if self.failure is not None:
            return len(piece)
        try:
            if not self._started:
                self._started = True
                self.incoming = self._begin()
            if self.incoming is not None:
                self.incoming.write(piece)
                return len(piece)
        except OSError as error:
            _logger.exception("the disk does not take an incoming object")
            self.drop()
            self.failure = error
            return len(piece)
        if self.tell() + len(piece) > MOST_IN_MEMORY:
            raise DataSetTooLong
        return super().write(piece)

    def take(self) -> Incoming | None:
        """Hand the file over to the caller, who keeps or drops it."""
        incoming, self.incoming = self.incoming, None
        return incoming

    def drop(self) -> None:
        """Forget a file that nobody took over."""
        incoming = self.take()
        if incoming is not None:
            incoming.drop()


class Reception(DIMSEServiceProvider):
    """The messages of one association, with data sets that go to the archive's disk."""

    def __init__(self, assoc: Association, store: ContentStore) -> None:
        super().__init__(assoc)
        self._store = store
        self._after_answer: Callable[[], None] | None = None

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Process a piece of a message; one that makes no sense ends the association."""
        try:
            if self.message is None:
                message = self.message = DIMSEMessage()
                message.data_set = IncomingDataSet(lambda: self._begin(message))
            super().receive_primitive(primitive)
        except Exception:  # whatever hostile bytes do, only their association ends
            _logger.exception("a DIMSE message that cannot be processed")
            self.dul.event_queue.put("Evt19")

    def _begin(self, message: DIMSEMessage) -> Incoming | None:
        command = message.command_set
        if command.get("CommandField") != C_STORE_RQ:
            return None
        context = self.assoc._accepted_cx[message.context_id]
        incoming = self._store.incoming()
        # The head says nothing of the sender, so that the same object sent twice is the same file.
        incoming.write(
            part10_head(
                sop_class_uid=str(command.AffectedSOPClassUID),
                sop_instance_uid=str(command.AffectedSOPInstanceUID),
                transfer_syntax_uid=str(context.transfer_syntax[0]),
            )
        )
        return incoming

    def get_msg(self, block: bool = False) -> Any:
        """Return the next message; where pynetdicom would only look, wait a moment for it."""
        if block:
            return super().get_msg(block=True)
        try:
            return self.msg_queue.get(timeout=LOOK_SECONDS)
        except queue.Empty:
            return None, None

    def after_answer(self, act: Callable[[], None]) -> None:
        """Do something once the answer to the present request is on its way."""
        self._after_answer = act

    def send_msg(self, primitive: DimsePrimitiveType, context_id: int) -> None:
        """Send a message, then do what was to be done after it."""
        super().send_msg(primitive, context_id)
        act, self._after_answer = self._after_answer, None
        if act is not None:
            act()

    def forget(self) -> None:
        """Drop the files of messages that will never be answered."""
        waiting = [message for _, message in list(self.msg_queue.queue)]
        data_sets = [getattr(message, "DataSet", None) for message in waiting]
        if self.message is not None:
            data_sets.append(self.message.data_set)
        for data_set in data_sets:
            if isinstance(data_set, IncomingDataSet):
                data_set.drop()


def send_slowly(assoc: Association, message: DIMSEMessage, context_id: int, piece: int) -> None:
    """Send a message no faster than the socket takes it, so that it never lies whole in memory.

    Parameters
    ----------
    assoc : Association
    message : DIMSEMessage
        Encoded piece by piece from its file.
    context_id : int
        Of the presentation context.
    piece : int
        Longest piece in bytes.
    """
    for data in message.encode_msg(context_id, piece):
        while assoc.dul.to_provider_queue.qsize() >= WAITING_PIECES:
            if not assoc.is_established or not assoc.dul.is_alive():
                return
            time.sleep(0.001)
        assoc.dul.send_pdu(data)
