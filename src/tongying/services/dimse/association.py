"""One call: an association in which this side answers, with its caller and its way to the archive.

pynetdicom builds associations itself and knows neither admission per request nor streaming, so a
`Call` takes over an association before it starts.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_GET, C_MOVE
from pynetdicom.presentation import PresentationContext
from pynetdicom.sop_class import (
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelGet,
    PatientRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelFind,
)
from pynetdicom.transport import RequestHandler, ThreadedAssociationServer

from tongying.kernel.audit import Action, AuditEvent
from tongying.services.dimse.answer_status import Status, status_with
from tongying.services.dimse.caller import Caller, CallRefused, actor_of, admit
from tongying.services.dimse.connection import quicken
from tongying.services.dimse.identifier import Identifier, IdentifierRefused, read_identifier
from tongying.services.dimse.reception import Reception
from tongying.services.dimse.retrieve import check_retrieve
from tongying.services.dimse.sending import StoredObject, send
from tongying.web.boot import end_of_work
from tongying.web.trail import store as trail

if TYPE_CHECKING:
    from tongying.archive.content_store import ContentStore
    from tongying.archive.ingest import Index

REJECTED_PERMANENT, SERVICE_USER = 1, 1
"""Result and source of an A-ASSOCIATE-RJ (PS3.8 table 9-21)."""
SILENCE_SECONDS = 300
"""A peer that sends nothing for so long is let go."""
FIND_MODELS = frozenset(
    {
        PatientRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelFind,
    }
)
PATIENT_ROOT = frozenset(
    {
        PatientRootQueryRetrieveInformationModelFind,
        PatientRootQueryRetrieveInformationModelGet,
        PatientRootQueryRetrieveInformationModelMove,
    }
)
FUZZY_BYTE = 2
"""Position of "fuzzy semantic matching" in the extended negotiation (PS3.4 section C.5.1.1)."""
_BY_REFERENCE = frozenset(
    {
        "1.2.840.10008.1.2.4.94",
        "1.2.840.10008.1.2.4.95",
        "1.2.840.10008.1.2.4.204",
        "1.2.840.10008.1.2.4.205",
    }
)
"""JPIP: the pixels stay with the sender, so anything else is preferred."""

_logger = logging.getLogger(__name__)


class Call(Association):
    """An association in which this side answers.

    Attributes
    ----------
    store, index : ContentStore, Index
        The archive.
    data_dir : Path
        Where the archive's files lie.
    caller : Caller
        Set once the association is accepted.
    fuzzy : bool
        Whether fuzzy matching of names was negotiated.
    """

    store: ContentStore
    index: Index
    data_dir: Path
    caller: Caller
    fuzzy: bool

    def take_over(self, store: ContentStore, index: Index, data_dir: Path) -> None:
        """Become able to answer."""
        self.store = store
        self.index = index
        self.data_dir = data_dir
        self.fuzzy = False
        self.dimse = Reception(self, store)

    def run(self) -> None:
        """Answer until the association ends, then leave nothing behind."""
        try:
            super().run()
        finally:
            self.dimse.forget()
            end_of_work(thread_ends=True)

    def decide(self) -> None:
        """Let the caller in or reject the association, with an audit event."""
        request = self.requestor.primitive
        calling, called = request.calling_ae_title.strip(), request.called_ae_title.strip()
        try:
            self.caller = admit(calling=calling, called=called, host=self.requestor.address)
        except CallRefused as refusal:
            _logger.warning("association rejected: %s", refusal.sentence)
            self._note_refusal(calling, called, refusal)
            self.acse.send_reject(REJECTED_PERMANENT, SERVICE_USER, int(refusal.diagnostic))
            self.kill()
            return
        finally:
            end_of_work()
        for context in request.presentation_context_definition_list:
            self._choose_syntax(context)

    def _note_refusal(self, calling: str, called: str, refusal: CallRefused) -> None:
        trail.note(
            AuditEvent(
                datetime.now(UTC),
                actor_of(calling),
                Action.REFUSE,
                "association",
                called,
                refusal.hospital,
                {"host": self.requestor.address, "diagnostic": refusal.diagnostic.name.lower()},
            )
        )

    def _choose_syntax(self, context: PresentationContext) -> None:
        """Put the transfer syntax to be accepted first, which is the one pynetdicom accepts.

        For what we receive that is the sender's own first choice. For what we send by C-GET it is
        an uncompressed one, since any object can be written in that.
        """
        offered = list(context.transfer_syntax)
        role = self.requestor.role_selection.get(context.abstract_syntax)
        if role is not None and role.scp_role:
            plain = [ExplicitVRLittleEndian, ImplicitVRLittleEndian]
            context.transfer_syntax = sorted(
                offered, key=lambda uid: plain.index(uid) if uid in plain else len(plain)
            )
        else:
            context.transfer_syntax = sorted(offered, key=_reluctance)

    def negotiate_extended(self, asked: Mapping[UID, bytes]) -> dict[UID, bytes]:
        """Answer the extended negotiation of the query models: relational, and fuzzy names."""
        answers = {}
        for model, wanted in asked.items():
            if model in FIND_MODELS:
                self.fuzzy = len(wanted) > FUZZY_BYTE and wanted[FUZZY_BYTE] == 1
                granted = bytes([1, 0, int(self.fuzzy)])
                answers[model] = granted[: max(1, len(wanted))]
        return answers

    def identifier(self, request: Any, context: Any) -> Identifier:
        """Read the identifier of a query or retrieve request.

        Raises
        ------
        IdentifierRefused
            If it cannot be understood.
        """
        encoded = request.Identifier.getvalue() if request.Identifier else b""
        return read_identifier(
            encoded,
            transfer_syntax_uid=str(context.transfer_syntax),
            patient_root=context.abstract_syntax in PATIENT_ROOT,
        )

    def _serve_request(self, msg: Any, context_id: int) -> None:
        """Refuse a retrieval of nothing in particular before pynetdicom begins sub-operations."""
        context = self._accepted_cx.get(context_id)
        if isinstance(msg, C_GET | C_MOVE) and msg.is_valid_request and context is not None:
            try:
                check_retrieve(self.identifier(msg, context.as_tuple))
            except IdentifierRefused as refusal:
                response = type(msg)()
                response.MessageID = msg.MessageID
                response.MessageIDBeingRespondedTo = msg.MessageID
                response.AffectedSOPClassUID = msg.AffectedSOPClassUID
                for element in status_with(Status.MISMATCH, refusal.sentence):
                    setattr(response, element.keyword, element.value)
                self.dimse.send_msg(response, context_id)
                return
        super()._serve_request(msg, context_id)

    def send_c_store(self, dataset: Any, msg_id: int = 1, **_: Any) -> Dataset:
        """Send a stored object over this association (the sub-operations of C-GET)."""
        return send(self, dataset, message_id=msg_id)


def _reluctance(uid: UID) -> int:
    if uid in _BY_REFERENCE:
        return 2
    return 0 if uid.is_transfer_syntax and not uid.is_private else 1


class CallHandler(RequestHandler):
    """Makes a `Call` of every connection."""

    def _create_association(self) -> Association:
        association = super()._create_association()
        # pynetdicom names its class where it builds it; the thread has not started yet.
        association.__class__ = Call
        quicken(association, silence_seconds=SILENCE_SECONDS)
        server: CallServer = self.server  # type: ignore[assignment]
        association.take_over(server.store, server.archive_index, server.data_dir)
        return association


class CallServer(ThreadedAssociationServer):
    """Accepts connections for the archive."""

    request_queue_size = 64
    store: ContentStore
    archive_index: Index
    data_dir: Path


class Entity(AE):
    """The application entity: answers calls, and calls the destinations of C-MOVE."""

    def associate(
        self, addr: Any, port: int, *args: Any, originator: tuple[str, int] | None = None, **kw: Any
    ) -> Association:
        """Call a node; for C-MOVE in the name of the hospital that was called."""
        association = super().associate(addr, port, *args, **kw)
        if association.is_established:
            quicken(association, silence_seconds=SILENCE_SECONDS)

        def send_c_store(dataset: StoredObject, msg_id: int = 1, **_: Any) -> Dataset:
            return send(association, dataset, message_id=msg_id, originator=originator)

        association.send_c_store = send_c_store
        return association
