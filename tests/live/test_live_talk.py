"""What people say to one another through the live role, over real sockets."""

from __future__ import annotations

import asyncio
import time

import archive_world as world
import pytest
from live_world import Lines, LiveRole, apart, cookie_of, play

from tongying.web.rooms import log, store
from tongying.web.rooms.models import EventRow
from tongying.web.trail.models import AuditRow

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]


def test_what_one_says_all_hear_in_one_order_and_it_is_kept(live: LiveRole, code: str) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader", "surgeon")]

    async def story(lines: Lines) -> None:
        county, reader, surgeon = [await lines.open(code, one) for one in cookies]
        answers = await asyncio.gather(
            *(county.tell("say", {"text": f"c{n}"}, f"county-{n}") for n in range(20)),
            *(reader.tell("say", {"text": f"r{n}"}, f"reader-{n}") for n in range(20)),
        )
        assert {one["t"] for one in answers} == {"ack"}
        for person in (county, reader, surgeon):
            await person.until(lambda one, who=person: len(who.said()) == 40)
        assert county.said() == reader.said() == surgeon.said()
        ids = [one["id"] for one in surgeon.events()]
        assert ids == sorted(set(ids))
        assert [one for one in surgeon.said() if one[0] == "c"] == [f"c{n}" for n in range(20)]

    before = AuditRow.objects.count()
    play(live, story)
    kept = EventRow.objects.filter(room__code=code, kind="say")
    assert kept.count() == 40
    assert AuditRow.objects.count() - before >= 40


def test_somebody_who_comes_late_is_told_all_of_it(live: LiveRole, code: str) -> None:
    early, late = cookie_of("requester"), cookie_of("surgeon")

    async def story(lines: Lines) -> None:
        county = await lines.open(code, early)
        await county.tell("say", {"text": "先说"}, "first-words")
        mark = {"id": "mark-01", "target": "live", "shape": "arrow", "points": [[0, 0], [1, 1]]}
        assert (await county.tell("draw", mark, "first-mark"))["t"] == "ack"
        surgeon = await lines.open(code, late)
        told = surgeon.heard[0]
        assert told["t"] == "welcome"
        kinds = [one["kind"] for one in told["events"]]
        assert kinds[:2] == ["opened", "invited"]
        assert {"consent", "joined", "say", "draw"} <= set(kinds)
        assert told["last"] == told["events"][-1]["id"]
        assert {one["name"] for one in told["people"]} == {"requester", "surgeon"}
        assert told["part"] == "specialist"
        assert told["manages"] is False
        again = await lines.open(code, late, after=told["last"])
        assert all(one["id"] > told["last"] for one in again.heard[0]["events"])

    play(live, story)


def test_sent_twice_by_either_way_it_is_there_once(live: LiveRole, code: str) -> None:
    county, cookie = world.client("requester"), cookie_of("requester")
    said = {"kind": "say", "body": {"text": "一次"}, "client_id": "only-once"}

    def by_web() -> int:
        answer = county.post(f"/rooms/{code}/events/", said, content_type="application/json")
        return int(answer.json()["id"])

    async def story(lines: Lines) -> None:
        person = await lines.open(code, cookie)
        first = await person.tell("say", said["body"], "only-once")
        person.heard.remove(first)
        assert (await person.tell("say", said["body"], "only-once"))["id"] == first["id"]
        assert await apart(by_web) == first["id"]
        await asyncio.sleep(0.5)
        assert person.said() == ["一次"]

    play(live, story)


def test_what_is_told_over_http_reaches_the_sockets_at_once(live: LiveRole, code: str) -> None:
    reader, cookie = world.client("reader"), cookie_of("requester")
    waited = []

    def by_web(number: int) -> None:
        said = {"kind": "say", "body": {"text": f"w{number}"}, "client_id": f"web-{number}"}
        answer = reader.post(f"/rooms/{code}/events/", said, content_type="application/json")
        assert answer.status_code == 201

    async def story(lines: Lines) -> None:
        person = await lines.open(code, cookie)
        for number in range(5):
            await apart(lambda number=number: by_web(number))
            kept = time.monotonic()
            await person.until(lambda _, n=number: f"w{n}" in person.said())
            waited.append(time.monotonic() - kept)

    play(live, story)
    assert max(waited) < 2.0


def test_pointers_voices_and_views_pass_by_and_are_not_kept(live: LiveRole, code: str) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader")]

    async def story(lines: Lines) -> None:
        county, reader = [await lines.open(code, one) for one in cookies]
        me = reader.heard[0]["peer"]
        await reader.say(t="pointer", target="live", x=0.25, y=1.5)
        moved = await county.until(lambda one: one["t"] == "pointer")
        assert (moved["peer"], moved["x"], moved["y"]) == (me, 0.25, 1.0)
        await reader.say(t="pointer", target="live", x=None, y=None)
        await county.until(lambda one: one["t"] == "pointer" and one["x"] is None)
        await reader.say(t="speaking", on=True)
        assert (await county.until(lambda one: one["t"] == "speaking"))["on"] is True
        await reader.say(t="view", scale=2, t2="x")
        assert (await county.until(lambda one: one["t"] == "view"))["scale"] == 2
        await reader.say(t="ping", n=7, quality={"fps": 20, "peer": "someone-else"})
        assert (await reader.until(lambda one: one["t"] == "pong"))["n"] == 7
        assert (await county.until(lambda one: one["t"] == "quality"))["peer"] == me
        late = await lines.open(code, cookies[1])
        speaks = {one["peer"]: one["speaking"] for one in late.heard[0]["people"]}
        assert speaks[me] is True

    before = EventRow.objects.filter(room__code=code).count()
    play(live, story)
    kinds = set(
        EventRow.objects.filter(room__code=code)
        .order_by("pk")
        .values_list("kind", flat=True)[before:]
    )
    assert kinds <= {"joined", "left"}


def test_a_signal_goes_to_one_and_a_picture_only_from_the_probe_with_consent(
    live: LiveRole, case_id: int
) -> None:
    import room_world

    code = room_world.opened(case_id, consent=False)
    cookies = [cookie_of(login) for login in ("requester", "reader", "surgeon")]
    offer = {"description": {"type": "offer", "sdp": "v=0\r\nm=video 9 UDP\r\na=sendonly\r\n"}}
    silent = {"description": {"type": "offer", "sdp": "v=0\r\nm=audio 9 UDP\r\na=sendrecv\r\n"}}

    def consents() -> None:
        store.record_consent(world.viewer("requester"), code, room_world.CONSENT)

    async def story(lines: Lines) -> None:
        county, reader, surgeon = [await lines.open(code, one) for one in cookies]
        there = {one.heard[0]["name"]: one.heard[0]["peer"] for one in (county, reader, surgeon)}
        await county.say(t="signal", to=there["reader"], data=offer)
        assert (await county.until(lambda one: one["t"] == "refused"))["code"] == "room.message"
        await county.say(t="signal", to=there["reader"], data=silent)
        heard = await reader.until(lambda one: one["t"] == "signal")
        assert (heard["peer"], heard["data"]) == (there["requester"], silent)
        await apart(consents)
        await county.say(t="signal", to=there["reader"], data=offer)
        await reader.until(lambda one: one["t"] == "signal" and one["data"] == offer)
        await reader.say(t="signal", to=there["requester"], data=offer)
        await reader.until(lambda one: one["t"] == "refused")
        await asyncio.sleep(0.3)
        assert not [one for one in county.heard if one["t"] == "signal"]
        assert not [one for one in surgeon.heard if one["t"] == "signal"]

    play(live, story)


def test_one_person_with_two_tabs_is_two_lines_and_leaves_with_the_last(
    live: LiveRole, code: str
) -> None:
    cookie, other = cookie_of("requester"), cookie_of("reader")

    async def story(lines: Lines) -> None:
        reader = await lines.open(code, other)
        first, second = await lines.open(code, cookie), await lines.open(code, cookie)
        await reader.until(lambda one: one["t"] == "people" and len(one["people"]) == 3)
        await first.leave()
        await reader.until(lambda one: one["t"] == "people" and len(one["people"]) == 2)
        await second.leave()
        left = await reader.until(
            lambda one: one["t"] == "event" and one["kind"] == "left", seconds=20
        )
        assert left["body"]["member"] == first.heard[0]["member"]

    play(live, story)
    joined = EventRow.objects.filter(room__code=code, kind="joined")
    assert joined.filter(author__login="requester").count() == 1


def test_a_line_that_was_cut_is_let_go_when_its_page_comes_back(live: LiveRole, code: str) -> None:
    cookie = cookie_of("requester")

    async def story(lines: Lines) -> None:
        old = await lines.open(code, cookie)
        new = await lines.open(code, cookie, hello=False)
        await new.say(t="hello", after=0, was=old.heard[0]["peer"])
        assert (await old.until(lambda one: one["t"] == "gone"))["why"] == "replaced"
        await new.until(lambda one: one["t"] == "people" and len(one["people"]) == 1)

    play(live, story)


def test_everybody_hears_when_the_room_is_over(live: LiveRole, code: str) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader")]

    async def story(lines: Lines) -> None:
        people = [await lines.open(code, one) for one in cookies]
        await apart(lambda: store.end(world.viewer("reader"), code))
        for person in people:
            assert (await person.until(lambda one: one["t"] == "gone"))["why"] == "ended"
            assert await person.over() == 4404
            assert person.events()[-1]["kind"] == "ended"

    play(live, story)
    assert log.stands_now(EventRow.objects.filter(room__code=code)[0].room).ended
