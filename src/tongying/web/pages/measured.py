"""What was measured in a case, kept up to date while it is open; naming what was drawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.consult.people import Viewer
from tongying.consult.states import Move
from tongying.kernel.errors import BadInput, Conflict
from tongying.measure.labels import CHINESE, ENGLISH
from tongying.web.cases.showing import show
from tongying.web.cases.shown import CaseView
from tongying.web.measurements.live import measured_version
from tongying.web.measurements.unread import say_what, unread_in_case
from tongying.web.pages.measurement_link import measured_in_case
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in


@require_safe
@never_cache
@signed_in
def fresh(request: HttpRequest, case_id: int) -> HttpResponse:
    """Return the section of measurements where it has changed; nothing (204) where not."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.GET.get("have", "") == measured_version(viewer, case_id):
        return HttpResponse(status=204)
    view = show(viewer, case_id)
    context = {"case": view.case, "writes": Move.WRITE in view.moves}
    context |= measured_in_case(viewer, view) | live_context(viewer, view)
    return render(request, "pages/_measured_live.html", context)


@require_POST
@signed_in
def name_drawing(request: HttpRequest, case_id: int, code: str) -> HttpResponse:
    """Measure a drawing as what a person says it is."""
    recipe, _slash, side = request.POST.get("meaning", "").partition("/")
    try:
        say_what(request.viewer, code, recipe, side)  # type: ignore[attr-defined]
    except (BadInput, Conflict) as refusal:
        messages.error(request, refusal_sentence(refusal))
    else:
        messages.success(request, _("The drawing is measured."))
    return HttpResponseRedirect(reverse("case", args=[case_id]) + "#measurements")


def live_context(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return what the section needs to stay up to date, and the drawings without a name."""
    language = CHINESE if (get_language() or "").startswith("zh") else ENGLISH
    return {
        "measured_version": measured_version(viewer, view.case.id),
        "unread": unread_in_case(viewer, [study.uid for study in view.studies], language),
    }
