"""The API's operations on a child's measurements: read, enter, strike."""

from __future__ import annotations

from typing import ClassVar

from django.http import HttpRequest
from ninja import Query, Router, Status

from tongying.kernel.errors import BadInput
from tongying.web.api.norm_routes import score_out
from tongying.web.api.norm_schemas import (
    MeasurementCode,
    MeasurementIn,
    MeasurementOut,
    MeasurementQuery,
    MeasurementsOut,
    MethodFields,
    StrikeIn,
    StruckOut,
)
from tongying.web.api.schemas import Problem
from tongying.web.measurements import store
from tongying.web.measurements.shown import Shown
from tongying.web.middleware.problem import status_of

router = Router(tags=["measurements"])

_REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem}
_READS = {400: Problem, 401: Problem, 404: Problem}


class OneSubject(BadInput):
    """Measurements are asked of exactly one child, study or case."""

    code: ClassVar[str] = "measurement.one-subject"


@router.get(
    "/measurements", response={200: MeasurementsOut, **_READS}, operation_id="list_measurements"
)
def list_measurements(request: HttpRequest, query: Query[MeasurementQuery]) -> MeasurementsOut:
    """List the measurements of a child, a study or a case, struck ones too, the newest first."""
    if sum(one is not None for one in (query.child, query.study, query.case)) != 1:
        raise OneSubject("Ask for the measurements of one child, one study or one case.")
    if query.child is not None:
        found = store.measurements_of_child(request.viewer, query.child).lines
    elif query.study is not None:
        found = store.measurements_of_study(request.viewer, query.study)
    else:
        found = store.measurements_of_case(request.viewer, query.case)
    return MeasurementsOut(items=[measurement_out(one) for one in found])


@router.post(
    "/measurements",
    response={201: MeasurementOut, **_REFUSALS},
    operation_id="enter_measurement",
)
def enter_measurement(request: HttpRequest, body: MeasurementIn) -> Status[MeasurementOut]:
    """Keep a measurement and answer with its score; an equal one that stands is that one."""
    method = body.method or MethodFields()
    entry = store.Entry(
        asked=store.Asked(child=body.child, study=body.study, case=body.case),
        measure=body.measure,
        value=body.value,
        unit=body.unit,
        side=body.side,
        measured_on=body.measured_on,
        tool=method.tool or "",
        tool_version=method.version or "",
        protocol=method.protocol or "",
        rule=method.rule or "",
        norm=body.norm,
        gestational_age_days=body.gestational_age_days,
    )
    code = store.enter(request.viewer, entry)
    return Status(201, measurement_out(store.measurement_of(request.viewer, code)))


@router.post(
    "/measurements/{code}/strike",
    response={200: MeasurementOut, **_REFUSALS},
    operation_id="strike_measurement",
)
def strike_measurement(
    request: HttpRequest, code: MeasurementCode, body: StrikeIn
) -> MeasurementOut:
    """Strike a measurement with a reason; it stays to be read."""
    store.strike(request.viewer, code, body.reason)
    return measurement_out(store.measurement_of(request.viewer, code))


def measurement_out(one: Shown) -> MeasurementOut:
    """Return a measurement as the API gives it."""
    refusal = None
    if one.refused is not None:
        refusal = Problem(
            type="about:blank",
            title=one.refused.sentence,
            status=status_of(BadInput(one.refused.sentence)),
            code=one.refused.code,
        )
    return MeasurementOut(
        code=one.code,
        child=one.child,
        study=one.study_uid,
        case=one.case,
        measure=one.measure,
        side=one.side,
        value=one.value,
        unit=one.unit,
        measured_on=one.measured_on,
        method=MethodFields(**one.method.as_json()) if one.method else None,
        source=one.source,
        entered_by=one.entered_by,
        entered_at=one.entered_at,
        struck=StruckOut(by=one.struck.by, at=one.struck.at, reason=one.struck.reason)
        if one.struck
        else None,
        report=one.sr_uid,
        score=score_out(one.score) if one.score else None,
        refusal=refusal,
    )
