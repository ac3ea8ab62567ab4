"""Signing in and out: password, then a one-time code where the member has set one up."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth import login as auth_login
from django.contrib.auth import logout as auth_logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login
from django_otp import match_token
from django_otp.plugins.otp_totp.models import TOTPDevice

from tongying.web.pages.choices import remember_choices_of
from tongying.web.pages.signed_in import login_url, safe_next
from tongying.web.people.accounts import note_login, note_refused_login
from tongying.web.people.models import Member

OTP_NEEDED = "otp_needed"
"""Session key: the password was right, the one-time code is still to come."""


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Ask for the log-in name and password."""
    back = safe_next(request)
    if request.viewer is not None:  # type: ignore[attr-defined]
        return HttpResponseRedirect(back)
    if request.method == "GET":
        return _page(request, back)
    name = request.POST.get("username", "").strip().lower()
    password = request.POST.get("password", "")
    # django-axes counts by the name under the user model's own field; without it every wrong
    # password would be counted for nobody, and the right one would still open a locked account.
    member = authenticate(request, username=name, password=password, login=name)
    if not isinstance(member, Member):
        note_refused_login(name)
        return _page(request, back, name=name, error=_("The log-in name or password is wrong."))
    auth_login(request, member)
    if TOTPDevice.objects.filter(user=member, confirmed=True).exists():
        request.session[OTP_NEEDED] = True
        return HttpResponseRedirect(login_url(back).replace("/login/", "/login/second/", 1))
    note_login(member, second_factor=False)
    return remember_choices_of(member, HttpResponseRedirect(back))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code, or a backup code."""
    back = safe_next(request)
    member = request.user
    if not request.session.get(OTP_NEEDED) or not isinstance(member, Member):
        return HttpResponseRedirect(login_url("" if back == "/" else back))
    error = ""
    if request.method == "POST":
        code = "".join(request.POST.get("code", "").split())
        device = match_token(member, code) if code else None
        if device is not None:
            otp_login(request, device)
            del request.session[OTP_NEEDED]
            note_login(member, second_factor=True)
            return remember_choices_of(member, HttpResponseRedirect(back))
        note_refused_login(member.login)
        error = _("The code is wrong or has been used. Wait for the next one and try again.")
    context = {"next": back, "error": error, "name": member.name}
    return render(request, "pages/login_second.html", context, status=422 if error else 200)


@never_cache
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth_logout(request)
    return HttpResponseRedirect("/login/")


def locked_out(
    request: HttpRequest,
    original_response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """Answer a log-in that is stopped after too many wrong passwords (django-axes calls this)."""
    error = _("Too many wrong passwords. Wait 15 minutes, then try again.")
    name = (credentials or {}).get("username", "")
    return _page(request, safe_next(request), name=name, error=error, status=429)


def _page(
    request: HttpRequest, back: str, *, name: str = "", error: str = "", status: int = 0
) -> HttpResponse:
    context = {"next": back, "name": name, "error": error}
    return render(request, "pages/login.html", context, status=status or (422 if error else 200))
