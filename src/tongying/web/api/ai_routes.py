"""The API's operations on models: the registry, a study's runs and events, asking, ending."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Router, Status

from tongying.web.ai.asking import ask, ask_again, cancel
from tongying.web.ai.events import events_of
from tongying.web.ai.showing import results_of_study
from tongying.web.ai.shown import ShownRun
from tongying.web.api.ai_schemas import (
    AskIn,
    EventOut,
    EventsOut,
    ModelOut,
    ModelsOut,
    RunCode,
    RunOut,
    RunsOut,
)
from tongying.web.api.schemas import Problem
from tongying.web.evidence.registry import listed

router = Router(tags=["ai"])

_READS = {401: Problem, 404: Problem}
_ACTS = {401: Problem, 403: Problem, 404: Problem, 409: Problem}


@router.get("/ai/models", response={200: ModelsOut, **_READS}, operation_id="list_models")
def list_models(request: HttpRequest) -> ModelsOut:
    """List the models by step of the examination, and where each stands at your hospital."""
    return ModelsOut(
        items=[
            ModelOut(
                id=one.card_id,
                version=one.version,
                vendor=one.vendor,
                standing=one.standing,
                step=one.card.step.value if one.card else "",
                method=one.card.method.value if one.card else "",
                synthetic_evidence=bool(one.card and one.card.evidence)
                and all(figure.synthetic for figure in (one.card.evidence if one.card else ())),
            )
            for one in listed(request.viewer)
        ]
    )


@router.get("/ai/studies/{study}/runs", response={200: RunsOut, **_READS}, operation_id="list_runs")
def list_runs(request: HttpRequest, study: str) -> RunsOut:
    """List the runs on a study; what a reader has not read first stays closed."""
    found = results_of_study(request.viewer, study)
    return RunsOut(items=[_run(one) for one in found.runs])


@router.get(
    "/ai/studies/{study}/events", response={200: EventsOut, **_READS}, operation_id="list_events"
)
def list_events(request: HttpRequest, study: str) -> EventsOut:
    """List what happened to a study on its way through the steps."""
    return EventsOut(
        items=[
            EventOut(kind=one.kind, at=one.at, model=one.model, run=one.run, what=dict(one.what))
            for one in events_of(request.viewer, study)
        ]
    )


@router.post("/ai/studies/{study}/runs", response={202: RunCode, **_ACTS}, operation_id="ask_model")
def ask_model(request: HttpRequest, study: str, body: AskIn) -> Status[RunCode]:
    """Ask a model about a study; one that is asked already is that run."""
    return Status(202, RunCode(code=ask(request.viewer, study, body.model)))


@router.post("/ai/runs/{code}/again", response={202: RunCode, **_ACTS}, operation_id="ask_again")
def repeat_run(request: HttpRequest, code: str) -> Status[RunCode]:
    """Repeat a run that has ended."""
    return Status(202, RunCode(code=ask_again(request.viewer, code)))


@router.post("/ai/runs/{code}/cancel", response={204: None, **_ACTS}, operation_id="cancel_run")
def cancel_run(request: HttpRequest, code: str) -> Status[None]:
    """Ask that a run end."""
    cancel(request.viewer, code)
    return Status(204, None)


def _run(one: ShownRun) -> RunOut:
    return RunOut(
        code=one.code,
        model=one.badge.card_id,
        version=one.badge.version,
        step=one.step,
        state=one.state,
        standing=one.standing,
        trigger=one.trigger,
        asked_at=one.asked_at,
        finished_at=one.finished_at,
        reasons=[
            {"code": why.code, "english": why.said.english, "chinese": why.said.chinese}
            for why in one.why
        ],
        open=one.open,
        findings=len(one.findings) if one.open else None,
        flags=len(one.flags) if one.open else None,
        values=len(one.values) if one.open else None,
    )
