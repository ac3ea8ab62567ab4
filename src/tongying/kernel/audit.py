"""The audit event: who did what to which child's data, chained so that a gap or an edit shows.

The chain is a running SHA-256: every event's digest covers the digest before it. `verify_chain`
says where the first break is; a store writes an event in the transaction of the act itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

GENESIS = "0" * 64
"""The digest that the first event of a chain follows."""


class Action(StrEnum):
    """What was done, in the verbs of FHIR's AuditEvent.action and DICOM PS3.15 A.5."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    EXECUTE = "execute"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act on the record.

    Attributes
    ----------
    at : datetime
        When, with time zone.
    actor : str
        Login name, ``"ae:CALLING"`` for a DICOM peer, or ``"system"``.
    action : Action
        What kind of act.
    kind : str
        What it was done to, such as ``"study"``, ``"case"``, ``"opinion"``.
    target : str
        Its identifier (a UID, a case number), never a name.
    hospital : str
        Code of the hospital that owns the data; its people may list the event.
    detail : dict of str to str
        More facts (way in, count, version); no patient data.
    """

    at: datetime
    actor: str
    action: Action
    kind: str
    target: str
    hospital: str
    detail: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a time without a zone: it would mean two moments."""
        if self.at.tzinfo is None:
            raise ValueError("an audit event needs a time with a time zone")


def digest(event: AuditEvent, previous: str) -> str:
    """Return the SHA-256 (hex) of an event that follows the digest `previous`."""
    body = json.dumps(
        [
            previous,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor,
            event.action.value,
            event.kind,
            event.target,
            event.hospital,
            sorted(event.detail.items()),
        ],
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def verify_chain(events: Iterable[tuple[AuditEvent, str]], start: str = GENESIS) -> int | None:
    """Return the index of the first event whose stored digest is wrong, or None if all hold.

    Parameters
    ----------
    events : iterable of (AuditEvent, str)
        Events in order, each with its stored digest.
    start : str, optional
        The digest the first one follows.
    """
    previous = start
    for index, (event, stored) in enumerate(events):
        if digest(event, previous) != stored:
            return index
        previous = stored
    return None
