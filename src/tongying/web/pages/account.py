"""The viewer's own account."""

from __future__ import annotations

from typing import Any

import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from tongying.web.notices.vapid import public_key
from tongying.web.notices.wishes import wishes_of
from tongying.web.pages.archive_words import told
from tongying.web.pages.choices import remember_choices_of
from tongying.web.pages.signed_in import signed_in
from tongying.web.people import accounts


@require_safe
@signed_in
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Show the account."""
    return _page(request)


@sensitive_post_parameters()
@require_POST
@signed_in
@never_cache
def password(request: HttpRequest) -> HttpResponse:
    """Change the password; the session stays."""
    new = request.POST.get("new", "")
    if new != request.POST.get("again", ""):
        return _page(request, "password", _("The two new passwords differ."))
    try:
        accounts.change_password(
            request.viewer,  # type: ignore[attr-defined]
            present=request.POST.get("present", ""),
            new=new,
        )
    except (accounts.PasswordWrong, accounts.PasswordRefused) as error:
        return _page(request, "password", told(error))
    # Other sessions end here; this one takes the new password's mark.
    request.user.refresh_from_db()
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Your password is changed."), extra_tags="green")
    return _back()


@require_POST
@signed_in
def choices(request: HttpRequest) -> HttpResponse:
    """Keep language and theme with the account."""
    accounts.choose(
        request.viewer,  # type: ignore[attr-defined]
        language=request.POST.get("language", ""),
        theme=request.POST.get("theme", ""),
    )
    request.user.refresh_from_db()
    response = _back()
    if not request.user.theme:
        response.delete_cookie("tongying_theme")
    return remember_choices_of(request.user, response)


@require_POST
@signed_in
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Begin to set up the second factor: show what the phone scans."""
    try:
        enrolment = accounts.begin_second_factor(request.viewer)  # type: ignore[attr-defined]
    except accounts.SecondFactorRefused as error:
        return _page(request, "second", told(error))
    return _page(request, enrolment=enrolment, status=200)


@sensitive_post_parameters()
@require_POST
@signed_in
@never_cache
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm the second factor by its first code; the backup codes are shown once."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        codes = accounts.confirm_second_factor(viewer, code=request.POST.get("code", ""))
    except accounts.SecondFactorRefused as error:
        try:
            enrolment = accounts.begin_second_factor(viewer)
        except accounts.SecondFactorRefused:
            return _page(request, "second", told(error))
        return _page(request, "confirm", told(error), enrolment=enrolment)
    return _page(request, backup_codes=codes, status=200)


@sensitive_post_parameters()
@require_POST
@signed_in
@never_cache
def backup(request: HttpRequest) -> HttpResponse:
    """Make new backup codes."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        codes = accounts.renew_backup_codes(viewer, password=request.POST.get("password", ""))
    except (accounts.PasswordWrong, accounts.SecondFactorRefused) as error:
        return _page(request, "second", told(error))
    return _page(request, backup_codes=codes, status=200)


@sensitive_post_parameters()
@require_POST
@signed_in
@never_cache
def remove_second_factor(request: HttpRequest) -> HttpResponse:
    """Remove the second factor."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        accounts.remove_second_factor(viewer, password=request.POST.get("password", ""))
    except accounts.PasswordWrong as error:
        return _page(request, "second", told(error))
    messages.success(request, _("The second factor is removed."), extra_tags="amber")
    return _back()


@require_POST
@signed_in
@never_cache
def make_token(request: HttpRequest) -> HttpResponse:
    """Make an access token, shown once."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        token = accounts.make_token(viewer, label=request.POST.get("label", ""))
    except accounts.TokenRefused as error:
        return _page(request, "token", told(error))
    return _page(request, token=token, status=200)


@require_POST
@signed_in
def revoke_token(request: HttpRequest, number: int) -> HttpResponse:
    """Revoke an access token."""
    accounts.revoke_token(request.viewer, number)  # type: ignore[attr-defined]
    messages.success(request, _("The access token no longer works."), extra_tags="green")
    return _back()


def refused(
    request: HttpRequest, form: str, error: str, *, typed: dict[str, str] | None = None
) -> HttpResponse:
    """Show the account page again with a refusal beside the form it belongs to."""
    return _page(request, form, error, typed=typed)


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("account"))


def _page(
    request: HttpRequest, wrong: str = "", error: str = "", *, status: int = 0, **extra: Any
) -> HttpResponse:
    """Show the account page; an error stands beside the form it belongs to."""
    enrolment = extra.get("enrolment")
    if enrolment is not None:
        extra["qr"] = segno.make(enrolment.url, error="m").svg_data_uri(scale=5, border=3)
    context = {
        "place": "account",
        "profile": accounts.profile(request.viewer),  # type: ignore[attr-defined]
        "all_languages": settings.LANGUAGES,
        "wishes": wishes_of(request.viewer),  # type: ignore[attr-defined]
        "push_key": public_key(),
        "wrong": wrong,
        "error": error,
        **extra,
    }
    return render(request, "pages/account.html", context, status=status or (422 if error else 200))
