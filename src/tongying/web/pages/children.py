"""Joining and parting the records of one child, and filing its fetal studies."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongying.kernel.gestation import GestationalAge, GestationContradicts, GestationRefused
from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in
from tongying.web.records.child_page import child_view
from tongying.web.records.children import LinkRefused, link, unlink
from tongying.web.records.fetal import (
    MOST_AT_ONCE,
    FetalLink,
    FetalRefused,
    FetalUnknown,
    file_with_child,
    undo,
)
from tongying.web.records.fetal_page import mothers_studies

_FETAL_FIELDS: Final = ("study", "weeks", "days", "birth_order", "reason", "mother")


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


@require_POST
@signed_in
def file_fetal(request: HttpRequest, number: int) -> HttpResponse:
    """File a study of the mother's with the child that it shows."""
    viewer = request.viewer  # type: ignore[attr-defined]
    given = {name: request.POST.get(name, "").strip() for name in _FETAL_FIELDS}
    try:
        file_with_child(
            viewer,
            number,
            FetalLink(
                study_uid=given["study"],
                gestation=_gestation(given),
                birth_order=_whole(given["birth_order"]),
                reason=given["reason"],
            ),
        )
    except (FetalRefused, FetalUnknown, GestationRefused, GestationContradicts) as error:
        return _page(request, number, fetal_error=told(error), given=given)
    messages.success(request, _("The study is filed with the child."), extra_tags="green")
    return HttpResponseRedirect(reverse("child", args=[number]) + "#fetal")


@require_POST
@signed_in
def undo_fetal(request: HttpRequest, number: int, link_number: int) -> HttpResponse:
    """Undo the filing of a fetal study."""
    undo(request.viewer, number, link_number)  # type: ignore[attr-defined]
    messages.success(request, _("The filing is undone."), extra_tags="green")
    return HttpResponseRedirect(reverse("child", args=[number]) + "#fetal")


def _gestation(given: dict[str, str]) -> GestationalAge | None:
    if not given["weeks"] and not given["days"]:
        return None
    weeks, days = _whole(given["weeks"]), _whole(given["days"] or "0")
    if weeks is None or days is None:
        raise GestationRefused("A gestational age lies between 4 and 44 weeks.")
    return GestationalAge.of(weeks, days)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _page(
    request: HttpRequest,
    number: int,
    *,
    error: str = "",
    fetal_error: str = "",
    given: dict[str, str] | None = None,
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    given = given or {}
    mother = given.get("mother") or request.GET.get("mother", "")
    context = {
        "place": "studies",
        "view": child_view(viewer, number),
        "error": error,
        "fetal_error": fetal_error,
        "given": given,
        "mother": mother,
        "found": mothers_studies(viewer, number, mother),
        "orders": range(1, MOST_AT_ONCE + 1),
    }
    error = error or fetal_error
    return render(request, "pages/child.html", context, status=422 if error else 200)
