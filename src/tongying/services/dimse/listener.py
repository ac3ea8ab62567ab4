"""The listener: which services it offers, and what each request leads to.

Import this only after `tongying.web.boot.boot`.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import _config, evt
from pynetdicom.events import Event
from pynetdicom.pdu_primitives import A_ABORT, A_P_ABORT, A_RELEASE
from pynetdicom.presentation import build_role
from pynetdicom.sop_class import (
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelGet,
    PatientRootQueryRetrieveInformationModelMove,
    StorageCommitmentPushModel,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from tongying.archive.content_store import ContentStore, FileContentStore
from tongying.archive.ingest import Index
from tongying.kernel.errors import TongyingError
from tongying.services.dimse import commitment
from tongying.services.dimse.answer_status import Status, status_with
from tongying.services.dimse.association import (
    SILENCE_SECONDS,
    Call,
    CallHandler,
    CallServer,
    Entity,
)
from tongying.services.dimse.caller import Caller, peer_of
from tongying.services.dimse.query import find
from tongying.services.dimse.retrieve import hand_out, objects_of
from tongying.services.dimse.sending import contexts_for
from tongying.services.dimse.store import store as store_object
from tongying.web.boot import end_of_work
from tongying.web.records.index import DjangoIndex
from tongying.web.settings import DATA_DIR

LONGEST_PIECE = 1 << 20
"""Largest PDU received (bytes): few pieces per image, and memory stays bounded."""
MOST_CALLS = 64
ANSWER_SECONDS = 60
RELEASE_SECONDS = 0.3
"""How long a peer that asked for commitment has to hang up before it is told on the same call."""
SERVICES = (
    Verification,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelGet,
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelMove,
    PatientRootQueryRetrieveInformationModelGet,
    StorageCommitmentPushModel,
)

# Process-wide switches of pynetdicom. Any storage class is taken, known or not; and its log would
# hold names of patients.
_config.UNRESTRICTED_STORAGE_SERVICE = True
_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = False
_config.LOG_RESPONSE_IDENTIFIERS = False

_logger = logging.getLogger(__name__)

Answer = tuple[int | Dataset, Dataset | None]


class DicomListener:
    """Listens for DICOM calls until told to stop.

    Parameters
    ----------
    store : ContentStore
    index : Index
    data_dir : Path
        Where the archive's files lie, for a look at the free space.
    """

    def __init__(self, store: ContentStore, index: Index, data_dir: Path) -> None:
        self._store = store
        self._index = index
        self._data_dir = data_dir
        self._entity = _entity("TONGYING")
        self._server: CallServer | None = None

    @property
    def port(self) -> int:
        """The port listened on; 0 before the start."""
        return 0 if self._server is None else int(self._server.server_address[1])

    def start(self, *, host: str, port: int) -> None:
        """Begin to listen.

        Parameters
        ----------
        host : str
            Address to bind to.
        port : int
            0 lets the system choose one.

        Raises
        ------
        OSError
            If the address is not to be had.
        """
        server: CallServer = self._entity.make_server(
            (host, port),
            server_class=CallServer,
            request_handler=CallHandler,
            evt_handlers=_HANDLERS,
        )
        # A port of 0 is known only once it is bound.
        server.server_address = server.socket.getsockname()
        server.store, server.archive_index = self._store, self._index
        server.data_dir = self._data_dir
        self._entity._servers.append(server)
        self._server = server
        Thread(target=server.serve_forever, name="dicom-listener", daemon=True).start()
        _logger.info("DICOM listener on %s port %d", host, self.port)

    def stop(self) -> None:
        """Stop listening and abort the calls that are open."""
        if self._server is not None:
            self._server = None
            self._entity.shutdown()


def serve_dicom(*, host: str = "127.0.0.1", port: int) -> DicomListener:
    """Start a listener on the installation's archive and return at once.

    Parameters
    ----------
    host : str, optional
    port : int

    Raises
    ------
    OSError
        If the address is not to be had.
    """
    listener = DicomListener(FileContentStore(DATA_DIR), DjangoIndex(), DATA_DIR)
    listener.start(host=host, port=port)
    return listener


def _entity(ae_title: str) -> Entity:
    entity = Entity(ae_title)
    entity.maximum_pdu_size = LONGEST_PIECE
    entity.maximum_associations = MOST_CALLS
    entity.network_timeout = SILENCE_SECONDS
    entity.dimse_timeout = ANSWER_SECONDS
    entity.supported_contexts = []
    for service in SERVICES:
        entity.add_supported_context(service, [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
    return entity


def _on_request(event: Event) -> None:
    event.assoc.decide()


def _on_extended(event: Event) -> dict[Any, bytes]:
    return event.assoc.negotiate_extended(event.app_info)


def _on_echo(_: Event) -> int:
    return int(Status.SUCCESS)


def _on_store(event: Event) -> Dataset | int:
    request = event.request
    named = (str(request.AffectedSOPClassUID), str(request.AffectedSOPInstanceUID))
    try:
        return store_object(event.assoc, request.DataSet, named)
    finally:
        end_of_work()


def _on_find(event: Event) -> Iterator[Answer]:
    call: Call = event.assoc
    try:
        yield from find(
            call.caller,
            call.identifier(event.request, event.context),
            fuzzy=call.fuzzy,
            cancelled=lambda: event.is_cancelled,
        )
    except TongyingError as refusal:
        yield status_with(Status.MISMATCH, refusal.sentence), None
    finally:
        end_of_work()


def _on_get(event: Event) -> Iterator[Any]:
    call: Call = event.assoc
    try:
        identifier = call.identifier(event.request, event.context)
        objects = objects_of(call.caller, identifier, door="c-get")
        yield len(objects)
        yield from hand_out(objects, call.store, cancelled=lambda: event.is_cancelled)
    finally:
        end_of_work()


def _on_move(event: Event) -> Iterator[Any]:
    call: Call = event.assoc
    try:
        peer = peer_of(call.caller.hospital, event.move_destination)
        if peer is None:
            yield None, None
            return
        identifier = call.identifier(event.request, event.context)
        objects = objects_of(call.caller, identifier, door="c-move")
        originator = (call.caller.ae_title, event.request.MessageID)
        yield (
            peer.host,
            peer.port,
            {"contexts": contexts_for(objects), "originator": originator},
        )
        yield len(objects)
        yield from hand_out(objects, call.store, cancelled=lambda: event.is_cancelled)
    finally:
        end_of_work()


def _on_action(event: Event) -> tuple[int | Dataset, None]:
    call: Call = event.assoc
    if event.action_type != commitment.REQUEST_COMMITMENT:
        return int(Status.NO_SUCH_ACTION), None
    try:
        transaction, named = commitment.read_request(event.action_information)
        result = commitment.report(call.caller, call.store, transaction=transaction, named=named)
    except TongyingError as refusal:
        return status_with(Status.INVALID_ARGUMENT, refusal.sentence), None
    finally:
        end_of_work()
    call.dimse.after_answer(lambda: _tell(call, *result))
    return int(Status.SUCCESS), None


def _tell(call: Call, event_type: int, information: Dataset) -> None:
    """Report on the same call if the peer stays, else call it back."""
    if not _hangs_up(call):
        status, _ = call.send_n_event_report(
            information,
            event_type,
            StorageCommitmentPushModel,
            commitment.PUSH_MODEL_INSTANCE,
        )
        if "Status" in status:
            return
    Thread(
        target=_call_back, args=(call.caller, event_type, information), name="commitment"
    ).start()


def _hangs_up(call: Call) -> bool:
    """Say whether the peer ends the call within `RELEASE_SECONDS`."""
    pause = threading.Event()
    for _ in range(15):
        if isinstance(call.dul.peek_next_pdu(), A_RELEASE | A_ABORT | A_P_ABORT):
            return True
        pause.wait(RELEASE_SECONDS / 15)
    return False


def _call_back(caller: Caller, event_type: int, information: Dataset) -> None:
    try:
        peer = peer_of(caller.hospital, caller.ae_title)
    finally:
        end_of_work(thread_ends=True)
    if peer is None:
        _logger.warning("storage commitment: the caller hung up and is no registered node")
        return
    entity = Entity(caller.called)
    entity.dimse_timeout = ANSWER_SECONDS
    entity.add_requested_context(StorageCommitmentPushModel)
    association = entity.associate(
        peer.host,
        peer.port,
        ae_title=peer.ae_title,
        ext_neg=[build_role(StorageCommitmentPushModel, scp_role=True)],
    )
    if not association.is_established:
        _logger.warning("storage commitment: the node does not answer")
        return
    association.send_n_event_report(
        information, event_type, StorageCommitmentPushModel, commitment.PUSH_MODEL_INSTANCE
    )
    association.release()


_HANDLERS = [
    (evt.EVT_REQUESTED, _on_request),
    (evt.EVT_SOP_EXTENDED, _on_extended),
    (evt.EVT_C_ECHO, _on_echo),
    (evt.EVT_C_STORE, _on_store),
    (evt.EVT_C_FIND, _on_find),
    (evt.EVT_C_GET, _on_get),
    (evt.EVT_C_MOVE, _on_move),
    (evt.EVT_N_ACTION, _on_action),
]
