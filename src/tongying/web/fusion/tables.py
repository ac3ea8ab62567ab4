"""Asking for values on a fused pair, and carrying their text into the opinion."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import transaction
from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.imaging.uptake import ThresholdKind
from tongying.kernel.audit import Action
from tongying.kernel.errors import BadInput, Conflict, NotFound
from tongying.kernel.ids import new_code
from tongying.web import now as clock
from tongying.web.cases.into_opinion import add_to_findings, opinion_being_written
from tongying.web.fusion.asking import note
from tongying.web.fusion.judging import check_measurable
from tongying.web.fusion.models import FusionRow, FusionTable
from tongying.web.fusion.rights import check_asking, row_of
from tongying.web.fusion.segments import Segment, segment_of
from tongying.web.fusion.states import TableKind
from tongying.web.jobs.outbox import promise
from tongying.web.trail import store as trail

TABLE: Final = "fusion-table"
"""Kind of promised work."""
FWHM_MM: Final = (0.5, 40.0)
"""What a scanner's resolution may be; clinical PET has about 4 to 8, SPECT 8 to 18 mm."""


THRESHOLDS: Final[dict[ThresholdKind, tuple[float, float]]] = {
    ThresholdKind.OF_MAXIMUM: (1.0, 99.0),
    ThresholdKind.FIXED: (0.1, 100.0),
}
"""Allowed values as a reader types them: per cent of the maximum, SUV in g/ml."""
NEEDS_SEGMENT: Final = frozenset({TableKind.JOINT, TableKind.PARTIAL_VOLUME})
NEEDS_FWHM: Final = frozenset({TableKind.PARTIAL_VOLUME})
NEEDS_THRESHOLD: Final = frozenset({TableKind.TARGET})


class TableRefused(BadInput):
    """The values cannot be computed as asked; `field` names the one to mend."""

    code: ClassVar[str] = "fusion.table-refused"

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class TableNotFound(NotFound):
    """There is no such table on this fusion."""

    code: ClassVar[str] = "fusion.table-not-found"


class NoOpinionOpen(Conflict):
    """The viewer is writing no opinion on a case that shows these images."""

    code: ClassVar[str] = "fusion.no-opinion-open"


@dataclass(frozen=True, slots=True)
class TableWish:
    """What somebody wants computed.

    Attributes
    ----------
    kind : str
        Value of `TableKind`.
    segment : str
        Segmentation's SOP Instance UID and segment number, joined by a colon; empty for none.
    fwhm_mm : tuple of (float or None)
        Resolution of the nuclear image along columns, rows and slices; None where not said.
    threshold_kind : str
        Value of `ThresholdKind`, or empty.
    threshold : float or None
    reference : str
        Segment of the same segmentation, written as `segment`, that counts are set against.
    """

    kind: str
    segment: str = ""
    fwhm_mm: tuple[float | None, float | None, float | None] = (None, None, None)
    threshold_kind: str = ""
    threshold: float | None = None
    reference: str = ""


def ask_table(viewer: Viewer, code: str, wish: TableWish) -> str:
    """Promise values on a fusion and return the table's code.

    An equal request that is not finished is that one.

    Raises
    ------
    FusionNotFound
        If the fusion does not exist for the viewer.
    FusionNotYours
        If the viewer's role does not compute on images.
    NotMeasurable
        If nothing may be measured on it.
    TableRefused
        If something is missing or out of range.
    """
    row = row_of(viewer, code)
    check_asking(viewer)
    check_measurable(row)
    inputs = _inputs(row, wish)
    now = clock.now()
    with transaction.atomic():
        trail.hold()
        row = row_of(viewer, code, to_change=True)
        check_measurable(row)
        again = FusionTable.objects.filter(
            fusion=row, kind=wish.kind, inputs=inputs, failure="", finished_at=None
        ).first()
        if again is not None:
            return again.code
        table = FusionTable.objects.create(
            code=new_code(),
            fusion=row,
            kind=wish.kind,
            asked_by_id=viewer.user,
            asked_at=now,
            inputs=inputs,
        )
        table.job_id = promise(TABLE, {"table": table.pk})
        table.save(update_fields=["job"])
        note(row, viewer.login, Action.EXECUTE, now, what=wish.kind, table=table.code)
    return table.code


def _inputs(row: FusionRow, wish: TableWish) -> dict[str, Any]:
    if wish.kind not in {one.value for one in TableKind}:
        raise TableRefused("There is no such computation.", "kind")
    kind = TableKind(wish.kind)
    segment = segment_of(row, wish.segment) if wish.segment else None
    if segment is None and (wish.segment or kind in NEEDS_SEGMENT):
        raise TableRefused("Choose the contour of the lesion or organ.", "segment")
    reference = _reference(row, wish, segment)
    fwhm = _fwhm(kind, wish)
    threshold = _threshold(kind, wish)
    return {
        "segmentation": segment.sop_uid if segment else None,
        "segment": segment.number if segment else None,
        "segment_label": segment.label if segment else None,
        "reference_segment": reference,
        "fwhm_mm": fwhm,
        "threshold": threshold,
    }


def _reference(row: FusionRow, wish: TableWish, segment: Segment | None) -> int | None:
    """Return the number of the region that counts are set against; both lie in one object."""
    if not wish.reference or wish.kind != TableKind.JOINT:
        return None
    reference = segment_of(row, wish.reference)
    if reference is None or segment is None or reference.sop_uid != segment.sop_uid:
        raise TableRefused(
            "The reference region must lie in the same segmentation as the contour.", "reference"
        )
    return reference.number


def _fwhm(kind: TableKind, wish: TableWish) -> list[float] | None:
    given = [one for one in wish.fwhm_mm if one is not None]
    if not given and kind not in NEEDS_FWHM:
        return None
    low, high = FWHM_MM
    if len(given) != len(wish.fwhm_mm):
        raise TableRefused("Give the scanner's resolution in mm for all three axes.", "fwhm")
    if not all(math.isfinite(one) and low <= one <= high for one in given):
        raise TableRefused("The resolution must lie between 0.5 and 40 mm.", "fwhm")
    return given


def _threshold(kind: TableKind, wish: TableWish) -> dict[str, Any] | None:
    if not wish.threshold_kind and kind not in NEEDS_THRESHOLD:
        return None
    if wish.threshold_kind not in {one.value for one in ThresholdKind}:
        raise TableRefused("Choose how uptake is told from background.", "threshold")
    low, high = THRESHOLDS[ThresholdKind(wish.threshold_kind)]
    if wish.threshold is None or not low <= wish.threshold <= high:
        raise TableRefused(
            "The threshold must lie between 1 and 99 per cent, or 0.1 and 100 SUV.", "threshold"
        )
    return {"kind": wish.threshold_kind, "value": wish.threshold}


def opinion_case(viewer: Viewer, row: FusionRow) -> int | None:
    """Return the case whose opinion the viewer is writing and that shows this fusion's images."""
    shows = Q(studies__study_id=row.fixed.study_id)
    return opinion_being_written(viewer, shows, rather=row.case_id)


def insert_into_opinion(viewer: Viewer, code: str, table_code: str, text: str) -> int:
    """Add the text of a table to the findings of the opinion the viewer writes; return the case.

    A text that stands there already is not added again.

    Parameters
    ----------
    viewer : Viewer
    code, table_code : str
    text : str
        The table in words, in the viewer's language.

    Raises
    ------
    FusionNotFound
        If the fusion does not exist for the viewer.
    TableNotFound
        If it has no such finished table.
    NoOpinionOpen
        If the viewer writes no opinion on a case that shows it.
    NotMeasurable
        If the fusion was rejected meanwhile.
    """
    row = row_of(viewer, code)
    table = FusionTable.objects.filter(fusion=row, code=table_code).first()
    if table is None or not table.result or not text.strip():
        raise TableNotFound("There is no such table.")
    check_measurable(row)
    case = opinion_case(viewer, row)
    if case is None:
        raise NoOpinionOpen("You are writing no opinion on a case that shows these images.")
    add_to_findings(viewer, case, text)
    return case
