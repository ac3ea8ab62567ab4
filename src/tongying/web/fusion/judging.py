"""Whether a fused pair may be measured on: the verdict, and what an expert says who looked."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.consult.people import Viewer
from tongying.imaging.quality.estimate import Verdict
from tongying.imaging.quality.verdict import SHARE_OF_SHORT_AXIS
from tongying.imaging.registration.result import Method
from tongying.kernel.audit import Action
from tongying.kernel.errors import BadInput, Conflict
from tongying.web import now as clock
from tongying.web.fusion.asking import note
from tongying.web.fusion.models import FusionRow
from tongying.web.fusion.rights import check_judging, row_of
from tongying.web.fusion.states import Judgement, State

LONGEST_REASON: Final = 300

NOT_DONE: Final = "There is nothing to measure on before the fusion is done."
VERDICT_REFUSES: Final = "The fusion is too inexact to be measured on; it may be looked at only."
REJECTED: Final = "An expert rejected this fusion; nothing is measured on it."
DEFORMABLE_UNSEEN: Final = (
    "A deformable fusion is measured on only after an expert has looked at it and approved it."
)
LOOK_UNSEEN: Final = (
    "The error is large enough that an expert must look at the fusion and approve it before"
    " anything is measured on it."
)


class NothingToJudge(Conflict):
    """A fusion that is not done cannot be judged."""

    code: ClassVar[str] = "fusion.nothing-to-judge"


class JudgementRefused(BadInput):
    """A judgement is an approval, or a rejection with its reason."""

    code: ClassVar[str] = "fusion.judgement-refused"


class NotMeasurable(Conflict):
    """Nothing may be measured on this fusion."""

    code: ClassVar[str] = "fusion.not-measurable"


def judge(viewer: Viewer, code: str, judgement: str, reason: str = "") -> None:
    """Approve or reject a fusion that one has looked at; the last word counts.

    Parameters
    ----------
    viewer : Viewer
    code : str
    judgement : str
        Value of `Judgement`.
    reason : str
        Needed to reject.

    Raises
    ------
    FusionNotFound
        If it does not exist for the viewer.
    JudgementNotYours
        If the viewer is no expert who sees its case.
    NothingToJudge
        If it is not done.
    JudgementRefused
        If there is no such judgement, or a rejection has no reason.
    """
    now = clock.now()
    with transaction.atomic():
        row = row_of(viewer, code, to_change=True)
        check_judging(viewer, row)
        if row.state != State.DONE.value:
            raise NothingToJudge("This fusion is not done; there is nothing to judge.")
        if judgement not in {one.value for one in Judgement}:
            raise JudgementRefused("A fusion is approved or rejected.")
        said = " ".join(reason.split())
        if judgement == Judgement.REJECTED.value and not said:
            raise JudgementRefused("Say why the fusion is rejected.")
        if len(said) > LONGEST_REASON:
            raise JudgementRefused("The reason must not be longer than 300 characters.")
        row.judgement, row.judgement_reason = judgement, said
        row.judged_by_id, row.judged_at = viewer.user, now
        row.save(update_fields=["judgement", "judgement_reason", "judged_by", "judged_at"])
        note(row, viewer.login, Action.UPDATE, now, what=judgement)


def why_not_measured(row: FusionRow) -> str:
    """Return the sentence that says why nothing may be measured, or nothing where it may."""
    if row.state != State.DONE.value or row.result is None:
        return NOT_DONE
    if row.judgement == Judgement.REJECTED.value:
        return REJECTED
    result: dict[str, Any] = row.result
    if result.get("verdict") == Verdict.REFUSE.value:
        return VERDICT_REFUSES
    if row.judgement == Judgement.APPROVED.value:
        return ""
    if result.get("method") == Method.DEFORMABLE.value:
        return DEFORMABLE_UNSEEN
    return LOOK_UNSEEN if result.get("verdict") != Verdict.GOOD.value else ""


def check_measurable(row: FusionRow) -> None:
    """Raise unless values may be computed on a fusion.

    Raises
    ------
    NotMeasurable
        If they may not, with the reason.
    """
    sentence = why_not_measured(row)
    if sentence:
        raise NotMeasurable(sentence)


def shortest_axis_mm(result: dict[str, Any]) -> float | None:
    """Return the short axis in mm below which a lesion may be looked at but not measured."""
    error = result.get("estimated_error_mm")
    return None if error is None else float(error) / SHARE_OF_SHORT_AXIS
