"""Asking that two series be brought together, that values be computed on them, or that it end."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final

from django.db import transaction
from django.db.models import Case, IntegerField, Max, Value, When

from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Viewer
from tongying.imaging.registration.result import Method
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, Conflict
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.cases.models import CaseRow
from tongying.web.fusion.candidates import Bar, bar_of_series
from tongying.web.fusion.models import FusionRow
from tongying.web.fusion.rights import check_asking, row_of
from tongying.web.fusion.states import APPROVED_OR_OPEN, OPEN, State
from tongying.web.jobs.models import OutboxRow
from tongying.web.jobs.outbox import promise
from tongying.web.records.children import same_child
from tongying.web.records.models import Instance, Series
from tongying.web.records.reading import ObjectNotFound
from tongying.web.records.visible import cases_for, studies_condition
from tongying.web.trail import store as trail

FUSION: Final = "fusion"
"""Kind of promised work."""
METHODS: Final = (Method.AUTO, Method.RIGID, Method.AFFINE, Method.DEFORMABLE)
"""What may be asked for."""

BAR_SENTENCES: Final[dict[Bar, str]] = {
    Bar.RESULT: "A report, segmentation or other result is no image that could be registered.",
    Bar.MADE_HERE: "The series was resampled by the platform; choose the series it was made from.",
    Bar.ONE_SLICE: "The series has a single slice; a volume needs at least two.",
    Bar.NO_GEOMETRY: "The images do not say where they lie in space, as single pictures and films.",
}


class PairRefused(BadInput):
    """These two series are no pair."""

    code: ClassVar[str] = "fusion.pair-refused"


class DifferentChildren(BadInput):
    """The two series are of two children."""

    code: ClassVar[str] = "fusion.different-children"


class SeriesBarred(BadInput):
    """A series cannot be brought together with any other."""

    code: ClassVar[str] = "fusion.series-barred"


class MethodUnknown(BadInput):
    """There is no such method."""

    code: ClassVar[str] = "fusion.method-unknown"


class FusionOver(Conflict):
    """The fusion has ended already."""

    code: ClassVar[str] = "fusion.over"


def ask(
    viewer: Viewer,
    fixed_series_uid: str,
    moving_series_uid: str,
    method: str = Method.AUTO.value,
    case: int | None = None,
) -> str:
    """Ask that two series be brought together and return the fusion's code.

    An equal request that waits, runs or has succeeded on the same images is that one; nothing is
    computed twice.

    Parameters
    ----------
    viewer : Viewer
    fixed_series_uid : str
        Series that stays in place; its study receives the results.
    moving_series_uid : str
        Series that is laid over it.
    method : str
        One of `METHODS`.
    case : int, optional
        The case it is asked from.

    Raises
    ------
    FusionNotYours
        If the viewer's role does not bring images together.
    ObjectNotFound
        If a series does not exist for the viewer.
    CaseNotFound
        If the case does not exist for the viewer.
    PairRefused, DifferentChildren, SeriesBarred, MethodUnknown
        If it cannot be done.
    """
    check_asking(viewer)
    if method not in {one.value for one in METHODS}:
        raise MethodUnknown("There is no such method of registration.")
    if fixed_series_uid == moving_series_uid:
        raise PairRefused("Choose two different series.")
    fixed = _series(viewer, fixed_series_uid)
    moving = _series(viewer, moving_series_uid)
    if moving.study.child_id not in same_child(fixed.study.child_id):
        raise DifferentChildren(
            "The two series are of different children and were not brought together."
        )
    for one in (fixed, moving):
        bar = bar_of_series(one)
        if bar is not None:
            raise SeriesBarred(BAR_SENTENCES[bar])
    asked_from = None if case is None else _case(viewer, case, fixed, moving)
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # two clicks at once must find one fusion
        again = _again(fixed, moving, method)
        if again is not None:
            return again.code
        code = new_code()
        row = FusionRow.objects.create(
            code=code,
            hospital_id=fixed.study.hospital_id,
            fixed=fixed,
            moving=moving,
            case=asked_from,
            method=method,
            asked_by_id=viewer.user,
            asked_at=now,
            state=State.WAITING.value,
        )
        row.job_id = promise(FUSION, {"fusion": row.pk})
        row.save(update_fields=["job"])
        note(row, viewer.login, Action.CREATE, now, method=method)
    return code


def cancel(viewer: Viewer, code: str) -> None:
    """Ask that a fusion end; one that has not begun ends at once.

    Raises
    ------
    FusionNotFound
        If it does not exist for the viewer.
    FusionNotYours
        If the viewer's role does not bring images together.
    FusionOver
        If it has ended already.
    """
    now = clock.now()
    with transaction.atomic():
        row = row_of(viewer, code, to_change=True)
        check_asking(viewer)
        if row.state not in OPEN:
            raise FusionOver("This fusion has ended already.")
        if row.cancel_asked_at is not None:
            return
        row.cancel_asked_by_id, row.cancel_asked_at = viewer.user, now
        if row.state == State.WAITING.value:
            row.state, row.finished_at = State.CANCELLED.value, now
            OutboxRow.objects.filter(pk=row.job_id, finished_at=None).update(finished_at=now)
        row.save()
        note(row, viewer.login, Action.UPDATE, now, what="cancel")


def note(row: FusionRow, actor: str, action: Action, at: datetime, **detail: str) -> None:
    """Append the audit event of an act on a fusion, in the caller's transaction."""
    trail.append([AuditEvent(at, actor, action, FUSION, row.code, row.hospital_id, detail)])


def _series(viewer: Viewer, uid: str) -> Series:
    """Return a series that exists for the viewer; the own copy where two hospitals have it."""
    own_first = Case(
        When(study__hospital_id=viewer.hospital, then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = Series.objects.filter(studies_condition(viewer, "study__"), uid=uid)
    row = rows.select_related("study").order_by(own_first, "pk").first()
    if row is None:
        raise ObjectNotFound("There is no such series.")
    return row


def _case(viewer: Viewer, number: int, fixed: Series, moving: Series) -> CaseRow:
    row = cases_for(viewer).filter(pk=number).first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    shown = set(row.studies.values_list("study_id", flat=True))
    if not {fixed.study_id, moving.study_id} <= shown:
        raise PairRefused("The case does not show both series.")
    return row


def _again(fixed: Series, moving: Series, method: str) -> FusionRow | None:
    """Return an equal request, unless images have arrived since or an expert rejected it."""
    rows = FusionRow.objects.filter(fixed=fixed, moving=moving, method=method)
    found = rows.filter(APPROVED_OR_OPEN, cancel_asked_at=None).order_by("-pk").first()
    if found is None or found.state in OPEN:
        return found
    arrived = Instance.objects.filter(series__in=[fixed, moving]).aggregate(last=Max("arrived_at"))
    return found if arrived["last"] <= found.asked_at else None
