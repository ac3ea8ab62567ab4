"""What a program or service of somebody else hands back: DICOM objects, and a table of results.

Nothing is believed: objects are of this child's study and of a kind that AI results are made of
(IHE AIR: segmentations, structured reports, parametric maps, and what marks images), results use
the card's words, name the study's series and measures that norms know.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from tongying.ai.answer import Answer, DraftText, Flag, Found, Told
from tongying.ai.backends.network import method_of
from tongying.ai.backends.protocol import Request
from tongying.ai.card.definition import ModelCard
from tongying.ai.plain import PlainRefused, typed
from tongying.kernel.errors import Conflict, TongyingError
from tongying.norms.measure import in_unit, measure_of

RESULT: Final = "result.json"
OBJECTS: Final = "objects"
MOST_OBJECTS: Final = 200
LARGEST_RESULT: Final = 16 << 20
ALLOWED: Final = {
    "1.2.840.10008.5.1.4.1.1.66.4": "Segmentation",
    "1.2.840.10008.5.1.4.1.1.66.7": "Label Map Segmentation",
    "1.2.840.10008.5.1.4.1.1.30": "Parametric Map",
    "1.2.840.10008.5.1.4.1.1.88.22": "Enhanced SR",
    "1.2.840.10008.5.1.4.1.1.88.33": "Comprehensive SR",
    "1.2.840.10008.5.1.4.1.1.88.34": "Comprehensive 3D SR",
    "1.2.840.10008.5.1.4.1.1.88.59": "Key Object Selection",
    "1.2.840.10008.5.1.4.1.1.11.1": "Grayscale Softcopy Presentation State",
    "1.2.840.10008.5.1.4.1.1.481.3": "RT Structure Set",
}
"""SOP classes (DICOM PS3.4 B.5)."""
_KEYS: Final = frozenset({"findings", "values", "flags", "texts"})


class ForeignResult(Conflict):
    """What a vendor's program or service handed back cannot be taken."""

    code: ClassVar[str] = "ai.foreign-result"


@dataclass(frozen=True, slots=True)
class _Value:
    """A value as a vendor writes it; the method is the card's."""

    measure: str
    value: float
    unit: str
    side: str = ""


def take_in(card: ModelCard, request: Request, given: Path, folder: Path) -> Answer:
    """Take over what lies in a folder.

    Parameters
    ----------
    card : ModelCard
    request : Request
        Whose first file says of which child and study everything must be.
    given : Path
        DICOM files, and ``result.json`` with findings, values, flags and texts; both may be absent.
    folder : Path
        Of the answer; objects are copied into it.

    Raises
    ------
    ForeignResult
        If an object or a result cannot be taken; then nothing is.
    """
    child = _identity(pydicom.dcmread(request.series[0].files[0], stop_before_pixels=True))
    objects: dict[str, bytes] = {}
    for path in _files(given):
        if path.name == RESULT:
            continue
        uid, content = _object(path, child)
        if objects.setdefault(uid, content) != content:
            raise ForeignResult("Two objects with one identity were handed back.")
    if len(objects) > MOST_OBJECTS:
        raise ForeignResult(f"More than {MOST_OBJECTS} objects were handed back.")
    names = []
    for number, uid in enumerate(sorted(objects), 1):
        name = f"{OBJECTS}/{number:04d}.dcm"
        (folder / OBJECTS).mkdir(exist_ok=True)
        (folder / name).write_bytes(objects[uid])
        names.append(name)
    return _answer(card, request, _result(given / RESULT), tuple(names))


def _files(given: Path) -> Iterator[Path]:
    for path in sorted(given.rglob("*")):
        if path.is_symlink():
            raise ForeignResult("A link was handed back.")
        if path.is_file():
            yield path


def _identity(dataset: Dataset) -> tuple[str, str]:
    return str(dataset.get("PatientID", "")).strip(), str(dataset.get("StudyInstanceUID", ""))


def _object(path: Path, child: tuple[str, str]) -> tuple[str, bytes]:
    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True)
        kind, uid = str(dataset.SOPClassUID), str(dataset.SOPInstanceUID)
    except (InvalidDicomError, AttributeError, OSError, ValueError, EOFError):
        raise ForeignResult("A file that is no DICOM was handed back.") from None
    if kind not in ALLOWED:
        raise ForeignResult("An object was handed back that AI results are not made of.")
    if _identity(dataset) != child:
        raise ForeignResult("An object of another child or study was handed back.")
    return uid, path.read_bytes()


def _result(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    if path.stat().st_size > LARGEST_RESULT:
        raise ForeignResult("The results that were handed back are too long.")
    try:
        said = json.loads(path.read_bytes())
    except ValueError:
        raise ForeignResult("The results that were handed back are no JSON.") from None
    if not isinstance(said, dict) or not said.keys() <= _KEYS:
        raise ForeignResult("The results are findings, values, flags and texts.")
    return said


def _answer(
    card: ModelCard, request: Request, said: dict[str, Any], objects: tuple[str, ...]
) -> Answer:
    method = method_of(card)
    try:
        findings = typed(tuple[Found, ...], said.get("findings", []))
        flags = typed(tuple[Flag, ...], said.get("flags", []))
        texts = typed(tuple[DraftText, ...], said.get("texts", []))
        values = tuple(
            Told(
                one.measure,
                in_unit(one.value, one.unit, measure_of(one.measure).unit),
                measure_of(one.measure).unit,
                one.side,
                method,
            )
            for one in typed(tuple[_Value, ...], said.get("values", []))
        )
    except PlainRefused as refusal:
        raise ForeignResult(f"The results cannot be read: {refusal.sentence}") from None
    except TongyingError as refusal:
        raise ForeignResult(f"A value cannot be taken: {refusal.sentence}") from None
    kinds = {kind for kind, _ in card.findings}
    if not {one.kind for one in findings} | {one.kind for one in flags} <= kinds:
        raise ForeignResult("A finding is of a kind that the card does not name.")
    series = {one.uid for one in request.series}
    told = {one.series_uid for one in findings} | {one.series_uid for one in flags} - {""}
    if not told <= series:
        raise ForeignResult("A finding is on a series that was not read.")
    return Answer(
        findings=findings,
        values=values,
        flags=flags,
        texts=texts,
        objects=objects,
    )
