"""The API's operations on reference values: which norms there are, and scores by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from tongying.kernel.errors import BadInput, TongyingError
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import ChildFacts, Measured, Score
from tongying.norms.score.score import score
from tongying.norms.sex import Sex, sex_of
from tongying.web.api.norm_schemas import (
    CaveatOut,
    MethodFields,
    NormOut,
    NormsOut,
    ScoredItem,
    ScoreIn,
    ScoreOut,
    ScoresIn,
    ScoresOut,
)
from tongying.web.api.schemas import Problem, Text
from tongying.web.middleware.problem import status_of
from tongying.web.norms.store import norms_in_force

router = Router(tags=["norms"])

_ASKS = {400: Problem, 401: Problem}


@router.get("/norms", response={200: NormsOut, **_ASKS}, operation_id="list_norms")
def list_norms(
    request: HttpRequest, measure: Annotated[Text, Query(default="", max_length=200)] = ""
) -> NormsOut:
    """List the norms in force, of one measure or of all."""
    found = sorted(norms_in_force().items())
    return NormsOut(
        items=[norm_out(one) for _, one in found if not measure or one.measure == measure]
    )


@router.post("/norms/score", response={200: ScoreOut, **_ASKS}, operation_id="score")
def score_one(request: HttpRequest, body: ScoreIn) -> ScoreOut:
    """Say where a value lies among normal children, or refuse with a code.

    Nothing is kept. A refusal is an answer: age outside, sex unknown, another method, a site that
    is not calibrated, too few children near the age.
    """
    return score_out(_scored(body, norms_in_force()))


@router.post("/norms/score/bulk", response={200: ScoresOut, **_ASKS}, operation_id="score_many")
def score_many(request: HttpRequest, body: ScoresIn) -> ScoresOut:
    """Score up to 1000 values at once: to each its score, or the problem that refuses it."""
    norms = norms_in_force()
    return ScoresOut(items=[_item(one, norms) for one in body.items])


def score_out(found: Score) -> ScoreOut:
    """Return a score as the API gives it."""
    return ScoreOut(**found.as_json())


def problem_out(error: TongyingError) -> Problem:
    """Return a refusal as a problem inside an answer."""
    return Problem(
        type="about:blank", title=error.sentence, status=status_of(error), code=error.error_code
    )


def method_of(given: MethodFields | None) -> MeasuringMethod | None:
    """Return a method as the cores take it."""
    return None if given is None else MeasuringMethod(**given.dict())


def norm_out(norm: Norm) -> NormOut:
    """Return a norm as the API lists it."""
    sexes: tuple[Sex | None, ...] = tuple(Sex) if norm.form.by_sex() else (None,)
    citation = norm.citation
    return NormOut(
        id=norm.id,
        measure=norm.measure,
        unit=norm.unit,
        axis=norm.axis.value,
        axis_unit=norm.axis.unit,
        ranges={sex.value if sex else "both": list(norm.form.range(sex)) for sex in sexes},
        method=MethodFields(**norm.method.as_json()),
        population=norm.population.english,
        population_chinese=norm.population.chinese,
        country=norm.population.country,
        n=norm.population.n,
        route=norm.route.value,
        origin=norm.origin.value,
        source=citation.text if citation else "",
        doi=citation.doi if citation else None,
        foreign=norm.population.foreign,
        signed_off=bool(norm.signed_off),
        sha256=norm.sha256,
        caveats=[CaveatOut(**one.as_json()) for one in norm.caveats],
    )


def _item(body: ScoreIn, norms: Mapping[str, Norm]) -> ScoredItem:
    try:
        return ScoredItem(score=score_out(_scored(body, norms)), refusal=None)
    except BadInput as refusal:
        return ScoredItem(score=None, refusal=problem_out(refusal))


def _scored(body: ScoreIn, norms: Mapping[str, Norm]) -> Score:
    told = body.child
    measured = Measured(
        measure=body.measure,
        value=body.value,
        unit=body.unit,
        method=method_of(body.method),
        site=body.site,
    )
    child = ChildFacts(
        born=told.born,
        sex=sex_of(told.sex),
        gestation_days=told.gestation_days,
        gestational_age_days=told.gestational_age_days,
        height_cm=told.height_cm,
        weight_kg=told.weight_kg,
        age_days=told.age_days,
    )
    return score(measured, child, body.on, norms, norm=body.norm)
