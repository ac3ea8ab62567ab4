"""Reconciling the index, the files and the audit trail."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field

from django.db.models import Count

from tongying.archive.content_store import CHUNK_BYTES, FileContentStore
from tongying.web.cases.models import DocumentRow
from tongying.web.fusion.models import FusionFile
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance, Series, StoreConflict, Study
from tongying.web.rooms.models import RecordingRow
from tongying.web.rooms.recording_files import recording_path, sha256_of
from tongying.web.trail.store import check_chain

PREDECESSOR_SECONDS = 5.0
"""How long the processes of a killed server may take to end (they look every second)."""
POLL_SECONDS = 0.1


@dataclass(slots=True)
class Report:
    """What a check found.

    Attributes
    ----------
    instances, objects : int
        Instances in the index; objects that anything stands on.
    missing : list of str
        Digests that are stood on and have no file, and recordings (``room/code``) without one.
    damaged : list of str
        Digests and recordings whose file has another length or, if asked for, other bytes.
    orphans : list of str
        Files that nothing stands on.
    counts : list of str
        Studies and series whose counts are wrong.
    broken_event : int or None
        Number of the first audit event that does not fit the chain.
    """

    instances: int = 0
    objects: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)
    broken_event: int | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        wrong = self.missing or self.damaged or self.orphans or self.counts
        return not wrong and self.broken_event is None


def check(store: FileContentStore, *, read_bytes: bool = False) -> Report:
    """Compare what the index says with what is there.

    Parameters
    ----------
    store : FileContentStore
    read_bytes : bool, optional
        Also read every file and compare its SHA-256 with its name.
    """
    report = Report(instances=Instance.objects.count())
    sizes: dict[str, int] = {}
    for model in (Instance, StoreConflict, DocumentRow, FusionFile):
        sizes.update(model.objects.values_list("digest", "bytes").iterator(chunk_size=5000))
    report.objects = len(sizes)
    for digest, size in sizes.items():
        actual = store.size(digest)
        if actual is None:
            report.missing.append(digest)
        elif actual != size or (read_bytes and _digest_of(store, digest) != digest):
            report.damaged.append(digest)
    report.orphans = [digest for digest in store.digests() if digest not in sizes]
    _check_recordings(report, read_bytes=read_bytes)
    report.counts = list(_wrong_counts())
    report.broken_event = check_chain()
    return report


def sweep(store: FileContentStore) -> list[str]:
    """Clear what a crash left; return the digests of objects removed.

    A server started at once after a kill meets its predecessor's last processes: it waits for
    them, as nothing is swept while anybody brings files in.
    """
    for _ in range(round(PREDECESSOR_SECONDS / POLL_SECONDS)):
        if not store.in_use():
            break
        time.sleep(POLL_SECONDS)
    return store.sweep(DjangoIndex().owns)


def _digest_of(store: FileContentStore, digest: str) -> str:
    sha = hashlib.sha256()
    with store.open(digest) as file:
        while chunk := file.read(CHUNK_BYTES):
            sha.update(chunk)
    return sha.hexdigest()


def _check_recordings(report: Report, *, read_bytes: bool) -> None:
    """Compare the recordings of live rooms that are whole with their files."""
    whole = RecordingRow.objects.filter(state="whole").select_related("room").order_by("pk")
    for row in whole.iterator(chunk_size=2000):
        name, path = f"{row.room.code}/{row.code}", recording_path(row.room.code, row.code)
        if not path.is_file():
            report.missing.append(name)
            continue
        with path.open("rb") as file:
            changed = read_bytes and sha256_of(file) != row.sha256
        if changed or path.stat().st_size != row.size:
            report.damaged.append(name)


def _wrong_counts() -> list[str]:
    wrong = []
    series = Series.objects.annotate(actual=Count("instances"))
    for row in series.iterator(chunk_size=2000):
        if row.actual != row.instance_count:
            wrong.append(f"series {row.uid}: {row.instance_count} counted, {row.actual} there")
    studies = Study.objects.annotate(actual=Count("series__instances"))
    for row in studies.iterator(chunk_size=2000):
        if row.actual != row.instance_count:
            wrong.append(f"study {row.uid}: {row.instance_count} counted, {row.actual} there")
    return wrong
