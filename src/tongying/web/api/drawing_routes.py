"""The API's operations for measuring on images: recipes, what marks would give, keeping them."""

from __future__ import annotations

from django.http import HttpRequest
from ninja import Query, Router, Status

from tongying.kernel.errors import BadInput
from tongying.measure.calibration import plane_json
from tongying.measure.registry import recipes, recipes_for
from tongying.web.api.drawing_schemas import (
    DrawingCode,
    DrawingIn,
    DrawingOut,
    GradeOut,
    PreviewOut,
    RecipeOut,
    RecipeQuery,
    RecipesOut,
    ScaleOut,
    StepOut,
)
from tongying.web.api.measurement_routes import measurement_out
from tongying.web.api.norm_schemas import CaveatOut
from tongying.web.api.schemas import Problem
from tongying.web.measurements.drawing import Draft, keep_drawing
from tongying.web.measurements.drawn_image import ImagePlace
from tongying.web.measurements.measuring import KeptDrawing, drawing_of, tried
from tongying.web.middleware.problem import status_of

router = Router(tags=["measurements"])

_REFUSALS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem}
_READS = {400: Problem, 401: Problem, 404: Problem}


@router.get("/measure/recipes", response={200: RecipesOut, **_READS}, operation_id="list_recipes")
def list_recipes(request: HttpRequest, query: Query[RecipeQuery]) -> RecipesOut:
    """List what can be measured on images, and which marks in which order it takes."""
    found = tuple(recipes().values()) if query.modality is None else recipes_for([query.modality])
    return RecipesOut(
        items=[
            RecipeOut(
                id=one.id,
                version=one.version,
                english=one.english,
                chinese=one.chinese,
                area=one.area,
                steps=[
                    StepOut(
                        name=step.name,
                        mark=step.mark.value,
                        english=step.english,
                        chinese=step.chinese,
                        optional=step.optional,
                    )
                    for step in one.steps
                ],
                sided=one.sided.value,
                modalities=sorted(one.modalities),
                measures=list(one.measures),
                rule=one.rule,
                source=one.source,
            )
            for one in found
        ]
    )


@router.post(
    "/measure/preview",
    response={200: PreviewOut, **_REFUSALS},
    operation_id="preview_drawing",
)
def preview_drawing(request: HttpRequest, body: DrawingIn) -> PreviewOut:
    """Say what marks would give, each value with its score; nothing is kept."""
    found = tried(request.viewer, _draft(body))
    refused = found.refused
    return PreviewOut(
        scale=None if found.plane is None else ScaleOut(**plane_json(found.plane)),
        measurements=[measurement_out(one) for one in found.values],
        grades=[GradeOut(**one.as_json()) for one in found.grades],
        refusals=[CaveatOut(**one.as_json()) for one in found.refusals],
        doubts=[CaveatOut(**one.as_json()) for one in found.doubts],
        refusal=None
        if refused is None
        else Problem(
            type="about:blank",
            title=refused.sentence,
            status=status_of(BadInput(refused.sentence)),
            code=refused.code,
        ),
    )


@router.post(
    "/measure/drawings", response={201: DrawingOut, **_REFUSALS}, operation_id="keep_drawing"
)
def keep(request: HttpRequest, body: DrawingIn) -> Status[DrawingOut]:
    """Keep a drawing with its values; the same sent twice is one, a correction replaces."""
    code = keep_drawing(request.viewer, _draft(body))
    return Status(201, _drawing_out(drawing_of(request.viewer, code)))


@router.get(
    "/measure/drawings/{code}", response={200: DrawingOut, **_READS}, operation_id="get_drawing"
)
def one_drawing(request: HttpRequest, code: DrawingCode) -> DrawingOut:
    """Return a drawing with its standing values."""
    return _drawing_out(drawing_of(request.viewer, code))


def _draft(body: DrawingIn) -> Draft:
    return Draft(
        place=ImagePlace(body.study, body.series, body.instance, body.frame),
        recipe=body.recipe,
        marks={name: tuple(points) for name, points in body.marks.items() if points},
        side=body.side,
        case=body.case,
        replaces=body.replaces,
    )


def _drawing_out(one: KeptDrawing) -> DrawingOut:
    return DrawingOut(
        code=one.code,
        study=one.study,
        instance=one.instance,
        frame=one.frame,
        recipe=one.recipe,
        side=one.side,
        marks=one.marks,
        label=one.label,
        problem=one.problem,
        drawn_by=one.drawn_by,
        drawn_at=one.drawn_at,
        measurements=[measurement_out(value) for value in one.values],
    )
