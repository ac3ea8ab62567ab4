"""Who enters and strikes measurements, and which of them exist for a viewer."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db.models import Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed, NotFound
from tongying.web.measurements.models import MeasurementRow
from tongying.web.records.models import Child
from tongying.web.records.visible import (
    READERS,
    cases_for,
    reads_of,
    studies_condition,
    studies_for,
)

ENTERING_ROLES: Final = frozenset(
    {Role.REQUESTER, Role.EXPERT, Role.TECHNOLOGIST, Role.COORDINATOR}
)
"""Who measures a child that they see."""


MODEL: Final = "model"
"""Source of a value that a model told."""


class MeasuringNotYours(NotAllowed):
    """The viewer's role enters no measurements."""

    code: ClassVar[str] = "measurement.not-yours"


class StrikingNotYours(NotAllowed):
    """Only whoever entered a measurement, or their hospital, strikes it."""

    code: ClassVar[str] = "measurement.striking-not-yours"


class MeasurementNotFound(NotFound):
    """There is no such measurement for this viewer."""

    code: ClassVar[str] = "measurement.not-found"


def may_enter(viewer: Viewer) -> bool:
    """Say whether the viewer's role enters measurements."""
    return viewer.role in ENTERING_ROLES


def check_entering(viewer: Viewer) -> None:
    """Raise unless the viewer's role enters measurements.

    Raises
    ------
    MeasuringNotYours
        If it does not.
    """
    if not may_enter(viewer):
        raise MeasuringNotYours(
            "Requesters, experts, technologists and coordinators enter measurements."
        )


def may_strike(viewer: Viewer, row: MeasurementRow) -> bool:
    """Say whether the viewer strikes a measurement that they see."""
    own = viewer.hospital in (row.hospital_id, row.entered_by.hospital_id)
    return row.struck_at is None and may_enter(viewer) and own


def check_striking(viewer: Viewer, row: MeasurementRow) -> None:
    """Raise unless the viewer may strike a measurement that stands.

    Raises
    ------
    StrikingNotYours
        If they may not.
    """
    own = viewer.hospital in (row.hospital_id, row.entered_by.hospital_id)
    if not (may_enter(viewer) and own):
        raise StrikingNotYours(
            "Whoever entered a measurement, or a colleague there or where the child was"
            " examined, strikes it."
        )


def children_for(viewer: Viewer) -> QuerySet[Child]:
    """Return the records of children that exist for a viewer."""
    seen = studies_for(viewer).values("child_id")
    return Child.objects.filter(Q(hospital_id=viewer.hospital) | Q(pk__in=seen))


def measurements_for(viewer: Viewer) -> QuerySet[MeasurementRow]:
    """Return the measurements that exist for a viewer.

    Those of the own hospital's children; those on a study or in a case that one sees; and those
    of neither, as a height, of a child one of whose studies one sees. What a model told is there
    for a reader after their own read of the study.
    """
    if viewer.role is Role.VENDOR:
        return MeasurementRow.objects.none()
    unattached = Q(
        study__isnull=True,
        case__isnull=True,
        child__in=studies_for(viewer).values("child_id"),
    )
    on_study = Q(study__isnull=False) & studies_condition(viewer, "study__")
    in_case = Q(study__isnull=True, case__in=cases_for(viewer))
    rows = MeasurementRow.objects.filter(
        Q(hospital_id=viewer.hospital) | on_study | in_case | unattached
    )
    if viewer.role not in READERS:
        return rows
    return rows.filter(~Q(source=MODEL) | Q(study__in=reads_of(viewer)))


def row_of(viewer: Viewer, code: str, *, to_change: bool = False) -> MeasurementRow:
    """Return a measurement's row, locked until the transaction ends where it is to be changed.

    Raises
    ------
    MeasurementNotFound
        If it does not exist for the viewer.
    """
    rows = measurements_for(viewer).filter(code=code)
    row = (rows.select_for_update(of=("self",)) if to_change else rows).first()
    if row is None:
        raise MeasurementNotFound("There is no such measurement.")
    return row
