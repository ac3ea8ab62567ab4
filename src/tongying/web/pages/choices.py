"""What a reader chooses for the pages: language and theme, kept in cookies."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from tongying.web.pages.signed_in import safe_next
from tongying.web.people.models import Member

THEME_COOKIE: Final = "tongying_theme"
THEMES: Final = ("light", "dark")
"""Anything else: as the reader's system is set."""
YEAR_SECONDS: Final = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """Return ``"light"``, ``"dark"``, or empty to follow the system."""
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return theme if theme in THEMES else ""


def remember_choices_of(member: Member, response: HttpResponse) -> HttpResponse:
    """Put the language and theme that a member keeps in their account into the cookies."""
    if member.language in dict(settings.LANGUAGES):
        _set(response, settings.LANGUAGE_COOKIE_NAME, member.language)
    if member.theme in THEMES:
        _set(response, THEME_COOKIE, member.theme)
    return response


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Change the language or the theme and return to the page."""
    response = HttpResponseRedirect(safe_next(request))
    language = request.POST.get("language")
    if language in dict(settings.LANGUAGES):
        _set(response, settings.LANGUAGE_COOKIE_NAME, str(language))
    theme = request.POST.get("theme")
    if theme in THEMES:
        _set(response, THEME_COOKIE, str(theme))
    elif theme == "system":
        response.delete_cookie(THEME_COOKIE)
    return response


def _set(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=settings.HTTPS)
