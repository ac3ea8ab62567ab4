"""Who gets nothing from a live room: at the handshake, over HTTP, and in the middle of it."""

from __future__ import annotations

from datetime import timedelta

import aiohttp
import archive_world as world
import pytest
from django.contrib.sessions.models import Session
from live_world import Lines, LiveRole, apart, cookie_of, play, refused

from tongying.consult.people import Role
from tongying.web import now as clock
from tongying.web.middleware.viewer import OTP_NEEDED
from tongying.web.people.models import Member
from tongying.web.rooms import store
from tongying.web.rooms.models import RoomMember, RoomRow

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]
WITHIN_SECONDS = 3.0
OUTSIDE = ["stranger", "otheradmin", "othercoord", "second-reader", "technologist", "desk"]


def by_web(login: str, code: str) -> set[int]:
    """What both ways over HTTP answer somebody."""
    browser = world.client(login)
    said = {"kind": "say", "body": {"text": "x"}, "client_id": "from-outside"}
    path = f"/rooms/{code}/events/"
    return {
        browser.get(path, headers={"Accept": "application/json"}).status_code,
        browser.post(path, said, content_type="application/json").status_code,
    }


@pytest.mark.parametrize("login", OUTSIDE)
def test_somebody_who_is_not_invited_finds_nothing(live: LiveRole, code: str, login: str) -> None:
    cookie = cookie_of(login)
    assert play(live, lambda lines: refused(lines, code, cookie)) == 404
    assert by_web(login, code) == {404}


def test_a_vendor_finds_nothing_even_if_invited(live: LiveRole, code: str) -> None:
    vendor = Member.objects.get(login="vendor")
    RoomMember.objects.create(
        room=RoomRow.objects.get(code=code),
        member=vendor,
        invited_by_id=world.viewer("reader").user,
        invited_at=clock.now(),
    )
    assert vendor.role == Role.VENDOR.value
    cookie = cookie_of("vendor")
    assert play(live, lambda lines: refused(lines, code, cookie)) == 404
    assert by_web("vendor", code) <= {403, 404}


def test_without_a_session_or_before_the_second_factor_there_is_nothing(
    live: LiveRole, code: str
) -> None:
    half = cookie_of("requester")
    session = world.client("requester").session.__class__(half)
    session[OTP_NEEDED] = True
    session.save()
    whole = cookie_of("requester")

    async def story(lines: Lines) -> None:
        for cookie in ("", "x" * 32, half, f"{whole}x"):
            assert await refused(lines, code, cookie) == 404
        assert await refused(lines, code, whole) == 101
        assert await refused(lines, "0" * 20, whole) == 404
        assert await refused(lines, code.lower(), whole) == 404

    play(live, story)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "http://127.0.0.1.evil.example", "null", "", "file://", "["]
)
def test_a_page_of_another_site_cannot_use_the_cookie(
    live: LiveRole, code: str, origin: str
) -> None:
    cookie = cookie_of("requester")
    assert play(live, lambda lines: refused(lines, code, cookie, origin)) == 404


def test_a_dead_room_is_no_room(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")
    RoomRow.objects.filter(code=code).update(expires_at=clock.now() - timedelta(seconds=1))
    assert play(live, lambda lines: refused(lines, code, cookie)) == 404
    assert by_web("requester", code) == {404}
    RoomRow.objects.filter(code=code).update(expires_at=clock.now() + timedelta(hours=1))
    store.end(world.viewer("reader"), code)
    assert play(live, lambda lines: refused(lines, code, cookie)) == 404
    assert by_web("requester", code) == {404}


def _remove(code: str) -> None:
    store.remove(world.viewer("reader"), code, world.viewer("surgeon").user)


def _remove_silently(code: str) -> None:
    RoomMember.objects.filter(room__code=code, member__login="surgeon").update(
        removed_at=clock.now()
    )


def _expire(code: str) -> None:
    RoomRow.objects.filter(code=code).update(expires_at=clock.now())


def _log_out(code: str) -> None:
    Session.objects.all().delete()


def _dismiss(code: str) -> None:
    Member.objects.filter(login="surgeon").update(is_active=False)


def _new_password(code: str) -> None:
    member = Member.objects.get(login="surgeon")
    member.set_password("another long phrase")
    member.save(update_fields=["password"])


def _close_case(code: str) -> None:
    room = RoomRow.objects.get(code=code)
    room.case.state = "acknowledged"
    room.case.save(update_fields=["state"])


ENDS = [
    _remove,
    _remove_silently,
    _expire,
    _log_out,
    _dismiss,
    _new_password,
    _close_case,
]


@pytest.mark.parametrize("act", ENDS)
def test_whoever_may_stay_no_longer_is_out_within_three_seconds(
    live: LiveRole, code: str, act: object
) -> None:
    cookie = cookie_of("surgeon")

    async def story(lines: Lines) -> None:
        surgeon = await lines.open(code, cookie)
        await apart(lambda: act(code))
        gone = await surgeon.until(lambda one: one["t"] == "gone", seconds=WITHIN_SECONDS)
        assert gone["why"] in ("removed", "gone", "ended")
        assert await surgeon.over() == 4404
        heard = len(surgeon.heard)
        assert await refused(lines, code, cookie) == 404
        assert len(surgeon.heard) == heard

    play(live, story)


def test_an_event_of_another_room_reaches_nobody_else(live: LiveRole, code: str) -> None:
    """Two rooms: what is said in one is not heard in the other."""
    import case_world
    import room_world

    other = room_world.opened(case_world.reading(), surgeon=False)
    cookie = cookie_of("reader")
    assert other != code

    async def story(lines: Lines) -> None:
        here, there = await lines.open(code, cookie), await lines.open(other, cookie)
        await here.tell("say", {"text": "hier"}, "in-the-one")
        await there.tell("say", {"text": "dort"}, "in-the-other")
        await here.until(lambda _: "hier" in here.said())
        await there.until(lambda _: "dort" in there.said())
        assert (here.said(), there.said()) == (["hier"], ["dort"])

    play(live, story)


def test_there_is_no_other_address(live: LiveRole, code: str) -> None:
    async def story(lines: Lines) -> None:
        for path, status in (("/healthz", 200), ("/", 404), (f"/live/{code}/", 404)):
            address = f"http://127.0.0.1:{live.port}{path}"
            async with lines.session.get(address) as answer:
                assert answer.status == status
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await lines.session.ws_connect(f"http://127.0.0.1:{live.port}/live/../{code}/")

    play(live, story)
