"""What the relay passes on, what it drops, and that no datagram harms it."""

from __future__ import annotations

import asyncio
import os
from types import SimpleNamespace

from aioice import stun
from hypothesis import given, settings
from hypothesis import strategies as st
from relay_ends import End, ends, play

from tongying.services.relay import forwarding, legs
from tongying.services.relay.forwarding import Forwarding
from tongying.services.relay.legs import Sessions
from tongying.services.relay.relay import BrowserRelay

RTP = b"\x80\x60\x00\x01" + bytes(8) + b"sealed"
DTLS = b"\x16\xfe\xfd" + bytes(20)


async def connected(relay: BrowserRelay) -> tuple[End, End]:
    one, two = await ends(relay)
    for end in (one, two):
        end.send(end.check())
        answer = stun.parse_message(await end.next())
        assert answer.message_class == stun.Class.RESPONSE
        assert answer.check_message_integrity(end.relay_password.encode())
        own = end.transport.get_extra_info("sockname")
        assert answer.attributes["XOR-MAPPED-ADDRESS"] == own
        assert "FINGERPRINT" in answer.attributes
    return one, two


def test_packets_go_from_end_to_end_unchanged() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await connected(relay)
        for packet in (RTP, DTLS, os.urandom(0) + b"\xbf" + os.urandom(1300)):
            one.send(packet)
            assert await two.next() == packet
            two.send(packet)
            assert await one.next() == packet
        assert relay.forwarding.dropped == 0

    play(story)


def test_who_has_proved_nothing_passes_nothing() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await ends(relay)
        one.send(RTP)
        one.send(one.check(password="x" * 32))
        one.send(one.check(ufrag="cccc"))
        unsigned = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        unsigned.attributes["USERNAME"] = f"{one.relay_ufrag}:aaaa"
        one.send(bytes(unsigned))
        assert await one.nothing()
        assert await two.nothing()
        assert relay.forwarding.dropped == 4
        two.send(two.check())
        await two.next()
        one.send(RTP)
        assert await two.nothing(), "the other's proof is not one's own"

    play(story)


def test_what_is_neither_dtls_nor_rtp_is_not_passed_on() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await connected(relay)
        for first in (4, 19, 64, 127, 192, 255):
            one.send(bytes([first]) + bytes(30))
        one.send(b"\x80" + bytes(forwarding.DATAGRAM_MAX))
        assert await two.nothing()
        assert relay.forwarding.dropped == 7

    play(story)


def test_a_browser_that_floods_is_cut_to_its_share(monkeypatch) -> None:
    monkeypatch.setattr(legs, "PACKETS_A_SECOND", 5)
    monkeypatch.setattr(legs, "time", SimpleNamespace(monotonic=lambda: 7.0))
    leg = legs.Leg("page")
    assert [leg.may_send() for _ in range(7)] == [True] * 5 + [False] * 2
    monkeypatch.setattr(legs, "time", SimpleNamespace(monotonic=lambda: 8.0))
    assert leg.may_send()


def test_what_does_not_fit_the_line_is_lost_and_not_kept() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await connected(relay)

        class Full:
            def get_write_buffer_size(self) -> int:
                return forwarding.WAITING_MAX + 1

        kept, relay.forwarding._transport = relay.forwarding._transport, Full()
        one.send(RTP)
        assert await two.nothing()
        relay.forwarding._transport = kept
        assert relay.forwarding.dropped == 1

    play(story)


def test_a_browser_that_moves_is_followed_once_it_has_proved_itself() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await connected(relay)
        loop = asyncio.get_running_loop()
        _, moved = await loop.create_datagram_endpoint(
            lambda: End("aaaa"), local_addr=("127.0.0.1", 0)
        )
        moved.relay_ufrag, moved.relay_password = one.relay_ufrag, one.relay_password
        moved.at = one.at
        moved.send(RTP)
        assert await two.nothing()
        moved.send(moved.check())
        await moved.next()
        two.send(RTP)
        assert await moved.next() == RTP

    play(story)


def test_rooms_do_not_hear_one_another_and_ends_end() -> None:
    async def story(relay: BrowserRelay) -> None:
        one, two = await connected(relay)
        assert len(relay.sessions) == 1
        await relay.close_room("another")
        one.send(RTP)
        assert await two.next() == RTP
        await relay.leave("room", "peer-one")
        one.send(RTP)
        assert await two.nothing()
        one.send(one.check())
        assert await one.nothing(), "its credentials are gone"
        assert len(relay.sessions) == 0
        assert not relay.sessions._by_address
        assert not relay.sessions._by_ufrag

    play(story)


class Sent:
    """A transport that notes what is sent."""

    def __init__(self) -> None:
        self.out: list[bytes] = []

    def sendto(self, data: bytes, address: object) -> None:
        self.out.append(data)

    def get_write_buffer_size(self) -> int:
        return 0


ATTRIBUTE = st.builds(
    lambda kind, body, said: kind.to_bytes(2, "big") + said.to_bytes(2, "big") + body,
    st.sampled_from([1, 6, 8, 9, 0x12, 0x20, 0x24, 0x25, 0x8028, 0x8029, 0x802A, 0x4242]),
    st.binary(max_size=40),
    st.integers(0, 60),
)
STUN = st.builds(
    lambda kind, body, cut: (
        (kind.to_bytes(2, "big") + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12))[
            :cut
        ]
        + body
    ),
    st.integers(0, 0x03FF),
    st.lists(ATTRIBUTE, max_size=5).map(b"".join),
    st.integers(1, 20),
)


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(STUN, st.binary(max_size=120), st.binary(max_size=3)), max_size=8))
def test_no_datagram_raises_or_is_answered(datagrams: list[bytes]) -> None:
    passing, sent = Forwarding(Sessions()), Sent()
    passing._transport = sent  # type: ignore[assignment]
    for datagram in datagrams:
        passing.datagram_received(datagram, ("192.0.2.1", 4000))
    assert sent.out == []
    assert passing.dropped == len(datagrams)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_a_signed_check_that_was_tampered_with_is_dropped(data: st.DataObject) -> None:
    sessions = Sessions()
    session = sessions.of("room", "one", "two", 1)
    assert session is not None
    leg = session.legs["one"]
    leg.browser_ufrag = "aaaa"
    end = End("aaaa")
    end.relay_ufrag, end.relay_password = leg.ufrag, leg.password
    check = bytearray(end.check())
    # The last eight bytes are the fingerprint: a checksum, which proves nothing.
    at = data.draw(st.integers(0, len(check) - 9))
    check[at] ^= data.draw(st.integers(1, 255))
    passing, sent = Forwarding(sessions), Sent()
    passing._transport = sent  # type: ignore[assignment]
    passing.datagram_received(bytes(check), ("192.0.2.1", 4000))
    assert sent.out == []
    assert leg.address is None
