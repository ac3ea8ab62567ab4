"""Whether what was measured in a case has changed since somebody looked: asked every second."""

from __future__ import annotations

from django.db.models import Count, Max, Q

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.web.measurements.models import DrawingRow, MeasurementRow
from tongying.web.records.visible import cases_for


def measured_version(viewer: Viewer, case: int) -> str:
    """Return what changes with every measurement and drawing of a case, and with nothing else.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    row = cases_for(viewer).filter(pk=case).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    studies = list(row.studies.values_list("study_id", flat=True))
    values = MeasurementRow.objects.filter(Q(case=row) | Q(study__in=studies)).aggregate(
        last=Max("pk"), all=Count("pk"), struck=Count("struck_at"), written=Max("sr_uid")
    )
    drawings = DrawingRow.objects.filter(study__in=studies).aggregate(
        last=Max("pk"), replaced=Count("replaced_by")
    )
    written = (values["written"] or "")[-8:]
    parts = (
        values["last"],
        values["all"],
        values["struck"],
        drawings["last"],
        drawings["replaced"],
    )
    return "-".join([*(str(part or 0) for part in parts), written or "0"])
