"""Gathering what a viewer sees of models on a study, and noting that it was shown to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from django.db import transaction

from tongying.ai.card.definition import Step
from tongying.consult.people import Viewer
from tongying.kernel.caveat import Caveat
from tongying.pathway.definition import Words
from tongying.web import now as clock
from tongying.web.ai.badges import badge_of
from tongying.web.ai.models import ReadRow, ReviewRow, RunRow, StandingRow, StepEvent
from tongying.web.ai.shown import (
    ImagePoint,
    ItemReview,
    Missed,
    ShownFinding,
    ShownFlag,
    ShownRead,
    ShownRun,
    StudyResults,
    Why,
)
from tongying.web.ai.sight import AFTER, is_open, may_read, runs_for
from tongying.web.ai.valued import values_of_runs
from tongying.web.records.models import Instance, Study
from tongying.web.records.reading import study_of
from tongying.web.records.visible import OWN_READ
from tongying.web.trail import store as trail

DOOR: Final = "ai"
MISSED: Final = "missed"
ORDER: Final = {step.value: place for place, step in enumerate(Step)}
NO_LONGER: Final = ("off", "shadow", "stopped")
"""Standings in which a model's earlier results are shown with a warning."""
SUPERSEDED: Final = ("cancelled",)
"""States of runs that are not listed: nobody waits for them."""


def results_of_study(viewer: Viewer, study_uid: str) -> StudyResults:
    """Return what a viewer sees of models on a study, and note what was shown to whom.

    Raises
    ------
    ObjectNotFound
        If the study does not exist for the viewer.
    """
    study = study_of(viewer, study_uid)
    reads = list(ReadRow.objects.filter(study=study, reader_id=viewer.user).order_by("pk"))
    before = next((_read(one) for one in reads if one.phase == OWN_READ), None)
    after = next((_read(one) for one in reversed(reads) if one.phase == AFTER), None)
    rows = _newest(runs_for(viewer).filter(study=study).select_related("model").order_by("pk"))
    shown = [_listed(viewer, row, read=before is not None) for row in rows]
    told = [
        (row, one)
        for row, one in zip(rows, shown, strict=True)
        if one.open and row.state == "done" and row.result is not None
    ]
    filled = _filled(viewer, study, told)
    runs = sorted(
        (filled.get(one.code, one) for one in shown),
        key=lambda run: (not (run.badge.first and run.open), ORDER.get(run.step, len(ORDER))),
    )
    _note_shown(viewer, study, [row for row, _ in told])
    return StudyResults(
        study_uid=study.uid,
        modalities=frozenset(one for one in study.modalities.split("\\") if one),
        may_read=may_read(viewer),
        before=before,
        after=after,
        runs=tuple(runs),
        reviewed=_reported(viewer, rows),
    )


def shown_codes(results: StudyResults) -> list[str]:
    """Return the codes of the runs whose results stand open, in order."""
    return sorted(run.code for run in results.runs if run.open and run.state == "done")


def _newest(rows: Iterable[RunRow]) -> list[RunRow]:
    """Return the last run of each model; one that was repeated is not listed beside its repeat."""
    last: dict[int, RunRow] = {}
    for row in rows:
        if row.state not in SUPERSEDED:
            last[row.model_id] = row
    return list(last.values())


def _listed(viewer: Viewer, row: RunRow, *, read: bool) -> ShownRun:
    badge = badge_of(row.model)
    open_now = is_open(viewer, row.step, first=badge.first, read=read)
    return ShownRun(
        code=row.code,
        badge=badge,
        step=row.step,
        state=row.state,
        standing=row.standing,
        trigger=row.trigger,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        why=_why(row, open_now=open_now),
        open=open_now,
        stopped=_stopped(row),
    )


def _why(row: RunRow, *, open_now: bool) -> tuple[Why, ...]:
    """Return why a run was refused: the gate's reasons to all, a model's own like its results."""
    gate = tuple(
        Why(one["code"], Words(one["english"], one["chinese"]))
        for one in (row.admission or {}).get("refusals", ())
    )
    if row.state == "refused" and gate:
        return gate
    if row.state in ("refused", "failed") and (open_now or row.state == "failed"):
        return (Why(row.refusal_code, Words(row.refusal, "")),)
    return ()


def _stopped(row: RunRow) -> str:
    last = StandingRow.objects.filter(model_id=row.model_id, hospital_id=row.hospital_id)
    standing = last.order_by("-pk").values_list("standing", flat=True).first()
    return standing if standing in NO_LONGER else ""


def _filled(
    viewer: Viewer, study: Study, told: list[tuple[RunRow, ShownRun]]
) -> dict[str, ShownRun]:
    reviews = _reviews(viewer, [row for row, _ in told])
    places = _numbers(study, [row for row, _ in told])
    values = values_of_runs(viewer, study, [row for row, _ in told], reviews)
    filled = {}
    for row, one in told:
        result: dict[str, Any] = row.result or {}
        said = reviews[row.pk]
        filled[one.code] = replace(
            one,
            findings=tuple(
                _finding(each, one, said, places) for each in result.get("findings", ())
            ),
            flags=_flags(result.get("flags", ()), one, said),
            values=values.get(row.pk, ()),
            texts=tuple(
                (each["part"], Words(each["english"], each["chinese"]))
                for each in result.get("texts", ())
            ),
            missed=_missed(viewer, row),
            caveats=caveats_in(result),
        )
    return filled


def _finding(
    told: Mapping[str, Any],
    run: ShownRun,
    said: Mapping[str, ItemReview],
    places: Mapping[str, int | None],
) -> ShownFinding:
    key = f"finding:{told['number']}"
    return ShownFinding(
        key=key,
        number=told["number"],
        kind=told["kind"],
        words=run.badge.findings.get(told["kind"]),
        diameter_mm=told.get("diameter_mm"),
        volume_mm3=told.get("volume_mm3"),
        probability=told.get("probability"),
        side=told.get("side", ""),
        place=ImagePoint(
            series_uid=told.get("series_uid", ""),
            sop_uid=told.get("sop_uid", ""),
            frame=told.get("frame", 1),
            number=places.get(told.get("sop_uid", "")),
        ),
        details=tuple(sorted((told.get("details") or {}).items())),
        caveats=caveats_in(told),
        review=said.get(key),
    )


def _flags(
    told: Iterable[Mapping[str, Any]], run: ShownRun, said: Mapping[str, ItemReview]
) -> tuple[ShownFlag, ...]:
    flags = []
    for key, one in keyed_flags(told):
        flags.append(
            ShownFlag(
                key=key,
                kind=one["kind"],
                words=run.badge.findings.get(one["kind"]),
                level=one["level"],
                said=Words(one["english"], one["chinese"]),
                value=one.get("value"),
                series_uid=one.get("series_uid", ""),
                review=said.get(key),
            )
        )
    return tuple(flags)


def keyed_flags(flags: Iterable[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return flags with what a review names them by: their kind, and from the second on a number.

    Examples
    --------
    >>> [key for key, _ in keyed_flags([{"kind": "motion"}, {"kind": "motion"}])]
    ['flag:motion', 'flag:motion:2']
    """
    seen: dict[str, int] = defaultdict(int)
    keyed = []
    for one in flags:
        seen[one["kind"]] += 1
        again = seen[one["kind"]]
        keyed.append((f"flag:{one['kind']}" + (f":{again}" if again > 1 else ""), one))
    return keyed


def caveats_in(told: Mapping[str, Any]) -> tuple[Caveat, ...]:
    """Return the caveats of a JSON object of an answer."""
    return tuple(Caveat(one["code"], one["sentence"]) for one in told.get("caveats", ()))


def _reviews(viewer: Viewer, rows: list[RunRow]) -> dict[int, dict[str, ItemReview]]:
    found: dict[int, dict[str, ItemReview]] = defaultdict(dict)
    for one in ReviewRow.objects.filter(run__in=rows, by_id=viewer.user).order_by("pk"):
        if one.item != MISSED:
            found[one.run_id][one.item] = ItemReview(
                one.decision, one.edited, one.reason, one.at, bool(one.sr_uid)
            )
    return found


def _missed(viewer: Viewer, row: RunRow) -> tuple[Missed, ...]:
    rows = ReviewRow.objects.filter(run=row, by_id=viewer.user, item=MISSED).order_by("pk")
    return tuple(
        Missed(
            number=place,
            kind=one.edited.get("kind", ""),
            text=one.edited.get("text", ""),
            side=one.edited.get("side", ""),
            at=one.at,
        )
        for place, one in enumerate(rows, start=1)
    )


def _numbers(study: Study, rows: list[RunRow]) -> dict[str, int | None]:
    uids = {
        one.get("sop_uid", "") for row in rows for one in (row.result or {}).get("findings", ())
    } - {""}
    found = Instance.objects.filter(series__study=study, uid__in=uids)
    return dict(found.values_list("uid", "number"))


def _read(row: ReadRow) -> ShownRead:
    return ShownRead(row.verdict, row.confidence, row.text, row.at)


def _reported(viewer: Viewer, rows: list[RunRow]) -> Any:
    written = ReviewRow.objects.filter(run__in=rows, by_id=viewer.user).exclude(sr_uid="")
    return written.order_by("-at").values_list("at", flat=True).first()


def _note_shown(viewer: Viewer, study: Study, rows: list[RunRow]) -> None:
    """Note, once for each reader and run, that a result was shown."""
    if not rows:
        return
    trail.note_read(viewer.login, "study", study.uid, study.hospital_id, door=DOOR)
    before = StepEvent.objects.filter(run__in=rows, kind="shown", what__reader=viewer.login)
    noted = set(before.values_list("run_id", flat=True))
    fresh = [row for row in rows if row.pk not in noted]
    if not fresh:
        return
    now = clock.now()
    with transaction.atomic():
        StepEvent.objects.bulk_create(
            [
                StepEvent(study=study, run=row, at=now, kind="shown", what={"reader": viewer.login})
                for row in fresh
            ]
        )
