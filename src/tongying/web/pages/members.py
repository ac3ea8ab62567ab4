"""The members and DICOM nodes of the administrator's hospital."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tongying.consult.people import Role
from tongying.kernel.errors import BadInput
from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in
from tongying.web.people import members as roll
from tongying.web.people.store import NewMember, Peer


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def members(request: HttpRequest) -> HttpResponse:
    """List the members of the hospital; add one."""
    if request.method != "POST":
        return _page(request)
    given = {
        name: request.POST.get(name, "").strip()
        for name in ("login", "name", "title", "sub_specialty", "role")
    }
    try:
        roll.check_manage(request.viewer)  # type: ignore[attr-defined]
        if given["role"] not in {role.value for role in Role}:
            return _page(request, "member", _("Choose a role."), given=given)
        new = NewMember(
            login=given["login"].lower(),
            role=Role(given["role"]),
            hospital="",
            password=request.POST.get("password", ""),
            name=given["name"][:100],
            sub_specialty=given["sub_specialty"][:100],
            title=given["title"][:100],
        )
        roll.add_member(request.viewer, new)  # type: ignore[attr-defined]
    except BadInput as error:
        return _page(request, "member", told(error), given=given)
    messages.success(
        request,
        _("%(name)s can log in now.") % {"name": given["name"] or given["login"]},
        extra_tags="green",
    )
    return _back()


@require_POST
@signed_in
def set_active(request: HttpRequest, login: str) -> HttpResponse:
    """Shut an account or open it again."""
    active = request.POST.get("active") == "1"
    roll.set_active(request.viewer, login, active=active)  # type: ignore[attr-defined]
    text = _("%(login)s can log in again.") if active else _("%(login)s can no longer log in.")
    messages.success(request, text % {"login": login}, extra_tags="green")
    return _back()


@require_POST
@signed_in
@never_cache
def reset(request: HttpRequest, login: str) -> HttpResponse:
    """Give a member a new password, shown once."""
    fresh = roll.reset_access(request.viewer, login)  # type: ignore[attr-defined]
    return _page(request, fresh={"login": login, "password": fresh}, status=200)


@require_POST
@signed_in
def add_peer(request: HttpRequest) -> HttpResponse:
    """Register a DICOM node."""
    port = request.POST.get("port", "").strip()
    given = {name: request.POST.get(name, "").strip() for name in ("ae_title", "host")}
    peer = Peer(
        given["ae_title"].upper(),
        given["host"],
        int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0,
    )
    try:
        roll.add_peer(request.viewer, peer)  # type: ignore[attr-defined]
    except BadInput as error:
        return _page(request, "peer", told(error), given=given | {"port": port})
    messages.success(request, _("The DICOM node is registered."), extra_tags="green")
    return _back()


@require_POST
@signed_in
def remove_peer(request: HttpRequest, ae_title: str) -> HttpResponse:
    """Remove a DICOM node."""
    roll.remove_peer(request.viewer, ae_title)  # type: ignore[attr-defined]
    messages.success(request, _("The DICOM node is removed."), extra_tags="green")
    return _back()


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("members"))


def _page(
    request: HttpRequest, wrong: str = "", error: str = "", *, status: int = 0, **extra: Any
) -> HttpResponse:
    viewer = request.viewer  # type: ignore[attr-defined]
    context = {
        "place": "members",
        "hospital": roll.hospital_of(viewer),
        "roles": list(Role),
        "wrong": wrong,
        "error": error,
        **extra,
    }
    return render(request, "pages/members.html", context, status=status or (422 if error else 200))
