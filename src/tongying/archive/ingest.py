"""From a door into the archive: read, keep, index, acknowledge, in batches.

Every door does the same: it writes a file's bytes to `Intake.incoming`, hands it over with `offer`,
and calls `flush` before it acknowledges. A file that cannot be read is refused by name and takes
nothing else along.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        self._waiting: list[tuple[int, Received, Incoming]] = []
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
        received = Received(name, incoming.keep(), incoming.size, record)
        self._arrivals.append(None)
        self._waiting.append((len(self._arrivals) - 1, received, incoming))
        if len(self._waiting) >= BATCH_INSTANCES:
            self._place()

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

    def _place(self) -> None:
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        try:
            outcomes = self._index.place([received for _, received, _ in waiting], self._sender)
        except BaseException:
            for _, _, incoming in waiting:
                incoming.abandon(self._index.owns)
            raise
        for (position, _, incoming), arrival in zip(waiting, outcomes, strict=True):
            self._arrivals[position] = arrival
            if arrival.accepted:
                incoming.settle()
            else:
                incoming.abandon(self._index.owns)
