"""What a reader says of each finding, flag and value of a run; the last word of a reader counts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import BadInput, NotFound
from tongying.web import now as clock
from tongying.web.ai.badges import badge_of
from tongying.web.ai.models import ReviewRow, RunRow, StepEvent
from tongying.web.ai.showing import MISSED, keyed_flags
from tongying.web.ai.sight import OwnReadFirst, check_reading, is_open, own_read, run_of
from tongying.web.ai.valued import value_key
from tongying.web.trail import store as trail

DECISIONS: Final = ("accept", "edit", "reject")
LONGEST_REASON: Final = 300
LONGEST_TEXT: Final = 300
LARGEST_MM: Final = 500.0
"""Nothing in a child is larger; a typing error is."""
SIDES: Final = ("", "R", "L")
EDITABLE: Final = {
    "finding": frozenset({"diameter_mm", "side", "text"}),
    "flag": frozenset({"text"}),
    "value": frozenset({"value", "text"}),
}
"""What a reader changes of each sort of item."""


class ReviewRefused(BadInput):
    """The decision cannot be kept as it was entered."""

    code: ClassVar[str] = "ai.review-refused"


class ItemNotFound(NotFound):
    """The run has no such finding, flag or value."""

    code: ClassVar[str] = "ai.item-not-found"


@dataclass(frozen=True, slots=True)
class Decision:
    """A reader's word about one item.

    Attributes
    ----------
    item : str
        ``finding:3``, ``flag:motion``, ``value:brain-volume``.
    decision : str
        accept, edit or reject.
    edited : mapping
        What is changed: ``diameter_mm``, ``value``, ``side``, ``text``.
    reason : str
    """

    item: str
    decision: str
    edited: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MissedFinding:
    """A finding that the model does not have.

    Attributes
    ----------
    kind : str
        Of the card's findings; empty for one of another kind.
    text : str
        What and where; needed where the kind is empty.
    side : str
    series_uid, sop_uid : str
        Image on which it is seen; empty where nobody says.
    """

    kind: str = ""
    text: str = ""
    side: str = ""
    series_uid: str = ""
    sop_uid: str = ""


def review(viewer: Viewer, code: str, decision: Decision) -> None:
    """Keep what a reader says of an item of a run; what they said before stays to be read.

    Raises
    ------
    RunNotFound
        If the run does not exist for the viewer.
    ReadingNotYours
        If the viewer's role reads no images.
    OwnReadFirst
        If the result is not shown to them yet.
    ItemNotFound
        If the run has no such item.
    ReviewRefused
        If the decision or a change is not one that can be kept.
    """
    row = _open_run(viewer, code)
    if decision.item not in items_of(row):
        raise ItemNotFound("The result has no such finding.")
    if decision.decision not in DECISIONS:
        raise ReviewRefused("A finding is accepted, edited or rejected.")
    edited = _changes(decision) if decision.decision == "edit" else {}
    if len(decision.reason) > LONGEST_REASON:
        raise ReviewRefused("The reason must not be longer than 300 characters.")
    _keep(viewer, row, decision.item, decision.decision, edited, decision.reason.strip())


def add_missed(viewer: Viewer, code: str, missed: MissedFinding) -> None:
    """Keep a finding that the reader has and the model does not.

    Raises
    ------
    RunNotFound, ReadingNotYours, OwnReadFirst
        As `review`.
    ReviewRefused
        If it does not say what was found.
    """
    row = _open_run(viewer, code)
    text = " ".join(missed.text.split())
    if missed.kind not in badge_of(row.model).findings and not text:
        raise ReviewRefused("Say what was found.")
    if len(text) > LONGEST_TEXT:
        raise ReviewRefused("The text must not be longer than 300 characters.")
    if missed.side not in SIDES:
        raise ReviewRefused("A side is right or left.")
    told = {
        "kind": missed.kind if missed.kind in badge_of(row.model).findings else "",
        "text": text,
        "side": missed.side,
        "series_uid": missed.series_uid,
        "sop_uid": missed.sop_uid,
    }
    _keep(viewer, row, MISSED, "edit", {name: one for name, one in told.items() if one}, "")


def items_of(row: RunRow) -> set[str]:
    """Return what a run has to be accepted, edited or rejected."""
    result: Mapping[str, Any] = row.result or {}
    return {
        *(f"finding:{one['number']}" for one in result.get("findings", ())),
        *(key for key, _ in keyed_flags(result.get("flags", ()))),
        *(value_key(one["measure"], one.get("side", "")) for one in result.get("values", ())),
    }


def _open_run(viewer: Viewer, code: str) -> RunRow:
    row = run_of(viewer, code)
    check_reading(viewer)
    read = own_read(viewer, row.study) is not None
    if not is_open(viewer, row.step, first=badge_of(row.model).first, read=read):
        raise OwnReadFirst("Commit your own read of the study first.")
    return row


def _changes(decision: Decision) -> dict[str, Any]:
    allowed = EDITABLE[decision.item.partition(":")[0]]
    edited = {name: one for name, one in decision.edited.items() if one not in (None, "")}
    if not edited or not set(edited) <= allowed:
        raise ReviewRefused("Say what is to be changed.")
    for name in ("diameter_mm", "value"):
        if name in edited and not _is_number(edited[name]):
            raise ReviewRefused("Write the value as a number.")
    if edited.get("diameter_mm", 0) > LARGEST_MM:
        raise ReviewRefused("A diameter lies between 0 and 500 mm.")
    if edited.get("side", "") not in SIDES:
        raise ReviewRefused("A side is right or left.")
    if len(str(edited.get("text", ""))) > LONGEST_TEXT:
        raise ReviewRefused("The text must not be longer than 300 characters.")
    return edited


def _is_number(told: object) -> bool:
    return isinstance(told, int | float) and math.isfinite(told) and told > 0


def _keep(
    viewer: Viewer, row: RunRow, item: str, decision: str, edited: Mapping[str, Any], reason: str
) -> None:
    now = clock.now()
    with transaction.atomic():
        trail.hold()  # a key pressed twice is one word
        same = {"item": item, "decision": decision, "edited": dict(edited), "reason": reason}
        said = ReviewRow.objects.filter(run=row, by_id=viewer.user)
        last = said.filter(item=item).order_by("-pk").first()
        if last is not None and all(getattr(last, name) == one for name, one in same.items()):
            return
        ReviewRow.objects.create(run=row, by_id=viewer.user, at=now, **same)
        what = {"what": decision if item != MISSED else MISSED, "reader": viewer.login}
        StepEvent.objects.create(study=row.study, run=row, at=now, kind="reviewed", what=what)
        event = AuditEvent(
            now, viewer.login, Action.UPDATE, "ai-run", row.code, row.hospital_id, {"item": item}
        )
        trail.append([event])
