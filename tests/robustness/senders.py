"""The ways in, as a peer uses them: STOW-RS, C-STORE, browser upload."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import requests
from installation import Installation, listens
from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import C_STORE

BOUNDARY = "tongying-test-boundary"
FAILED, STORED, OTHER = "00081198", "00081199", "0008119A"
ERROR_COMMENT = "00000902"


@dataclass(frozen=True)
class Told:
    """What a STOW-RS answer says: UIDs stored, and a reason for each part that is not."""

    status: int
    stored: list[str]
    reasons: list[str]


def session(installation: Installation, hospital: str) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.headers["Authorization"] = f"Bearer {installation.tokens[hospital]}"
    return made


def stow(http: requests.Session, installation: Installation, files: Sequence[bytes]) -> Told:
    """Send files in one request."""
    body = b"".join(
        f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode() + data + b"\r\n"
        for data in files
    )
    answer = http.post(
        f"{installation.url}/dicomweb/studies",
        data=body + f"--{BOUNDARY}--\r\n".encode(),
        headers={
            "Content-Type": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
        },
        timeout=120,
    )
    assert answer.status_code in (200, 202, 409), (answer.status_code, answer.text[:500])
    told = answer.json()
    stored = [one["00081155"]["Value"][0] for one in told.get(STORED, {}).get("Value", [])]
    refused = [*told.get(FAILED, {}).get("Value", []), *told.get(OTHER, {}).get("Value", [])]
    return Told(answer.status_code, stored, [one[ERROR_COMMENT]["Value"][0] for one in refused])


def upload(
    http: requests.Session, installation: Installation, files: Iterable[tuple[str, bytes]]
) -> Iterator[str]:
    """Send files as the upload page does; yields each file's address."""
    upload_code = ""
    for name, data in files:
        told = {"filename": name, **({"upload": upload_code} if upload_code else {})}
        pairs = (
            f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items()
        )
        answer = http.post(
            f"{installation.url}/uploads/tus/",
            data=data,
            headers={
                "Tus-Resumable": "1.0.0",
                "Upload-Length": str(len(data)),
                "Upload-Metadata": ",".join(pairs),
                "Content-Type": "application/offset+octet-stream",
            },
            timeout=120,
        )
        assert answer.status_code == 201, (answer.status_code, answer.text[:500])
        assert int(answer.headers["Upload-Offset"]) == len(data)
        if not upload_code:
            (row,) = installation.rows(
                "SELECT u.code FROM uploads_upload u JOIN uploads_uploadfile f"
                " ON f.upload_id = u.id"
                " WHERE f.code = ?",
                answer.headers["Location"].rpartition("/")[2],
            )
            upload_code = row[0]
        yield answer.headers["Location"]


class Scu:
    """A modality that sends data sets as they are, whatever is in them."""

    def __init__(
        self, installation: Installation, called: str, contexts: Iterable[tuple[str, str]]
    ) -> None:
        self._port, self._called = installation.dicom_port, called
        self._entity = AE("MODALITY")
        self._entity.dimse_timeout = self._entity.network_timeout = 60
        for sop_class, syntax in sorted(set(contexts)):
            self._entity.add_requested_context(sop_class, syntax)
        self._association: Association | None = None
        self.associations = 0

    def send(self, data: bytes, *, sop_class: str, syntax: str, uid: str) -> C_STORE | None:
        """Send one data set; None where the association was lost before an answer came."""
        association = self._established()
        if association is None:
            return None
        context = next(
            one
            for one in association.accepted_contexts
            if one.abstract_syntax == sop_class and syntax in one.transfer_syntax
        )
        request = C_STORE()
        request.MessageID, request.Priority = 1, 2
        request.AffectedSOPClassUID, request.AffectedSOPInstanceUID = sop_class, uid
        request.DataSet = io.BytesIO(data)
        association._reactor_checkpoint.clear()
        association.dimse.send_msg(request, context.context_id)
        _, response = association.dimse.get_msg(block=True)
        association._reactor_checkpoint.set()
        return response if isinstance(response, C_STORE) else None

    def release(self) -> None:
        if self._association is not None and self._association.is_established:
            self._association.release()

    def _established(self) -> Association | None:
        if self._association is None or not self._association.is_established:
            # The library does not close the socket of a call that nobody answers.
            if not listens(self._port):
                return None
            self._association = self._entity.associate(
                "127.0.0.1", self._port, ae_title=self._called
            )
            self.associations += 1
        return self._association if self._association.is_established else None
