"""What is measured on a live room's line: glass to glass, the steps down, a cut."""

from __future__ import annotations

import json
import statistics
import time
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from line_room_ import LIVE_PORT, LineRoom, NotWithin, Seat

LEVELS = ("full", "reduced", "low", "stills", "voice", "chat")
GOOD = {"kbit": 4000, "rtt_ms": 80, "loss": 0.01}
BAD = {"kbit": 500, "rtt_ms": 80, "loss": 0.01, "queue_ms": 300}
WORST = {"kbit": 100, "rtt_ms": 80, "loss": 0.01, "queue_ms": 300}
CUT_SECONDS = 20.0
NEVER = float("inf")
SETTLING_SECONDS = 8.0
"""What congestion control takes to find the bit rate of a new connection."""

# The time code in the picture is the platform's time as the county knows it; the county's own
# distance from that clock is taken off again, so that both ends read the clock of one machine.
WATCH = """
  const { codeReader, ageOf } = await of("timecode");
  const video = document.querySelector("[data-room=live]");
  const read = codeReader(video);
  const ages = [];
  let frames = null, presented = 0, running = true;
  const onFrame = (now, { expectedDisplayTime, presentedFrames }) => {
    if (!running) return;
    const shown = performance.timeOrigin + Math.max(now, expectedDisplayTime);
    const code = read();
    if (code !== null) ages.push(ageOf(code, shown + given.offset));
    frames ??= presentedFrames;
    presented = presentedFrames - frames;
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  await new Promise((done) => setTimeout(done, given.ms));
  running = false;
  return { ages, presented, size: [video.videoWidth, video.videoHeight] };
"""
MARKS = """
  const mark = document.querySelector("[data-room=stale]");
  globalThis.lineMarks = [[Date.now(), !mark.hidden]];
  new MutationObserver(() => globalThis.lineMarks.push([Date.now(), !mark.hidden]))
    .observe(mark, { attributes: true, attributeFilter: ["hidden"] });
"""
HEARD = """
  let bytes = 0;
  for (const { pair } of media.mesh.pairs())
    for (const one of (await pair.pc.getStats()).values())
      if (one.type === "inbound-rtp" && one.kind === "audio") bytes += one.bytesReceived;
  return bytes;
"""
COUNTY = """
  const steps = media.room.events.filter(({ kind }) => kind === "quality");
  const told = steps.map(({ body }) => body.level);
  return { told, level: media.toldLevel };
"""


@dataclass
class Glass:
    """Glass to glass on the good line."""

    median_ms: float
    p95_ms: float
    frames_a_second: float
    read: int
    size: list[int] = field(default_factory=list)


@dataclass
class Steps:
    """What a bad line did: the steps in the log, after the one it began on."""

    levels: list[str]
    frames_a_second: float
    voice_kbit: float
    silent_seconds: int
    chat_ms: float


@dataclass
class Cut:
    """A cut of the line and its end."""

    stale_after_ms: float
    back_after_ms: float
    frames_a_second: float


@dataclass
class Relayed:
    """The relay instead of the direct way, on the good line."""

    after_s: float
    median_ms: float
    frames_a_second: float


def open_picture(room: LineRoom) -> None:
    """Send the test picture and both voices."""
    room.line.shape(**GOOD)
    county, expert = room.county, room.expert
    county.page.select_option("[data-room=camera-source]", "test")
    county.page.click("[data-room=camera]")
    expert.until("media.seen && !media.seen.stale && media.seen.fps > 3", 60)
    for seat in (county, expert):
        seat.page.click("[data-room=voice]")
        seat.until("media.voices.microphone.on", 10)
    expert.media(MARKS)
    time.sleep(SETTLING_SECONDS)


def glass_to_glass(room: LineRoom, seconds: float = 20) -> Glass:
    """Measure the delay by the code in the picture, as the expert's screen shows it."""
    given = {"ms": seconds * 1000, "offset": room.county.media("return media.offset();")}
    seen = room.expert.media(WATCH, given)
    ages = sorted(seen["ages"])
    return Glass(
        round(statistics.median(ages), 1),
        round(ages[int(len(ages) * 0.95)], 1),
        round(seen["presented"] / seconds, 1),
        len(ages),
        seen["size"],
    )


def steps(room: LineRoom, shape: dict[str, float], seconds: float) -> Steps:
    """Shape the line and follow what the county sends, second by second."""
    before = room.county.media(COUNTY)
    room.line.shape(**shape)
    began, first = time.monotonic(), room.expert.media(HEARD)
    silent, rates, last = 0, [], first
    while time.monotonic() - began < seconds:
        time.sleep(1)
        now = room.expert.media(HEARD)
        silent += now <= last
        last = now
        rates.append(float(room.expert.media("return media.seen?.fps ?? 0;")))
    voice = (last - first) * 8 / (time.monotonic() - began) / 1000
    chat = said_to_shown(room)
    told = room.county.media(COUNTY)["told"][len(before["told"]) :]
    levels = [before["level"], *told]
    return Steps(levels, statistics.median(rates[-5:]), round(voice, 1), silent, chat)


def said_to_shown(room: LineRoom) -> float:
    """Return how many milliseconds a line of the chat takes from the county to the expert."""
    text = f"听得到吗 {time.time():.3f}"
    began = time.monotonic()
    room.county.media("media.room.tell('say', { text: given }); return null;", text)
    room.expert.page.wait_for_function(
        "text => document.querySelector('[data-room=chat]').textContent.includes(text)",
        arg=text,
        timeout=20_000,
    )
    return round((time.monotonic() - began) * 1000)


def cut(room: LineRoom, seconds: float = CUT_SECONDS) -> Cut:
    """Cut the line and let it come back; the times are from the cut and from its end."""
    expert = room.expert
    expert.until("!media.seen.stale && document.querySelector('[data-room=stale]').hidden", 30)
    began = time.time()
    room.line.cut()
    time.sleep(seconds)
    ended = time.time()
    room.line.cut(False)
    expert.until("media.seen && !media.seen.stale && media.seen.fps > 3", 30)
    time.sleep(1)
    marks = expert.media("return globalThis.lineMarks;")
    stale = [at for at, on in marks if on and at >= began * 1000]
    back = [at for at, on in marks if not on and at >= ended * 1000]
    return Cut(
        round(stale[0] - began * 1000) if stale else NEVER,
        round(back[0] - ended * 1000) if back else NEVER,
        glass_to_glass(room, 5).frames_a_second,
    )


def relayed(room: LineRoom) -> Relayed:
    """Bar the direct way, as a strict firewall does, and wait for the relay's."""
    began = time.monotonic()
    room.line.only_udp(LIVE_PORT)
    way = "media.from?.via === 'relay' && media.seen && !media.seen.stale && media.seen.fps > 3"
    try:
        room.expert.until(way, 40)
    except NotWithin:
        return Relayed(NEVER, NEVER, 0.0)
    took = round(time.monotonic() - began, 1)
    # A connection anew finds its bit rate from below, step by step.
    recover(room)
    glass = glass_to_glass(room, 10)
    return Relayed(took, glass.median_ms, glass.frames_a_second)


def recover(room: LineRoom, seconds: float = 90) -> float:
    """Let the line be good again; return how long the full picture takes to come back."""
    room.line.shape(**GOOD)
    try:
        return round(room.county.until("media.toldLevel === 'full'", seconds), 1)
    except NotWithin:
        return NEVER


def record(room: LineRoom, on: bool) -> None:
    """Start or stop the county's own recording."""
    room.county.page.click("[data-room=record]")
    room.county.until(f"Boolean(media.room.now.recording) === {str(on).lower()}", 30)


SENDING = """
    return [...media.room.recordingUploads.items.values()]
      .map(one => [one.state, one.why, one.sent, one.size, one.seconds].join(' ')).join('; ');
"""
"""What the county's page says of its recordings on their way."""


def arrived_whole(room: LineRoom, seconds: float = 90) -> dict[str, Any]:
    """Wait for the event that says a recording is there whole, and return its body."""
    what = "media.room.events.some(e => e.kind === 'recording' && e.body.state === 'whole')"
    try:
        room.expert.until(what, seconds)
    except NotWithin as late:
        raise NotWithin(f"{late}; at the county: {room.county.media(SENDING)}") from None
    found = room.expert.media(
        "return media.room.events.findLast(e => e.kind === 'recording').body;"
    )
    return dict(found)


def in_order(levels: list[str]) -> bool:
    """Say whether no step was left out; a line may swing back one before it goes further down."""
    places = [LEVELS.index(level) for level in levels]
    return all(abs(after - before) == 1 for before, after in pairwise(places))


def lowest(levels: list[str]) -> str:
    return max(levels, key=LEVELS.index)


def descent(levels: list[str]) -> list[str]:
    """Return the levels until the lowest one, which a line reaches before it swings back."""
    return levels[: levels.index(lowest(levels)) + 1]


def whole_run(room: LineRoom) -> dict[str, Any]:
    """Measure everything on one line as it goes bad, is cut, and is good again."""
    found: dict[str, Any] = {}

    def keep(name: str, figure: Any) -> None:
        found[name] = figure
        print(json.dumps(as_json(**{name: figure}), ensure_ascii=False), flush=True)  # noqa: T201

    keep("glass", glass_to_glass(room))
    keep("bad", steps(room, BAD, 25))
    keep("worst", steps(room, WORST, 25))
    keep("full_after_s", recover(room))
    record(room, on=True)
    keep("cut", cut(room))
    record(room, on=False)
    keep("relayed", relayed(room))
    # A recording goes home when the live picture does not need the line any more.
    room.county.page.click("[data-room=camera]")
    keep("recording", arrived_whole(room))
    return found


def as_json(**figures: Any) -> dict[str, Any]:
    return {
        name: asdict(one) if hasattr(one, "__dataclass_fields__") else one
        for name, one in figures.items()
    }


def no_complaints(seat: Seat) -> list[str]:
    """Return what a page complained of that is no consequence of the line."""
    of_line = ("WebSocket", "Failed to load resource", "Failed to fetch", "net::ERR")
    return [one for one in seat.complaints if not any(part in one for part in of_line)]
