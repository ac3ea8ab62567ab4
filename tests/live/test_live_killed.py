"""The live role is killed in the middle: everything it acknowledged is there, and it comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path

import archive_world as world
import pytest
from live_world import Lines, apart, cookie_of, play, serving

from tongying.web.rooms.models import EventRow

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]


def test_killed_in_mid_sentence_it_loses_nothing_it_acknowledged(code: str, tmp_path: Path) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader")]
    acked: list[str] = []
    by_hand = world.client("requester")

    async def talk(person: object, name: str) -> None:
        for number in range(2000):
            client = f"{name}-{number}"
            try:
                answer = await person.tell("say", {"text": client}, client)
            except (AssertionError, OSError):
                return
            assert answer["t"] == "ack"
            acked.append(client)

    with serving(tmp_path) as role:

        async def story(lines: Lines) -> None:
            people = [await lines.open(code, one) for one in cookies]
            talks = [
                asyncio.create_task(talk(one, name))
                for one, name in zip(people, ("county", "reader"), strict=True)
            ]
            while len(acked) < 40:
                await asyncio.sleep(0.01)
            role.kill()
            for one in people:
                assert await one.over() == 1006
            for one in talks:
                one.cancel()
            said = {"kind": "say", "body": {"text": "by-web"}, "client_id": "by-web"}

            def by_web() -> int:
                path = f"/rooms/{code}/events/"
                return by_hand.post(path, said, content_type="application/json").status_code

            assert await apart(by_web) == 201
            await asyncio.to_thread(role.start)
            back = await lines.open(code, cookies[1])
            told = back.said()
            assert set(acked) <= set(told)
            assert told[-1] == "by-web"
            assert len(told) == len(set(told))
            again = await back.tell("say", {"text": acked[0]}, "reader-0")
            first = EventRow.objects.filter(room__code=code, client_id="reader-0")
            assert await apart(lambda: [one.pk for one in first]) == [again["id"]]

        play(role, story)


def test_two_live_roles_on_one_database_hear_one_another(code: str, tmp_path: Path) -> None:
    cookies = [cookie_of(login) for login in ("requester", "reader")]
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    with serving(one) as first, serving(two) as second:

        async def story(lines: Lines) -> None:
            county = await lines.open(code, cookies[0])
            others = Lines(second, lines.session, lines.people)
            reader = await others.open(code, cookies[1])
            await asyncio.gather(
                *(county.tell("say", {"text": f"c{n}"}, f"county-{n}") for n in range(10)),
                *(reader.tell("say", {"text": f"r{n}"}, f"reader-{n}") for n in range(10)),
            )
            for person in (county, reader):
                await person.until(lambda _, who=person: len(who.said()) == 20)
            assert county.said() == reader.said()

        play(first, story)


def test_it_stops_in_order_when_told_to(code: str, tmp_path: Path) -> None:
    cookie = cookie_of("requester")
    with serving(tmp_path) as role:

        async def story(lines: Lines) -> None:
            person = await lines.open(code, cookie)
            assert role.process is not None
            role.process.terminate()
            # Its page comes back by itself, whatever the line's last word was.
            await person.over()
            assert await asyncio.to_thread(role.process.wait, 20) == 0

        play(role, story)
