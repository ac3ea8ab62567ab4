"""The images of the case and the panel of the case, as the live room's page asks for them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongying.consult.panel_rules import PanelMove
from tongying.consult.states import Move
from tongying.web.cases.showing import show
from tongying.web.pages.panel_context import panel_context
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms.entering import enter
from tongying.web.rooms.images import images_in, series_in


@never_cache
@require_GET
@signed_in
def studies(request: HttpRequest, code: str) -> HttpResponse:
    """List the case's studies with their series, and the pairs that open fused."""
    found = images_in(request.viewer, code)  # type: ignore[attr-defined]
    return JsonResponse(asdict(found))


@never_cache
@require_GET
@signed_in
def series(request: HttpRequest, code: str, sop: str) -> HttpResponse:
    """List the images of the series that an image belongs to."""
    found = series_in(request.viewer, code, sop)  # type: ignore[attr-defined]
    return JsonResponse(asdict(found))


@never_cache
@require_GET
@signed_in
def panel(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the case's panel as the viewer sees it now."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, enter(viewer, code).row.case_id)
    context: dict[str, Any] = {
        "view": view,
        "case": view.case,
        "viewer": viewer,
        "code": code,
        "signs_case": Move.SIGN in view.moves,
        **panel_context(viewer, view),
        # What the moves left to say is said here, not on the next page that is opened.
        "said": [str(one) for one in get_messages(request)],
    }
    own = context["panel"].own if context["panel"] else None
    context["writes_own"] = own is not None and PanelMove.SIGN_OWN in own.moves
    return render(request, "pages/_room_panel.html", context)
