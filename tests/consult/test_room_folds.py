"""The page folds a room's log as the platform does: both folds on the same random logs."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import tongying
from tongying.consult.room.body import COLOURS, LEVELS, SHAPES, SOURCES
from tongying.consult.room.kind import Kind
from tongying.consult.room.now import RoomEvent, RoomNow, fold

NODE = shutil.which("node")
FOLD = Path(tongying.__file__).parent / "web/pages/static/tongying/js/room/now.js"
LOGS, LONGEST = 300, 120
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TARGETS = ("live", "still:1", "still:2", "clip:1:3", "image:1.2.3.4:1")
MARKS = ("mark-aaaaaa", "mark-bbbbbb", "mark-cccccc", "mark-dddddd")
MEMBERS = (3, 5, 8)
SCRIPT = """
import { readFileSync } from "node:fs";
import { fold } from %s;
const id = (map) => [...map].map(([key, event]) => [key, event.id]);
const plain = (now) => ({
  look: now.look, marks: id(now.marks), hands: [...now.hands], camera: now.camera,
  recording: now.recording, planes: id(now.planes), consent: now.consent,
  consent_recording: now.consentRecording, level: now.level, ended: now.ended, last: now.last,
});
const logs = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(logs.map((log) => plain(fold(log)))));
"""


def bodies(chance: random.Random) -> dict[Kind, dict[str, Any]]:
    """Return a body for every kind, as the platform keeps them."""
    target, mark = chance.choice(TARGETS), chance.choice(MARKS)
    flag, points = chance.random() < 0.5, [[0.1, 0.2], [0.5, 0.6]]
    return {
        Kind.SAY: {"text": "看这里"},
        Kind.NOTE: {"text": "息肉", "target": target},
        Kind.HAND: {"up": flag},
        Kind.DRAW: {
            "id": mark,
            "target": target,
            "shape": chance.choice(sorted(SHAPES)),
            "points": points,
            "colour": chance.choice(sorted(COLOURS)),
        },
        Kind.ERASE: {"id": mark},
        Kind.CLEAR: {"target": target},
        Kind.LOOK: {"target": target, **({"study": "1.2.3"} if flag else {})},
        Kind.FREEZE: {"delay_ms": 120},
        Kind.STILL: {"number": 1, "columns": 640, "rows": 480},
        Kind.CLIP: {"number": 1, "columns": 640, "rows": 480, "frames": 30, "seconds": 2.0},
        Kind.CALIBRATE: {"target": "still:1", "points": points, "mm": 40.0, "mm_per_pixel": 0.1},
        Kind.MEASURE: {"id": mark, "target": target, "points": points, "mm": 15.0},
        Kind.FINDING: {"text": "息肉 1.5 cm"},
        Kind.PLANE: {"text": "右下腹横切"},
        Kind.PLANE_DONE: {"asked": chance.randint(1, LONGEST * 3)},
        Kind.CAMERA: {"on": True, "source": chance.choice(sorted(SOURCES))}
        if flag
        else {"on": False},
        Kind.RECORD: {"on": flag, "recording": "rec-000001"},
        Kind.QUALITY: {"level": chance.choice(LEVELS), "kbit": 900, "fps": 20.0, "loss": 0.01},
        Kind.OPENED: {"hours": 8.0},
        Kind.CONSENT: {"given": flag, "recording": flag and chance.random() < 0.5},
        Kind.INVITED: {"member": 5},
        Kind.REMOVED: {"member": 5},
        Kind.JOINED: {},
        Kind.LEFT: {},
        Kind.RECORDING: {"code": "rec-000001", "state": "whole", "seconds": 60.0},
        Kind.REPORTED: {"sop": "1.2.3", "findings": 1, "measurements": 1},
        Kind.ENDED: {"why": "by-hand"},
    }


def random_log(seed: int) -> list[RoomEvent]:
    """Return a log in which everything can happen; its end is rare."""
    chance = random.Random(seed)
    log, number = [], 0
    for step in range(chance.randint(0, LONGEST)):
        number += chance.randint(1, 3)
        kind = chance.choice(
            [one for one in Kind if one is not Kind.ENDED or chance.random() < 0.1]
        )
        author = chance.choice([*MEMBERS, None])
        body = bodies(chance)[kind]
        log.append(RoomEvent(number, BEGIN + timedelta(seconds=step), author, kind, body))
    return log


def sent(event: RoomEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "author": event.author,
        "kind": event.kind.value,
        "body": event.body,
    }


def plain(now: RoomNow) -> dict[str, Any]:
    return {
        "look": now.look,
        "marks": [[key, event.id] for key, event in now.marks.items()],
        "hands": [[member, at.isoformat()] for member, at in now.hands.items()],
        "camera": now.camera,
        "recording": now.recording,
        "planes": [[key, event.id] for key, event in now.planes.items()],
        "consent": now.consent,
        "consent_recording": now.consent_recording,
        "level": now.level,
        "ended": now.ended,
        "last": now.last,
    }


def folded_by_the_page(logs: list[list[RoomEvent]]) -> list[dict[str, Any]]:
    assert NODE is not None
    done = subprocess.run(
        [NODE, "--input-type=module", "--eval", SCRIPT % json.dumps(FOLD.as_uri())],
        input=json.dumps([[sent(event) for event in log] for log in logs]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.skipif(NODE is None, reason="there is no node to run the page's fold")
def test_both_folds_agree_on_random_logs() -> None:
    logs = [random_log(seed) for seed in range(LOGS)]
    assert {event.kind for log in logs for event in log} == set(Kind)
    for log, found in zip(logs, folded_by_the_page(logs), strict=True):
        assert found == plain(fold(log)), [sent(event) for event in log]


@pytest.mark.skipif(NODE is None, reason="there is no node to run the page's fold")
def test_a_latecomer_stands_where_all_stand() -> None:
    log = random_log(7)
    parts = [log[:at] for at in range(len(log) + 1)]
    now = RoomNow()
    states = [plain(now)]
    for event in log:
        now.take(event)
        states.append(json.loads(json.dumps(plain(now))))
    assert folded_by_the_page(parts) == states
