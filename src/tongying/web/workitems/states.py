"""Changing the state of a workitem: claim, complete, cancel. Of two who claim, one wins.

The state table is PS3.4 table CC.1.1-2. Where it knows one answer and HTTP two, a claim of a
workitem that is claimed already is a conflict (409): the Transaction UID of a claim is the
claimer's own new one, so it is not "incorrect".

References
----------
DICOM PS3.18 section 11.7; PS3.4 sections CC.1.1 and CC.2.1.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from django.db import transaction

from tongying.consult.desk import Act
from tongying.consult.people import Viewer
from tongying.consult.states import Move, State
from tongying.kernel.errors import BadInput
from tongying.web import now as clock
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.workitems import store
from tongying.web.workitems.mirror import CANCELED, COMPLETED, IN_PROGRESS, SCHEDULED
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.payload import is_uid
from tongying.web.workitems.requirements import cancelled, check_completion
from tongying.web.workitems.store import StateRefused, TransactionMissing, TransactionWrong
from tongying.web.workitems.trail import note_change


class UnknownState(BadInput):
    """The state that is asked for is none that a workitem can be brought to."""

    code: ClassVar[str] = "ups.unknown-state"


class Done(StrEnum):
    """What came of a change of state."""

    CHANGED = "changed"
    ALREADY = "already"
    """It was in the final state that was asked for."""


def change_state(viewer: Viewer, uid: str, target: str, transaction_uid: str) -> Done:
    """Bring a workitem to a state.

    Claiming a case's workitem is the same act as on the page: the assignee accepts the case, or an
    expert to whom it is offered claims it.

    Parameters
    ----------
    viewer : Viewer
    uid : str
        The workitem's.
    target : str
        ``"IN PROGRESS"``, ``"COMPLETED"`` or ``"CANCELED"``.
    transaction_uid : str
        Made by the client that claims, and presented by it from then on.

    Raises
    ------
    tongying.web.workitems.store.WorkitemNotFound
        If the workitem does not exist for the viewer.
    UnknownState
        If `target` is none of the three.
    TransactionMissing, TransactionWrong
        If the Transaction UID is missing, no UID, or not the one of the claim.
    StateRefused
        If the workitem is not in a state from which this leads on.
    tongying.web.workitems.requirements.NotFinished
        If it stands by itself and what a completed step must tell is missing.
    tongying.web.workitems.store.WorkitemNotYours, tongying.consult.desk.MoveNotYours
        If the viewer sees it but it is not theirs to claim.
    """
    with transaction.atomic():
        item = store.locked(viewer, uid)
        if target == SCHEDULED:
            raise StateRefused("No workitem goes back to SCHEDULED.")
        if target not in (IN_PROGRESS, COMPLETED, CANCELED):
            raise UnknownState("The state is IN PROGRESS, COMPLETED or CANCELED.")
        if not transaction_uid:
            raise TransactionMissing("The Transaction UID is missing.")
        if not is_uid(transaction_uid):
            raise TransactionWrong("The Transaction UID is not a UID.")
        if target == IN_PROGRESS:
            _claim(viewer, item, transaction_uid)
            return Done.CHANGED
        if item.state == SCHEDULED:
            raise StateRefused("The workitem is not in progress yet.")
        store.check_transaction(item, transaction_uid)
        if item.state == target:
            return Done.ALREADY
        if item.state != IN_PROGRESS:
            raise StateRefused(f"The workitem is {item.state}.")
        _finish(viewer, item, target)
    return Done.CHANGED


def _claim(viewer: Viewer, item: WorkItem, transaction_uid: str) -> None:
    if item.state != SCHEDULED:
        raise StateRefused(f"The workitem is {item.state} already.")
    now = clock.now()
    if item.case_id is not None:
        cases.act(viewer, item.case_id, Act(_way_in(item.case_id)))
        item.refresh_from_db()
    else:
        store.check_role(viewer)
        item.state, item.performer_id = IN_PROGRESS, viewer.user
        item.started_at = item.changed_at = now
    item.transaction_uid = transaction_uid
    item.save()
    note_change(viewer, item, now, "claim")


def _way_in(case_id: int) -> Move:
    """Return the move by which a scheduled case is taken: accepted by its assignee, or claimed."""
    state = CaseRow.objects.values_list("state", flat=True).get(pk=case_id)
    return Move.ACCEPT if state == State.ASSIGNED.value else Move.CLAIM


def _finish(viewer: Viewer, item: WorkItem, target: str) -> None:
    now = clock.now()
    if item.case_id is not None:
        raise StateRefused(
            "Sign the opinion; that completes the workitem."
            if target == COMPLETED
            else "A case that is being read is not cancelled here; ask its desk to reassign it."
        )
    if target == COMPLETED:
        check_completion(item.attributes)
        store.end(item, target, now, item.attributes)
    else:
        store.end(item, target, now, cancelled(item.attributes, now))
    note_change(viewer, item, now, target.lower())
