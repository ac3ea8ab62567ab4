"""The log of a live room over HTTP: the twin of its socket, for lines and days without one."""

from __future__ import annotations

import json
from typing import Any, ClassVar, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tongying.consult.room.now import RoomEvent
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from tongying.web.middleware.problem import problem, status_of
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms.entering import enter
from tongying.web.rooms.followers import note_follower, note_gone, present
from tongying.web.rooms.log import tell
from tongying.web.rooms.tail import told_in

BYTES_MAX: Final = 128 * 1024


class EventUnreadable(BadInput):
    """What was sent is no event."""

    code: ClassVar[str] = "room.event-unreadable"


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def events(request: HttpRequest, code: str) -> HttpResponse:
    """Give the events that follow a number, or keep one."""
    viewer = request.viewer  # type: ignore[attr-defined]
    entered = enter(viewer, code)
    if request.method == "GET":
        note_follower(viewer, entered)
        note_gone()
        after = request.GET.get("after", "0")
        number = int(after) if after.isdecimal() and len(after) < 16 else 0
        found = told_in(entered.row, number)
        listed = [_plain(one.event, one.client_id) for one in found]
        last = found[-1].event.id if found else number
        return JsonResponse({"events": listed, "last": last, **present(entered.row)})
    try:
        given = _given(request.body)
        kept = tell(viewer, code, given["kind"], given.get("body"), given["client_id"])
    except (BadInput, Conflict, NotAllowed, NotFound) as refusal:
        return problem(status_of(refusal), refusal.error_code, refusal_sentence(refusal))
    return JsonResponse(_plain(kept, given["client_id"]), status=201)


def _given(body: bytes) -> dict[str, Any]:
    if len(body) > BYTES_MAX:
        raise EventUnreadable("The message is too long.")
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise EventUnreadable("The message is not JSON.") from None
    if not isinstance(given, dict):
        raise EventUnreadable("The message is not JSON.")
    client_id = given.get("client_id", "")
    if not isinstance(given.get("kind"), str) or not isinstance(client_id, str):
        raise EventUnreadable("An event has a kind and a client_id.")
    return {"kind": given["kind"], "body": given.get("body"), "client_id": client_id}


def _plain(event: RoomEvent, client_id: str) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "author": event.author,
        "kind": event.kind.value,
        "body": event.body,
        "client_id": client_id,
    }
