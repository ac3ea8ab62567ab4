"""A case's workitem follows the case."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.states import State
from tongying.kernel.ids import new_uid
from tongying.web.cases.models import CaseRow
from tongying.web.workitems.models import WorkItem

SCHEDULED, IN_PROGRESS, COMPLETED, CANCELED = "SCHEDULED", "IN PROGRESS", "COMPLETED", "CANCELED"
FINAL = frozenset({COMPLETED, CANCELED})

STATES: dict[State, str] = {
    State.SUBMITTED: SCHEDULED,
    State.RETURNED: SCHEDULED,
    State.ASSIGNED: SCHEDULED,
    State.READING: IN_PROGRESS,
    State.WAITING: IN_PROGRESS,
    State.SIGNED: COMPLETED,
    State.ACKNOWLEDGED: COMPLETED,
    State.WITHDRAWN: CANCELED,
    State.REFUSED: CANCELED,
}
"""Procedure Step State (PS3.4 CC.1.1) of a case; a draft has no workitem."""


def mirror(row: CaseRow, now: datetime) -> None:
    """Bring a case's workitem to the case's state, in the caller's transaction.

    The caller holds the case's row, so that nobody else moves the workitem meanwhile.
    """
    state = STATES.get(State(row.state))
    if state is None:
        return
    item = WorkItem.objects.filter(case=row, current=True).first()
    replaced = None
    if item is not None and _ends(item, row, state):
        item.state, item.current = CANCELED, False
        item.changed_at = item.ended_at = now
        item.save()
        item, replaced = None, item
    if item is None:
        item = WorkItem(
            uid=new_uid(),
            case=row,
            replaces=replaced,
            hospital_id=row.answering_id,
            created_by_id=row.author_id,
            created_at=now,
        )
    elif item.state == state and item.hospital_id == row.answering_id:
        return
    if state in (IN_PROGRESS, COMPLETED):
        item.performer_id = row.assignee_id
        item.started_at = item.started_at or now
    if state in FINAL:
        item.ended_at = item.ended_at or now
    item.hospital_id = row.answering_id
    item.state, item.changed_at = state, now
    item.save()


def _ends(item: WorkItem, row: CaseRow, state: str) -> bool:
    """Say whether a step in progress is over although its case goes on, with somebody else."""
    if item.state != IN_PROGRESS:
        return False
    return state == SCHEDULED or (state != CANCELED and item.performer_id != row.assignee_id)
