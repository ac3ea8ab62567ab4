"""The API's operations on fused pairs."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from tongying.web.api.fusion_schemas import (
    FusedSeriesOut,
    FusionCode,
    FusionIn,
    FusionOut,
    JudgementOut,
    MadeOut,
    ProgressOut,
)
from tongying.web.api.schemas import Problem
from tongying.web.fusion import store
from tongying.web.fusion.shown import FusedSeries, FusionView

router = Router(tags=["fusions"])

_REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem}


@router.post("/fusions", response={201: FusionOut, **_REFUSALS}, operation_id="ask_fusion")
def ask_fusion(request: HttpRequest, body: FusionIn) -> Status[FusionOut]:
    """Ask that two series of one child be brought together.

    An equal request that waits, runs or has succeeded on the same images is answered with that one.
    """
    code = store.ask(request.viewer, body.fixed, body.moving, body.method, body.case)
    return Status(201, fusion_out(store.fusion_of(request.viewer, code)))


@router.get(
    "/fusions/{code}",
    response={200: FusionOut, 401: Problem, 404: Problem},
    operation_id="show_fusion",
)
def show_fusion(request: HttpRequest, code: FusionCode) -> FusionOut:
    """Return a fusion: how far it is, or what came out."""
    return fusion_out(store.fusion_of(request.viewer, code))


@router.post(
    "/fusions/{code}/cancel", response={200: FusionOut, **_REFUSALS}, operation_id="cancel_fusion"
)
def cancel_fusion(request: HttpRequest, code: FusionCode) -> FusionOut:
    """End a fusion that waits or runs; one that runs ends within two seconds."""
    store.cancel(request.viewer, code)
    return fusion_out(store.fusion_of(request.viewer, code))


def fusion_out(view: FusionView) -> FusionOut:
    """Return a fusion as the API gives it."""
    one = view.listed
    judged = None
    if one.judgement is not None and view.judged_at is not None:
        judged = JudgementOut(
            judgement=one.judgement.value,
            by=view.judged_by,
            at=view.judged_at,
            reason=view.judgement_reason,
        )
    return FusionOut(
        code=one.code,
        state=one.state,
        method=one.method,
        fixed=_series(one.fixed),
        moving=_series(one.moving),
        asked_by=one.asked_by,
        asked_at=one.asked_at,
        finished_at=view.finished_at,
        progress=ProgressOut(
            stage=one.progress.stage, percent=one.progress.percent, seconds=one.progress.seconds
        ),
        failure=one.failure,
        verdict=one.verdict or None,
        estimated_error_mm=one.error_mm,
        not_measured=view.not_measured,
        judgement=judged,
        objects=[
            MadeOut(
                kind=made.kind,
                study_uid=made.study_uid,
                series_uid=made.series_uid,
                count=made.count,
            )
            for made in view.objects
        ],
        result=view.result,
    )


def _series(one: FusedSeries) -> FusedSeriesOut:
    return FusedSeriesOut(
        study_uid=one.study_uid,
        series_uid=one.uid,
        modality=one.modality,
        description=one.description,
    )
