"""The live room's page: one picture that all look at, and everything said beside it."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from tongying.consult.room.kind import Kind
from tongying.consult.room.part import MAY_TELL, may_tell
from tongying.web.pages.room_page_words import KEY_CARD, page_words, part_word, tools
from tongying.web.pages.room_planes import groups
from tongying.web.pages.room_words import GUARDIAN_WORDS, SOURCE_WORDS, WAY_WORDS
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms.entering import enter
from tongying.web.rooms.inside import Inside, Invited, inside, people_in

PERMISSIONS: Final = "camera=(self), microphone=(self), display-capture=(), geolocation=()"
"""What the page may ask the browser for: the capture device and the voice, nothing else."""


@never_cache
@require_GET
@signed_in
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Lay out the room for somebody in it."""
    found = inside(request.viewer, code)  # type: ignore[attr-defined]
    part = found.entered.part
    context = {
        "code": code,
        "part": part.value,
        "manages": found.entered.manages,
        "case": found.case,
        "number": found.number,
        "child": found.child,
        "question": found.case.text,
        "urgency": found.case.urgency,
        "asks_planes": may_tell(part, Kind.PLANE),
        "planes": groups(found.case.specialty),
        "sources": SOURCE_WORDS.items(),
        "guardians": GUARDIAN_WORDS.items(),
        "ways": WAY_WORDS.items(),
        "keep_days": settings.TONGYING_RECORDING_DAYS,
        "tools": tools(),
        "key_card": KEY_CARD,
        "config": _config(request, found),
        "words": page_words(),
    }
    get_token(request)  # Scripts send forms with the cookie's token.
    response = render(request, "pages/room.html", context)
    response._csp_update = {  # type: ignore[attr-defined]
        "connect-src": [live_address(request)],
        "media-src": ["'self'", "blob:"],
        "frame-src": ["'self'"],
    }
    response["Permissions-Policy"] = PERMISSIONS
    return response


@never_cache
@require_GET
@signed_in
def people(request: HttpRequest, code: str) -> HttpResponse:
    """List everybody who is or was in the room."""
    found = people_in(request.viewer, code)  # type: ignore[attr-defined]
    return JsonResponse({"people": [_person(one) for one in found]})


@never_cache
@require_GET
@signed_in
def standing(request: HttpRequest, code: str) -> HttpResponse:
    """Draw the promise's clock anew."""
    row = enter(request.viewer, code).row  # type: ignore[attr-defined]
    return render(request, "pages/_room_clock.html", {"case": row.case})


def live_address(request: HttpRequest) -> str:
    """Return the address of the live role as this browser reaches it, such as ``ws://host:8001``.

    Parameters
    ----------
    request : HttpRequest
        The live role stands on its host unless the settings give another address.
    """
    if settings.TONGYING_LIVE_URL:
        return str(settings.TONGYING_LIVE_URL)
    host = request.get_host()
    if not host.endswith("]"):
        host = host.rpartition(":")[0] or host
    scheme = "wss" if request.is_secure() else "ws"
    return f"{scheme}://{host}:{settings.TONGYING_LIVE_PORT}"


def _config(request: HttpRequest, found: Inside) -> dict[str, Any]:
    row, part = found.entered.row, found.entered.part
    me = request.viewer.user  # type: ignore[attr-defined]
    return {
        "code": row.code,
        "live": f"{live_address(request)}/live/{row.code}/",
        "http": reverse("room", args=[row.code]),
        "record": reverse("room-record", args=[row.case_id, row.code]),
        "case": reverse("case", args=[row.case_id]),
        "clock": reverse("room-clock", args=[row.code]),
        "member": me,
        "part": part.value,
        "manages": found.entered.manages,
        "may": [kind.value for kind in MAY_TELL if may_tell(part, kind)],
        "ice": settings.TONGYING_ICE_SERVERS,
        "people": [_person(one) for one in found.people],
        "planes": [
            {"word": str(one.word), "planes": [str(plane) for plane in one.planes]}
            for one in groups(found.case.specialty)
        ],
        "consent": found.consent,
        "expires": row.expires_at.isoformat(),
        "study": row.study_uid,
    }


def _person(one: Invited) -> dict[str, Any]:
    return {
        "member": one.member,
        "name": one.name,
        "hospital": one.hospital,
        "part": one.part.value,
        "partWord": part_word(one.part),
        "place": one.place,
        "within": one.within,
    }
