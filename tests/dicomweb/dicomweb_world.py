"""Two hospitals, a technologist and a trainee at one, and requests in their name."""

from __future__ import annotations

import io
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pydicom
from django.test import Client
from pydicom.dataset import Dataset, FileMetaDataset

from tongying.consult.people import Role
from tongying.web.people.models import Hospital, Member
from tongying.web.people.store import issue_token

CT = "1.2.840.10008.5.1.4.1.1.2"
SC_WORD = "1.2.840.10008.5.1.4.1.1.7.3"
BOUNDARY = secrets.token_hex(24)
JSON = "application/dicom+json"
PEOPLE = (
    ("tech", "ONE", Role.TECHNOLOGIST),
    ("trainee", "ONE", Role.TRAINEE),
    ("other", "TWO", Role.TECHNOLOGIST),
)


@dataclass
class World:
    tokens: dict[str, str] = field(default_factory=dict)
    client: Client = field(default_factory=Client)

    def get(self, path: str, *, who: str = "tech", accept: str = JSON, **query: Any) -> Any:
        return self.client.get(
            f"/dicomweb{path}",
            query,
            headers={"Authorization": f"Bearer {self.tokens[who]}", "Accept": accept},
        )

    def rows(self, path: str, **query: Any) -> list[dict[str, Any]]:
        response = self.get(path, **query)
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def post(self, path: str, body: bytes, *, who: str = "tech", kind: str = "") -> Any:
        return self.client.generic(
            "POST",
            f"/dicomweb{path}",
            body,
            content_type=kind
            or f'multipart/related; type="application/dicom"; boundary={BOUNDARY}',
            headers={"Authorization": f"Bearer {self.tokens[who]}"},
        )

    def store(self, *files: bytes, path: str = "/studies", who: str = "tech") -> Any:
        return self.post(path, multipart(*files), who=who)


def build() -> World:
    world = World()
    for code in ("ONE", "TWO"):
        Hospital.objects.create(code=code, name=code, ae_title=code)
    for login, hospital, role in PEOPLE:
        Member.objects.create(
            login=login, name=login, hospital_id=hospital, role=role.value, password="!"
        )
        world.tokens[login] = issue_token(login, actor="test")
    return world


def multipart(*files: bytes, kind: str = "application/dicom") -> bytes:
    parts = [f"--{BOUNDARY}\r\nContent-Type: {kind}\r\n\r\n".encode() + one for one in files]
    return b"\r\n".join([*parts, f"--{BOUNDARY}--\r\n".encode()])


def parts_of(response: Any) -> list[tuple[str, bytes]]:
    """Split an answer by hand: (content type, bytes) of each part."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    boundary = response["Content-Type"].partition("boundary=")[2].strip('"').encode()
    found = []
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, data = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        found.append((head.decode().partition(": ")[2], data))
    return found


def image(study: str = "1.2.3.1", number: int = 1, *, frames: int = 1, **changes: Any) -> bytes:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID = CT if frames == 1 else SC_WORD
    data.SOPInstanceUID = f"{study}.1.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientName, data.PatientID = "Wang^Xiaoming=王^小明", "P1"
    data.PatientBirthDate, data.PatientSex = "20210105", "M"
    data.StudyDate, data.StudyTime, data.Modality = "20260301", "101530.5", "CT"
    data.AccessionNumber, data.StudyDescription = "A1", "胸部 CT"
    data.SeriesNumber, data.InstanceNumber, data.SeriesDescription = 1, number, "Axial"
    data.Rows = data.Columns = 16
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    if frames > 1:
        data.NumberOfFrames = frames
    data.PixelData = pixels(number, frames).tobytes()
    for name, value in changes.items():
        setattr(data, name, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    return target.getvalue()


def pixels(number: int, frames: int = 1) -> np.ndarray:
    return (np.arange(256 * frames, dtype="<u2") + number).reshape(frames, 16, 16) % 4096
