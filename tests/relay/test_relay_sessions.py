"""Descriptions that lead to the relay, and the bounds of what it keeps."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from relay_ends import SDP, VOICE, play, signal

from tongying.services.relay import legs
from tongying.services.relay.description import (
    DESCRIPTION_MAX,
    DescriptionRefused,
    Transport,
    through,
    ufrag_of,
)
from tongying.services.relay.legs import Sessions
from tongying.services.relay.relay import (
    EVERYWHERE,
    BrowserRelay,
    RelayAddressRefused,
    advertised,
)

TRANSPORT = Transport("relayufrag", "p" * 32, [("198.51.100.4", 8001), ("127.0.0.1", 8001)])


def test_a_description_leads_to_the_relay_and_keeps_the_rest() -> None:
    lines = through(SDP.format(ufrag="aaaa"), TRANSPORT).split("\r\n")
    assert "a=ice-lite" in lines[: lines.index("m=audio 9 UDP/TLS/RTP/SAVPF 111")]
    assert [one for one in lines if one.startswith("a=ice-ufrag")] == ["a=ice-ufrag:relayufrag"] * 2
    assert [one for one in lines if one.startswith("a=candidate")] == [
        "a=candidate:1 1 udp 2130706431 198.51.100.4 8001 typ host",
        "a=candidate:2 1 udp 2130706430 127.0.0.1 8001 typ host",
    ] * 2
    assert not any("192.0.2.7" in one for one in lines), "no address of the other browser is told"
    kept = [one for one in SDP.format(ufrag="aaaa").split("\r\n") if not one.startswith("a=ice")]
    kept = [one for one in kept if one and not one.startswith("a=candidate")]
    told = [one for one in lines if one in kept]
    assert told == kept


@pytest.mark.parametrize(
    "sdp",
    ["", "v=0", SDP.format(ufrag="x"), SDP.format(ufrag="a b c d"), "a" * (DESCRIPTION_MAX + 1)],
)
def test_what_is_no_bundled_description_is_refused(sdp: str) -> None:
    with pytest.raises(DescriptionRefused):
        ufrag_of(sdp)


def test_two_transports_are_refused() -> None:
    with pytest.raises(DescriptionRefused):
        ufrag_of("a=ice-ufrag:aaaa\r\na=ice-ufrag:bbbb\r\n")


VALUE = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=50)),
    lambda inner: st.dictionaries(st.sampled_from(["sdp", "type", "x"]), inner, max_size=3),
    max_leaves=6,
)
DATA = st.dictionaries(
    st.sampled_from(["description", "candidate", "tab", "for", "generation", "via", "hello"]), VALUE
)


@settings(max_examples=500, deadline=None)
@given(DATA)
def test_any_signal_is_passed_on_or_refused(data: dict) -> None:
    relay = BrowserRelay([("127.0.0.1", 1)])
    try:
        relay.through("room", "one", "two", data)
    except DescriptionRefused:
        assert len(relay.sessions) == 0


def test_candidates_stop_here_and_greetings_pass() -> None:
    relay = BrowserRelay([("127.0.0.1", 1)])
    assert relay.through("room", "a", "b", {"candidate": {"candidate": "x"}}) is None
    assert relay.through("room", "a", "b", {"hello": True}) == {"hello": True}


def test_a_room_has_its_share_and_an_attempt_ends_the_earlier_ones(monkeypatch) -> None:
    monkeypatch.setattr(legs, "SESSIONS_OF_ROOM", 3)
    sessions = Sessions()
    assert all(sessions.of("room", "one", f"page{number}", 1) for number in range(3))
    assert sessions.of("room", "one", "another", 1) is None
    assert sessions.of("elsewhere", "one", "another", 1) is not None
    first = sessions.of("room", "one", "page1", 1)
    later = sessions.of("room", "one", "page1", 2)
    assert first is not None
    assert later is not None
    assert all(sessions.leg_of(leg.ufrag) is None for leg in first.legs.values())
    assert sessions.of("room", "one", "page1", 1) is None, "an older attempt comes too late"
    assert sessions.of("room", "one", "one", 1) is None
    assert len(sessions) == 4


def test_a_leg_remembers_a_few_addresses_only() -> None:
    sessions = Sessions()
    session = sessions.of("room", "one", "two", 1)
    assert session is not None
    for port in range(1, 101):
        sessions.heard(session.legs["one"], ("192.0.2.1", port), nominates=False)
    assert len(sessions._by_address) == legs.ADDRESSES_OF_LEG
    assert sessions.at(("192.0.2.1", 1)) is None
    assert sessions.at(("192.0.2.1", 100)) is session.legs["one"]


def test_the_silent_are_swept(monkeypatch) -> None:
    sessions = Sessions()
    session = sessions.of("room", "one", "two", 1)
    assert session is not None
    session.legs["one"].heard_at -= legs.QUIET_SECONDS + 1
    assert sessions.sweep() == 0, "the other end still speaks"
    session.legs["two"].heard_at -= legs.QUIET_SECONDS + 1
    assert sessions.sweep() == 1
    assert len(sessions) == 0


def test_withdrawn_consent_ends_pictures_and_leaves_voices() -> None:
    async def story(relay: BrowserRelay) -> None:
        relay.through("room", "a", "b", signal("one", "two", "aaaa"))
        relay.through("room", "a", "c", signal("one", "three", "aaab", sdp=VOICE))
        await relay.close_media("room")
        assert [set(one.legs) for one in relay.sessions] == [{"one", "three"}]

    play(story)


def test_a_taken_port_is_refused_in_words() -> None:
    async def story(relay: BrowserRelay) -> None:
        with pytest.raises(RelayAddressRefused, match="cannot be listened on"):
            await BrowserRelay.opened("127.0.0.1", relay.addresses[0][1])

    play(story)


def test_browsers_are_told_the_addresses_of_the_settings(monkeypatch) -> None:
    monkeypatch.setenv("TONGYING_RELAY_HOST", "203.0.113.5, 198.51.100.9")
    assert advertised(EVERYWHERE[0]) == ["203.0.113.5", "198.51.100.9"]
    monkeypatch.delenv("TONGYING_RELAY_HOST")
    assert advertised("192.0.2.8") == ["192.0.2.8"]
    assert "127.0.0.1" in advertised(EVERYWHERE[0])
