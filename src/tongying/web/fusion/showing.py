"""Gathering what the pages show of fused pairs, for one viewer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, BinaryIO, ClassVar, Final

from django.db.models import Q, QuerySet

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.imaging.registration.result import Method
from tongying.kernel.errors import NotFound
from tongying.web import now as clock
from tongying.web.cases.rows import display_name, number_of
from tongying.web.fusion.judging import shortest_axis_mm, why_not_measured
from tongying.web.fusion.models import FusionFile, FusionRow, FusionTable
from tongying.web.fusion.perform import DISPLACEMENT
from tongying.web.fusion.rights import fusions_for, may_ask, may_judge, row_of
from tongying.web.fusion.segments import segments_of
from tongying.web.fusion.shown import (
    FusedSeries,
    FusionView,
    ListedFusion,
    MadeObject,
    Progressing,
    SegmentChoice,
    ShownTable,
)
from tongying.web.fusion.states import OPEN, Judgement, State, TableKind
from tongying.web.fusion.tables import opinion_case
from tongying.web.jobs.models import OutboxRow
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Series
from tongying.web.records.reading import study_of
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail
from tongying.web.viewer.config import fused_viewer_url, viewer_url

SILENT_AFTER: Final = timedelta(seconds=15)
"""A process is heard of every second; a worker that starts takes up its work within this."""
LISTED: Final = 30
DOOR: Final = "fusion"


class FusionFileNotFound(NotFound):
    """There is no such file of this fusion."""

    code: ClassVar[str] = "fusion.file-not-found"


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file of a fusion opened for reading; the caller closes it."""

    file: BinaryIO
    name: str
    size: int
    media_type: str
    digest: str


def fusions_of_study(viewer: Viewer, study_uid: str) -> tuple[ListedFusion, ...]:
    """List the fusions in which a study takes part, newest first.

    Raises
    ------
    tongying.web.records.reading.ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, study_uid)
    return _listed(viewer, Q(fixed__study=study) | Q(moving__study=study))


def fusions_of_case(viewer: Viewer, case_id: int) -> tuple[ListedFusion, ...]:
    """List the fusions between studies that a case shows, newest first.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    case = cases_for(viewer).filter(pk=case_id).first()
    if case is None:
        raise CaseNotFound("There is no such case.")
    studies = case.studies.values("study_id")
    both = Q(fixed__study_id__in=studies, moving__study_id__in=studies)
    return _listed(viewer, Q(case=case) | both)


def fusion_of(viewer: Viewer, code: str) -> FusionView:
    """Return a fusion with everything its page shows, and record the reading.

    Raises
    ------
    FusionNotFound
        If it does not exist for the viewer.
    """
    row_of(viewer, code)
    row = _with_all(FusionRow.objects.filter(code=code)).get()
    for study in {row.fixed.study, row.moving.study}:
        trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door=DOOR)
    result: dict[str, Any] | None = row.result
    sees_case = row.case is not None and cases_for(viewer).filter(pk=row.case_id).exists()
    not_measured = why_not_measured(row)
    done = row.state == State.DONE.value
    may = may_ask(viewer)
    return FusionView(
        listed=_shown(
            row, {row.fixed_id: _picture(row.fixed), row.moving_id: _picture(row.moving)}
        ),
        asked_method=row.method,
        child=display_name(row.fixed.study.child),
        case_id=row.case_id if sees_case else None,
        case_number=number_of(row.case) if sees_case and row.case else "",
        finished_at=row.finished_at,
        cancelled_by=row.cancel_asked_by.name if row.cancel_asked_by else "",
        cancel_asked_at=row.cancel_asked_at,
        judged_by=row.judged_by.name if row.judged_by else "",
        judged_at=row.judged_at,
        judgement_reason=row.judgement_reason,
        result=result,
        pictures=tuple(one["name"] for one in (result or {}).get("pictures", ())),
        displacement=DISPLACEMENT if (result or {}).get("displacement") else "",
        objects=tuple(
            MadeObject(kind, one["study"], one["series"], len(one["instances"]))
            for kind, one in row.objects_made.items()
        ),
        tables=_tables(row),
        segments=tuple(
            SegmentChoice(one.key, one.label, one.series)
            for one in (segments_of(row) if done and may and not not_measured else ())
        ),
        not_measured=not_measured,
        shortest_axis_mm=shortest_axis_mm(result) if result else None,
        may_cancel=may and row.state in OPEN and row.cancel_asked_at is None,
        may_judge=done and may_judge(viewer, row),
        may_measure=done and may and not not_measured,
        writes_opinion=done and opinion_case(viewer, row) is not None,
    )


def open_file(viewer: Viewer, code: str, name: str) -> OpenFile:
    """Open a picture or displacement of a fusion and record the reading.

    Raises
    ------
    FusionNotFound
        If the fusion does not exist for the viewer.
    FusionFileNotFound
        If it has no such file.
    """
    row = row_of(viewer, code)
    kept = FusionFile.objects.filter(fusion=row, name=name).first()
    if kept is None:
        raise FusionFileNotFound("There is no such file.")
    study = row.fixed.study
    trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door=DOOR)
    return OpenFile(
        file=content_store().open(kept.digest),
        name=kept.name,
        size=kept.bytes,
        media_type=kept.media_type,
        digest=kept.digest,
    )


def pair_url(fixed: FusedSeries, moving: FusedSeries, row: FusionRow) -> str:
    """Return the link that opens a fused pair in the viewer.

    Parameters
    ----------
    fixed, moving : FusedSeries
    row : FusionRow
        Done. What it resampled is laid over the fixed series; the moving series itself only where
        nothing was moved.
    """
    made = row.objects_made
    resampled = made.get("resampled-deformable") or made.get("resampled")
    studies = list(dict.fromkeys((fixed.study_uid, moving.study_uid)))
    if resampled:
        return fused_viewer_url(
            [fixed.study_uid],
            fixed_series_uid=fixed.uid,
            overlay_series_uid=resampled["series"],
        )
    if (row.result or {}).get("method") == Method.FRAME_OF_REFERENCE.value:
        return fused_viewer_url(studies, fixed_series_uid=fixed.uid, overlay_series_uid=moving.uid)
    return viewer_url(studies, modalities={fixed.modality}, series_uid=fixed.uid)


def _listed(viewer: Viewer, condition: Q) -> tuple[ListedFusion, ...]:
    seen = fusions_for(viewer).filter(condition).values("pk")
    rows = _with_all(FusionRow.objects.filter(pk__in=seen)).order_by("-pk")[:LISTED]
    return tuple(_shown(row, {}) for row in rows)


def _with_all(rows: QuerySet[FusionRow]) -> QuerySet[FusionRow]:
    return rows.select_related(
        "fixed__study__child",
        "moving__study",
        "asked_by",
        "job",
        "case",
        "cancel_asked_by",
        "judged_by",
    )


def _shown(row: FusionRow, pictures: dict[int, str]) -> ListedFusion:
    result: dict[str, Any] = row.result or {}
    quality: dict[str, Any] = result.get("quality") or {}
    fixed, moving = (_series(one, pictures.get(one.pk, "")) for one in (row.fixed, row.moving))
    done = row.state == State.DONE.value
    return ListedFusion(
        code=row.code,
        state=State(row.state),
        method=str(result.get("method") or row.method),
        fixed=fixed,
        moving=moving,
        asked_at=row.asked_at,
        asked_by=row.asked_by.name or row.asked_by.login,
        progress=_progress(row.job, row.asked_at),
        verdict=str(result.get("verdict") or ""),
        error_mm=result.get("estimated_error_mm"),
        spread_mm=quality.get("restart_spread_mm"),
        p95_mm=quality.get("p95_mm"),
        half_voxel_mm=result.get("half_voxel_mm"),
        judgement=Judgement(row.judgement) if row.judgement else None,
        viewer_url=pair_url(fixed, moving, row) if done else "",
        failure=row.failure,
    )


def _series(row: Series, picture: str) -> FusedSeries:
    return FusedSeries(
        uid=row.uid,
        study_uid=row.study.uid,
        modality=row.modality,
        number=row.number,
        description=row.description,
        date=row.date or row.study.date,
        picture=picture,
    )


def _picture(row: Series) -> str:
    kept = Instance.objects.filter(series=row, frame_count__gt=0).order_by("number", "pk")
    uids = kept.values_list("uid", flat=True)
    middle = row.instance_count // 2
    return next(iter(uids[middle : middle + 1]), "")


def _progress(job: OutboxRow | None, asked_at: datetime) -> Progressing:
    if job is None:
        return Progressing()
    told: dict[str, Any] = job.progress
    at = datetime.fromisoformat(told["at"]) if "at" in told else None
    heard = at or job.enqueued_at or asked_at
    total = told.get("total") or 0
    return Progressing(
        stage=told.get("note", ""),
        percent=round(100 * told.get("done", 0) / total) if total else 0,
        seconds=told.get("seconds", 0),
        at=at,
        silent=job.finished_at is None and clock.now() - heard > SILENT_AFTER,
    )


def _tables(row: FusionRow) -> tuple[ShownTable, ...]:
    rows: Iterable[FusionTable] = row.tables.select_related("asked_by", "job").order_by("-pk")
    return tuple(_table(one) for one in rows)


def _table(row: FusionTable) -> ShownTable:
    result: dict[str, Any] = row.result or {}
    return ShownTable(
        code=row.code,
        kind=TableKind(row.kind),
        asked_by=row.asked_by.name or row.asked_by.login,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        inputs=row.inputs,
        result=row.result,
        caveats=tuple(one["sentence"] for one in result.get("caveats", ())),
        pictures=tuple(one["name"] for one in result.get("pictures", ())),
        failure=row.failure,
        progress=_progress(row.job, row.asked_at),
    )
