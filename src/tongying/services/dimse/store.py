"""C-STORE: the bytes as sent go into the archive; success means that they are safe there."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset

from tongying.archive.arrival import Arrival
from tongying.archive.ingest import Intake
from tongying.dicom.instance import InstanceRecord
from tongying.kernel.errors import BadInput
from tongying.services.dimse.answer_status import Status, status_with

if TYPE_CHECKING:
    from tongying.archive.content_store import Incoming
    from tongying.services.dimse.association import Call
    from tongying.services.dimse.reception import IncomingDataSet

FULL_BELOW_BYTES = 32 << 20
"""With less free space a failure is called one of space: the peer may try again later."""

_logger = logging.getLogger(__name__)


class UidContradicted(BadInput):
    """The request names another instance than its data set does."""

    code = "dimse.uid-contradicted"


def store(call: Call, data_set: IncomingDataSet, request: tuple[str, str]) -> Dataset | int:
    """Take an object in and return the status to answer with.

    Parameters
    ----------
    call : Call
        The association it came over.
    data_set : IncomingDataSet
        Received completely.
    request : tuple of str
        Affected SOP Class UID and Affected SOP Instance UID of the request.
    """
    incoming = data_set.take()
    if data_set.failure is not None:
        return status_with(Status.OUT_OF_RESOURCES, "The archive's disk is full or failing.")
    if incoming is None:
        return status_with(Status.CANNOT_UNDERSTAND, "The request has no data set.")
    try:
        arrival = _take_in(call, incoming, request[1])
    except OSError:
        _logger.exception("an object could not be written")
        incoming.abandon(call.index.owns)
        return status_with(Status.OUT_OF_RESOURCES, "The archive's disk is full or failing.")
    except Exception:  # the outermost edge: logged, and the peer is told
        _logger.exception("an object could not be taken in")
        incoming.abandon(call.index.owns)
        if shutil.disk_usage(call.data_dir).free < FULL_BELOW_BYTES:
            return status_with(Status.OUT_OF_RESOURCES, "The archive's disk is full.")
        return status_with(Status.PROCESSING_FAILURE, "The archive could not take the object.")
    return _answer(arrival, request[0])


def _take_in(call: Call, incoming: Incoming, sop_instance_uid: str) -> Arrival:
    def check(record: InstanceRecord) -> None:
        if record.sop_instance_uid != sop_instance_uid:
            raise UidContradicted("The data set has another SOP Instance UID than the request.")

    intake = Intake(call.store, call.index, call.caller.sender, check)
    intake.offer(sop_instance_uid, incoming)
    (arrival,) = intake.flush()
    return arrival


def _answer(arrival: Arrival, sop_class_uid: str) -> Dataset | int:
    if arrival.accepted:
        if arrival.sop_class_uid != sop_class_uid:
            return status_with(
                Status.CLASS_MISMATCH_WARNING, "Stored; its SOP class is not the request's."
            )
        return int(Status.SUCCESS)
    _logger.info("C-STORE refused: %s", arrival.code)
    if arrival.code == UidContradicted.code:
        return status_with(Status.MISMATCH, arrival.reason)
    return status_with(Status.CANNOT_UNDERSTAND, arrival.reason)
