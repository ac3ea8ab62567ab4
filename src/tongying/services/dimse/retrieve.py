"""C-GET and C-MOVE: which objects are meant, and the sending of them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tongying.archive.content_store import ContentStore
from tongying.archive.query import Level, Query
from tongying.services.dimse.answer_status import Status
from tongying.services.dimse.caller import Caller
from tongying.services.dimse.identifier import PATIENT, Identifier, IdentifierRefused
from tongying.services.dimse.sending import StoredObject
from tongying.web.records.reading import Located, ObjectNotFound, Place, locate
from tongying.web.records.search import search

UNIQUE_KEY = {
    PATIENT: "PatientID",
    Level.STUDY.value: "StudyInstanceUID",
    Level.SERIES.value: "SeriesInstanceUID",
    Level.IMAGE.value: "SOPInstanceUID",
}
_ABOVE = {
    PATIENT: (),
    Level.STUDY.value: ("PatientID",),
    Level.SERIES.value: ("PatientID", "StudyInstanceUID"),
    Level.IMAGE.value: ("PatientID", "StudyInstanceUID", "SeriesInstanceUID"),
}
PAGE_ROWS = 5000


def check_retrieve(identifier: Identifier) -> None:
    """Raise unless the identifier names what to retrieve.

    A key of a higher level may be missing: a UID is unique without it.

    Raises
    ------
    IdentifierRefused
        If the unique key of its level has no value, or a wildcard for one.
    """
    key = UNIQUE_KEY[identifier.level]
    values = identifier.values(key)
    if not values:
        raise IdentifierRefused(f"{key} is missing.")
    if any("*" in value or "?" in value for value in values):
        raise IdentifierRefused(f"{key} must not be a wildcard.")


def objects_of(caller: Caller, identifier: Identifier, *, door: str) -> list[Located]:
    """Find the objects a request names, with the audit event of their being read.

    Parameters
    ----------
    caller : Caller
    identifier : Identifier
        Checked by `check_retrieve`.
    door : str
        ``"c-get"`` or ``"c-move"``, for the audit trail.
    """
    level = identifier.level
    matches = {
        keyword: "\\".join(identifier.values(keyword))
        for keyword in (UNIQUE_KEY[level], *_ABOVE[level])
        if identifier.values(keyword)
    }
    places: dict[Place, set[str]] = {}
    query = Query(Level.STUDY if level == PATIENT else Level(level), matches)
    for row in found_rows(caller, query):
        place = Place(row["StudyInstanceUID"], row.get("SeriesInstanceUID", ""))
        places.setdefault(place, set()).add(row.get("SOPInstanceUID", ""))
    found: list[Located] = []
    for place, wanted in places.items():
        try:
            located = locate(caller.viewer, place, door=door)
        except ObjectNotFound:
            continue
        found += [one for one in located if "" in wanted or one.uid in wanted]
    return found


def found_rows(caller: Caller, query: Query) -> Iterator[dict[str, str]]:
    """Yield the UIDs of everything that a search finds, page after page."""
    more = True
    while more:
        found = search(caller.viewer, replace(query, limit=PAGE_ROWS))
        places = {}
        at = 0
        for attribute in found.attributes:
            places[attribute.keyword] = at
            at += len(attribute.columns)
        wanted = [uid for uid in UNIQUE_KEY.values() if uid != "PatientID" and uid in places]
        for columns in found.rows:
            yield {keyword: columns[places[keyword]] for keyword in wanted}
        more = found.more
        query = replace(query, offset=query.offset + PAGE_ROWS)


def hand_out(
    objects: list[Located], store: ContentStore, *, cancelled: Callable[[], bool]
) -> Iterator[tuple[int, StoredObject | None]]:
    """Yield each object to be sent, until the peer wants no more."""
    for located in objects:
        if cancelled():
            yield int(Status.CANCEL), None
            return
        yield int(Status.PENDING), StoredObject(located, store)
