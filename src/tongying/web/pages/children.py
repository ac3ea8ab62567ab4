"""Joining and parting the records of one child."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.child_page import child_view
from tongying.web.records.children import LinkRefused, link, unlink


@require_safe
@signed_in
def child(request: HttpRequest, number: int) -> HttpResponse:
    """Show a child's records and the joins between them."""
    return _page(request, number)


@require_POST
@signed_in
def join(request: HttpRequest, number: int) -> HttpResponse:
    """Say that another record is the same child."""
    viewer = request.viewer  # type: ignore[attr-defined]
    other = request.POST.get("same_as", "").strip()
    given = {"same_as": other, "reason": request.POST.get("reason", "")}
    if not (other.isascii() and other.isdigit() and len(other) < 18):
        return _page(request, number, error=_("Choose the other record."), given=given)
    try:
        link(viewer, number, int(other), reason=given["reason"])
    except LinkRefused as error:
        return _page(request, number, error=told(error), given=given)
    messages.success(request, _("The records are joined."), extra_tags="green")
    return HttpResponseRedirect(reverse("child", args=[number]))


@require_POST
@signed_in
def part(request: HttpRequest, number: int, link_number: int) -> HttpResponse:
    """Undo a join."""
    unlink(request.viewer, link_number)  # type: ignore[attr-defined]
    messages.success(request, _("The join is undone."), extra_tags="green")
    return HttpResponseRedirect(reverse("child", args=[number]))


def _page(
    request: HttpRequest, number: int, *, error: str = "", given: dict[str, str] | None = None
) -> HttpResponse:
    context = {
        "place": "studies",
        "view": child_view(request.viewer, number),  # type: ignore[attr-defined]
        "error": error,
        "given": given or {},
    }
    return render(request, "pages/child.html", context, status=422 if error else 200)
