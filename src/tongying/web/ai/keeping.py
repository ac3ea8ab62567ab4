"""Keeping what a model answered: figures on the run, objects in the child's study (IHE AIR).

Identities of the objects follow from the run's code: an attempt that was cut short made the same
ones. A shadow's objects are not written, so nothing of it can be found in the archive.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Final

from django.db import transaction
from django.utils import timezone
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.ai.answer import Answer, Found, LabelledMask
from tongying.ai.answer_files import answer_digest, read_answer
from tongying.ai.card.definition import ModelCard
from tongying.ai.segment_codes import code_of_segment
from tongying.archive.arrival import Door, Sender
from tongying.archive.ingest import Intake
from tongying.dicom.volumes.reading import read_volumes
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.ai_result_sr import (
    Place,
    ResultItem,
    ResultReport,
    write_ai_result_sr,
)
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.parametric_map import write_parametric_map
from tongying.dicom.writers.segmentation import Algorithm, Segment, write_segmentation
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.volume import Volume
from tongying.kernel.audit import Action
from tongying.kernel.errors import Conflict
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.norms.measure import measures
from tongying.web import now as clock
from tongying.web.ai import workitem
from tongying.web.ai.asking import audit
from tongying.web.ai.events import note
from tongying.web.ai.models import RunRow
from tongying.web.ai.perform import RunTask, count_images, end_grown
from tongying.web.ai.states import OPEN_RUNS, RunState
from tongying.web.ai.veil import veil
from tongying.web.cases.documents import context_of
from tongying.web.measurements.reporting import evidence_of
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance, Study

SEG, SR, PM = "SEG", "SR", "PM"
SERIES_NUMBERS: Final = {SEG: 9300, PM: 9310, SR: 9320}
SHADOW: Final = "shadow"
SYSTEM: Final = "system"


class ResultNotStored(Conflict):
    """The archive refused an object that the run made, or it belongs to another study."""

    code: ClassVar[str] = "ai.result-not-stored"


def keep(task: RunTask, folder: Path, seconds: float, peak_mb: float) -> None:
    """Keep a run's answer; done again after a crash it is the same, and nothing is kept twice.

    Parameters
    ----------
    task : RunTask
    folder : Path
        Of the answer.
    seconds, peak_mb : float
        That the model took.

    Raises
    ------
    AnswerBroken
        If the answer is not whole.
    ResultNotStored
        If the archive refuses an object.
    DerivedRefused, WritingRefused, VolumeUnreadable
        If an object cannot be written for this study.
    """
    row = RunRow.objects.select_related("model", "study__child", "asked_by").get(pk=task.run)
    if row.state not in OPEN_RUNS:
        return
    answer = read_answer(folder)
    digest = answer_digest(folder)
    objects: list[dict[str, Any]] = []
    if row.standing != SHADOW:
        written = [*_written(task, answer, row), *_foreign(folder, answer, row)]
    if count_images(row.study_id) != task.images:
        end_grown(task.run)
        return
    if row.standing != SHADOW:
        objects = _store(written, row)
    now = clock.now()
    with transaction.atomic():
        still = RunRow.objects.select_for_update().filter(pk=task.run, state__in=OPEN_RUNS)
        if not still.exists():
            return
        veil(row.study, [one["series_uid"] for one in objects])
        row.state, row.finished_at = RunState.DONE.value, now
        row.result, row.result_digest = _plain(answer), digest
        # What the gate doubted stands beside the result as well.
        row.result["caveats"] = [*row.admission.get("caveats", ()), *row.result["caveats"]]
        row.seconds, row.peak_mb, row.objects_made = seconds, peak_mb, objects
        row.save(
            update_fields=[
                *("state", "finished_at", "result", "result_digest"),
                *("seconds", "peak_mb", "objects_made"),
            ]
        )
        workitem.finish(row, now, objects)
        note(row.study, "done", now, run=row, seconds=round(seconds, 1))
        audit(row, Action.UPDATE, now, what="done", digest=digest)


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "findings": [one.as_json() for one in answer.findings],
        "values": [one.as_json() for one in answer.values],
        "flags": [one.as_json() for one in answer.flags],
        "texts": [one.as_json() for one in answer.texts],
        "masks": [
            {
                "name": one.name,
                "english": one.english,
                "chinese": one.chinese,
                "volume_cm3": float(one.mask.sum()) * one.grid.voxel_mm3 / 1000.0,
            }
            for one in answer.masks
        ],
        "maps": [{"name": one.name} for one in answer.maps],
        "caveats": [one.as_json() for one in answer.caveats],
    }


def _written(task: RunTask, answer: Answer, row: RunRow) -> list[tuple[str, Dataset]]:
    """Write the answer's masks, maps and figures as objects of the study."""
    made: list[tuple[str, Dataset]] = []
    at = timezone.localtime(row.asked_at)
    volumes = _volumes(task, answer)
    by_series: dict[str, list[LabelledMask]] = {}
    for mask in answer.masks:
        if mask.mask.any():
            by_series.setdefault(mask.series_uid, []).append(mask)
    for number, (series, masks) in enumerate(sorted(by_series.items()), 1):
        source = volumes[series]
        segments = [_segment(one, task.card) for one in masks]
        identity = _identity(task.code, SEG, number)
        made.append((SEG, write_segmentation(source, segments, identity=identity, written_at=at)))
    for number, one in enumerate(answer.maps, 1):
        volume = Volume(one.array, one.grid, one.quantity)
        what = f"{task.card.id} {one.english}"[:60]
        written = write_parametric_map(
            volume,
            volumes[one.series_uid],
            what=what,
            identity=_identity(task.code, PM, number),
            written_at=at,
        )
        made.append((PM, written))
    items = _items(task, answer, row, volumes)
    if items:
        report = ResultReport(task.card.id, task.card.version, items, evidence_of(row.study))
        identity = _identity(task.code, SR, 1)
        context = context_of(row.study)
        made.append((SR, write_ai_result_sr(report, context, identity=identity, written_at=at)))
    return made


def _volumes(task: RunTask, answer: Answer) -> dict[str, SourceVolume]:
    """Read the series that masks, maps and places need, each once."""
    needed = {one.series_uid for one in (*answer.masks, *answer.maps)}
    needed |= {one.series_uid for one in answer.findings if one.centre_mm is not None}
    found = {}
    for series in task.request.series:
        if series.uid in needed:
            found[series.uid] = max(
                read_volumes(series.files), key=lambda one: one.volume.array.size
            )
    return found


def _segment(mask: LabelledMask, card: ModelCard) -> Segment:
    category, kind = code_of_segment(mask.name, mask.english)
    return Segment(
        label=mask.english[:64],
        category=category,
        kind=kind,
        mask=mask.mask,
        algorithm=Algorithm.AUTOMATIC,
        algorithm_name=f"{card.id} {card.version}"[:64],
        algorithm_family=FAMILIES[card.method.value],
    )


FAMILIES: Final[Mapping[str, Code]] = {
    "rule": codes.DCM.MorphologicalOperations,
    "classical": codes.DCM.MorphologicalOperations,
    "trained": codes.DCM.ArtificialIntelligence,
}
"""CID 7162."""


def _items(
    task: RunTask, answer: Answer, row: RunRow, volumes: Mapping[str, SourceVolume]
) -> list[ResultItem]:
    words = dict(task.card.findings)
    items = []
    for one in answer.findings:
        items.append(
            ResultItem(
                code=f"{task.code}/finding:{one.number}",
                kind=one.kind,
                label=words[one.kind].english if one.kind in words else one.kind,
                diameter_mm=one.diameter_mm,
                volume_mm3=one.volume_mm3,
                probability=one.probability,
                side=one.side,
                comments=tuple(caveat.sentence for caveat in one.caveats),
                place=_place(one, row.study, volumes),
            )
        )
    for value in answer.values:
        known = measures().get(value.measure)
        side = f":{value.side}" if value.side else ""
        items.append(
            ResultItem(
                code=f"{task.code}/value:{value.measure}{side}",
                kind=value.measure,
                label=known.english if known else value.measure,
                value=value.value,
                unit=value.unit,
                side=value.side,
                comments=tuple(caveat.sentence for caveat in value.caveats),
            )
        )
    for number, flag in enumerate(answer.flags, 1):
        items.append(
            ResultItem(
                code=f"{task.code}/flag:{flag.kind}:{number}",
                kind=flag.kind,
                label=words[flag.kind].english if flag.kind in words else flag.kind,
                level=flag.level.value,
                comments=(flag.english,),
            )
        )
    return items


def _place(one: Found, study: Study, volumes: Mapping[str, SourceVolume]) -> Place:
    image = None
    if one.sop_uid:
        row = (
            Instance.objects.filter(series__study=study, uid=one.sop_uid)
            .select_related("series")
            .first()
        )
        if row is not None:
            image = WrittenObject(SeriesUid(row.series.uid), SopUid(row.uid), row.sop_class_uid)
            many = (row.frame_count or 1) > 1
            point = one.image_point
            return Place(one.centre_mm, "", image, point, one.frame if many else None)
    source = volumes.get(one.series_uid)
    frame_of_reference = source.volume.frame_of_reference_uid if source else None
    return Place(one.centre_mm, frame_of_reference or "", image)


def _foreign(folder: Path, answer: Answer, row: RunRow) -> Iterable[tuple[str, Dataset]]:
    """Return objects that the model wrote itself; they must belong to the study."""
    for name in answer.objects:
        dataset = dcmread(folder / name)
        if dataset.get("StudyInstanceUID") != row.study.uid:
            raise ResultNotStored("The model wrote an object of another study; nothing is kept.")
        yield str(dataset.get("Modality", "OT")), dataset


def _store(written: list[tuple[str, Dataset]], row: RunRow) -> list[dict[str, Any]]:
    if not written:
        return []
    intake = Intake(content_store(), DjangoIndex(), Sender(SYSTEM, row.hospital_id, Door.SELF))
    try:
        for kind, dataset in written:
            target = io.BytesIO()
            dataset.save_as(target, enforce_file_format=True)
            incoming = intake.incoming()
            incoming.write(target.getvalue())
            intake.offer(kind, incoming)
        with transaction.atomic():  # an object is never there unmarked
            arrivals = intake.flush()
            veil(row.study, {str(dataset.SeriesInstanceUID) for _kind, dataset in written})
    except BaseException:
        intake.abandon()
        raise
    made = []
    for (kind, dataset), arrival in zip(written, arrivals, strict=True):
        if not arrival.accepted:
            raise ResultNotStored(arrival.reason)
        made.append(
            {
                "kind": kind,
                "series_uid": str(dataset.SeriesInstanceUID),
                "sop_uid": str(dataset.SOPInstanceUID),
            }
        )
    return made


def _identity(code: str, kind: str, number: int) -> ObjectIdentity:
    seed = f"tongying/ai-run/{code}/{kind}/{number}"
    return ObjectIdentity(
        SeriesUid(uid_of(f"{seed}/series")),
        SopUid(uid_of(seed)),
        SERIES_NUMBERS[kind] + number - 1,
    )
