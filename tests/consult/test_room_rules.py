"""The rules of a live room: parts, bodies of events, what stands, millimetres."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.consult.people import Relation
from tongying.consult.room.body import LEVELS, SHAPES, BodyRefused, read_body
from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent, fold
from tongying.consult.room.part import MAY_TELL, Part, may_tell, part_of
from tongying.consult.room.scale import ScaleRefused, millimetres_between, spacing_from_scale
from tongying.consult.room.target import Target, TargetUnknown, read_target
from tongying.kernel.errors import TongyingError

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
MARK = {"id": "mark-1", "target": "still:1", "shape": "arrow", "points": [[0.1, 0.2], [0.5, 0.6]]}


@pytest.mark.parametrize(
    ("stands", "part"),
    [
        ({Relation.AUTHOR, Relation.ASKING}, Part.PROBE),
        ({Relation.COLLEAGUE}, Part.PROBE),
        ({Relation.ASSIGNEE, Relation.PANELLIST}, Part.LEAD),
        ({Relation.PANELLIST}, Part.SPECIALIST),
        ({Relation.DESK}, Part.OBSERVER),
        ({Relation.RECEIVING}, Part.OBSERVER),
        ({Relation.OFFERED}, Part.OBSERVER),
        (set(), None),
    ],
)
def test_the_part_follows_from_the_relations(stands: set[Relation], part: Part | None) -> None:
    assert part_of(stands) is part


def test_only_the_county_opens_the_camera_and_only_experts_ask_for_planes() -> None:
    assert [part for part in Part if may_tell(part, Kind.CAMERA)] == [Part.PROBE]
    assert [part for part in Part if may_tell(part, Kind.RECORD)] == [Part.PROBE]
    assert {part for part in Part if may_tell(part, Kind.PLANE)} == {Part.LEAD, Part.SPECIALIST}
    assert not may_tell(Part.OBSERVER, Kind.DRAW)
    assert all(may_tell(part, Kind.SAY) for part in Part)


def test_nobody_tells_what_the_platform_tells() -> None:
    own = set(Kind) - set(MAY_TELL)
    assert {Kind.CONSENT, Kind.STILL, Kind.ENDED, Kind.JOINED, Kind.REMOVED} <= own
    for kind in own:
        assert not any(may_tell(part, kind) for part in Part)
        with pytest.raises(BodyRefused, match="platform"):
            read_body(kind, {})


@pytest.mark.parametrize(
    "text", ["live", "still:1", "still:9999", "clip:2:14", "image:1.2.840.1.7:1"]
)
def test_a_target_reads_back_as_it_was_written(text: str) -> None:
    assert str(read_target(text)) == text
    assert (read_target(text) == Target()) == (text == "live")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Live",
        "still:0",
        "still:01",
        "clip:1",
        "image:1.2.3:0",
        "image::1",
        "still:1\n",
        None,
        3,
        "image:" + "1." * 40 + "1:1",
    ],
)
def test_anything_else_is_no_target(text: object) -> None:
    with pytest.raises(TargetUnknown):
        read_target(text)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (Kind.SAY, {}),
        (Kind.SAY, {"text": "  "}),
        (Kind.SAY, {"text": "x" * 2001}),
        (Kind.SAY, {"text": "a", "html": "b"}),
        (Kind.SAY, ["a"]),
        (Kind.HAND, {"up": 1}),
        (Kind.DRAW, MARK | {"points": [[0, 0]]}),
        (Kind.DRAW, MARK | {"points": [[0, 0], [1.01, 0]]}),
        (Kind.DRAW, MARK | {"points": [[0, 0], [float("nan"), 0]]}),
        (Kind.DRAW, MARK | {"points": [[0, 0], [True, 0]]}),
        (Kind.DRAW, MARK | {"shape": "heart"}),
        (Kind.DRAW, MARK | {"colour": "#ff0000"}),
        (Kind.DRAW, MARK | {"id": "x"}),
        (Kind.DRAW, MARK | {"id": "<script>"}),
        (Kind.DRAW, MARK | {"shape": "text", "points": [[0, 0]]}),
        (Kind.CALIBRATE, {"target": "still:1", "points": [[0, 0], [0, 1]], "mm": 0.5}),
        (Kind.CALIBRATE, {"target": "still:1", "points": [[0, 0], [0, 1]], "mm": 500}),
        (Kind.CALIBRATE, {"target": "still:1"}),
        (Kind.CAMERA, {"on": True}),
        (Kind.CAMERA, {"on": True, "source": "webcam"}),
        (Kind.QUALITY, {"level": "great", "kbit": 1, "fps": 1, "loss": 0}),
        (Kind.QUALITY, {"level": "full", "kbit": 1, "fps": 1, "loss": 2}),
        (Kind.LOOK, {"target": "live", "study": "x' OR 1"}),
        (Kind.PLANE_DONE, {"asked": "1"}),
        (Kind.FREEZE, {"delay_ms": -1}),
    ],
)
def test_a_body_that_is_not_one_is_refused_in_one_sentence(kind: Kind, body: object) -> None:
    with pytest.raises(TongyingError) as refused:
        read_body(kind, body)
    assert refused.value.sentence.endswith(".")


def test_a_body_keeps_its_known_fields_and_nothing_else() -> None:
    assert read_body(Kind.DRAW, MARK | {"text": " 息肉 "}) == MARK | {"text": "息肉"}
    assert read_body(Kind.FREEZE, {}) == {"delay_ms": 0}
    assert read_body(Kind.CAMERA, {"on": False}) == {"on": False}
    assert all(least >= 1 for least, _ in SHAPES.values())
    assert LEVELS.index("low") < LEVELS.index("voice") < LEVELS.index("chat")


@given(
    st.sampled_from(list(Kind)),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["text", "target", "points", "id", "shape", "up", "on", "mm", "level"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    ),
)
def test_no_body_breaks_the_reading(kind: Kind, body: Any) -> None:
    try:
        kept = read_body(kind, body)
    except TongyingError:
        return
    again = read_body(kind, kept)
    assert again == kept


def _events(*told: tuple[Kind, dict[str, Any], int]) -> list[RoomEvent]:
    return [
        RoomEvent(number, AT + timedelta(seconds=number), author, kind, body)
        for number, (kind, body, author) in enumerate(told, 1)
    ]


def test_a_latecomer_finds_what_stands() -> None:
    stands = fold(
        _events(
            (Kind.CONSENT, {"given": True, "recording": True}, 1),
            (Kind.CAMERA, {"on": True, "source": "capture"}, 1),
            (Kind.RECORD, {"on": True, "recording": "rec-001"}, 1),
            (Kind.HAND, {"up": True}, 3),
            (Kind.HAND, {"up": True}, 2),
            (Kind.DRAW, MARK, 2),
            (Kind.MEASURE, {**MARK, "id": "mark-2", "target": "still:2", "mm": 15.0}, 2),
            (Kind.CLEAR, {"target": "still:1"}, 2),
            (Kind.PLANE, {"text": "长轴"}, 2),
            (Kind.PLANE, {"text": "短轴"}, 2),
            (Kind.PLANE_DONE, {"asked": 9}, 1),
            (Kind.LOOK, {"target": "still:2"}, 2),
        )
    )
    assert stands.camera == "capture"
    assert stands.recording == "rec-001"
    assert list(stands.hands) == [3, 2]
    assert list(stands.marks) == ["mark-2"]
    assert list(stands.planes) == [10]
    assert stands.look == {"target": "still:2"}
    assert stands.last == 12


def test_withdrawn_consent_and_the_end_close_camera_and_recording() -> None:
    opened = (
        (Kind.CONSENT, {"given": True, "recording": True}, 1),
        (Kind.CAMERA, {"on": True, "source": "file"}, 1),
        (Kind.RECORD, {"on": True, "recording": "rec-001"}, 1),
    )
    without = fold(_events(*opened, (Kind.CONSENT, {"given": True, "recording": False}, 1)))
    assert (without.camera, without.recording) == ("file", "")
    for last in ((Kind.CONSENT, {"given": False}, 1), (Kind.ENDED, {"why": "by-hand"}, 1)):
        stands = fold(_events(*opened, last))
        assert (stands.camera, stands.recording) == ("", "")


def test_somebody_who_left_has_no_hand_up() -> None:
    stands = fold(_events((Kind.HAND, {"up": True}, 3), (Kind.LEFT, {"member": 3}, 3)))
    assert stands.hands == {}


def test_millimetres_come_from_the_scale_drawn() -> None:
    """A depth scale of 50 mm over 400 of 480 rows: 0.125 mm a pixel; 120 pixels are 15 mm."""
    spacing = spacing_from_scale([[0.9, 0.1], [0.9, 0.1 + 400 / 480]], 50.0, 640, 480)
    assert spacing == pytest.approx(0.125)
    across = [[0.25, 0.5], [0.25 + 120 / 640, 0.5]]
    assert millimetres_between(across, 640, 480, spacing) == pytest.approx(15.0)
    aslant = [[0.25, 0.25], [0.25 + 72 / 640, 0.25 + 96 / 480]]
    assert millimetres_between(aslant, 640, 480, spacing) == pytest.approx(15.0)


def test_a_scale_of_a_few_pixels_is_refused() -> None:
    with pytest.raises(ScaleRefused):
        spacing_from_scale([[0.5, 0.5], [0.5, 0.53]], 10.0, 640, 480)


def test_a_target_says_which_picture() -> None:
    assert str(Target()) == "live"
    assert read_target("clip:2:14") == Target(clip=2, frame=14)
