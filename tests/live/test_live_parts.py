"""The small parts of the live role by themselves: messages, waiting lines, pictures in signals."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from own_loop import run_apart
from tongying.consult.people import Role, Viewer
from tongying.kernel.ids import HospitalCode, UserId
from tongying.services.live.messages import MESSAGE_MAX, MessageRefused, read_message
from tongying.services.live.peer import BURST, WAITING_BYTES_MAX, WAITING_MAX, Peer
from tongying.services.live.picture_signal import sends_picture
from tongying.web import now as clock
from tongying.web.rooms.door import Admitted, is_our_origin

AUDIO = "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendrecv\r\n"
HEAD = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"


@pytest.mark.parametrize(
    ("description", "sends"),
    [
        (HEAD, False),
        (HEAD + AUDIO, False),
        (HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n", True),
        (HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendrecv\r\n", True),
        (HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", True),
        (HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=recvonly\r\n", False),
        (HEAD + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=inactive\r\n" + AUDIO, False),
        (HEAD + "m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n", False),
        (HEAD + "a=recvonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n", False),
        (HEAD + "a=recvonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\n", True),
        (HEAD + AUDIO + "m=video 9 UDP/TLS/RTP/SAVPF 96\na=sendonly\n", True),
        ("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly", True),
    ],
)
def test_a_picture_is_found_wherever_it_is_offered(description: str, sends: bool) -> None:
    for data in (
        {"description": {"type": "offer", "sdp": description}},
        {"sdp": description},
        {"a": [{"b": {"c": description}}], "candidate": None},
    ):
        assert sends_picture(data) is sends


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_other_signal_sends_no_picture(data: Any) -> None:
    assert sends_picture({"candidate": data}) is False


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
_KNOWN = ("hello", "event", "ping", "pointer", "speaking", "signal", "view", "follow", "other")


@given(kind=st.sampled_from(_KNOWN), rest=st.dictionaries(st.text(max_size=8), _JSON, max_size=5))
def test_a_message_is_read_or_refused_and_can_be_passed_on(kind: str, rest: Any) -> None:
    try:
        message = read_message(json.dumps({**rest, "t": kind}))
    except MessageRefused as refusal:
        assert refusal.sentence
    else:
        assert message["t"] == kind
        assert "peer" not in message or kind == "follow"
        json.dumps(message, ensure_ascii=False).encode()


def test_half_a_character_and_a_long_message_are_refused() -> None:
    for text in (
        '{"t": "view", "x": "\\ud83d"}',
        json.dumps({"t": "view", "x": "x" * MESSAGE_MAX}),
    ):
        with pytest.raises(MessageRefused):
            read_message(text)
    assert read_message('{"t": "view", "x": "\\ud83d\\ude00"}')["x"] == "😀"


def peer() -> Peer:
    viewer = Viewer(UserId(1), "li", HospitalCode("XN"), Role.REQUESTER)
    return Peer("abcdefgh", "s", Admitted(viewer, "C", "li", "XN", "probe", True), clock.now())


WELCOME = {"t": "welcome", "events": [{"id": 5}]}


def sent(one: Peer) -> list[dict[str, Any]]:
    found: list[str] = []

    async def take(text: str) -> None:
        found.append(text)

    async def until_dry() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.send_all(take), 0.05)

    run_apart(until_dry())
    return [json.loads(text) for text in found]


def test_what_comes_before_the_welcome_waits_and_nothing_is_told_twice() -> None:
    one = peer()
    for number in (4, 5, 6):
        one.put_text(json.dumps({"id": number}), number)
    one.put({"t": "people"})
    one.welcome(WELCOME)
    one.put_text('{"id": 5}', 5)
    one.put_text('{"id": 7}', 7)
    assert sent(one) == [WELCOME, {"id": 6}, {"t": "people"}, {"id": 7}]


@pytest.mark.parametrize("text", ["{}", json.dumps("x" * (WAITING_BYTES_MAX // 100))])
def test_a_line_that_takes_nothing_is_let_go_with_a_reason(text: str) -> None:
    one = peer()
    one.welcome(WELCOME)
    for _ in range(WAITING_MAX + 1):
        one.put_text(text)
    assert one.gone == "slow"
    assert one.going.is_set()
    found: list[str] = []

    async def take(text: str) -> None:
        found.append(text)

    run_apart(one.send_all(take))
    assert [json.loads(text) for text in found] == [{"t": "gone", "why": "slow"}]


def test_a_burst_is_borne_and_a_flood_is_not() -> None:
    one = peer()
    allowed = [one.may_send() for _ in range(int(BURST) * 2)]
    assert all(allowed[: int(BURST)])
    assert not all(allowed)


@pytest.mark.parametrize(
    ("origin", "hosts", "https", "ours"),
    [
        ("http://127.0.0.1:8000", ["127.0.0.1"], False, True),
        ("http://[::1]:8000", ["[::1]"], False, True),
        ("https://room.example", ["room.example"], True, True),
        ("http://room.example", ["room.example"], True, False),
        ("https://evil.example", ["room.example"], True, False),
        ("https://room.example", ["*"], True, True),
        ("https://evil.example", ["*"], True, False),
        ("null", ["*"], False, False),
        ("", ["room.example"], False, False),
        ("http://[", ["room.example"], False, False),
    ],
)
def test_only_our_own_pages_open_sockets(
    settings: Any, origin: str, hosts: list[str], https: bool, ours: bool
) -> None:
    settings.ALLOWED_HOSTS, settings.HTTPS = hosts, https
    assert is_our_origin(origin, "room.example:8001") is ours
