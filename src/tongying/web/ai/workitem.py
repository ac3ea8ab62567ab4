"""A run's workitem (UPS): made once the gate admitted it, claimed and finished with it (AIW-I)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from tongying.kernel.ids import new_uid
from tongying.web.ai.models import RunRow
from tongying.web.workitems.dataset import data_set
from tongying.web.workitems.mirror import CANCELED, COMPLETED, IN_PROGRESS, SCHEDULED
from tongying.web.workitems.models import WorkItem
from tongying.web.workitems.requirements import completed

LABEL: Final = "AI"
"""Worklist Label: what an external performer looks for."""
PRIORITIES: Final = ((0, "HIGH"), (5, "MEDIUM"), (9, "LOW"))
PROCESSING: Final = ("110001", "DCM", "Image Processing")
"""CID 9231."""


def make(row: RunRow, now: datetime, *, claimed: bool) -> None:
    """Make the workitem of a run that the gate admitted, once; the caller saves the run.

    Parameters
    ----------
    row : RunRow
    now : datetime
    claimed : bool
        Whether the platform performs it itself and so claims it at once.
    """
    if row.workitem_id is not None:
        return
    state = IN_PROGRESS if claimed else SCHEDULED
    elements = data_set(
        ScheduledProcedureStepPriority=_priority(row.urgency),
        ProcedureStepLabel=f"{row.model.card_id} {row.model.version}"[:64],
        WorklistLabel=LABEL,
        ScheduledProcedureStepStartDateTime=now,
        ExpectedCompletionDateTime=row.deadline,
        ScheduledWorkitemCodeSequence=[_code(*PROCESSING)],
        InputReadinessState="READY",
        InputInformationSequence=_references(row, row.series_uids),
        StudyInstanceUID=row.study.uid,
        PatientID=row.study.child.local_id[:64],
        ProcedureStepState=state,
    )
    row.workitem = WorkItem.objects.create(
        uid=new_uid(),
        hospital_id=row.hospital_id,
        state=state,
        transaction_uid=new_uid() if claimed else "",
        started_at=now if claimed else None,
        attributes=completed(elements),
        created_by_id=row.asked_by_id,
        created_at=now,
        changed_at=now,
    )


def finish(row: RunRow, now: datetime, objects: Iterable[Mapping[str, Any]]) -> None:
    """Say that the run's step is completed, and where its results lie."""
    item = _item(row)
    if item is None or item.state in (COMPLETED, CANCELED):
        return
    series = [str(one["series_uid"]) for one in objects if one.get("series_uid")]
    performed = data_set(
        PerformedStationNameCodeSequence=[_code(row.model.card_id[:16], "99TONGYING", LABEL)],
        PerformedProcedureStepStartDateTime=item.started_at or now,
        PerformedProcedureStepEndDateTime=now,
        PerformedWorkitemCodeSequence=[_code(*PROCESSING)],
        OutputInformationSequence=_references(row, sorted(set(series))),
    )
    item.attributes = dict(
        sorted(
            {
                **item.attributes,
                **data_set(
                    UnifiedProcedureStepPerformedProcedureSequence=[performed],
                    ProcedureStepState=COMPLETED,
                ),
            }.items()
        )
    )
    _end(item, COMPLETED, now)


def drop(row: RunRow, now: datetime, reason: str) -> None:
    """Say that the run's step is cancelled, and why: refused, failed or cancelled."""
    item = _item(row)
    if item is None or item.state in (COMPLETED, CANCELED):
        return
    told = data_set(
        ProcedureStepProgressInformationSequence=[
            data_set(
                ProcedureStepCancellationDateTime=now,
                ReasonForCancellation=reason[:1024],
            )
        ],
        ProcedureStepState=CANCELED,
    )
    item.attributes = dict(sorted({**item.attributes, **told}.items()))
    _end(item, CANCELED, now)


def _item(row: RunRow) -> WorkItem | None:
    return WorkItem.objects.select_for_update().filter(pk=row.workitem_id).first()


def _end(item: WorkItem, state: str, now: datetime) -> None:
    item.state = state
    item.started_at = item.started_at or now
    item.changed_at = item.ended_at = now
    item.save(update_fields=["state", "attributes", "started_at", "changed_at", "ended_at"])


def _priority(urgency: int) -> str:
    return next((word for most, word in PRIORITIES if urgency <= most), "LOW")


def _code(value: str, scheme: str, meaning: str) -> dict[str, Any]:
    return data_set(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _references(row: RunRow, series: Iterable[str]) -> list[dict[str, Any]]:
    return [
        data_set(
            TypeOfInstances="DICOM",
            StudyInstanceUID=row.study.uid,
            SeriesInstanceUID=uid,
            DICOMRetrievalSequence=[data_set(RetrieveAETitle="TONGYING")],
        )
        for uid in series
    ]
