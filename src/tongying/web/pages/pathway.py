"""A case's pathway: its page, and choosing which one the case follows."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tongying.web.cases.showing import show
from tongying.web.pages.pathway_cells import language
from tongying.web.pages.pathway_context import choosing, pathway_page
from tongying.web.pages.signed_in import signed_in
from tongying.web.pathways import following
from tongying.web.pathways.standing import standing_of


@never_cache
@require_safe
@signed_in
def page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show how a case stands on its pathway, with the report to fill in."""
    viewer = request.viewer  # type: ignore[attr-defined]
    view = show(viewer, case_id)
    standing = standing_of(viewer, case_id)
    if standing is None:
        context = {"place": "worklist", "view": view, "case": view.case}
        context |= choosing(viewer, case_id)
        return render(request, "pages/pathway_none.html", context)
    return render(request, "pages/pathway.html", pathway_page(viewer, view, standing))


@require_POST
@signed_in
def choose(request: HttpRequest, case_id: int) -> HttpResponse:
    """Let a case follow a pathway, or none."""
    viewer = request.viewer  # type: ignore[attr-defined]
    digest = request.POST.get("digest", "")
    if not digest:
        following.leave(viewer, case_id)
        messages.success(
            request, _("The case follows no pathway; what was answered is kept for later.")
        )
        return HttpResponseRedirect(reverse("case", args=[case_id]))
    chosen = following.choose(viewer, case_id, digest)
    messages.success(
        request,
        _("The case follows the pathway: %(name)s.") % {"name": chosen.name.said(language())},
    )
    return HttpResponseRedirect(reverse("case-pathway", args=[case_id]))
