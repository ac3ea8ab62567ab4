"""Finding the bytes and metadata of objects for a viewer, with the audit event of the reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from tongying.consult.people import Viewer
from tongying.kernel.errors import NotFound
from tongying.web import prepared
from tongying.web.records.models import Instance, Series, Study
from tongying.web.records.visible import (
    rule_values,
    rule_viewer,
    series_condition,
    studies_condition,
    studies_for,
)
from tongying.web.trail import store as trail


class ObjectNotFound(NotFound):
    """The study, series or instance does not exist for this viewer."""

    code: ClassVar[str] = "archive.not-found"


@dataclass(frozen=True, slots=True)
class Place:
    """Which object is meant: a study, or one of its series, or one of its instances."""

    study: str
    series: str = ""
    instance: str = ""


@dataclass(frozen=True, slots=True)
class Located:
    """An instance's whereabouts."""

    pk: int
    study_uid: str
    series_uid: str
    uid: str
    hospital: str
    sop_class_uid: str
    transfer_syntax_uid: str
    digest: str
    size: int
    frame_count: int | None
    frames: bytes | None
    bulk: dict[str, list[int]]


_COLUMNS = (
    "pk",
    "series__study__uid",
    "series__uid",
    "uid",
    "hospital_id",
    "sop_class_uid",
    "transfer_syntax_uid",
    "digest",
    "bytes",
    "frame_count",
    "frames",
    "bulk",
)


def locate_one(viewer: Viewer, place: Place, *, door: str) -> Located:
    """Find one instance for a viewer and record the reading.

    Raises
    ------
    ObjectNotFound
        If it does not exist for the viewer.
    """
    for row in _rows(viewer, place, "one", tail=" LIMIT 1"):
        located = _located(row)
        _note(viewer, located, door)
        return located
    raise ObjectNotFound("There is no such instance.")


def locate(viewer: Viewer, place: Place, *, door: str) -> list[Located]:
    """Find all instances of a study, series or instance, in order, and record the reading.

    Raises
    ------
    ObjectNotFound
        If there are none for the viewer.
    """
    found = [_located(row) for row in _rows(viewer, place, "all")]
    if not found:
        raise ObjectNotFound(f"There is no such {_what(place)}.")
    hospital = found[0].hospital
    found = [one for one in found if one.hospital == hospital]
    for series in dict.fromkeys(one.series_uid for one in found):
        trail.note_read(viewer.login, "study", place.study, hospital, door=door, series=series)
    return found


def metadata(viewer: Viewer, place: Place, *, door: str) -> Iterator[bytes]:
    """Return the JSON of each instance of a study, series or instance, and record the reading.

    Raises
    ------
    ObjectNotFound
        If there are none for the viewer.
    """
    rows = _rows(viewer, place, "json")
    if not rows:
        raise ObjectNotFound(f"There is no such {_what(place)}.")
    hospital = rows[0][0]
    trail.note_read(viewer.login, "study", place.study, hospital, door=door, series=place.series)
    return (bytes(json) for owner, json in rows if owner == hospital)


def study_of(viewer: Viewer, uid: str) -> Study:
    """Return a study row for a viewer; the viewer's own copy where two hospitals have it.

    Raises
    ------
    ObjectNotFound
        If it does not exist for the viewer.
    """
    row = _own_first(studies_for(viewer).filter(uid=uid), viewer, "hospital_id").first()
    if row is None:
        raise ObjectNotFound("There is no such study.")
    return row


def series_exists(viewer: Viewer, place: Place) -> bool:
    """Say whether a series exists for a viewer."""
    return Series.objects.filter(
        series_condition(viewer),
        study__in=studies_for(viewer).filter(uid=place.study),
        uid=place.series,
    ).exists()


_IN_ORDER = ("series__number", "series_id", "number", "pk")
_WANTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "one": (_COLUMNS, ()),
    "all": (_COLUMNS, _IN_ORDER),
    "json": (("hospital_id", "metadata__json"), _IN_ORDER),
}
"""Columns and order of each kind of reading."""


def _rows(viewer: Viewer, place: Place, kind: str, *, tail: str = "") -> list[tuple[Any, ...]]:
    """Return columns of the instances of a place; where two hospitals have it, own copies first."""
    names = {
        "series__study__uid": place.study,
        "series__uid": place.series,
        "uid": place.instance,
    }
    given = [name for name, uid in names.items() if uid]
    values = [*rule_values(viewer, series=True), *(names[name] for name in given)]

    def build(stand_ins: Sequence[Any]) -> QuerySet[Any, Any]:
        bound = iter(stand_ins)
        like = rule_viewer(viewer, bound, series=True)
        condition = Q(**dict(zip(given, bound, strict=True)))
        condition &= studies_condition(like, "series__study__")
        condition &= series_condition(like, "series__")
        columns, order = _WANTED[kind]
        rows = _own_first(Instance.objects.filter(condition), like, "hospital_id", *order)
        return rows.values_list(*columns)

    return prepared.rows(("reading", kind, viewer.role, *given), values, build, tail=tail)


def _own_first(rows: Any, viewer: Viewer, column: str, *order: str) -> Any:
    foreign = Case(
        When(**{column: viewer.hospital}, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return rows.order_by(foreign, *(order or ("pk",)))


def located_of(instance: Instance) -> Located:
    """Return the whereabouts of an instance row whose series and study were fetched along."""
    series = instance.series
    return Located(
        pk=instance.pk,
        study_uid=series.study.uid,
        series_uid=series.uid,
        uid=instance.uid,
        hospital=instance.hospital_id,
        sop_class_uid=instance.sop_class_uid,
        transfer_syntax_uid=instance.transfer_syntax_uid,
        digest=instance.digest,
        size=instance.bytes,
        frame_count=instance.frame_count,
        frames=None if instance.frames is None else bytes(instance.frames),
        bulk=instance.bulk,
    )


def _located(row: tuple[Any, ...]) -> Located:
    values = list(row)
    values[10] = None if values[10] is None else bytes(values[10])
    return Located(*values)


def _note(viewer: Viewer, located: Located, door: str) -> None:
    trail.note_read(
        viewer.login,
        "study",
        located.study_uid,
        located.hospital,
        door=door,
        series=located.series_uid,
    )


def _what(place: Place) -> str:
    return "instance" if place.instance else "series" if place.series else "study"
