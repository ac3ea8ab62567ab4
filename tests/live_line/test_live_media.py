"""The media of the live room, with nothing but a socket that passes on: two pages on loopback."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from browsers_ import CHROMIUM, chromium
from playwright.sync_api import Browser, Page, sync_playwright

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.server,
    pytest.mark.timeout(120),
    pytest.mark.xdist_group("browser"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]
JS = "/static/tongying/js/room"


@pytest.fixture(scope="module")
def hub() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    here = Path(__file__).parent
    process = subprocess.Popen([sys.executable, "hub.py", "127.0.0.1", str(port)], cwd=here)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except (URLError, OSError):
            assert time.monotonic() < deadline, "the hub did not start"
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait(20)


@pytest.fixture(scope="module")
def browser(hub: str) -> Iterator[Browser]:
    with sync_playwright() as playwright, chromium(playwright) as opened:
        yield opened


def enter(browser: Browser, hub: str, member: int, part: str) -> Page:
    page = browser.new_context().new_page()
    page.goto(f"{hub}/?member={member}&part={part}")
    page.wait_for_function("window.room?.media.mesh.open")
    return page


def until(page: Page, what: str, seconds: float = 15) -> None:
    page.wait_for_function(what, timeout=seconds * 1000, polling=50)


def of_module(page: Page, module: str, body: str) -> Any:
    """Run a function body with a module's exports as `m`."""
    return page.evaluate(f"async () => {{ const m = await import('{JS}/{module}.js'); {body} }}")


LADDER = """
  const dead = { kbit: 5, loss: 0.6, rtt_ms: 1500 };
  const line = (points) => {
    let state = m.ladder("full", 0);
    const levels = ["full"];
    for (let now = 0; now < points.at(-1).until; now += 500) {
      const at = { ...points.find((one) => now < one.until) };
      // One packet in a hundred is lost; of the few of stills that is a tenth at a time.
      if (at.few) at.loss = (now / 500) % 8 === 0 ? 0.12 : 0;
      state = m.climb(state, { loss: 0, rtt_ms: 80, quiet_ms: 0, ...at, now });
      if (state.level !== levels.at(-1)) levels.push(state.level);
    }
    return levels;
  };
  return {
    all: m.LEVELS,
    good: line([{ kbit: 3000, until: 60000 }]),
    middling: line([{ kbit: 3000, until: 10000 }, { kbit: 420, until: 120000 }]),
    poor: line([{ kbit: 3000, until: 10000 }, { kbit: 60, until: 120000 }]),
    wavering: line([{ kbit: 3000, until: 10000 }, ...Array.from({ length: 60 }, (_, at) => (
      { kbit: at % 2 ? 650 : 760, until: 12000 + at * 2000 }))]),
    back: line([{ kbit: 3000, until: 10000 }, { kbit: 300, until: 30000 },
      { kbit: 3000, until: 60000 }]),
    cut: line([{ kbit: 3000, until: 10000 }, { kbit: 3000, quiet_ms: 9000, loss: 1, until: 30000 },
      { kbit: 3000, until: 40000 }]),
    broken: line([{ kbit: 3000, until: 10000 }, { ...dead, until: 60000 }]),
    few: line([{ kbit: 3000, until: 10000 }, { kbit: 60, until: 30000 },
      { kbit: 300, few: true, until: 60000 }]),
    deaf: line([{ kbit: 3000, until: 10000 }, { ...dead, until: 30000 },
      { kbit: 3000, until: 120000 }]),
  };
"""


def test_the_ladder_falls_in_the_stated_order_and_does_not_swing(
    browser: Browser, hub: str
) -> None:
    page = browser.new_page()
    page.goto(hub)
    went = of_module(page, "ladder", LADDER)
    order = ["full", "reduced", "low", "stills", "voice", "chat"]
    assert went["all"] == order
    assert went["good"] == ["full"]
    assert went["middling"] == order[:2]
    assert went["poor"] == order[:4]
    assert went["wavering"] == order[:2], "a line about the threshold swings no step"
    assert went["back"] == ["full", "reduced", "full"]
    assert went["cut"] == ["full"], "after a cut the picture is what it was"
    assert went["broken"] == order
    assert went["few"][-1] == "low", "a lost packet of a few holds nobody down"
    assert went["deaf"] == [*order, *order[-2::-1]], "up again step by step"
    page.close()


def test_the_time_code_the_age_of_frames_and_the_names_of_cameras(
    browser: Browser, hub: str
) -> None:
    page = browser.new_page()
    page.goto(hub)
    codes = of_module(
        page,
        "timecode",
        """
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [640, 480];
        const context = canvas.getContext("2d");
        const small = document.createElement("canvas");
        [small.width, small.height] = [213, 160];
        const reader = m.codeReader(Object.assign(small, { videoWidth: 213, videoHeight: 160 }));
        const blank = reader();
        const read = [0, 1, 123456, 2 ** 20 - 1].map((ms) => {
          m.drawTimecode(context, 640, 480, ms);
          small.getContext("2d").drawImage(canvas, 0, 0, 213, 160);
          return reader();
        });
        return { blank, read, ages: [m.ageOf(10, 2 ** 20 + 250), m.ageOf(500, 480)] };
        """,
    )
    assert codes == {"blank": None, "read": [0, 1, 123456, 2**20 - 1], "ages": [240, -20]}
    ages = of_module(
        page,
        "stale",
        """
        const age = new m.FrameAge(0);
        for (let at = 100; at <= 2000; at += 50) age.frame(at, 200, at / 50);
        return [age.age(2000), age.stale(2000), age.rate(2000), age.stale(2699), age.stale(2701)];
        """,
    )
    assert ages == [200, False, 20, False, True]
    faces = of_module(
        page,
        "sources",
        """
        const names = ["FaceTime HD Camera", "Integrated Camera", "内置摄像头", "前置相机",
          "camera 1, facing front", "USB Video Capture (534d:2109)", "Magewell USB Capture HDMI"];
        const devices = [{ id: "a", label: names[0], face: true },
          { id: "b", label: names[5], face: false }, { id: "c", label: names[6], face: false }];
        return [names.map(m.looksAtPeople), m.proposed(devices).id, m.proposed(devices, "c").id,
          m.proposed(devices, "a").id, m.proposed([devices[0]])];
        """,
    )
    assert faces == [[True] * 5 + [False] * 2, "b", "c", "b", None]
    speaking = of_module(
        page,
        "voice",
        """
        const one = new m.Speaking();
        return [[0, 0.001], [100, 0.2], [400, 0.001], [650, 0.001], [760, 0.001]]
          .map(([now, loud]) => [one.take(loud, now), one.on]);
        """,
    )
    assert speaking == [[False, False], [True, True], [False, True], [False, True], [True, False]]
    page.close()


def test_the_test_picture_arrives_is_marked_when_it_stops_and_goes(
    browser: Browser, hub: str
) -> None:
    county = enter(browser, hub, 1, "probe")
    expert = enter(browser, hub, 2, "lead")
    county.select_option("[data-room=camera-source]", "test")
    county.click("[data-room=camera]")
    until(expert, "room.media.seen && !room.media.seen.stale && room.media.seen.fps > 5")
    until(expert, "room.figures?.way === 'direct' && room.figures.delay_ms < 1000")
    assert county.get_attribute("[data-room=camera]", "aria-pressed") == "true"
    assert expert.evaluate("room.element('live').videoWidth") > 0

    county.evaluate("room.media.showing.source.pause(true)")
    stopped = time.monotonic()
    until(expert, "!room.element('stale').hidden", 5)
    marked = time.monotonic() - stopped
    assert marked < 2.0, f"marked {marked:.1f} s after the last frame"
    until(county, "!room.element('stale').hidden", 5)
    county.evaluate("room.media.showing.source.pause(false)")
    until(expert, "room.element('stale').hidden")
    until(county, "room.element('stale').hidden")

    for page in (county, expert):
        page.click("[data-room=voice]")
    heard = """async () => { for (const { pair } of room.media.mesh.pairs())
      for (const { type, kind, bytesReceived } of (await pair.pc.getStats()).values())
        if (type === 'inbound-rtp' && kind === 'audio' && bytesReceived > 500) return true;
      return false; }"""
    for page in (county, expert):
        until(page, heard)
    assert expert.evaluate("document.querySelectorAll('audio[data-voice-of]').length") == 1

    expert.reload()
    until(expert, "room.media?.seen && !room.media.seen.stale && room.media.seen.fps > 5")
    county.reload()
    until(county, "room.media?.showing.source?.kind === 'test'")
    until(expert, "room.media.seen && !room.media.seen.stale && room.media.seen.fps > 5")

    county.click("[data-room=camera]")
    until(expert, "room.element('live').srcObject === null && room.element('stale').hidden")
    assert county.evaluate("room.now.camera") == ""
    county.select_option("[data-room=camera-source]", "test")
    county.click("[data-room=camera]")
    until(expert, "room.media.seen && !room.media.seen.stale && room.media.seen.fps > 5")
    for page in (county, expert):
        page.context.close()


def test_two_that_do_not_reach_one_another_speak_through_the_relay(
    browser: Browser, hub: str
) -> None:
    county = enter(browser, hub, 6, "probe")
    expert = enter(browser, hub, 7, "lead")
    county.select_option("[data-room=camera-source]", "test")
    county.click("[data-room=camera]")
    until(expert, "room.media.seen && !room.media.seen.stale && room.media.seen.fps > 5")
    mesh = "room.media.mesh"
    county.evaluate(f"{mesh}.pairs().forEach(one => {mesh}.through(one, 'relay'))")
    until(expert, "room.figures?.way === 'relay' && room.media.from.pair.connected", 30)
    until(expert, "room.media.seen && !room.media.seen.stale && room.media.seen.fps > 5")
    local = """async () => { for (const { pair } of room.media.mesh.pairs())
      for (const { type, address } of (await pair.pc.getStats()).values())
        if (type === 'remote-candidate') return address;
      return null; }"""
    assert expert.evaluate(local) == "127.0.0.1", "the relay is all it sees of the other"
    for page in (county, expert):
        page.context.close()


def test_a_capture_device_is_chosen_by_its_name_and_only_the_probe_is_shown(
    browser: Browser, hub: str
) -> None:
    county = enter(browser, hub, 3, "probe")
    expert = enter(browser, hub, 4, "lead")
    surgeon = enter(browser, hub, 5, "specialist")
    county.select_option("[data-room=camera-source]", "capture")
    county.click("[data-room=camera]")
    until(county, "room.media.showing.source?.kind === 'capture'")
    for page in (expert, surgeon):
        until(page, "room.media.seen && room.media.seen.fps > 5")
    until(expert, "room.media.seen.delay_ms > 0 && room.media.seen.delay_ms < 1000")
    assert county.evaluate("room.media.showing.source.stream.getAudioTracks().length") == 0
    assert not expert.evaluate("Boolean(room.media.showing)"), "nobody else has a camera to open"
    county.evaluate("room.now.consent = false; room.emit('now', room.now)")
    until(county, "!room.media.showing.source")
    county.evaluate("room.now.consent = true; room.now.camera = ''; room.emit('now', room.now)")
    county.evaluate(
        "navigator.mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput',"
        " deviceId: 'x', label: 'Integrated Camera' }]; room.media.choosing.refresh()"
    )
    until(county, "[...room.element('camera-device').options].length === 2")
    assert county.input_value("[data-room=camera-device]") == "", "no face is chosen for anybody"
    county.select_option("[data-room=camera-device]", "x")
    county.click("[data-room=camera]")
    county.click("[data-room=no-face] button[value='']")
    until(county, "!document.querySelector('[data-room=no-face]')")
    assert not county.evaluate("Boolean(room.media.showing.source)")
    for page in (county, expert, surgeon):
        page.context.close()
