"""The statements that every incoming instance costs, written out.

Through model objects they take about five milliseconds an instance, written out less than one; the
whole of a STOW or C-STORE of one image is about as long. What happens once a study or once a
series stays with the models (`tongying.web.records.index`). Every statement runs on SQLite and on
PostgreSQL.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from tongying.archive.arrival import Received, Sender
from tongying.web.records.models import Study

_OWN_STUDIES = """
SELECT study.id, study.uid, study.hospital_id, child.local_id, child.birth_date,
       study.description, study.weight_kg, study.size_m, study.caveats
FROM records_study study JOIN records_child child ON child.id = study.child_id
WHERE study.hospital_id = %s AND study.uid IN ({marks})
"""
_SERIES = "SELECT study_id, uid, id, modality FROM records_series WHERE study_id IN ({marks})"
_KNOWN = """
SELECT id, hospital_id, uid, digest FROM records_instance
WHERE hospital_id IN ({hospitals}) AND uid IN ({marks})
"""
_COLUMNS = (
    "series_id",
    "hospital_id",
    "uid",
    "sop_class_uid",
    "transfer_syntax_uid",
    "number",
    "rows",
    "columns",
    "bits_allocated",
    "frame_count",
    "digest",
    "bytes",
    "frames",
    "bulk",
    "caveats",
    "door",
    "sent_by",
    "arrived_at",
)
_NAMES = ", ".join(f'"{name}"' for name in _COLUMNS)
_VALUES = ", ".join(["%s"] * len(_COLUMNS))
_ADD = f"INSERT INTO records_instance ({_NAMES}) VALUES ({_VALUES}) RETURNING id"  # noqa: S608
_ADD_METADATA = "INSERT INTO records_instancemetadata (instance_id, json) VALUES (%s, %s)"
_COUNT_SERIES = "UPDATE records_series SET instance_count = instance_count + %s WHERE id = %s"
_COUNT_STUDY = """
UPDATE records_study
SET instance_count = instance_count + %s, bytes = bytes + %s, changed_at = %s WHERE id = %s
"""
ANALYZE_EVERY = 200
"""New studies after which SQLite's statistics are brought up to date; it takes about 5 ms."""


@dataclass(slots=True)
class StudyRow:
    """What placing an instance needs of its study. `local_id` and `birth_date` are the child's."""

    pk: int
    uid: str
    hospital: str
    local_id: str
    birth_date: date | None
    description: str
    weight_kg: float | None
    size_m: float | None
    caveats: list[dict[str, str]]

    @classmethod
    def of(cls, study: Study) -> StudyRow:
        """Return this of a model object whose child was fetched along."""
        return cls(
            study.pk,
            study.uid,
            study.hospital_id,
            study.child.local_id,
            study.child.birth_date,
            study.description,
            study.weight_kg,
            study.size_m,
            list(study.caveats),
        )


class SeriesRow(NamedTuple):
    """What placing an instance needs of its series."""

    pk: int
    modality: str


class NewInstance(NamedTuple):
    """An instance to add, and where."""

    received: Received
    series: int
    hospital: str


def own_studies(hospital: str, uids: Collection[str]) -> list[StudyRow]:
    """Return a hospital's studies of these UIDs."""
    rows = _select(_OWN_STUDIES.format(marks=_marks(uids)), [hospital, *uids])
    return [StudyRow(*row[:8], json.loads(row[8])) for row in rows]


def series_of(studies: Sequence[int]) -> dict[int, dict[str, SeriesRow]]:
    """Return the series of studies, by study and UID."""
    found: dict[int, dict[str, SeriesRow]] = defaultdict(dict)
    if studies:
        for study, uid, pk, modality in _select(_SERIES.format(marks=_marks(studies)), studies):
            found[study][uid] = SeriesRow(pk, modality)
    return found


def known_instances(
    hospitals: Collection[str], uids: Collection[str]
) -> dict[tuple[str, str], tuple[int | None, str]]:
    """Return (id, digest) of the instances that are here already, by hospital and UID."""
    statement = _KNOWN.format(hospitals=_marks(hospitals), marks=_marks(uids))
    return {
        (hospital, uid): (pk, digest)
        for pk, hospital, uid, digest in _select(statement, [*hospitals, *uids])
    }


def add_instances(
    new: Sequence[NewInstance], sender: Sender, now: datetime
) -> dict[tuple[str, str], int]:
    """Add instances with their metadata; return their ids by hospital and UID."""
    made: dict[tuple[str, str], int] = {}
    if not new:
        return made
    arrived = connection.ops.adapt_datetimefield_value(now)
    metadata = []
    with connection.cursor() as cursor:
        for one in new:
            cursor.execute(_ADD, _values(one, sender, arrived))
            (pk,) = cursor.fetchone()
            made[one.hospital, one.received.record.sop_instance_uid] = pk
            metadata.append((pk, one.received.record.metadata))
        cursor.executemany(_ADD_METADATA, metadata)
    return made


def count_series(added: Counter[int]) -> None:
    """Add to the number of instances of series, by id."""
    with connection.cursor() as cursor:
        cursor.executemany(_COUNT_SERIES, [(count, pk) for pk, count in added.items()])


def count_study(pk: int, instances: int, size: int, now: datetime) -> None:
    """Add to the number of instances and bytes of a study."""
    changed = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_STUDY, [instances, size, changed, pk])


def keep_statistics(studies: int) -> None:
    """Tell SQLite how its tables have grown, once every `ANALYZE_EVERY` new studies.

    Without it SQLite looks for a patient id or accession number by walking all studies of the
    hospital in order of date, a hundred times as long. PostgreSQL does this by itself.
    """
    global _since_analysis  # noqa: PLW0603 - counts over all batches of this process
    _since_analysis += studies
    if _since_analysis < ANALYZE_EVERY or connection.vendor != "sqlite":
        return
    _since_analysis = 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA analysis_limit = 1000")
        for table in ("records_study", "records_child", "records_series"):
            cursor.execute(f"ANALYZE {table}")


_since_analysis = 0


def _values(one: NewInstance, sender: Sender, arrived: Any) -> tuple[Any, ...]:
    """Return the values of `_COLUMNS`."""
    received, record = one.received, one.received.record
    return (
        one.series,
        one.hospital,
        record.sop_instance_uid,
        record.sop_class_uid,
        record.transfer_syntax_uid,
        record.number,
        record.rows,
        record.columns,
        record.bits_allocated,
        record.frame_count,
        received.digest,
        received.size,
        None if record.frames is None else record.frames.to_bytes(),
        connection.ops.adapt_json_value(record.bulk, None),
        connection.ops.adapt_json_value([one.as_json() for one in record.caveats], None),
        sender.door.value,
        sender.actor[:80],
        arrived,
    )


def _select(statement: str, values: Collection[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall()


def _marks(values: Collection[Any]) -> str:
    return ", ".join(["%s"] * len(values))
