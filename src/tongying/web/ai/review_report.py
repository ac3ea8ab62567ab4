"""Finishing a review: the read after, and the decisions as a structured report in the study."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from tongying.consult.people import Viewer
from tongying.dicom.writers.ai_review_sr import Reviewed, ReviewReport, write_ai_review_sr
from tongying.dicom.writers.derived import WrittenObject
from tongying.dicom.writers.drawn_marks import DrawnMark, DrawnMarks, MarkShape
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.ids import SeriesUid, SopUid, uid_of
from tongying.norms.measure import measures
from tongying.web import now as clock
from tongying.web.ai.badges import badge_of
from tongying.web.ai.models import ReviewRow, RunRow, StepEvent
from tongying.web.ai.reading import Read, read_after
from tongying.web.ai.showing import MISSED, keyed_flags, results_of_study, shown_codes
from tongying.web.ai.valued import value_key
from tongying.web.ai.veil import veil
from tongying.web.cases.documents import context_of
from tongying.web.measurements.reporting import evidence_of, file_report
from tongying.web.people.models import Member
from tongying.web.records.models import Instance, Study
from tongying.web.records.reading import study_of
from tongying.web.trail import store as trail

SERIES_NUMBER: Final = 9040
"""Far above what scanners use, and apart from other reports of the platform."""
REPORT: Final = "SR"


def finish_review(viewer: Viewer, study_uid: str, read: Read, *, case: int | None = None) -> int:
    """Keep what the viewer says now, write their decisions into the study; return how many.

    The same decisions are written once. What was not decided is not in the report.

    Parameters
    ----------
    viewer : Viewer
    study_uid : str
    read : Read
        After the results were shown.
    case : int, optional

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    ReadingNotYours, ReadRefused, OwnReadFirst, NothingShown
        As `tongying.web.ai.reading.read_after`.
    ReportNotStored
        If the archive refuses the report.
    """
    study = study_of(viewer, study_uid)
    results = results_of_study(viewer, study_uid)
    codes = shown_codes(results)
    rows = _last_words(viewer, codes)
    kept = Read(read.verdict, read.confidence, read.text, tuple(_named(rows)))
    with transaction.atomic():
        read_after(viewer, study, kept, codes, case=case)
    if rows:
        _write(viewer, study, rows)
    return len(rows)


def _last_words(viewer: Viewer, codes: list[str]) -> list[ReviewRow]:
    """Return the viewer's last word on each item of some runs, and everything they added."""
    said = ReviewRow.objects.filter(run__code__in=codes, by_id=viewer.user)
    last: dict[tuple[int, str], ReviewRow] = {}
    added = []
    for one in said.select_related("run__model").order_by("pk"):
        if one.item == MISSED:
            added.append(one)
        else:
            last[one.run_id, one.item] = one
    return [*last.values(), *added]


def _named(rows: list[ReviewRow]) -> list[dict[str, Any]]:
    """Return what the reader holds to be there: what was accepted or edited, and what was added."""
    return [
        {"run": one.run.code, "item": one.item, **one.edited}
        for one in rows
        if one.decision != "reject" and one.item.startswith(("finding:", MISSED))
    ]


def _write(viewer: Viewer, study: Study, rows: list[ReviewRow]) -> None:
    state = hashlib.sha256("|".join(str(one.pk) for one in rows).encode()).hexdigest()
    by = f"{study.uid}/{viewer.user}"
    series_uid = SeriesUid(uid_of(f"tongying/ai-review/{by}/series"))
    sop_uid = SopUid(uid_of(f"tongying/ai-review/{by}/{state}"))
    if not Instance.objects.filter(hospital_id=study.hospital_id, uid=sop_uid).exists():
        member = Member.objects.select_related("hospital").get(pk=viewer.user)
        before = Instance.objects.filter(series__uid=series_uid, series__study=study).count()
        report = ReviewReport(
            reader=member.name or member.login,
            hospital=member.hospital.name,
            items=[_reviewed(study, one) for one in rows],
            images=evidence_of(study),
        )
        written = write_ai_review_sr(
            report,
            context_of(study),
            identity=ObjectIdentity(series_uid, sop_uid, SERIES_NUMBER, before + 1),
            written_at=timezone.localtime(clock.now()),
        )
        with transaction.atomic():  # it is never there unmarked
            file_report(written, study.hospital_id)
            veil(study, [series_uid])
    now = clock.now()
    with transaction.atomic():
        ReviewRow.objects.filter(pk__in=[one.pk for one in rows]).update(sr_uid=sop_uid)
        what = {"what": "report", "reader": viewer.login, "count": str(len(rows))}
        StepEvent.objects.create(study=study, at=now, kind="reviewed", what=what)
        detail = {"what": "ai-review", "count": str(len(rows))}
        event = AuditEvent(
            now, viewer.login, Action.EXECUTE, "study", study.uid, study.hospital_id, detail
        )
        trail.append([event])


def _reviewed(study: Study, row: ReviewRow) -> Reviewed:
    run, badge = row.run, badge_of(row.run.model)
    told = _told(run, row.item)
    kind = str(row.edited.get("kind", "") if row.item == MISSED else told.get("kind", ""))
    measure = str(told.get("measure", ""))
    known = measures().get(measure)
    words = badge.findings.get(kind)
    kept = row.decision != "reject"
    value = row.edited.get("value", told.get("value")) if measure and kept else None
    return Reviewed(
        code=f"{run.code}/{row.item}" + (f"/{row.pk}" if row.item == MISSED else ""),
        kind=measure or kind,
        label=known.english if known else words.english if words else kind or measure,
        decision=MISSED if row.item == MISSED else row.decision,
        model=badge.card_id,
        version=badge.version,
        diameter_mm=row.edited.get("diameter_mm", told.get("diameter_mm")) if kept else None,
        value=value,
        unit=str(told.get("unit", "")),
        side=str(row.edited.get("side", told.get("side", ""))),
        comments=tuple(_comments(row, told)),
        marks=_marks(study, row.edited if row.item == MISSED else told),
        report=_own_report(run),
    )


def _told(run: RunRow, item: str) -> dict[str, Any]:
    """Return what the run says of an item; nothing where a reader added it."""
    result: dict[str, Any] = run.result or {}
    keyed = {
        **{f"finding:{one['number']}": one for one in result.get("findings", ())},
        **dict(keyed_flags(result.get("flags", ()))),
        **{value_key(one["measure"], one.get("side", "")): one for one in result.get("values", ())},
    }
    return dict(keyed.get(item, {}))


def _comments(row: ReviewRow, told: dict[str, Any]) -> list[str]:
    said = []
    if told.get("english"):
        said.append(str(told["english"]))
    if told.get("probability") is not None:
        said.append(f"The model's probability: {told['probability']:.3g}.")
    for name, words in (("diameter_mm", "diameter in mm"), ("value", "value")):
        if name in row.edited and told.get(name) is not None:
            said.append(f"The model's {words} before the change: {told[name]:.6g}.")
    said.extend(str(text) for text in (row.edited.get("text", ""), row.reason) if text)
    return said


def _marks(study: Study, told: dict[str, Any]) -> DrawnMarks | None:
    found = Instance.objects.filter(series__study=study, uid=told.get("sop_uid", "")).first()
    if found is None or not found.frame_count:
        return None
    point = told.get("image_point")
    image = WrittenObject(SeriesUid(found.series.uid), SopUid(found.uid), found.sop_class_uid)
    marks = () if point is None else (DrawnMark(MarkShape.POINT, ((point[0], point[1]),)),)
    frame = int(told.get("frame", 1)) if found.frame_count > 1 else None
    return DrawnMarks(image, frame, marks)


def _own_report(run: RunRow) -> WrittenObject | None:
    """Return the report that the model's result was written into, where it is in the archive."""
    for made in run.objects_made:
        if made.get("kind") != REPORT:
            continue
        row = Instance.objects.filter(
            hospital_id=run.hospital_id, uid=made.get("sop_uid", "")
        ).first()
        if row is not None:
            return WrittenObject(SeriesUid(row.series.uid), SopUid(row.uid), row.sop_class_uid)
    return None
