"""Small DICOM files for the archive's tests."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

from tongying.archive.arrival import Arrival, Door, Sender
from tongying.archive.ingest import Intake
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex

CT = "1.2.840.10008.5.1.4.1.1.2"
SR = "1.2.840.10008.5.1.4.1.1.88.33"


def image(study: str = "1.2.3.1", number: int = 1, **changes: Any) -> bytes:
    data = Dataset()
    data.SpecificCharacterSet = "ISO_IR 192"
    data.SOPClassUID, data.SOPInstanceUID = CT, f"{study}.1.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientName, data.PatientID = "Wang^Xiaoming=王^小明", "P1"
    data.PatientBirthDate, data.PatientSex = "20210105", "M"
    data.StudyDate, data.StudyTime, data.Modality = "20260301", "101530.5", "CT"
    data.AccessionNumber, data.StudyDescription = "A1", "胸部 CT"
    data.SeriesNumber, data.InstanceNumber = 1, number
    data.Rows = data.Columns = 16
    data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.PixelData = (np.arange(256, dtype="<u2") + number).tobytes()
    for name, value in changes.items():
        if value is None:
            del data[name]
        else:
            setattr(data, name, value)
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    return target.getvalue()


def bring(hospital: str, *files: bytes, user: int | None = None, actor: str = "t") -> list[Arrival]:
    sender = Sender(actor, hospital, Door.STOW, user)
    intake = Intake(content_store(), DjangoIndex(), sender)
    for number, data in enumerate(files, start=1):
        incoming = intake.incoming()
        incoming.write(data)
        intake.offer(f"file {number}", incoming)
    return intake.flush()
