"""The quick measuring page: marks on stills and cine in order, the value beside them at once."""

from __future__ import annotations

from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.measure.plane import Plane
from tongying.measure.recipe import MarksMissing
from tongying.measure.registry import recipes, recipes_for
from tongying.web.measurements.drawing import keep_drawing
from tongying.web.measurements.measuring import MeasuringTable, drawing_of, table_of, tried
from tongying.web.measurements.store import Asked
from tongying.web.pages.measuring_draft import draft_of, drawing_json, image_json, recipe_json
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.pages.typed import whole

QUIET: Final = frozenset({MarksMissing.code})
"""Refusals that only say that more is to be marked: the list of steps shows that already."""


@require_safe
@signed_in
@never_cache
def page(request: HttpRequest) -> HttpResponse:
    """Lay out the images of a study or a case for measuring."""
    given = request.GET
    case, study = whole(given.get("case", "")), given.get("study", "")
    viewer = request.viewer  # type: ignore[attr-defined]
    table = table_of(viewer, Asked(study=study, case=case))
    context = {
        "about": table.place,
        "images": table.images,
        "cut": table.cut,
        "laid_out": _laid_out(table, case, given.dict()),
        "back_url": _back(case, table),
        "back_word": pgettext("link", "Case") if case is not None else pgettext("link", "Study"),
    }
    return render(request, "pages/measuring.html", context)


@require_POST
@signed_in
@never_cache
def preview(request: HttpRequest) -> HttpResponse:
    """Say what the marks give so far; nothing is kept."""
    try:
        draft = draft_of(request.body)
    except BadInput as refusal:
        return JsonResponse({"sentence": refusal_sentence(refusal)}, status=422)
    found = tried(request.viewer, draft)  # type: ignore[attr-defined]
    quiet = found.refused is not None and found.refused.code in QUIET
    context = {"tried": found, "refused": None if quiet else found.refused}
    return JsonResponse(
        {
            "html": render_to_string("pages/_measuring_values.html", context, request),
            "whole": found.refused is None,
            **_scale(found.plane),
        }
    )


@require_POST
@signed_in
@never_cache
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a drawing with its values."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        code = keep_drawing(viewer, draft_of(request.body))
    except (BadInput, Conflict, NotAllowed) as refusal:
        status = {BadInput: 422, Conflict: 409}.get(_kind(refusal), 403)
        return JsonResponse({"sentence": refusal_sentence(refusal)}, status=status)
    return JsonResponse({"drawing": drawing_json(drawing_of(viewer, code))}, status=201)


def _kind(refusal: BadInput | Conflict | NotAllowed) -> type:
    return next(kind for kind in (BadInput, Conflict, NotAllowed) if isinstance(refusal, kind))


def _scale(plane: Plane | None) -> dict[str, Any]:
    if plane is None:
        return {"columnMm": None}
    return {"columnMm": plane.column_mm}


def _laid_out(table: MeasuringTable, case: int | None, given: dict[str, str]) -> dict[str, Any]:
    modalities = {image.modality for image in table.images}
    # A copy without a modality of its own may show anything.
    offered = recipes_for(modalities) or tuple(recipes().values())
    return {
        "case": case,
        "images": [image_json(one) for one in table.images],
        "recipes": [recipe_json(one) for one in offered],
        "drawings": [drawing_json(one) for one in table.drawings],
        "start": {
            name: given.get(name, "") for name in ("recipe", "series", "instance", "drawing")
        },
        "urls": {"preview": reverse("measuring-preview"), "keep": reverse("measuring-keep")},
        "words": _words(),
    }


def _back(case: int | None, table: MeasuringTable) -> str:
    if case is not None:
        return reverse("case", args=[case]) + "#measurements"
    if table.place.studies:
        return reverse("study", args=[table.place.studies[0].uid]) + "#measurements"
    return reverse("child-measurements", args=[table.place.child.id])


def _words() -> dict[str, str]:
    """Return what the page's script says, in the reader's language."""
    return {
        "R": pgettext("side", "right"),
        "L": pgettext("side", "left"),
        "image": _("image"),
        "frame": pgettext("of a cine loop", "Frame"),
        "optional": pgettext("mark", "optional"),
        "outline": _("Click around the outline; Enter closes it."),
        "done": _("Everything is marked. Drag a point to correct it, then keep it."),
        "onFrame": _("The marks lie on frame %(frame)s. Click to go there."),
        "kept": _("Kept."),
        "keptMany": _("Both sides are kept."),
        "failed": _("That did not work. Nothing you drew is lost."),
        "offline": _("No connection. Nothing you drew is lost."),
        "correct": pgettext("drawing", "Correct"),
        "imageFailed": _("The image could not be loaded."),
        "noRecipe": _("No measurement is made for this kind of image."),
        "placeOther": _("Choose the image of the other side."),
    }
