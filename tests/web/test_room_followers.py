"""Whoever follows a live room over HTTP is seen by everybody, and is said to have left."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import archive_world as world
import pytest
import room_world

from tongying.web import now as clock
from tongying.web.rooms.followers import followers, note_gone
from tongying.web.rooms.models import EventRow, RoomMember

pytestmark = pytest.mark.django_db


def ask(login: str, code: str) -> dict[str, Any]:
    answer = world.client(login).get(f"/rooms/{code}/events/")
    assert answer.status_code == 200
    return dict(answer.json())


def later(seconds: float) -> None:
    """Let time pass for everybody who follows."""
    for one in RoomMember.objects.exclude(followed_at=None):
        one.followed_at -= timedelta(seconds=seconds)
        one.save()


def presence(login: str) -> list[str]:
    found = EventRow.objects.filter(author__login=login, kind__in=("joined", "left"))
    return list(found.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def code(db: None) -> str:
    return room_world.opened(room_world.build())


def test_whoever_asks_is_told_to_all_and_once_in_the_log(code: str) -> None:
    reader, county = (world.viewer(login).user for login in ("reader", "requester"))
    assert ask("reader", code)["by_web"] == [reader]
    told = ask("requester", code)
    assert told["by_web"] == sorted([reader, county])
    assert told["by_socket"] == []
    assert followers() == {code: frozenset({reader, county})}
    assert ask("reader", code)
    assert presence("reader") == presence("requester") == ["joined"]


def test_whoever_asks_no_more_is_not_shown_and_then_has_left(code: str) -> None:
    ask("reader", code)
    later(6)
    county = world.viewer("requester").user
    told = ask("requester", code)
    assert told["by_web"] == [county]
    # Until it is noted that they left, the log says that they are in.
    assert told["by_socket"] == [world.viewer("reader").user]
    assert presence("reader") == ["joined"]
    later(6)
    told = ask("requester", code)
    assert told["by_socket"] == []
    assert presence("reader") == ["joined", "left"]
    note_gone()
    assert presence("reader") == ["joined", "left"]
    ask("reader", code)
    assert presence("reader") == ["joined", "left", "joined"]


def test_a_socket_is_not_said_to_have_left_by_the_web(code: str) -> None:
    ask("surgeon", code)
    room = RoomMember.objects.get(member__login="surgeon").room
    surgeon = world.viewer("surgeon").user
    EventRow.objects.create(
        room=room,
        author_id=surgeon,
        kind="joined",
        at=clock.now(),
        body={"member": surgeon, "part": "specialist"},
    )
    later(60)
    note_gone()
    assert presence("surgeon") == ["joined", "joined"]
    told = ask("requester", code)
    assert told["by_socket"] == [surgeon]


def test_who_is_taken_out_follows_no_more(code: str) -> None:
    ask("surgeon", code)
    RoomMember.objects.filter(member__login="surgeon").update(removed_at=clock.now())
    assert followers() == {}
    assert world.client("surgeon").get(f"/rooms/{code}/events/").status_code == 404
