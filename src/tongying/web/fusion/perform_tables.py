"""Promised values on a fused pair as the worker sees them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from django.db import transaction

from tongying.kernel.audit import Action
from tongying.kernel.errors import NotFound
from tongying.web import now as clock
from tongying.web.fusion.asking import note
from tongying.web.fusion.keeping import keep_file, settle
from tongying.web.fusion.models import FusionFile, FusionRow, FusionTable
from tongying.web.fusion.perform import (
    DISPLACEMENT,
    SYSTEM,
    add_files,
    files_of,
    take_in,
    work_folder,
)
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance


class TableMissing(NotFound):
    """The worker was promised a table that is not there."""

    code: ClassVar[str] = "fusion.table-missing"


@dataclass(frozen=True, slots=True)
class TableTask:
    """What is to be computed, and in which folder.

    `job` holds ``table`` (the kind), ``fixed`` and ``moving`` (files), ``registration`` (files),
    ``displacement`` (NIfTI or None), ``matrix``, ``method``, ``estimated_error_mm``,
    ``segmentation`` (file or None), ``segmentation_series`` (its Series Instance UID), ``segment``,
    ``segment_label``, ``reference_segment``, ``weight_kg``, ``weighed_on``, ``fwhm_mm``,
    ``threshold`` (``kind``, ``value``), ``seed`` and ``written_at``.
    """

    code: str
    folder: Path
    job: dict[str, Any]


def begin(number: int) -> TableTask | None:
    """Say what to do for a table; None if it is finished.

    Raises
    ------
    TableMissing
        If there is no such table.
    """
    row = (
        FusionTable.objects.select_related("fusion__fixed", "fusion__moving", "fusion__case")
        .filter(pk=number)
        .first()
    )
    if row is None:
        raise TableMissing("There is no such table.")
    if row.finished_at is not None:
        return None
    folder = work_folder(row.code)
    fusion, inputs = row.fusion, row.inputs
    result = fusion.result or {}
    segmentation = _segmentation(fusion, inputs.get("segmentation"))
    job = {
        "table": row.kind,
        "fixed": [str(path) for path in files_of(fusion.fixed_id)],
        "moving": [str(path) for path in files_of(fusion.moving_id)],
        "registration": _registration(fusion),
        "displacement": _displacement(fusion, folder),
        "matrix": result.get("matrix"),
        "method": result.get("method"),
        "estimated_error_mm": result.get("estimated_error_mm"),
        "segmentation": segmentation[0],
        "segmentation_series": segmentation[1],
        "segment": inputs.get("segment"),
        "segment_label": inputs.get("segment_label"),
        "reference_segment": inputs.get("reference_segment"),
        "weight_kg": fusion.case.weight_kg if fusion.case else None,
        "weighed_on": _day(fusion.case.measured_on) if fusion.case else None,
        "fwhm_mm": inputs.get("fwhm_mm"),
        "threshold": inputs.get("threshold"),
        "seed": row.code,
        "written_at": row.asked_at.isoformat(),
    }
    return TableTask(row.code, folder, job)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def job_of(number: int) -> int | None:
    """Return the outbox row of a table."""
    return FusionTable.objects.filter(pk=number).values_list("job_id", flat=True).first()


def end_refused(number: int, sentence: str, code: str) -> None:
    """Note that it could not be computed, and why."""
    now = clock.now()
    with transaction.atomic():
        row = FusionTable.objects.select_for_update().get(pk=number)
        if row.finished_at is None:
            row.failure, row.finished_at = sentence, now
            row.save(update_fields=["failure", "finished_at"])
            note(row.fusion, SYSTEM, Action.REFUSE, now, what=row.kind, code=code)


def end_done(number: int, result: dict[str, Any]) -> None:
    """Take in what was written and note the values; done twice it is the same.

    Parameters
    ----------
    number : int
    result : dict
        As `tongying.dicom.fusion.tables.run_table` answers: ``rows`` (of the kind of table),
        ``caveats``, and if need be ``outputs`` (``kind``, ``path`` of DICOM files) and
        ``pictures`` (``name``, ``path``).

    Raises
    ------
    tongying.web.fusion.perform.FusionNotStored
        If the archive refuses an object.
    """
    row = FusionTable.objects.select_related("fusion__fixed__study").get(pk=number)
    if row.finished_at is not None:
        return
    made = take_in(row.fusion.fixed.study.hospital_id, result.get("outputs", ()))
    kept = [
        keep_file(Path(one["path"]), f"{row.code}-{one['name']}.png")
        for one in result.get("pictures", ())
    ]
    shown = {name: value for name, value in result.items() if name not in ("outputs", "pictures")}
    shown["objects"] = made
    shown["pictures"] = [{"name": one.name, "digest": one.digest} for one in kept]
    now = clock.now()
    with transaction.atomic():
        row = FusionTable.objects.select_for_update().get(pk=number)
        if row.finished_at is None:
            row.result, row.finished_at = shown, now
            row.save(update_fields=["result", "finished_at"])
            add_files(row.fusion, kept)
            note(row.fusion, SYSTEM, Action.CREATE, now, what=row.kind, table=row.code)
    settle(kept)


def _segmentation(fusion: FusionRow, sop_uid: str | None) -> tuple[str | None, str | None]:
    if sop_uid is None:
        return None, None
    studies = [fusion.fixed.study_id, fusion.moving.study_id]
    rows = Instance.objects.filter(series__study_id__in=studies, uid=sop_uid)
    row = rows.select_related("series").order_by("-pk")[0]
    return str(content_store().path(row.digest)), row.series.uid


def _registration(fusion: FusionRow) -> list[str]:
    """Return the files of the registration objects, the chosen one's first."""
    made = fusion.objects_made
    kinds = sorted((kind for kind in made if kind.startswith("registration")), key=len)
    uids = [uid for kind in kinds for uid in made[kind]["instances"]]
    rows = Instance.objects.filter(hospital_id=fusion.hospital_id, uid__in=uids)
    digests = dict(rows.values_list("uid", "digest"))
    store = content_store()
    return [str(store.path(digests[uid])) for uid in uids if uid in digests]


def _displacement(fusion: FusionRow, folder: Path) -> str | None:
    """Lay the displacement into the folder under a name that says what it is."""
    kept = FusionFile.objects.filter(fusion=fusion, name=DISPLACEMENT).first()
    if kept is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / DISPLACEMENT
    shutil.copyfile(content_store().path(kept.digest), target)
    return str(target)
