"""Performers outside: they claim the run's workitem, store their objects, and complete it (AIW-I).

The gate is asked before there is anything to claim; a run it refuses has no open workitem.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db import transaction

from tongying.kernel.audit import Action
from tongying.web.ai.asking import audit
from tongying.web.ai.events import note
from tongying.web.ai.models import RunRow
from tongying.web.ai.perform import OUTSIDE
from tongying.web.ai.states import OPEN_RUNS, RunState
from tongying.web.ai.veil import veil
from tongying.web.records.models import Instance
from tongying.web.workitems.dataset import value_of, values_of
from tongying.web.workitems.mirror import CANCELED, COMPLETED, IN_PROGRESS
from tongying.web.workitems.models import WorkItem

WITHDRAWN: Final = "ai.performer-withdrew"
WITHDREW: Final = "The performer gave the work back."
PERFORMED: Final = "UnifiedProcedureStepPerformedProcedureSequence"
OUTPUTS: Final = "OutputInformationSequence"
MOST: Final = 100


def follow_external(now: datetime) -> int:
    """Bring runs of outside performers to where their workitems are; return how many moved."""
    rows = RunRow.objects.filter(state__in=OPEN_RUNS, worker=OUTSIDE).select_related(
        "model", "study", "workitem", "asked_by"
    )
    return sum(_follow(row, now) for row in rows[:MOST])


def _follow(row: RunRow, now: datetime) -> int:
    item = row.workitem
    if item is None or item.state not in (IN_PROGRESS, COMPLETED, CANCELED):
        return 0
    with transaction.atomic():
        locked = RunRow.objects.select_for_update(of=("self",)).get(pk=row.pk)
        if locked.state not in OPEN_RUNS:
            return 0
        if item.state == IN_PROGRESS:
            if locked.progress:
                return 0
            locked.progress = {"fraction": 0.0, "what": "outside"}
            locked.save(update_fields=["progress"])
            note(row.study, "started", now, run=row)
            return 1
        if item.state == CANCELED:
            locked.state, locked.finished_at = RunState.FAILED.value, now
            locked.refusal_code, locked.refusal = WITHDRAWN, WITHDREW
            locked.save(update_fields=["state", "finished_at", "refusal_code", "refusal"])
            note(row.study, "failed", now, run=row, code=WITHDRAWN)
            audit(row, Action.UPDATE, now, what="failed", code=WITHDRAWN)
            return 1
        objects = _outputs(row, item)
        series = [one["series_uid"] for one in objects]
        veil(row.study, series, shadow=row.standing == "shadow")
        locked.state, locked.finished_at = RunState.DONE.value, now
        locked.objects_made = objects
        locked.result = {
            part: [] for part in ("findings", "values", "flags", "texts", "masks", "caveats")
        }
        locked.save(update_fields=["state", "finished_at", "objects_made", "result"])
        note(row.study, "done", now, run=row, objects=len(objects))
        audit(row, Action.UPDATE, now, what="done")
    return 1


def _outputs(row: RunRow, item: WorkItem) -> list[dict[str, str]]:
    """Return the objects that the performer says it made, as far as they are in the study."""
    series = {
        value_of(output, "SeriesInstanceUID")
        for performed in values_of(item.attributes, PERFORMED)
        for output in values_of(performed, OUTPUTS)
    }
    rows = Instance.objects.filter(series__study=row.study).select_related("series")
    if series - {None}:
        rows = rows.filter(series__uid__in=series)
    else:
        rows = rows.filter(arrived_at__gte=row.asked_at, series__modality__in=("SEG", "SR"))
    return [
        {"kind": one.series.modality, "series_uid": one.series.uid, "sop_uid": one.uid}
        for one in rows.order_by("pk")
    ]
