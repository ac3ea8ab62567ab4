"""From a door into the archive: read, keep, index, acknowledge, in batches.

Every door does the same: it writes a file's bytes to `Intake.incoming`, hands it over with `offer`,
and calls `flush` before it acknowledges. A file that cannot be read is refused by name and takes
nothing else along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from tongying.archive.arrival import Arrival, Fate, Received, Sender
from tongying.archive.content_store import ContentStore, Incoming
from tongying.dicom.file_format import IsDicomdir
from tongying.dicom.instance import InstanceRecord
from tongying.dicom.parsing import UnreadableDicom
from tongying.dicom.reading import read_instance
from tongying.kernel.errors import TongyingError

BATCH_INSTANCES = 64
"""Instances indexed in one transaction; more gain little and hold the write lock longer."""


class Index(Protocol):
    """What the archive knows of its instances."""

    def place(self, received: Sequence[Received], sender: Sender) -> list[Arrival]:
        """Index instances with their audit events in one transaction; one outcome each, in order.

        An instance of which the same bytes are here already is a duplicate; of which other bytes
        are here is a conflict, kept beside. Anything else is stored or refused with a reason.
        """

    def owns(self, digest: str) -> bool:
        """Say whether any instance or conflict stands on the object of this digest."""


class Intake:
    """One sender's files on their way in.

    Parameters
    ----------
    store : ContentStore
    index : Index
    sender : Sender
    check : callable, optional
        Raises a `TongyingError` for a readable instance that this door must not take (a study
        other than the one in the address, say).
    """

    def __init__(
        self,
        store: ContentStore,
        index: Index,
        sender: Sender,
        check: Callable[[InstanceRecord], None] | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._sender = sender
        self._check = check
        self._waiting: list[_Waiting] = []
        self._arrivals: list[Arrival | None] = []

    def incoming(self) -> Incoming:
        """Begin a file."""
        return self._store.incoming()

    def offer(self, name: str, incoming: Incoming) -> None:
        """Take over a file whose bytes are complete."""
        try:
            record = read_instance(incoming.reader(), size=incoming.size)
            if self._check is not None:
                self._check(record)
        except IsDicomdir as error:
            incoming.drop()
            self.refuse(name, error, fate=Fate.PASSED_OVER)
            return
        except UnreadableDicom as error:
            incoming.drop()
            self.refuse(name, error)
            return
        except TongyingError as error:
            incoming.drop()
            self.refuse(name, error, record=record)
            return
        self._arrivals.append(None)
        self._waiting.append(_Waiting(len(self._arrivals) - 1, name, incoming, record))
        if len(self._waiting) >= BATCH_INSTANCES:
            self._place()
        elif len(self._waiting) > 1:
            # There are several: the disk syncs one while the next is being received.
            self._waiting[-2].begin_to_keep()

    def refuse(
        self,
        name: str,
        error: TongyingError,
        *,
        record: InstanceRecord | None = None,
        fate: Fate = Fate.REFUSED,
    ) -> None:
        """Note a file that is not taken in."""
        self._arrivals.append(
            Arrival(
                name=name,
                fate=fate,
                code=error.error_code,
                reason=error.sentence,
                sop_class_uid=record.sop_class_uid if record else "",
                sop_instance_uid=record.sop_instance_uid if record else "",
                study_uid=record.study.uid if record else "",
                series_uid=record.series.uid if record else "",
            )
        )

    def flush(self) -> list[Arrival]:
        """Index what waits and return the outcome of every file so far, in the order offered."""
        self._place()
        return [arrival for arrival in self._arrivals if arrival is not None]

    def abandon(self) -> None:
        """Forget what waits unindexed: its sender is gone, or something broke."""
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            one.take_back(self._index.owns)

    def _place(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        try:
            received = [one.received() for one in waiting]
            outcomes = self._index.place(received, self._sender)
        except BaseException:
            for one in waiting:
                one.take_back(self._index.owns)
            raise
        for one, arrival in zip(waiting, outcomes, strict=True):
            self._arrivals[one.position] = arrival
            if arrival.fate in (Fate.STORED, Fate.CONFLICT):
                one.incoming.settle()
            else:
                # A duplicate may be the same data set under another file head, kept by nobody.
                one.incoming.abandon(self._index.owns)


@dataclass(slots=True)
class _Waiting:
    """A readable file that awaits its place in the index."""

    position: int
    name: str
    incoming: Incoming
    record: InstanceRecord
    kept: Future[str] | None = None

    def begin_to_keep(self) -> None:
        """Let another thread make the bytes durable."""
        if self.kept is None:
            self.kept = _keepers.submit(self.incoming.keep)

    def received(self) -> Received:
        """Return the instance once its bytes are durable."""
        digest = self.incoming.keep() if self.kept is None else self.kept.result()
        return Received(self.name, digest, self.incoming.size, self.record)

    def take_back(self, owned: Callable[[str], bool]) -> None:
        """Remove the bytes again, durable or not."""
        if self.kept is not None:
            wait([self.kept])
        self.incoming.abandon(owned)


_keepers = ThreadPoolExecutor(4, thread_name_prefix="keep")
"""What they do is waiting for the disk."""
