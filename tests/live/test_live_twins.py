"""The socket and HTTP are twins: they keep and refuse the same bodies, with the same words."""

from __future__ import annotations

from typing import Any

import archive_world as world
import case_world
import pytest
import room_world
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from live_world import Lines, LiveRole, apart, cookie_of, play

from tongying.consult.room.body import BodyRefused, read_body
from tongying.consult.room.kind import Kind
from tongying.consult.room.target import TargetUnknown
from tongying.web.rooms.models import EventRow, RoomRow

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("live")]

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 500),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["live", "still:1", "arrow", "text", "teal", "mark-01", "capture", "file", ""]),
    st.text(max_size=8),
)
_POINTS = st.lists(st.lists(st.floats(0, 1), min_size=2, max_size=2), min_size=1, max_size=3)
_NAMES = (
    *("text", "target", "id", "shape", "points", "colour", "up", "on", "source", "recording"),
    *("mm", "same_as", "level", "kbit", "fps", "loss", "asked", "delay_ms", "study", "nothing"),
)
BODIES = st.one_of(
    st.dictionaries(st.sampled_from(_NAMES), st.one_of(_LEAVES, _POINTS), max_size=5),
    st.fixed_dictionaries({"text": st.text(max_size=20)}),
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["mark-01", "mark-02", "x"]),
            "target": st.sampled_from(["live", "still:1", "still:9"]),
            "shape": st.sampled_from(["arrow", "point", "text", "path"]),
            "points": _POINTS,
        }
    ),
    _LEAVES,
)
SAID = st.lists(
    st.tuples(st.sampled_from([*(kind.value for kind in Kind), "unheard-of"]), BODIES), min_size=8
)


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(said=SAID)
def test_both_keep_and_refuse_the_same(said: list[tuple[str, Any]], live: LiveRole) -> None:
    here, there = _rooms()
    cookie, browser = cookie_of("requester"), world.client("requester")

    def by_web() -> list[str]:
        found = []
        for number, (kind, body) in enumerate(said):
            answer = browser.post(
                f"/rooms/{there}/events/",
                {"kind": kind, "body": body, "client_id": f"web-{number}"},
                content_type="application/json",
            )
            told = answer.json()
            found.append("kept" if answer.status_code == 201 else f"{told['code']} {told['title']}")
        return found

    async def story(lines: Lines) -> tuple[list[str], list[str]]:
        person = await lines.open(here, cookie)
        found = []
        for number, (kind, body) in enumerate(said):
            told = await person.tell(kind, body, f"live-{number}")
            found.append("kept" if told["t"] == "ack" else f"{told['code']} {told['title']}")
        return found, await apart(by_web)

    by_socket, over_http = play(live, story)
    assert by_socket == over_http
    for code, way in ((here, "live"), (there, "web")):
        kept = EventRow.objects.filter(room__code=code, client_id__startswith=f"{way}-")
        found = dict(kept.values_list("client_id", "kind"))
        for number, outcome in enumerate(by_socket):
            if outcome == "kept":
                assert found[f"{way}-{number}"] == said[number][0]
    EventRow.objects.exclude(client_id="").update(client_id="")


@given(kind=st.sampled_from(list(Kind)), body=BODIES)
def test_what_the_core_refuses_has_words_for_it(kind: Kind, body: Any) -> None:
    try:
        kept = read_body(kind, body)
    except (BodyRefused, TargetUnknown) as refusal:
        assert refusal.error_code
        assert refusal.sentence
    else:
        assert isinstance(kept, dict)


def _rooms() -> list[str]:
    """Return two rooms of two cases, alike in everything."""
    codes = list(RoomRow.objects.order_by("pk").values_list("code", flat=True))
    if not codes:
        first = room_world.build()
        for case in (first, case_world.reading()):
            codes.append(room_world.opened(case, surgeon=False))
            room_world.still(codes[-1])
    return codes


pytestmark.append(pytest.mark.django_db(transaction=True))
