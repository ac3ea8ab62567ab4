"""Opening a live room from the case, who is in it, consent, its end; and its record."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from tongying.kernel.errors import BadInput, Conflict, NotAllowed
from tongying.web.cases.rows import number_of
from tongying.web.middleware.problem import problem, status_of
from tongying.web.pages.room_words import KIND_WORDS, event_words
from tongying.web.pages.sentences import refusal_sentence
from tongying.web.pages.signed_in import signed_in
from tongying.web.rooms import store
from tongying.web.rooms.entering import RoomNotFound, enter, record_of
from tongying.web.rooms.showing import may_be_invited, record
from tongying.web.rooms.store import Consent
from tongying.web.viewer.config import viewer_url


@require_POST
@signed_in
def open_room(request: HttpRequest, case_id: int) -> HttpResponse:
    """Open the case's live room and go there."""
    viewer = request.viewer  # type: ignore[attr-defined]
    try:
        code = store.open_room(viewer, case_id)
    except (NotAllowed, Conflict) as refusal:
        messages.error(request, refusal_sentence(refusal))
        return HttpResponseRedirect(reverse("case", args=[case_id]))
    return HttpResponseRedirect(reverse("room", args=[code]))


@never_cache
@require_GET
@signed_in
def invitees(request: HttpRequest, code: str) -> HttpResponse:
    """List who could still be invited."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = [
        {"member": one.pk, "name": one.name, "hospital": one.hospital.name, "role": one.role}
        for one in may_be_invited(viewer, code)
    ]
    return JsonResponse({"members": found})


@require_POST
@signed_in
def invite(request: HttpRequest, code: str) -> HttpResponse:
    """Invite a member."""
    viewer = request.viewer  # type: ignore[attr-defined]
    member = request.POST.get("member", "")
    number = int(member) if member.isdecimal() and len(member) < 12 else 0
    return _done(request, code, lambda: store.invite(viewer, code, number))


@require_POST
@signed_in
def remove(request: HttpRequest, code: str, member_id: int) -> HttpResponse:
    """Take a member out."""
    viewer = request.viewer  # type: ignore[attr-defined]
    return _done(request, code, lambda: store.remove(viewer, code, member_id))


@require_POST
@signed_in
def end(request: HttpRequest, code: str) -> HttpResponse:
    """End the room; its record stays."""
    viewer = request.viewer  # type: ignore[attr-defined]
    record_at = reverse("room-record", args=[enter(viewer, code).row.case_id, code])
    return _done(request, code, lambda: store.end(viewer, code), onward=record_at)


@require_POST
@signed_in
def consent(request: HttpRequest, code: str) -> HttpResponse:
    """Record the guardian's consent."""
    viewer, posted = request.viewer, request.POST  # type: ignore[attr-defined]
    given = Consent(
        guardian=posted.get("guardian", ""),
        relation=posted.get("relation", ""),
        way=posted.get("way", ""),
        witness=posted.get("witness", ""),
        recording=posted.get("recording") == "on",
        teaching=posted.get("teaching") == "on",
    )
    return _done(request, code, lambda: store.record_consent(viewer, code, given))


@require_POST
@signed_in
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """Withdraw the guardian's consent."""
    viewer = request.viewer  # type: ignore[attr-defined]
    record_at = reverse("room-record", args=[record_of(viewer, code).case_id, code])
    return _done(request, code, lambda: store.withdraw_consent(viewer, code), onward=record_at)


@never_cache
@require_GET
@signed_in
def room_record(request: HttpRequest, case_id: int, code: str) -> HttpResponse:
    """Show everything that was said, drawn, measured and stored in a room."""
    viewer = request.viewer  # type: ignore[attr-defined]
    found = record(viewer, code)
    if found.row.case_id != case_id:
        raise RoomNotFound("There is no such room.")
    lines = [
        {
            "at": one.event.at,
            "author": one.author,
            "hospital": one.hospital,
            "kind": one.event.kind.value,
            "word": KIND_WORDS[one.event.kind],
            "words": event_words(one.event, found.members),
        }
        for one in found.lines
    ]
    context = {
        "place": "worklist",
        "record": found,
        "lines": lines,
        "number": number_of(found.row.case),
        "room": found.row,
        "case_id": case_id,
        "withdraws": store.withdraws(viewer, found.row)
        and any(one.withdrawn_at is None for one in found.consents),
        "viewer_link": viewer_url([found.row.study_uid], modalities={"US"}),
    }
    return render(request, "pages/room_record.html", context)


def _done(
    request: HttpRequest, code: str, act: Callable[[], object], onward: str = ""
) -> HttpResponse:
    """Do it and answer as it was asked: a script gets 204 or a problem document, a form a page."""
    script = "application/json" in request.headers.get("Accept", "")
    try:
        act()
    except (BadInput, Conflict, NotAllowed) as refusal:
        sentence = refusal_sentence(refusal)
        if script:
            return problem(status_of(refusal), refusal.error_code, sentence)
        messages.error(request, sentence)
        return HttpResponseRedirect(onward or reverse("room", args=[code]))
    if script:
        return HttpResponse(status=204)
    messages.success(request, _("Done."))
    return HttpResponseRedirect(onward or reverse("room", args=[code]))
