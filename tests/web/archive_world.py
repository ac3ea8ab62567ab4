"""Two hospitals, their people, and small DICOM files for the tests of the archive's pages."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import pydicom
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from pydicom.dataset import FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from tongying.archive.arrival import Arrival, Door
from tongying.consult.people import Role, Viewer
from tongying.web.people import store
from tongying.web.people.models import Member
from tongying.web.records.index import sender_of
from tongying.web.uploads.intake import offer, open_intake

PASSWORD = "a long enough phrase"
COUNTY, OTHER, EXPERTS = "COUNTY", "OTHER", "EXPERTS"
STUDY = "1.2.826.0.1.3680043.10.99.1"


def build() -> None:
    """Make the hospitals and one member of each role in the county."""
    for code, answers in ((COUNTY, False), (OTHER, False), (EXPERTS, True)):
        store.add_hospital(code, f"{code} 医院", actor="system", answers=answers)
    for role in Role:
        add(role.value, role, COUNTY)
    add("stranger", Role.REQUESTER, OTHER)
    add("otheradmin", Role.ADMIN, OTHER)
    add("othercoord", Role.COORDINATOR, OTHER)


def add(login: str, role: Role, hospital: str) -> None:
    """Add a member; the password is hashed once for all of them, for argon2 is slow by design."""
    Member.objects.create(
        login=login, name=login, role=role.value, hospital_id=hospital, password=_hashed()
    )


@cache
def _hashed() -> str:
    return make_password(PASSWORD)


def viewer(login: str) -> Viewer:
    return store.viewer_of_login(login)


def client(login: str = "", *, csrf: bool = False) -> Client:
    """Return a browser signed in as a member, or as nobody."""
    browser = Client(enforce_csrf_checks=csrf)
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    if login:
        backend = "django.contrib.auth.backends.ModelBackend"
        browser.force_login(Member.objects.get(login=login), backend=backend)
    return browser


def instance(number: int = 1, *, study: str = STUDY, fill: int = 0, **changes: Any) -> bytes:
    """Return a tiny CT instance as a DICOM file."""
    data = pydicom.Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID = CTImageStorage
    data.SOPInstanceUID = f"{study}.1.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientName, data.PatientID = "Wang^XiaoMing=王^小明", "P-77"
    data.PatientBirthDate, data.PatientSex = "20240301", "M"
    data.StudyDate, data.Modality, data.AccessionNumber = "20260301", "CT", "ACC9"
    data.StudyDescription, data.InstanceNumber, data.SeriesNumber = "胸部平扫", number, 1
    data.Rows = data.Columns = 4
    data.BitsAllocated, data.BitsStored, data.HighBit = 16, 16, 15
    data.SamplesPerPixel, data.PixelRepresentation = 1, 0
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = bytes([fill]) * 32
    for keyword, value in changes.items():
        setattr(data, keyword, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, data, enforce_file_format=True)
    return buffer.getvalue()


def send(login: str, *files: bytes) -> list[Arrival]:
    """Bring files in for a member."""
    intake = open_intake(sender_of(viewer(login), Door.UPLOAD))
    for place, file in enumerate(files):
        offer(intake, f"{place}.dcm", io.BytesIO(file))
    return intake.flush()
