"""What is done with workitems, in the audit trail."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.web.cases.rows import number_of
from tongying.web.trail import store as trail
from tongying.web.workitems.models import WorkItem

DOOR = "ups-rs"


def note_reading(viewer: Viewer, item: WorkItem) -> None:
    """Record that a workitem is read: of a case, as a reading of the case."""
    if item.case is None:
        trail.note_read(viewer.login, "workitem", item.uid, item.hospital_id, door=DOOR)
    else:
        number, owner = number_of(item.case), item.case.asking_id
        trail.note_read(viewer.login, "case", number, owner, door=DOOR)


def note_change(
    viewer: Viewer, item: WorkItem, now: datetime, what: str, *, action: Action = Action.UPDATE
) -> None:
    """Record a change of a workitem, in the caller's transaction."""
    detail = {"move": what, "state": item.state, "door": DOOR}
    owner = item.hospital_id if item.case is None else item.case.asking_id
    trail.append([AuditEvent(now, viewer.login, action, "workitem", item.uid, owner, detail)])
