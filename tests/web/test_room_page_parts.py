"""The live room's page: who gets it, what it may do, and what each part is offered."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import archive_world as world
import pytest
import room_world
from django.test import override_settings

from tongying.consult.room.kind import Kind
from tongying.consult.room.part import MAY_TELL, Part
from tongying.consult.specialty import Specialty
from tongying.web import now as clock
from tongying.web.pages.room_page_words import KEY_CARD, TOOLS, page_words
from tongying.web.pages.room_planes import REGIONS, groups
from tongying.web.rooms import store
from tongying.web.rooms.models import RoomRow
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
INVITED = {"requester": Part.PROBE, "reader": Part.LEAD, "surgeon": Part.SPECIALIST}


@pytest.fixture
def code(db: None) -> str:
    return room_world.opened(room_world.build(), consent=False)


def page(login: str, code: str) -> str:
    answer = world.client(login).get(f"/rooms/{code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def block(html: str, name: str) -> dict[str, Any]:
    """Return a block of JSON that a page carries."""
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', html)
    assert found is not None
    return dict(json.loads(found[1]))


@pytest.mark.parametrize(("login", "part"), INVITED.items())
def test_each_part_is_offered_what_it_may_do(code: str, login: str, part: Part) -> None:
    html = page(login, code)
    config = block(html, "room-config")
    assert config["part"] == part.value
    assert set(config["may"]) == {kind.value for kind in Kind if part in MAY_TELL.get(kind, ())}
    assert ('data-room="consent-form"' in html) is (part is Part.PROBE)
    assert ('data-room="plane-choices"' in html) is (part is not Part.PROBE)
    assert ('data-room="invite"' in html) is (part is not Part.SPECIALIST)
    assert ('value="finding"' in html) is True
    assert [one["name"] for one in config["people"]] == ["requester", "reader", "surgeon"]
    assert [one["place"] for one in config["people"]] == [0, 1, 2]


def test_everything_that_scripts_look_for_is_there(code: str) -> None:
    html = page("requester", code)
    there = set(re.findall(r'data-room="([a-z-]+)"', html))
    assert {
        *("live", "stage", "board", "stale", "quality", "camera", "camera-source", "voice"),
        *("record", "freeze", "clip", "uploads", "chat", "people", "notes", "planes", "thumbs"),
        *("panel", "viewer", "consent-state", "recording", "link-state", "level", "clock"),
    } <= there
    assert re.search(r'data-room="camera"[^>]* disabled', html)
    assert "Research use only" in html
    assert len(re.findall(r'data-tool="', html)) == len(TOOLS)


def test_the_child_is_said_as_a_paediatrician_says_it_and_no_more(code: str) -> None:
    html = page("surgeon", code)
    banner = html[html.index("<h1>") : html.index("</h1>")]
    assert "王小明" in banner or "王^小明" in banner
    assert re.search(r"\d (y|m)", banner)
    assert "P-77" not in html
    assert "2024-03-01" not in html


def test_the_promise_has_its_clock_here_too(code: str) -> None:
    assert 'class="left' in page("reader", code)
    drawn = world.client("reader").get(f"/rooms/{code}/clock/")
    assert drawn.status_code == 200
    assert b'class="left' in drawn.content


@pytest.mark.parametrize("path", ["", "people/", "clock/"])
@pytest.mark.parametrize("login", ["stranger", "second-reader", "technologist", "desk", "vendor"])
def test_whoever_is_not_in_the_room_finds_no_page(code: str, login: str, path: str) -> None:
    assert world.client(login).get(f"/rooms/{code}/{path}").status_code == 404


def test_nobody_signed_in_is_sent_to_the_log_in_and_back(code: str) -> None:
    answer = world.client().get(f"/rooms/{code}/")
    assert answer["Location"] == f"/login/?next=/rooms/{code}/"


def test_a_dead_link_opens_nothing(code: str) -> None:
    browser = world.client("reader")
    store.remove(world.viewer("requester"), code, world.viewer("reader").user)
    assert browser.get(f"/rooms/{code}/").status_code == 404
    RoomRow.objects.filter(code=code).update(expires_at=clock.now() - timedelta(seconds=1))
    assert world.client("requester").get(f"/rooms/{code}/").status_code == 404
    assert browser.get("/rooms/NOSUCHROOM/").status_code == 404


def test_whoever_was_taken_out_is_still_named(code: str) -> None:
    store.remove(world.viewer("requester"), code, world.viewer("surgeon").user)
    listed = world.client("requester").get(f"/rooms/{code}/people/").json()["people"]
    assert [(one["name"], one["within"]) for one in listed] == [
        ("requester", True),
        ("reader", True),
        ("surgeon", False),
    ]


def test_the_consent_that_stands_fills_the_countys_form_and_no_other(code: str) -> None:
    store.record_consent(world.viewer("requester"), code, room_world.CONSENT)
    assert block(page("requester", code), "room-config")["consent"]["guardian"] == "王芳"
    other = page("reader", code)
    assert block(other, "room-config")["consent"] == {}
    assert "王芳" not in other


def test_the_browser_may_reach_the_live_role_and_nothing_strange(code: str) -> None:
    with override_settings(TONGYING_LIVE_PORT=8123, TONGYING_LIVE_URL=""):
        answer = world.client("reader").get(f"/rooms/{code}/", HTTP_HOST="127.0.0.1:8000")
    policy = answer["Content-Security-Policy"]
    assert "connect-src 'self' ws://127.0.0.1:8123" in policy
    assert "media-src 'self' blob:" in policy
    assert "script-src 'self'" in policy
    config = block(answer.content.decode(), "room-config")
    assert config["live"] == f"ws://127.0.0.1:8123/live/{code}/"
    assert config["http"] == f"/rooms/{code}/"
    assert "camera=(self), microphone=(self)" in answer["Permissions-Policy"]


def test_behind_a_proxy_the_live_role_has_its_own_address(code: str) -> None:
    with override_settings(TONGYING_LIVE_URL="wss://live.example"):
        answer = world.client("reader").get(f"/rooms/{code}/")
    assert "wss://live.example" in answer["Content-Security-Policy"]
    config = block(answer.content.decode(), "room-config")
    assert config["live"] == f"wss://live.example/live/{code}/"


def test_reading_the_room_is_audited(code: str) -> None:
    page("surgeon", code)
    read = AuditRow.objects.filter(actor="surgeon", target=code)
    assert read.exists()


def test_every_kind_and_part_has_its_words() -> None:
    words = page_words()
    assert set(words["kinds"]) == {kind.value for kind in Kind}
    assert set(words["parts"]) == {part.value for part in Part}
    assert set(words["tools"]) == {tool.name for tool in TOOLS}
    keys = [tool.key for tool in TOOLS]
    assert len(set(keys)) == len(keys)
    told = {key for pressed, _words in KEY_CARD for key in pressed}
    assert set(keys) <= told


def test_every_field_finds_its_planes() -> None:
    assert all(1 <= len(region.planes) <= 9 for region in REGIONS)
    for specialty in ["", *Specialty]:
        assert sum(region.chosen for region in groups(specialty)) == 1
    (chosen,) = (one for one in groups(Specialty.HEART.value) if one.chosen)
    assert chosen.planes == REGIONS[2].planes
