"""C-FIND: the archive's search, asked and answered in the DIMSE way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from pydicom.config import IGNORE
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from tongying.archive.query import Level, Query
from tongying.kernel.audit import Action, AuditEvent
from tongying.services.dimse.answer_status import Status
from tongying.services.dimse.caller import Caller
from tongying.services.dimse.identifier import PATIENT, Identifier, Key
from tongying.web.records.attributes import Attribute
from tongying.web.records.children import NO_ID
from tongying.web.records.search import search
from tongying.web.trail import store as trail

PAGE_ROWS = 500
"""Rows fetched at a time: the first answers leave soon, and a cancelled query stops early."""
_OWN_UID = {
    Level.STUDY: "StudyInstanceUID",
    Level.SERIES: "SeriesInstanceUID",
    Level.IMAGE: "SOPInstanceUID",
}
_PATIENT_ATTRIBUTES = frozenset(
    {"PatientName", "PatientID", "IssuerOfPatientID", "PatientBirthDate", "PatientSex"}
)

Answer = tuple[int, Dataset | None]


def find(
    caller: Caller, identifier: Identifier, *, fuzzy: bool, cancelled: Callable[[], bool]
) -> Iterator[Answer]:
    """Answer a query, one match after the other.

    Parameters
    ----------
    caller : Caller
    identifier : Identifier
    fuzzy : bool
        Whether fuzzy matching of names was negotiated.
    cancelled : callable
        Says whether the peer wants no more.

    Yields
    ------
    tuple of int and Dataset or None
        Status and matching identifier.

    Raises
    ------
    MatchRefused
        If a value to match is malformed.
    """
    trail.note(
        AuditEvent(
            datetime.now(UTC),
            caller.viewer.login,
            Action.EXECUTE,
            "query",
            identifier.level,
            caller.hospital,
            {"door": "c-find"},
        )
    )
    told: set[tuple[str, ...]] = set()
    for row in _rows(caller, identifier, fuzzy=fuzzy):
        if cancelled():
            yield int(Status.CANCEL), None
            return
        same = _identity(identifier.level, row)
        # A study that arrives meanwhile shifts the pages: what was told is not told again.
        if same not in told:
            told.add(same)
            yield int(Status.PENDING), _answer(identifier, row, caller.called)


def _rows(caller: Caller, identifier: Identifier, *, fuzzy: bool) -> Iterator[dict[str, Any]]:
    level = Level.STUDY if identifier.level == PATIENT else Level(identifier.level)
    offset = 0
    more = True
    while more:
        query = Query(
            level,
            identifier.matches,
            frozenset(key.keyword for key in identifier.keys),
            fuzzy=fuzzy,
            limit=PAGE_ROWS,
            offset=offset,
        )
        found = search(caller.viewer, query)
        for columns in found.rows:
            yield _values(found.attributes, columns)
        more = found.more
        offset += PAGE_ROWS


def _values(attributes: tuple[Attribute, ...], columns: tuple[Any, ...]) -> dict[str, Any]:
    values = {}
    at = 0
    for attribute in attributes:
        count = len(attribute.columns)
        values[attribute.keyword] = _as_dicom(attribute.vr, columns[at : at + count])
        at += count
    if str(values.get("PatientID", "")).startswith(NO_ID):
        values["PatientID"] = ""
    return values


def _as_dicom(vr: str, columns: tuple[Any, ...]) -> Any:
    """Return the value of one attribute as pydicom takes it; empty where it is not known."""
    value = columns[0]
    if vr == "PN":
        return "=".join(str(column or "") for column in columns).rstrip("=")
    if value is None:
        return None if vr == "US" else ""
    if isinstance(value, date):
        return value.strftime("%Y%m%d")
    if isinstance(value, time):
        return value.strftime("%H%M%S.%f" if value.microsecond else "%H%M%S")
    if vr == "DS":
        return f"{value:.10g}"
    return value if vr == "US" else str(value)


def _identity(level: str, row: dict[str, Any]) -> tuple[str, ...]:
    if level == PATIENT:
        return tuple(str(row.get(keyword, "")) for keyword in sorted(_PATIENT_ATTRIBUTES))
    return (row[_OWN_UID[Level(level)]],)


def _answer(identifier: Identifier, row: dict[str, Any], called: str) -> Dataset:
    """Return the keys asked for, with the unique keys of the level and those above it."""
    answer = Dataset()
    _put(answer, 0x00080005, "CS", "ISO_IR 192")
    _put(answer, 0x00080052, "CS", identifier.level)
    _put(answer, 0x00080054, "AE", called)
    if identifier.level == PATIENT:
        row = {keyword: row[keyword] for keyword in _PATIENT_ATTRIBUTES & row.keys()}
        _put(answer, 0x00100020, "LO", row["PatientID"])
    else:
        for tag, level in ((0x0020000D, Level.STUDY), (0x0020000E, Level.SERIES)):
            if _OWN_UID[level] in row:
                _put(answer, tag, "UI", row[_OWN_UID[level]])
        if identifier.level == Level.IMAGE.value:
            _put(answer, 0x00080018, "UI", row["SOPInstanceUID"])
    for key in identifier.keys:
        _put(answer, key.tag, key.vr, _value(key, row))
    return answer


def _value(key: Key, row: dict[str, Any]) -> Any:
    if key.keyword == "InstanceAvailability":
        return "ONLINE"
    if key.vr == "SQ":
        return []
    return row.get(key.keyword)


def _put(answer: Dataset, tag: int, vr: str, value: Any) -> None:
    # As stored: what a modality wrote is told back even where it is longer than it may be.
    answer.add(DataElement(tag, vr, value, validation_mode=IGNORE))
