"""What the listener refuses, commits to, and leaves behind when it is killed."""

from __future__ import annotations

import io
import os
import socket
import threading
from pathlib import Path

import pytest
from dimse_peer import ct, listening, series_of
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE, evt
from pynetdicom.dsutils import encode
from pynetdicom.sop_class import (
    StorageCommitmentPushModel,
    StudyRootQueryRetrieveInformationModelFind,
)

pytestmark = pytest.mark.server

# pynetdicom as our client may answer a report in the very moment it hangs up, in its own thread.
CLIENT_HANGS_UP = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")

COMMIT = "1.2.840.10008.1.20.1.1"


@pytest.fixture(scope="module")
def listener(tmp_path_factory):
    with listening(tmp_path_factory.mktemp("archive") / "data") as running:
        yield running


def call(listener, *contexts, title="MODALITY", called="TONGYING", handlers=(), **options):
    entity = AE(title)
    for context in contexts:
        entity.add_requested_context(context, ExplicitVRLittleEndian)
    association = entity.associate(
        "127.0.0.1", listener.port, ae_title=called, evt_handlers=list(handlers), **options
    )
    assert association.is_established
    return association


def send_raw(association, data: bytes, *, uid: str, sop_class: str = CTImageStorage) -> Dataset:
    """Send bytes as a data set, whatever they are."""
    from pynetdicom.dimse_primitives import C_STORE

    request = C_STORE()
    request.MessageID, request.Priority = 1, 2
    request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = sop_class, uid
    request.DataSet = io.BytesIO(data)
    association._reactor_checkpoint.clear()
    association.dimse.send_msg(request, association.accepted_contexts[0].context_id)
    _, response = association.dimse.get_msg(block=True)
    association._reactor_checkpoint.set()
    return response


def image(number: int = 1) -> Dataset:
    return ct("Li^Na=李^娜", "H-9", study=generate_uid(), series=generate_uid(), number=number)


def encoded(data: Dataset) -> bytes:
    return encode(data, is_implicit_vr=False, is_little_endian=True)


def objects(listener) -> set[str]:
    return {path.name for path in (listener.data / "objects").glob("*/*")}


def test_what_is_no_dicom_is_refused_and_the_next_one_still_stored(listener):
    before = objects(listener)
    association = call(listener, CTImageStorage)
    refused = send_raw(association, os.urandom(5000), uid=generate_uid())
    assert refused.Status & 0xF000 == 0xC000
    assert 0 < len(refused.ErrorComment) <= 64
    assert objects(listener) == before
    good = image()
    assert send_raw(association, encoded(good), uid=good.SOPInstanceUID).Status == 0
    association.release()
    assert len(objects(listener) - before) == 1
    assert list((listener.data / "incoming").iterdir()) == []


def test_an_object_that_is_not_the_one_announced_is_refused(listener):
    association = call(listener, CTImageStorage)
    response = send_raw(association, encoded(image()), uid=generate_uid())
    association.release()
    assert response.Status == 0xA900
    assert "SOP Instance UID" in response.ErrorComment


def test_the_same_object_twice_is_kept_once(listener):
    good = image()
    association = call(listener, CTImageStorage)
    before = objects(listener)
    for _ in range(2):
        assert send_raw(association, encoded(good), uid=good.SOPInstanceUID).Status == 0
    association.release()
    assert len(objects(listener) - before) == 1


def test_an_endless_pdu_is_cut_off_and_the_listener_goes_on(listener):
    with socket.create_connection(("127.0.0.1", listener.port), timeout=20) as peer:
        peer.sendall(b"\x01\x00\xff\xff\xff\xff")
        assert peer.recv(100) in (b"", b"\x07\x00\x00\x00\x00\x04\x00\x00\x00\x00")
    call(listener, CTImageStorage).release()


def test_fuzzy_names_when_negotiated(listener, tmp_path):
    good = ct("Zhao^Lei=赵^雷", "H-7", study=generate_uid(), series=generate_uid())
    association = call(listener, CTImageStorage)
    assert send_raw(association, encoded(good), uid=good.SOPInstanceUID).Status == 0
    association.release()
    wanted = Dataset()
    wanted.QueryRetrieveLevel, wanted.PatientName = "STUDY", "zl"
    wanted.StudyInstanceUID = ""

    def found(**options):
        model = StudyRootQueryRetrieveInformationModelFind
        asking = call(listener, model, **options)
        rows = [row for _, row in asking.send_c_find(wanted, model) if row is not None]
        asking.release()
        return [row.StudyInstanceUID for row in rows]

    from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

    item = SOPClassExtendedNegotiation()
    item.sop_class_uid = StudyRootQueryRetrieveInformationModelFind
    item.service_class_application_information = b"\x01\x00\x01"
    assert found() == []
    assert found(ext_neg=[item]) == [good.StudyInstanceUID]


def ask_commitment(listener, named, *, stay: bool, title="MODALITY"):
    """Ask for commitment and return the reports heard on the same call."""
    heard, arrived = [], threading.Event()

    def on_report(event):
        heard.append((event.request.EventTypeID, event.event_information))
        arrived.set()
        return 0, None

    association = call(
        listener,
        StorageCommitmentPushModel,
        title=title,
        handlers=[(evt.EVT_N_EVENT_REPORT, on_report)],
    )
    request = Dataset()
    request.TransactionUID = generate_uid()
    request.ReferencedSOPSequence = []
    for sop_class, uid in named:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
        request.ReferencedSOPSequence.append(item)
    status, _ = association.send_n_action(request, 1, StorageCommitmentPushModel, COMMIT)
    assert status.Status == 0
    if stay:
        assert arrived.wait(20)
    association.release()
    return request.TransactionUID, heard


def test_what_was_done_and_refused_is_in_the_trail(listener):
    entity = AE("STRANGER")
    entity.add_requested_context(CTImageStorage)
    assert entity.associate("127.0.0.1", listener.port, ae_title="NOBODY").is_rejected
    good = image()
    association = call(listener, CTImageStorage, title="CTROOM")
    assert send_raw(association, encoded(good), uid=good.SOPInstanceUID).Status == 0
    association.release()
    model = StudyRootQueryRetrieveInformationModelFind
    wanted = Dataset()
    wanted.QueryRetrieveLevel, wanted.PatientID = "STUDY", "no-such-child"
    asking = call(listener, model, title="READER")
    assert [row for _, row in asking.send_c_find(wanted, model)] == [None]
    asking.release()
    said = listener.command("audit")
    assert "ae:STRANGER|refuse|association|NOBODY|" in said
    assert f"ae:CTROOM|create|study|{good.StudyInstanceUID}|COUNTY" in said
    assert "ae:READER|execute|query|STUDY|COUNTY" in said


@CLIENT_HANGS_UP
def test_commitment_for_what_is_here_and_not_for_the_rest(listener):
    good = image()
    association = call(listener, CTImageStorage)
    assert send_raw(association, encoded(good), uid=good.SOPInstanceUID).Status == 0
    association.release()
    stranger = generate_uid()
    transaction, [(kind, report)] = ask_commitment(
        listener,
        [
            (CTImageStorage, good.SOPInstanceUID),
            (CTImageStorage, stranger),
            ("1.2.840.10008.5.1.4.1.1.4", good.SOPInstanceUID),
        ],
        stay=True,
    )
    assert kind == 2
    assert report.TransactionUID == transaction
    assert [item.ReferencedSOPInstanceUID for item in report.ReferencedSOPSequence] == [
        good.SOPInstanceUID
    ]
    assert [
        (item.ReferencedSOPInstanceUID, item.FailureReason) for item in report.FailedSOPSequence
    ] == [(stranger, 0x0112), (good.SOPInstanceUID, 0x0119)]
    _, [(kind, report)] = ask_commitment(
        listener, [(CTImageStorage, good.SOPInstanceUID)], stay=True
    )
    assert kind == 1
    assert "FailedSOPSequence" not in report


@CLIENT_HANGS_UP
def test_commitment_calls_a_registered_node_back_when_it_hung_up(listener):
    heard, arrived = [], threading.Event()

    def on_report(event):
        heard.append(event.event_information)
        arrived.set()
        return 0, None

    node = AE("CTSCANNER")
    node.add_supported_context(StorageCommitmentPushModel, scu_role=True, scp_role=True)
    server = node.start_server(
        ("127.0.0.1", 0), block=False, evt_handlers=[(evt.EVT_N_EVENT_REPORT, on_report)]
    )
    try:
        listener.command(f"peer COUNTY CTSCANNER {server.socket.getsockname()[1]}")
        transaction, _ = ask_commitment(
            listener, [(CTImageStorage, generate_uid())], stay=False, title="CTSCANNER"
        )
        assert arrived.wait(20)
    finally:
        server.shutdown()
    assert [report.TransactionUID for report in heard] == [transaction]


def test_a_kill_in_mid_transfer_leaves_no_half_stored_object(tmp_path):
    files = series_of(tmp_path / "sent", 3, "Sun^Li", "H-3")
    data = tmp_path / "data"
    with listening(data) as first:
        association = call(first, CTImageStorage)
        for path in files[:2]:
            one = dcmread(path)
            assert send_raw(association, encoded(one), uid=one.SOPInstanceUID).Status == 0
        one = dcmread(files[2])
        half = half_sent(association, encoded(one), uid=one.SOPInstanceUID)
        assert half.wait(20, first.data)
        connection = association.dul.socket.socket
        first.process.kill()
        first.process.wait()
        association.abort()
        connection.close()
    assert len(list((data / "incoming").iterdir())) == 1
    with listening(data) as second:
        second.command("sweep")
        assert list((data / "incoming").iterdir()) == []
        assert len(objects(second)) == 2
        association = call(second, CTImageStorage)
        assert send_raw(association, encoded(one), uid=one.SOPInstanceUID).Status == 0
        association.release()
        assert len(objects(second)) == 3


class half_sent:  # noqa: N801 - reads as what it does
    """Sends all of a C-STORE but its end."""

    def __init__(self, association, data: bytes, *, uid: str) -> None:
        from pynetdicom.dimse_messages import C_STORE_RQ
        from pynetdicom.dimse_primitives import C_STORE

        request = C_STORE()
        request.MessageID, request.Priority = 1, 2
        request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = CTImageStorage, uid
        request.DataSet = io.BytesIO(data)
        message = C_STORE_RQ()
        message.primitive_to_message(request)
        pieces = list(message.encode_msg(association.accepted_contexts[0].context_id, 1024))
        for piece in pieces[:-1]:
            association.dul.send_pdu(piece)

    def wait(self, seconds: float, data: Path) -> bool:
        """Say whether the bytes reached the disk."""
        pause = threading.Event()
        for _ in range(int(seconds / 0.05)):
            if any((data / "incoming").glob("*.part")):
                return True
            pause.wait(0.05)
        return False
