"""The page of one study, and the study as a zip."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from tongying.consult.people import Role
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.child_page import may_join
from tongying.web.records.study_page import study_view
from tongying.web.records.study_zip import study_zip
from tongying.web.trail.listing import may_read_trail


@require_safe
@signed_in
def study(request: HttpRequest, uid: str) -> HttpResponse:
    """Show a study: its series, where they came from, what is doubtful, its cases and priors."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = study_view(viewer, uid)
    own = view.row.own
    context = {
        "place": "studies",
        "view": view,
        "row": view.row,
        "may_ask": own and viewer.role is Role.REQUESTER,
        "may_trail": own and may_read_trail(viewer),
        "may_join": own and may_join(viewer),
    }
    return render(request, "pages/study.html", context)


@require_safe
@signed_in
def download(request: HttpRequest, uid: str) -> StreamingHttpResponse:
    """Send all instances of a study as one zip, as they are stored."""
    viewer = request.viewer  # type: ignore[attr-defined]
    response = StreamingHttpResponse(study_zip(viewer, uid), content_type="application/zip")
    tail = uid.rsplit(".", 1)[-1][-12:]
    response["Content-Disposition"] = f'attachment; filename="study-{tail}.zip"'
    patch_cache_control(response, no_store=True)
    return response
