"""A county's line, made in network namespaces: how the live picture bears it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import figures_ as figures
import pytest
from browsers_ import CHROMIUM
from line_room_ import LineRoom, line_room
from shaper_ import why_not

pytestmark = [
    pytest.mark.long,
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
DELAY_MS, FRAMES, STALE_MS, BACK_MS = 500, 15, 1000, 5000
FULL_AGAIN_S = 90


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LineRoom]:
    if reason := why_not():
        pytest.skip(reason)
    with line_room(tmp_path_factory.mktemp("line")) as opened:
        figures.open_picture(opened)
        yield opened


@pytest.fixture(scope="module")
def measured(room: LineRoom) -> dict[str, Any]:
    """All figures of one run, in the order a line goes bad."""
    return figures.whole_run(room)


def test_the_good_line_shows_the_picture_within_half_a_second(measured: dict[str, Any]) -> None:
    glass = measured["glass"]
    assert glass.median_ms <= DELAY_MS
    assert glass.frames_a_second >= FRAMES
    assert glass.read > 100, "the time code was read"


def test_a_bad_line_takes_the_picture_before_the_voice_and_the_voice_before_the_chat(
    measured: dict[str, Any],
) -> None:
    bad, worst = measured["bad"], measured["worst"]
    went = figures.descent([*bad.levels, *worst.levels[1:]])
    assert figures.in_order(went), went
    assert figures.lowest(bad.levels) in ("reduced", "low"), bad.levels
    assert figures.lowest(worst.levels) in ("stills", "voice"), worst.levels
    assert measured["full_after_s"] <= FULL_AGAIN_S
    for line in (bad, worst):
        assert line.voice_kbit > 5, "the voice goes on"
        assert line.silent_seconds <= 3
        assert line.chat_ms < 5000, "the chat goes on"


def test_a_cut_is_marked_at_once_and_the_picture_is_back_without_an_invitation(
    measured: dict[str, Any],
) -> None:
    gap = measured["cut"]
    assert gap.stale_after_ms <= STALE_MS
    assert gap.back_after_ms <= BACK_MS
    assert gap.frames_a_second >= FRAMES


def test_the_countys_own_recording_arrives_whole(measured: dict[str, Any]) -> None:
    assert measured["recording"]["state"] == "whole"
    assert measured["recording"]["seconds"] >= figures.CUT_SECONDS


def test_behind_a_firewall_the_relay_takes_over(measured: dict[str, Any]) -> None:
    relayed = measured["relayed"]
    assert relayed.after_s <= 20
    assert relayed.median_ms <= DELAY_MS
    assert relayed.frames_a_second >= FRAMES


def test_no_page_failed(room: LineRoom, measured: dict[str, Any]) -> None:
    assert not figures.no_complaints(room.county)
    assert not figures.no_complaints(room.expert)
