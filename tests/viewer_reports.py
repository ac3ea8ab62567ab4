"""Reports as the viewer writes them (OHIF 3.13.2), item by item as one was dumped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from itertools import count

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    Comprehensive3DSRStorage,
    EnhancedSRStorage,
    ExplicitVRLittleEndian,
    UltrasoundImageStorage,
)

IMAGE = "1.2.3.4"
_numbers = count(1)


def report(*groups: Dataset, like: Dataset | None = None, sop_uid: str = "1.2.3.100") -> Dataset:
    """Return a report into the study of an image."""
    found = Dataset()
    for name in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID"):
        setattr(found, name, like.get(name, "") if like is not None else "")
    found.StudyInstanceUID = like.StudyInstanceUID if like is not None else "1.2.3"
    found.SpecificCharacterSet = "ISO_IR 192"
    spatial = any("SCOORD3D" in str(group) for group in groups)
    found.SOPClassUID = Comprehensive3DSRStorage if spatial else EnhancedSRStorage
    found.SOPInstanceUID = sop_uid
    found.SeriesInstanceUID = f"{sop_uid}.1"
    found.Modality = "SR"
    found.Manufacturer = "Unspecified"
    found.StudyDate = found.ContentDate = f"{datetime(2026, 3, 1):%Y%m%d}"  # noqa: DTZ001
    found.SeriesNumber, found.InstanceNumber = 99, 1
    found.ValueType, found.ContinuityOfContent = "CONTAINER", "SEPARATE"
    found.ConceptNameCodeSequence = [code("126000", "DCM", "Imaging Measurement Report")]
    measured = container("126010", "DCM")
    measured.ContentSequence = list(groups)
    found.ContentSequence = [measured]
    return found


def file_of(dataset: Dataset) -> bytes:
    """Return a data set as a file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    target = BytesIO()
    dataset.save_as(target, enforce_file_format=True)
    return target.getvalue()


def line(
    label: str,
    data: Sequence[float],
    *,
    image: str = IMAGE,
    frame: int = 0,
    site: str = "",
    text_moved: bool = False,
) -> Dataset:
    """Return a group for a line; its coordinates from the first pixel's corner, as in DICOM."""
    items = [_number("Length", 50.0, _planar("POLYLINE", data, image, frame))]
    if text_moved:
        moved = _planar("POINT", (3, 3), image, frame)
        moved.ConceptNameCodeSequence = [code("TextPosition", "99CS3D", "Text Annotation Position")]
        items.append(moved)
    return group("Length", label, items, site=site)


def shape(
    tool: str, label: str, graphic: str, data: Sequence[float], *, image: str = IMAGE
) -> Dataset:
    """Return a group for any one shape."""
    return group(tool, label, [_number("Value", 1.0, _planar(graphic, data, image, 0))])


def cross(label: str, long: Sequence[float], short: Sequence[float]) -> Dataset:
    """Return a group for two diameters."""
    shapes = [_number("Axis", 9.0, _planar("POLYLINE", data, IMAGE, 0)) for data in (long, short)]
    return group("Bidirectional", label, shapes)


def line_in_space(label: str, data: Sequence[float]) -> Dataset:
    """Return a group for a line in the patient."""
    drawn = Dataset()
    drawn.ValueType, drawn.RelationshipType = "SCOORD3D", "INFERRED FROM"
    drawn.GraphicType, drawn.GraphicData = "POLYLINE", list(data)
    drawn.ReferencedFrameOfReferenceUID = "1.2.3.9"
    return group("Length", label, [_number("Length", 50.0, drawn)])


def group(tool: str, label: str, items: list[Dataset], *, site: str = "") -> Dataset:
    """Return a measurement group; its tracking UID is the viewer's, new with every saving."""
    found = container("125007", "DCM")
    told = [
        _text("112039", f"Cornerstone3DTools@^0.1.0:{tool}"),
        _uid("112040", f"2.25.{next(_numbers)}"),
        *items,
    ]
    if site:
        told.append(_site(site))
    if label:
        told.append(_text("121106", label))
    found.ContentSequence = told
    return found


def container(value: str, scheme: str) -> Dataset:
    """Return an empty container."""
    found = Dataset()
    found.RelationshipType, found.ValueType = "CONTAINS", "CONTAINER"
    found.ConceptNameCodeSequence = [code(value, scheme, "container")]
    found.ContinuityOfContent = "SEPARATE"
    return found


def code(value: str, scheme: str, meaning: str) -> Dataset:
    """Return a coded entry."""
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    return found


def _planar(graphic: str, data: Sequence[float], image: str, frame: int) -> Dataset:
    picture = Dataset()
    picture.ReferencedSOPClassUID = UltrasoundImageStorage
    picture.ReferencedSOPInstanceUID = image
    if frame:
        picture.ReferencedFrameNumber = frame
    selected = Dataset()
    selected.RelationshipType, selected.ValueType = "SELECTED FROM", "IMAGE"
    selected.ReferencedSOPSequence = [picture]
    found = Dataset()
    found.RelationshipType, found.ValueType = "INFERRED FROM", "SCOORD"
    found.GraphicType, found.GraphicData = graphic, list(data)
    found.ContentSequence = [selected]
    return found


def _number(name: str, value: float, drawn: Dataset) -> Dataset:
    measured = Dataset()
    measured.NumericValue = str(value)
    measured.MeasurementUnitsCodeSequence = [code("mm", "UCUM", "mm")]
    found = Dataset()
    found.RelationshipType, found.ValueType = "CONTAINS", "NUM"
    found.ConceptNameCodeSequence = [code("410668003", "SCT", name)]
    found.MeasuredValueSequence = [measured]
    found.ContentSequence = [drawn]
    return found


def _text(value: str, text: str) -> Dataset:
    found = Dataset()
    found.RelationshipType, found.ValueType, found.TextValue = "CONTAINS", "TEXT", text
    found.ConceptNameCodeSequence = [code(value, "DCM", "text")]
    return found


def _uid(value: str, uid: str) -> Dataset:
    found = Dataset()
    found.RelationshipType, found.ValueType, found.UID = "HAS OBS CONTEXT", "UIDREF", uid
    found.ConceptNameCodeSequence = [code(value, "DCM", "uid")]
    return found


def _site(side: str) -> Dataset:
    place = {"R": ("24028007", "Right"), "L": ("7771000", "Left")}[side]
    of = Dataset()
    of.RelationshipType, of.ValueType = "HAS CONCEPT MOD", "CODE"
    of.ConceptNameCodeSequence = [code("272741003", "SCT", "Laterality")]
    of.ConceptCodeSequence = [code(place[0], "SCT", place[1])]
    found = Dataset()
    found.RelationshipType, found.ValueType = "CONTAINS", "CODE"
    found.ConceptNameCodeSequence = [code("363698007", "SCT", "Finding Site")]
    found.ConceptCodeSequence = [code("64033007", "SCT", "Kidney")]
    found.ContentSequence = [of]
    return found
