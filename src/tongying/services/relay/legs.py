"""Pairs of browsers that speak through the relay, each end a leg with credentials of its own."""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Address = tuple[str, int]

QUIET_SECONDS: Final = 30.0
"""A browser asks for consent every few seconds (RFC 7675); silent for so long, it is gone."""
SESSIONS_MAX: Final = 400
SESSIONS_OF_ROOM: Final = 80
ADDRESSES_OF_LEG: Final = 8
PACKETS_A_SECOND: Final = 3000
"""Of one browser: about 25 Mbit/s, ten times the best picture with its voice and repairs."""

_ALPHABET = string.ascii_letters + string.digits


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(eq=False, slots=True)
class Leg:
    """The relay's end towards one browser.

    Attributes
    ----------
    page : str
        The browser page's own name, which outlives its socket.
    ufrag, password : str
        The relay's credentials on this leg.
    browser_ufrag : str
        The browser's own; empty until its description has passed.
    address : Address or None
        Where it was last heard with the right credentials.
    heard_at : float
        Monotonic seconds.
    nominated : bool
        Whether it has chosen a path: then no other address takes its place unasked.
    """

    page: str
    ufrag: str = field(default_factory=lambda: _random(12))
    password: str = field(default_factory=lambda: _random(32))
    browser_ufrag: str = ""
    address: Address | None = None
    heard_at: float = field(default_factory=time.monotonic)
    nominated: bool = False
    other: Leg | None = None
    known: list[Address] = field(default_factory=list)
    second: int = 0
    in_second: int = 0

    def may_send(self) -> bool:
        """Count a packet; say whether this second has place for it."""
        now = int(time.monotonic())
        if now != self.second:
            self.second, self.in_second = now, 0
        self.in_second += 1
        return self.in_second <= PACKETS_A_SECOND


@dataclass(eq=False, slots=True)
class Session:
    """Two legs of one connection between two browsers of a room.

    Attributes
    ----------
    room : str
    generation : int
        Which attempt of the two it is.
    legs : dict of str to Leg
        By the page's name.
    peers : set of str
        Sockets that spoke for it.
    picture : bool
        Whether a description offered video.
    """

    room: str
    generation: int
    legs: dict[str, Leg]
    picture: bool = False
    peers: set[str] = field(default_factory=set)

    @property
    def quiet_for(self) -> float:
        """Seconds since the last word of the end that was heard last."""
        return time.monotonic() - max(leg.heard_at for leg in self.legs.values())


def new_session(room: str, first: str, second: str, generation: int) -> Session:
    """Return a session of two browsers."""
    one, two = Leg(first), Leg(second)
    one.other, two.other = two, one
    return Session(room, generation, {first: one, second: two})


class Sessions:
    """All sessions, found by room and browsers, by credentials and by address."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, frozenset[str], int], Session] = {}
        self._by_ufrag: dict[str, Leg] = {}
        self._by_address: dict[Address, Leg] = {}

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all)

    def of(self, room: str, first: str, second: str, generation: int) -> Session | None:
        """Return the session of two browsers, made where there is none; None: there is no place.

        An attempt ends the earlier ones of the same two.
        """
        key = (room, frozenset((first, second)), generation)
        found = self._all.get(key)
        if found is not None:
            return found
        for older in [one for one in self._all if one[:2] == key[:2]]:
            if older[2] > generation:
                return None
            self._end(older)
        of_room = sum(1 for one in self._all if one[0] == room)
        if len(self._all) >= SESSIONS_MAX or of_room >= SESSIONS_OF_ROOM or first == second:
            return None
        session = new_session(room, first, second, generation)
        self._all[key] = session
        for leg in session.legs.values():
            self._by_ufrag[leg.ufrag] = leg
        return session

    def leg_of(self, ufrag: str) -> Leg | None:
        """Return the leg that has these credentials."""
        return self._by_ufrag.get(ufrag)

    def at(self, address: Address) -> Leg | None:
        """Return the leg that was heard from an address with the right credentials."""
        return self._by_address.get(address)

    def heard(self, leg: Leg, address: Address, *, nominates: bool) -> None:
        """Take note that a browser proved itself from an address."""
        if address not in leg.known:
            leg.known.append(address)
            if len(leg.known) > ADDRESSES_OF_LEG:
                self._by_address.pop(leg.known.pop(0), None)
        self._by_address[address] = leg
        leg.heard_at = time.monotonic()
        if nominates or not leg.nominated:
            leg.address, leg.nominated = address, leg.nominated or nominates

    def end(self, room: str, peer: str = "", *, pictures_only: bool = False) -> int:
        """End the sessions of a room, or of one socket in it; return how many."""
        gone = [
            key
            for key, one in self._all.items()
            if key[0] == room
            and (not peer or peer in one.peers)
            and (one.picture or not pictures_only)
        ]
        for key in gone:
            self._end(key)
        return len(gone)

    def sweep(self) -> int:
        """End the sessions in which nobody has been heard for long; return how many."""
        gone = [key for key, one in self._all.items() if one.quiet_for > QUIET_SECONDS]
        for key in gone:
            self._end(key)
        return len(gone)

    def __iter__(self) -> Iterator[Session]:
        """Go through all sessions."""
        return iter(list(self._all.values()))

    def _end(self, key: tuple[str, frozenset[str], int]) -> None:
        session = self._all.pop(key)
        for leg in session.legs.values():
            self._by_ufrag.pop(leg.ufrag, None)
            for address in leg.known:
                if self._by_address.get(address) is leg:
                    del self._by_address[address]
