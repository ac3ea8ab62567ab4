"""The page of one study, and the study as a zip."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from tongying.consult.people import Role
from tongying.web.fusion.store import fusions_of_study
from tongying.web.norms.ledger_rights import may_manage_ledger
from tongying.web.pages.ai_context import ai_of_study
from tongying.web.pages.fusion_link import fuse_study_url
from tongying.web.pages.measurement_link import measured_on_study
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.child_page import may_join
from tongying.web.records.study_page import StudyView, study_view
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
        "may_enrol": own and may_manage_ledger(viewer),
        "fusions": fusions_of_study(viewer, uid),
        "fuse_url": fuse_study_url(viewer, view),
        "timeline_of": _timeline_of(view),
        **measured_on_study(viewer, uid, _timeline_of(view)),
        **ai_of_study(viewer, uid),
    }
    return render(request, "pages/study.html", context)


def _timeline_of(view: StudyView) -> int | None:
    """Return whose timeline the study is on: its child's, or the one child's before birth."""
    if not view.shows:
        return view.child_id
    return view.shows[0].child.id if len(view.shows) == 1 else None


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
