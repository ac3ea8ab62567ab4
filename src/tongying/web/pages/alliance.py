"""The alliance: its tree of hospitals, one hospital's page, and one member's credentials."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from tongying.consult.agreement import SubAlliance, Tier
from tongying.consult.alliance_import.vocabulary import MODALITIES
from tongying.consult.people import Role
from tongying.consult.specialty import Specialty
from tongying.kernel.errors import BadInput
from tongying.web.alliance import store
from tongying.web.alliance.directory import (
    DirectoryFilter,
    Validity,
    credentials,
    directory,
    hospital_view,
)
from tongying.web.alliance.importing import kinds_for
from tongying.web.pages.alliance_words import days_text
from tongying.web.pages.archive_words import told
from tongying.web.pages.signed_in import signed_in

COMMON_MODALITIES: Final = tuple(
    code for code in MODALITIES if code not in ("IO", "OT", "PX", "RG", "SC", "XC", "MG")
)
"""What the form offers; a file may name the others as well."""
_PROFILE: Final = (
    "name",
    "name_en",
    "tier",
    "province",
    "city",
    "parent",
    "service_hours",
    "ae_title",
)
_FLAGS: Final = ("answers", "credentials_required", "assigns_itself")
_MEMBER: Final = (
    "name",
    "title",
    "sub_specialty",
    "age_from",
    "age_until",
    "licence_number",
    "licence_until",
    "load_cap",
    "email",
)


@require_safe
@signed_in
@never_cache
@vary_on_headers("HX-Request")
def alliance(request: HttpRequest) -> HttpResponse:
    """Show the hospitals by province, each below the one above it."""
    viewer = request.viewer  # type: ignore[attr-defined]
    given = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "province")}
    tier, agreement = request.GET.get("tier", ""), request.GET.get("agreement", "")
    wanted = DirectoryFilter(
        words=given["q"],
        province=given["province"],
        tier=tier if tier in set(Tier) else "",
        agreement=agreement if agreement in set(Validity) else "",
    )
    context = {
        "place": "alliance",
        "directory": directory(viewer, wanted),
        "wanted": wanted,
        "filtered": wanted != DirectoryFilter(),
        "tiers": list(Tier),
        "validities": [one for one in Validity if one is not Validity.LATER],
        "may_import": bool(kinds_for(viewer)),
    }
    part = "#list" if request.headers.get("HX-Request") else ""
    return render(request, f"pages/alliance.html{part}", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def hospital(request: HttpRequest, code: str) -> HttpResponse:
    """Show a hospital; change its profile."""
    if request.method != "POST":
        return _hospital_page(request, code)
    given = {name: request.POST.get(name, "").strip() for name in _PROFILE}
    given |= {name: _flag(request, name) for name in _FLAGS}
    given["sub_alliances"] = " ".join(request.POST.getlist("sub_alliances"))
    try:
        store.change_hospital(request.viewer, code, given)  # type: ignore[attr-defined]
    except BadInput as error:
        return _hospital_page(request, code, "profile", told(error), given=given)
    messages.success(request, _("The hospital's profile is saved."), extra_tags="green")
    return _to_hospital(code)


@require_POST
@signed_in
@never_cache
def set_agreement(request: HttpRequest, code: str) -> HttpResponse:
    """Add an agreement, or change the one that begins on that day."""
    names = ("answering", "valid_from", "valid_until", "number")
    given = {name: request.POST.get(name, "").strip() for name in names}
    given["scope"] = " ".join(request.POST.getlist("scope"))
    try:
        store.set_agreement(request.viewer, code, given)  # type: ignore[attr-defined]
    except BadInput as error:
        return _hospital_page(request, code, "agreement", told(error), given=given)
    messages.success(request, _("The agreement is on record."), extra_tags="green")
    return _to_hospital(code)


@require_POST
@signed_in
def drop_agreement(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take an agreement off the books."""
    store.drop_agreement(request.viewer, code, number)  # type: ignore[attr-defined]
    messages.success(request, _("The agreement is taken off the books."), extra_tags="amber")
    return _to_hospital(code)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def member(request: HttpRequest, login: str) -> HttpResponse:
    """Show and change what a member reads, their licence and their load."""
    viewer = request.viewer  # type: ignore[attr-defined]
    if request.method != "POST":
        return _member_page(request, login)
    given = {name: request.POST.get(name, "").strip() for name in _MEMBER}
    given["specialties"] = " ".join(request.POST.getlist("specialties"))
    given["modalities"] = " ".join(request.POST.getlist("modalities"))
    given["committee"] = _flag(request, "committee")
    role = request.POST.get("role", "")
    if role:
        given["role"] = role
    try:
        one = store.change_credentials(viewer, login, given)
    except BadInput as error:
        return _member_page(request, login, told(error), given)
    messages.success(request, _("%(name)s is saved.") % {"name": one.name}, extra_tags="green")
    return _to_hospital(one.hospital)


def _flag(request: HttpRequest, name: str) -> str:
    return "yes" if request.POST.get(name) else "no"


def _to_hospital(code: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("alliance-hospital", args=[code]))


def _hospital_page(
    request: HttpRequest, code: str, wrong: str = "", error: str = "", **extra: Any
) -> HttpResponse:
    view = hospital_view(request.viewer, code)  # type: ignore[attr-defined]
    one = view.record
    profile = {
        "name": one.name,
        "name_en": one.name_en,
        "tier": one.tier.value if one.tier else "",
        "province": one.province,
        "city": one.city,
        "parent": one.parent or "",
        "service_hours": view.hours,
        "ae_title": one.ae_title,
        "sub_alliances": " ".join(one.sub_alliances),
    } | {name: "yes" if getattr(one, name) else "no" for name in _FLAGS}
    context = {
        "place": "alliance",
        "view": view,
        "one": one,
        "tiers": list(Tier),
        "parts": list(SubAlliance),
        "wrong": wrong,
        "error": error,
        "form": extra["given"] if wrong == "profile" else profile,
        "agreement": extra["given"] if wrong == "agreement" else {"scope": "imaging"},
    }
    return render(request, "pages/alliance_hospital.html", context, status=422 if error else 200)


def _member_page(
    request: HttpRequest, login: str, error: str = "", given: dict[str, str] | None = None
) -> HttpResponse:
    one = credentials(request.viewer, login)  # type: ignore[attr-defined]
    stands = {
        "name": one.name,
        "title": one.title,
        "sub_specialty": one.sub_specialty,
        "role": one.role.value,
        "specialties": " ".join(one.specialties),
        "modalities": " ".join(one.modalities),
        "age_from": days_text(one.age_from_days),
        "age_until": days_text(one.age_until_days),
        "licence_number": one.licence_number,
        "licence_until": one.licence_until.isoformat() if one.licence_until else "",
        "load_cap": "" if one.load_cap is None else str(one.load_cap),
        "email": one.email,
        "committee": "yes" if one.committee else "no",
    }
    context = {
        "place": "alliance",
        "one": one,
        "form": stands | (given or {}),
        "roles": list(Role),
        "specialties": list(Specialty),
        "modalities": COMMON_MODALITIES,
        "error": error,
    }
    return render(request, "pages/alliance_member.html", context, status=422 if error else 200)
