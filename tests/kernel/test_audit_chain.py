"""The audit chain: every planted edit, gap, swap and forgery is found where it is."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongying.kernel.audit import GENESIS, Action, AuditEvent, digest, verify_chain

EARLIEST, LATEST = datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01")
WORDS = st.text(max_size=12)
EVENTS = st.builds(
    AuditEvent,
    at=st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC)),
    actor=WORDS,
    action=st.sampled_from(Action),
    kind=WORDS,
    target=WORDS,
    hospital=WORDS,
    detail=st.dictionaries(WORDS, WORDS, max_size=3),
)
CHAINS = st.lists(EVENTS, min_size=2, max_size=8)


def chained(events: list[AuditEvent], start: str = GENESIS) -> list[tuple[AuditEvent, str]]:
    chain, previous = [], start
    for event in events:
        previous = digest(event, previous)
        chain.append((event, previous))
    return chain


@given(events=CHAINS)
def test_an_untouched_chain_holds(events):
    assert verify_chain(chained(events)) is None


@given(events=CHAINS, place=st.integers(0, 7), data=st.data())
def test_any_edited_field_is_found_at_its_place(events, place, data):
    place %= len(events)
    chain = chained(events)
    event = events[place]
    field = data.draw(
        st.sampled_from(("at", "actor", "action", "kind", "target", "hospital", "detail"))
    )
    edited = {
        "at": event.at + timedelta(microseconds=1),
        "actor": event.actor + "x",
        "action": next(one for one in Action if one is not event.action),
        "kind": event.kind + "x",
        "target": event.target + "x",
        "hospital": event.hospital + "x",
        "detail": {**event.detail, "planted": "1"},
    }
    chain[place] = (replace(event, **{field: edited[field]}), chain[place][1])
    assert verify_chain(chain) == place


@given(events=CHAINS, place=st.integers(0, 7))
def test_an_edit_with_its_own_digest_made_new_is_found_at_the_next_event(events, place):
    """Whoever edits the last event and its digest needs the whole chain behind it, too."""
    place %= len(events) - 1
    chain = chained(events)
    previous = chain[place - 1][1] if place else GENESIS
    edited = replace(events[place], actor=events[place].actor + "x")
    chain[place] = (edited, digest(edited, previous))
    assert verify_chain(chain) == place + 1


@given(events=CHAINS, place=st.integers(0, 7))
def test_a_gap_is_found(events, place):
    place %= len(events) - 1
    chain = chained(events)
    del chain[place]
    assert verify_chain(chain) == place


@given(events=CHAINS, one=st.integers(0, 7), other=st.integers(0, 7))
def test_a_swap_is_found(events, one, other):
    one, other = sorted((one % len(events), other % len(events)))
    assume(one != other)
    chain = chained(events)
    chain[one], chain[other] = chain[other], chain[one]
    assert verify_chain(chain) == one


@given(events=CHAINS, place=st.integers(0, 7), planted=EVENTS)
def test_an_inserted_event_is_found(events, place, planted):
    place %= len(events)
    chain = chained(events)
    previous = chain[place - 1][1] if place else GENESIS
    chain.insert(place, (planted, digest(planted, previous)))
    assert verify_chain(chain) == place + 1


@given(events=CHAINS, character=st.integers(0, 63), place=st.integers(0, 7))
def test_a_changed_digest_is_found(events, character, place):
    place %= len(events)
    chain = chained(events)
    stored = chain[place][1]
    other = "0" if stored[character] != "0" else "1"
    chain[place] = (chain[place][0], stored[:character] + other + stored[character + 1 :])
    assert verify_chain(chain) == place


@given(events=CHAINS)
def test_a_chain_checked_from_the_middle_needs_the_digest_before(events):
    chain = chained(events)
    assert verify_chain(chain[1:], start=chain[0][1]) is None
    assert verify_chain(chain[1:]) == 0


def test_nothing_is_a_chain():
    assert verify_chain([]) is None


EVENT = AuditEvent(
    datetime(2026, 3, 10, 8, 30, 0, 5, tzinfo=UTC),
    "lina",
    Action.READ,
    "study",
    "1.2.3",
    "COUNTY",
    {"door": "viewer", "count": "3"},
)


def test_the_digest_is_the_sha_256_of_the_written_form():
    """Written out by hand: the stored chains of running installations stand on this form."""
    body = (
        f'["{GENESIS}","2026-03-10T08:30:00.000005+00:00","lina","read","study","1.2.3","COUNTY",'
        '[["count","3"],["door","viewer"]]]'
    )
    assert digest(EVENT, GENESIS) == hashlib.sha256(body.encode()).hexdigest()


def test_the_same_moment_in_another_zone_has_the_same_digest():
    cst = EVENT.at.astimezone(timezone(timedelta(hours=8)))
    assert digest(replace(EVENT, at=cst), GENESIS) == digest(EVENT, GENESIS)


def test_the_order_of_details_does_not_matter():
    turned = replace(EVENT, detail={"count": "3", "door": "viewer"})
    assert digest(turned, GENESIS) == digest(EVENT, GENESIS)


def test_neighbouring_fields_cannot_run_into_each_other():
    assert digest(replace(EVENT, kind="stud", target="y1.2.3"), GENESIS) != digest(EVENT, GENESIS)


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        replace(EVENT, at=EVENT.at.replace(tzinfo=None))
