"""Read what somebody drew from a measurement report (TID 1500), ours or another program's.

A viewer writes one group for each thing drawn: its tracking identifier, what it is called, and a
value with the coordinates it was taken from. The values are read but nothing trusts them: they are
measured anew from the coordinates. Places in an image count from the corner of the first pixel in
DICOM; they come out from its centre, as everything here counts.

References
----------
DICOM PS3.16 TID 1500, 1501, 300, 320 and 1411; PS3.3 C.18.6 (spatial coordinates) and C.18.9 (in
three dimensions).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final

from pydicom.dataset import Dataset
from pydicom.uid import (
    Comprehensive3DSRStorage,
    ComprehensiveSRStorage,
    EnhancedSRStorage,
    ExtensibleSRStorage,
)

from tongying.kernel.errors import BadInput

REPORTS: Final = frozenset(
    {EnhancedSRStorage, ComprehensiveSRStorage, Comprehensive3DSRStorage, ExtensibleSRStorage}
)
"""SOP classes that carry such reports."""
CORNER: Final = 0.5
"""The first pixel's centre, from its corner."""
DEEPEST: Final = 40
"""Levels of content that are followed; a report of people has fewer than ten."""
MOST_GROUPS: Final = 2000
"""Groups that are read of one report; a person draws tens."""

_REPORT: Final = ("126000", "DCM")
_GROUP: Final = ("125007", "DCM")
_TRACKING: Final = ("112039", "DCM")
_TRACKING_UID: Final = ("112040", "DCM")
_FINDING: Final = ("121071", "DCM")
_SITES: Final = frozenset({("363698007", "SCT"), ("G-C0E3", "SRT")})
_LATERALITY: Final = frozenset({("272741003", "SCT"), ("G-C171", "SRT")})
_RIGHT: Final = frozenset({("24028007", "SCT"), ("G-A100", "SRT")})
_LEFT: Final = frozenset({("7771000", "SCT"), ("G-A101", "SRT")})
_FREE_TEXT: Final = frozenset({"CORNERSTONEFREETEXT"})
"""Code values by which the viewer's parts carry a text of their own as a finding."""
_DECORATION: Final = frozenset({("TextPosition", "99CS3D"), ("ControlPoints", "99CS3D")})
"""Where the viewer puts its text, and handles on a curve: nothing that somebody drew."""
_PLANAR: Final = 2
_SPATIAL: Final = 3


class MeasurementsUnreadable(BadInput):
    """The object is no measurement report that can be read."""

    code: ClassVar[str] = "dicom.measurements-unreadable"


@dataclass(frozen=True, slots=True)
class Coded:
    """A code as the report has it.

    Attributes
    ----------
    value, scheme, meaning : str
    """

    value: str
    scheme: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ToldValue:
    """A value that the report tells; it is compared, never trusted.

    Attributes
    ----------
    name : Coded
    value : float
    unit : str
        UCUM code.
    """

    name: Coded
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Shape:
    """Coordinates of one thing drawn.

    Attributes
    ----------
    graphic : str
        POINT, MULTIPOINT, POLYLINE, ELLIPSE, CIRCLE, POLYGON.
    points : tuple of tuple of float
        Column and row from the first pixel's centre; or x, y, z in mm (LPS) where `image` is
        empty.
    image : str
        SOP Instance UID; empty where they lie in the patient.
    frame : int
        Of the image, from 1.
    frame_of_reference : str
        Of coordinates in the patient.
    """

    graphic: str
    points: tuple[tuple[float, ...], ...]
    image: str
    frame: int = 1
    frame_of_reference: str = ""


@dataclass(frozen=True, slots=True)
class DrawnGroup:
    """One group of a report: what was drawn, and what it was called.

    Attributes
    ----------
    tracking_uid, tracking : str
        As the report has them; a viewer may invent a new UID with every saving.
    labels : tuple of str
        What somebody wrote, and the meanings of findings; the likeliest first.
    finding : Coded or None
    sites : tuple of Coded
    side : str
        R, L, or empty where the report does not say, or says both.
    shapes : tuple of Shape
        In the order in which the report has them, none twice.
    values : tuple of ToldValue
    """

    tracking_uid: str
    tracking: str
    labels: tuple[str, ...]
    finding: Coded | None
    sites: tuple[Coded, ...]
    side: str
    shapes: tuple[Shape, ...]
    values: tuple[ToldValue, ...]

    @property
    def tool(self) -> str:
        """Return the tool's name that ends the viewer's tracking identifier; empty for none."""
        return self.tracking.rpartition(":")[2] if ":" in self.tracking else ""


def read_measurements(dataset: Dataset) -> tuple[DrawnGroup, ...]:
    """Return the groups of a measurement report, in order.

    Parameters
    ----------
    dataset : Dataset

    Raises
    ------
    MeasurementsUnreadable
        If the object is no measurement report, or its content is broken.
    """
    if str(dataset.get("SOPClassUID") or "") not in REPORTS:
        raise MeasurementsUnreadable("The object is no structured report with measurements.")
    if _concept(dataset) != _REPORT:
        raise MeasurementsUnreadable("The report is not one of measurements on images.")
    groups = list(_groups(dataset, 0))
    if len(groups) > MOST_GROUPS:
        raise MeasurementsUnreadable("The report holds more measurements than a person makes.")
    return tuple(_read(group) for group in groups)


def _groups(item: Dataset, depth: int) -> Iterator[Dataset]:
    if depth > DEEPEST:
        raise MeasurementsUnreadable("The report is nested too deeply to be read.")
    for child in _children(item):
        if child.get("ValueType") != "CONTAINER":
            continue
        if _concept(child) == _GROUP:
            yield child
        else:
            yield from _groups(child, depth + 1)


def _read(group: Dataset) -> DrawnGroup:
    texts: list[str] = []
    shapes: list[Shape] = []
    values: list[ToldValue] = []
    sites: list[Coded] = []
    finding: Coded | None = None
    tracking = tracking_uid = ""
    sides = set()
    for child in _children(group):
        kind, concept = child.get("ValueType"), _concept(child)
        if kind == "TEXT" and concept == _TRACKING:
            tracking = str(child.get("TextValue") or "")
        elif kind == "UIDREF" and concept == _TRACKING_UID:
            tracking_uid = str(child.get("UID") or "")
        elif kind == "TEXT":
            texts.append(str(child.get("TextValue") or "").strip())
        elif kind == "CODE" and concept in _SITES:
            sites += [site for site in [_code(child)] if site is not None]
            sides |= {_side(one) for one in _children(child)}
        elif kind == "CODE" and concept in _LATERALITY:
            sides.add(_side(child))
        elif kind == "CODE" and concept == _FINDING:
            finding = finding or _code(child)
        elif kind == "NUM":
            values += _value(child)
        shapes += _shapes(child, 0)
    if finding is not None:
        texts.insert(len(texts) if finding.value not in _FREE_TEXT else 0, finding.meaning)
    said = sides - {""}
    return DrawnGroup(
        tracking_uid=tracking_uid,
        tracking=tracking,
        labels=tuple(dict.fromkeys(text for text in texts if text)),
        finding=finding,
        sites=tuple(sites),
        side=said.pop() if len(said) == 1 else "",
        shapes=tuple(dict.fromkeys(shapes)),
        values=tuple(values),
    )


def _shapes(item: Dataset, depth: int) -> Iterator[Shape]:
    if depth > DEEPEST:
        raise MeasurementsUnreadable("The report is nested too deeply to be read.")
    kind = item.get("ValueType")
    if _concept(item) in _DECORATION:
        return
    if kind == "SCOORD":
        image, frame = _image_of(item)
        if image:
            points = _points(item, _PLANAR)
            places = tuple(tuple(value - CORNER for value in point) for point in points)
            yield Shape(str(item.get("GraphicType") or ""), places, image, frame)
        return
    if kind == "SCOORD3D":
        reference = str(item.get("ReferencedFrameOfReferenceUID") or "")
        yield Shape(
            str(item.get("GraphicType") or ""),
            _points(item, _SPATIAL),
            "",
            frame_of_reference=reference,
        )
        return
    if kind in ("NUM", "CONTAINER"):
        for child in _children(item):
            yield from _shapes(child, depth + 1)


def _points(item: Dataset, size: int) -> tuple[tuple[float, ...], ...]:
    try:
        flat = [float(value) for value in item.get("GraphicData") or []]
    except (TypeError, ValueError):
        raise MeasurementsUnreadable("A coordinate in the report is no number.") from None
    if not flat or len(flat) % size or not all(map(math.isfinite, flat)):
        raise MeasurementsUnreadable("The coordinates in the report are incomplete.")
    return tuple(tuple(flat[at : at + size]) for at in range(0, len(flat), size))


def _image_of(item: Dataset) -> tuple[str, int]:
    """Return the image and frame that coordinates were selected from; empty where none is."""
    for child in _children(item):
        for reference in child.get("ReferencedSOPSequence") or []:
            frames = reference.get("ReferencedFrameNumber")
            if isinstance(frames, (list, tuple)) or hasattr(frames, "__len__"):
                frames = next(iter(frames or []), None)
            uid = str(reference.get("ReferencedSOPInstanceUID") or "")
            return uid, int(frames) if frames else 1
    return "", 1


def _value(item: Dataset) -> Iterator[ToldValue]:
    for measured in item.get("MeasuredValueSequence") or []:
        name = _of_sequence(item.get("ConceptNameCodeSequence"))
        unit = _of_sequence(measured.get("MeasurementUnitsCodeSequence"))
        try:
            value = float(measured.get("NumericValue"))
        except (TypeError, ValueError):
            continue
        if name is not None and math.isfinite(value):
            yield ToldValue(name, value, unit.value if unit else "")


def _side(item: Dataset) -> str:
    found = _code(item)
    key = None if found is None else (found.value, found.scheme)
    if _concept(item) not in _LATERALITY:
        return ""
    return "R" if key in _RIGHT else "L" if key in _LEFT else ""


def _children(item: Dataset) -> list[Dataset]:
    return list(item.get("ContentSequence") or [])


def _concept(item: Dataset) -> tuple[str, str] | None:
    found = _of_sequence(item.get("ConceptNameCodeSequence"))
    return None if found is None else (found.value, found.scheme)


def _code(item: Dataset) -> Coded | None:
    return _of_sequence(item.get("ConceptCodeSequence"))


def _of_sequence(sequence: object) -> Coded | None:
    for one in sequence or ():  # type: ignore[attr-defined]
        return Coded(
            str(one.get("CodeValue") or one.get("LongCodeValue") or ""),
            str(one.get("CodingSchemeDesignator") or ""),
            str(one.get("CodeMeaning") or "").strip(),
        )
    return None
