"""Workitems for a viewer: create, retrieve, update, ask for their cancellation.

A workitem of a case is the case seen as a DICOM worklist: it is changed by the moves of the case.
A workitem that stands by itself (work for a machine, say) is the hospital's own.

References
----------
DICOM PS3.18 sections 11.4 to 11.8; PS3.4 sections CC.1.1 and CC.2.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import IntegrityError, transaction

from tongying.consult.desk import Act
from tongying.consult.people import Role, Viewer
from tongying.consult.states import Move, State
from tongying.kernel.audit import Action
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.web import now as clock
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.workitems.dataset import Json, data_set, tag, value_of
from tongying.web.workitems.mirror import CANCELED, COMPLETED, FINAL, IN_PROGRESS, SCHEDULED
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.requirements import (
    cancelled,
    check_creation,
    check_update,
    completed,
)
from tongying.web.workitems.rows import ABOUT_ITEM, PROGRESS, data_sets
from tongying.web.workitems.trail import note_change, note_reading
from tongying.web.workitems.visible import items_for

MAY_SCHEDULE = frozenset({Role.EXPERT, Role.COORDINATOR, Role.TECHNOLOGIST})
"""Roles that make, claim and change their hospital's own workitems."""
REASON = "ReasonForCancellation"
TRANSACTION = "TransactionUID"


class WorkitemNotFound(NotFound):
    """The workitem does not exist for this viewer."""

    code: ClassVar[str] = "ups.not-found"


class WorkitemExists(Conflict):
    """There is a workitem of this UID already."""

    code: ClassVar[str] = "ups.exists"


class WorkitemNotYours(NotAllowed):
    """The viewer sees the workitem but may not do this to it."""

    code: ClassVar[str] = "ups.not-yours"


class TransactionMissing(BadInput):
    """A claimed workitem is changed with its Transaction UID only, and none is given."""

    code: ClassVar[str] = "ups.transaction-missing"


class TransactionWrong(BadInput):
    """The Transaction UID is not the one with which the workitem was claimed."""

    code: ClassVar[str] = "ups.transaction-wrong"


class StateRefused(Conflict):
    """The workitem is not in a state in which this can be done."""

    code: ClassVar[str] = "ups.state"


class NoLongerUpdated(BadInput):
    """A completed or cancelled workitem is not updated (HTTP 400, PS3.18 section 11.6.2)."""

    code: ClassVar[str] = "ups.final"


class FollowsCase(Conflict):
    """The workitem of a case is changed by the moves of the case."""

    code: ClassVar[str] = "ups.follows-case"


class PerformerOutOfReach(Conflict):
    """Nobody would tell the performer that the workitem is to be cancelled."""

    code: ClassVar[str] = "ups.performer-out-of-reach"


def create(viewer: Viewer, uid: str, elements: Json) -> bool:
    """Create a workitem that stands by itself; say whether the platform added attributes to it.

    Raises
    ------
    WorkitemNotYours
        If the viewer's role makes no workitems.
    tongying.web.workitems.requirements.AttributeRefused
        If an attribute is not as it must be.
    WorkitemExists
        If there is a workitem of this UID, whether the viewer sees it or not.
    """
    check_role(viewer)
    check_creation(elements)
    kept = _without(completed(elements), "AffectedSOPInstanceUID", TRANSACTION)
    if value_of(kept, "WorklistLabel") is None:
        kept |= data_set(WorklistLabel=viewer.hospital)
    now = clock.now()
    try:
        with transaction.atomic():
            item = WorkItem.objects.create(
                uid=uid,
                hospital_id=viewer.hospital,
                state=SCHEDULED,
                attributes=dict(sorted(kept.items())),
                created_by_id=viewer.user,
                created_at=now,
                changed_at=now,
            )
            note_change(viewer, item, now, "create", action=Action.CREATE)
    except IntegrityError:
        raise WorkitemExists("There is a workitem of this UID already.") from None
    return not kept.keys() <= elements.keys()


def retrieve(viewer: Viewer, uid: str, *, dicomweb: str) -> Json:
    """Return a workitem's data set without its Transaction UID, and record the reading.

    Parameters
    ----------
    viewer : Viewer
    uid : str
    dicomweb : str
        Absolute address of the DICOMweb service, without a slash at its end.

    Raises
    ------
    WorkitemNotFound
        If it does not exist for the viewer.
    """
    item = items_for(viewer).select_related(*ABOUT_ITEM).filter(uid=uid).first()
    if item is None:
        raise WorkitemNotFound("There is no such workitem.")
    (elements,) = data_sets([item], dicomweb=dicomweb, whole=True)
    note_reading(viewer, item)
    return elements


def update(viewer: Viewer, uid: str, changes: Json, transaction_uid: str) -> None:
    """Write a data set over a workitem's; of a case's, its performer tells the progress only.

    Raises
    ------
    WorkitemNotFound
        If it does not exist for the viewer.
    NoLongerUpdated
        If it is completed or cancelled.
    TransactionMissing, TransactionWrong
        If it is in progress and the Transaction UID is not the performer's.
    StateRefused
        If it is not in progress and a Transaction UID is given.
    WorkitemNotYours
        If the viewer's role makes no workitems.
    FollowsCase
        If it is a case's and something else than its progress is to change.
    tongying.web.workitems.requirements.AttributeRefused
        If an attribute may not be changed or is not as it must be.
    """
    with transaction.atomic():
        item = locked(viewer, uid)
        if item.state in FINAL:
            raise NoLongerUpdated("The workitem is over and no longer changes.")
        if item.state == IN_PROGRESS:
            check_transaction(item, transaction_uid)
        elif transaction_uid:
            raise StateRefused("The workitem is not claimed; change it without a Transaction UID.")
        changes = _without(changes, TRANSACTION)
        check_update(changes)
        if item.case_id is None:
            check_role(viewer)
        elif item.state != IN_PROGRESS or not changes.keys() <= {tag(PROGRESS)}:
            raise FollowsCase("The workitem follows its case; change the case.")
        now = clock.now()
        item.attributes = dict(sorted({**item.attributes, **changes}.items()))
        item.changed_at = now
        item.save(update_fields=["attributes", "changed_at"])
        note_change(viewer, item, now, "update")


def request_cancellation(viewer: Viewer, uid: str, reason: str) -> bool:
    """Ask that a workitem be cancelled; say whether it had been already.

    Of a case's workitem it is the viewer's own way to end or hand back the case: the asking
    hospital withdraws it, the desk refuses it, the assignee declines it; each with a reason.

    Raises
    ------
    WorkitemNotFound
        If it does not exist for the viewer.
    StateRefused
        If it is completed.
    PerformerOutOfReach
        If it stands by itself and somebody is at work on it: there are no subscriptions.
    WorkitemNotYours, tongying.consult.desk.MoveNotYours
        If it is not the viewer's to end.
    tongying.consult.desk.MoveOutOfPlace, tongying.consult.desk.ReasonMissing
        As the move of the case.
    """
    with transaction.atomic():
        item = locked(viewer, uid)
        if item.state == CANCELED:
            return True
        if item.state == COMPLETED:
            raise StateRefused("The workitem is completed.")
        now = clock.now()
        if item.case is not None:
            move = _way_out(viewer, item.case)
            cases.act(viewer, item.case.pk, Act(move, reason=reason))
            item.refresh_from_db(fields=["state"])
        else:
            check_role(viewer)
            if item.state == IN_PROGRESS:
                raise PerformerOutOfReach("The performer cannot be told; ask them yourself.")
            end(item, CANCELED, now, cancelled(item.attributes, now, reason))
        note_change(viewer, item, now, "request-cancel")
    return False


def locked(viewer: Viewer, uid: str) -> WorkItem:
    """Return a workitem locked until the transaction ends; of a case's, the case first.

    Everybody who moves a case holds the case's row, so whoever holds it sees the workitem as it
    stays.

    Raises
    ------
    WorkitemNotFound
        If it does not exist for the viewer.
    """
    item = items_for(viewer).filter(uid=uid).first()
    if item is not None and item.case_id is not None:
        CaseRow.objects.select_for_update().get(pk=item.case_id)
    item = items_for(viewer).filter(uid=uid).select_for_update(of=("self",)).first()
    if item is None:
        raise WorkitemNotFound("There is no such workitem.")
    return item


def check_transaction(item: WorkItem, transaction_uid: str) -> None:
    """Raise unless a Transaction UID is the one with which a workitem was claimed.

    Raises
    ------
    TransactionMissing
        If it is empty.
    TransactionWrong
        If it is another one, or the workitem was claimed without one.
    """
    if not transaction_uid:
        raise TransactionMissing("The Transaction UID of the claim is missing.")
    if transaction_uid != item.transaction_uid:
        raise TransactionWrong("The Transaction UID is not the one of the claim.")


def end(item: WorkItem, state: str, now: datetime, attributes: Json) -> None:
    """Bring a workitem that stands by itself to a final state."""
    item.state, item.attributes = state, attributes
    item.changed_at = item.ended_at = now
    item.save(update_fields=["state", "attributes", "changed_at", "ended_at"])


def check_role(viewer: Viewer) -> None:
    """Raise unless the viewer's role makes, claims and changes the hospital's own workitems.

    Raises
    ------
    WorkitemNotYours
        If it does not.
    """
    if viewer.role not in MAY_SCHEDULE:
        raise WorkitemNotYours("Your role may look at workitems but not change any.")


def _way_out(viewer: Viewer, case: CaseRow) -> Move:
    """Return the move by which a viewer ends a case or hands it back."""
    if viewer.hospital == case.asking_id and viewer.role is Role.REQUESTER:
        return Move.WITHDRAW
    if viewer.user == case.assignee_id and case.state == State.ASSIGNED.value:
        return Move.DECLINE
    return Move.REFUSE


def _without(elements: Json, *keywords: str) -> Json:
    dropped = {tag(keyword) for keyword in keywords}
    return {name: element for name, element in elements.items() if name not in dropped}
