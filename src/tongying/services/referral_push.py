"""Sending a referral's images to the receiving hospital's DICOM node (C-STORE)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from tongying.archive.content_store import ContentStore
from tongying.kernel.errors import TongyingError
from tongying.services.dimse.association import Entity
from tongying.services.dimse.sending import MOST_CONTEXTS, StoredObject, contexts_for, send
from tongying.web.jobs.store import take_on
from tongying.web.records.images import content_store
from tongying.web.records.reading import Located
from tongying.web.referrals.push import PUSH, Consignment, Sent, consignment, note_push

CONNECT_SECONDS = 10
ANSWER_SECONDS = 60
"""How long the node may take to connect, and to take one object."""
SUCCESS = 0x0000
WARNINGS = range(0xB000, 0xC000)
"""Statuses under which the node has stored the object (PS3.4 table B.2-1)."""

UNREACHED = "The DICOM node does not answer."
NOT_ALL = "The DICOM node did not take all objects."


def install() -> None:
    """Make the worker able to do this work."""
    take_on(PUSH, push)


def push(payload: dict[str, Any], progress: Callable[[int, int, str], None]) -> None:
    """Send a referral's images and write down how it went.

    It may be done again after a crash: a node that has an object already takes it once more.

    Parameters
    ----------
    payload : dict
        ``referral`` (its number) and ``again`` (how many tries went before).
    progress : callable
        Takes how many objects are done, how many there are, and a note.
    """
    wanted = consignment(payload["referral"])
    if wanted is None:
        return
    sent = deliver(wanted, content_store(), progress)
    note_push(payload["referral"], sent, ae_title=wanted.peer.ae_title, again=payload["again"])


def deliver(
    wanted: Consignment, store: ContentStore, progress: Callable[[int, int, str], None]
) -> Sent:
    """Send a consignment over as many associations as its kinds of objects need."""
    total, done = len(wanted.objects), 0
    for batch in _batches(wanted.objects):
        entity = Entity(wanted.calling)
        entity.connection_timeout = entity.acse_timeout = CONNECT_SECONDS
        entity.dimse_timeout = ANSWER_SECONDS
        association = entity.associate(
            wanted.peer.host,
            wanted.peer.port,
            contexts=contexts_for(batch),
            ae_title=wanted.peer.ae_title,
        )
        if not association.is_established:
            return Sent(done, total, UNREACHED)
        try:
            for number, located in enumerate(batch, start=1):
                if not association.is_established:
                    return Sent(done, total, UNREACHED)
                done += _taken(association, StoredObject(located, store), number)
                progress(done, total, "")
        finally:
            if association.is_established:
                association.release()
    return Sent(done, total, "" if done == total else NOT_ALL)


def _taken(association: Any, stored: StoredObject, number: int) -> bool:
    """Send one object and say whether the node has it."""
    try:
        status = send(association, stored, message_id=number % 65535 + 1)
    except TongyingError:
        return False
    code = status.get("Status")
    return code is not None and (code == SUCCESS or code in WARNINGS)


def _batches(objects: tuple[Located, ...]) -> Iterator[list[Located]]:
    """Split objects so that each association has room for all their contexts."""
    batch: list[Located] = []
    kinds: set[tuple[str, str]] = set()
    for one in objects:
        kind = (one.sop_class_uid, one.transfer_syntax_uid)
        # Each kind takes one context as stored, and its class one more uncompressed.
        if kind not in kinds and len(kinds) >= MOST_CONTEXTS // 2:
            yield batch
            batch, kinds = [], set()
        kinds.add(kind)
        batch.append(one)
    if batch:
        yield batch
