"""Storage commitment (push model): whether the named objects are safe here.

References
----------
DICOM PS3.4 annex J.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from tongying.archive.content_store import ContentStore
from tongying.archive.query import Level, Query
from tongying.kernel.errors import BadInput
from tongying.services.dimse.answer_status import Status
from tongying.services.dimse.caller import Caller
from tongying.services.dimse.retrieve import found_rows
from tongying.web.records.reading import Located, ObjectNotFound, Place, locate

REQUEST_COMMITMENT = 1
"""Action type (PS3.4 table J.3-1)."""
ALL_SAFE, SOME_FAILED = 1, 2
"""Event types (PS3.4 table J.3-3)."""
PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1.1"
UIDS_AT_ONCE = 400


class CommitmentRefused(BadInput):
    """The request is incomplete."""

    code = "dimse.commitment"


def read_request(information: Dataset) -> tuple[str, list[tuple[str, str]]]:
    """Return the transaction UID and the (class, instance) UIDs of a request.

    Raises
    ------
    CommitmentRefused
        If either is missing.
    """
    transaction = str(information.get("TransactionUID") or "")
    named = [
        (
            str(item.get("ReferencedSOPClassUID") or ""),
            str(item.get("ReferencedSOPInstanceUID") or ""),
        )
        for item in information.get("ReferencedSOPSequence") or []
    ]
    if not transaction or not named:
        raise CommitmentRefused("The transaction UID or the list of objects is missing.")
    return transaction, named


def report(
    caller: Caller, store: ContentStore, *, transaction: str, named: Sequence[tuple[str, str]]
) -> tuple[int, Dataset]:
    """Return event type and event information on the objects of a request.

    Parameters
    ----------
    caller : Caller
    store : ContentStore
    transaction : str
    named : sequence of tuple of str
        SOP Class UID and SOP Instance UID of each object.
    """
    here = _held(caller, sorted({uid for _, uid in named}))
    safe, failed = [], []
    for sop_class, uid in named:
        item = Dataset()
        item.ReferencedSOPClassUID = sop_class
        item.ReferencedSOPInstanceUID = uid
        reason = _reason(here.get(uid), sop_class, store)
        if reason is None:
            safe.append(item)
        else:
            item.FailureReason = int(reason)
            failed.append(item)
    information = Dataset()
    information.TransactionUID = transaction
    information.RetrieveAETitle = caller.called
    if safe:
        information.ReferencedSOPSequence = DicomSequence(safe)
    if failed:
        information.FailedSOPSequence = DicomSequence(failed)
    return (SOME_FAILED if failed else ALL_SAFE), information


def _reason(located: Located | None, sop_class: str, store: ContentStore) -> Status | None:
    if located is None:
        return Status.NO_SUCH_INSTANCE
    if located.sop_class_uid != sop_class:
        return Status.CLASS_INSTANCE_CONFLICT
    if store.size(located.digest) != located.size:
        return Status.PROCESSING_FAILURE
    return None


def _held(caller: Caller, uids: list[str]) -> dict[str, Located]:
    """Return what the hospital holds of the named objects."""
    places = set()
    for at in range(0, len(uids), UIDS_AT_ONCE):
        matches = {"SOPInstanceUID": "\\".join(uids[at : at + UIDS_AT_ONCE])}
        for row in found_rows(caller, Query(Level.IMAGE, matches)):
            places.add(Place(row["StudyInstanceUID"], row["SeriesInstanceUID"]))
    held = {}
    for place in sorted(places, key=lambda place: (place.study, place.series)):
        try:
            located = locate(caller.viewer, place, door="storage-commitment")
        except ObjectNotFound:
            continue
        held.update({one.uid: one for one in located})
    return held
