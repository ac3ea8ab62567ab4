"""Live rooms under load: from saying to seeing, with 60 rooms of 4 people each.

    python -m bench.live_rooms [--rooms 60] [--people 4] [--minutes 2]

serves the live role and one web process on a data directory of its own. Everybody has a real
socket and pings once a second with figures of the line, as a page does. In each room one person
moves the pointer 10 times a second, half the time; everybody says something every 20 s and draws
something every 30 s; every 30 s all people of all rooms speak within one second. One line in
twenty is said over HTTP. Told is how long it took from sending a line until each of the others in
the room had it (median, 99th centile, slowest), the same for the teller's acknowledgement, lost
and doubled lines, and the role's memory (PSS) and processor time over the run.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bench.http_load import percentile
from bench.ports import free_port, wait_for_port
from bench.report import DOCUMENT, append_section

SAY_EVERY_SECONDS = 20.0
DRAW_EVERY_SECONDS = 30.0
BURST_EVERY_SECONDS = 30.0
POINTER_HZ = 10.0
HTTP_SHARE = 0.05
WARM_SECONDS = 10.0
SAMPLE_SECONDS = 5.0
LIMIT_SECONDS = 2.0
GROWTH_MB = 20.0
"""Memory is flat if its median over the last quarter is not above the first's by more."""
COOKIE = "tongying_session"


@dataclass
class Figures:
    """What was measured."""

    sent: dict[str, float] = field(default_factory=dict)
    """When each line was sent, by its client_id."""
    over_http: set[str] = field(default_factory=set)
    acked: dict[str, float] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    pointers: int = 0
    memory: list[tuple[float, float]] = field(default_factory=list)
    cpu: float = 0.0


@dataclass(eq=False)
class Guest:
    """One person at a socket."""

    code: str
    cookie: str
    csrf: str
    name: str
    line: aiohttp.ClientWebSocketResponse | None = None
    said: int = 0


def main() -> None:
    """Make the rooms, serve, let them talk, print what they waited."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rooms", type=int, default=60)
    parser.add_argument("--people", type=int, default=4)
    parser.add_argument("--minutes", type=float, default=2.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        made = subprocess.run(
            [
                *(sys.executable, "-m", "bench.live_rooms_made", str(data)),
                *(str(given.rooms), str(given.people)),
            ],
            text=True,
            capture_output=True,
        )
        if made.returncode:
            raise SystemExit(f"the rooms cannot be made: {made.stderr[-800:]}")
        guests = [Guest(**one) for one in json.loads(made.stdout.splitlines()[-1])]
        web, live = free_port(), free_port()
        served = [_serve("web", data, web), _serve("live", data, live)]
        try:
            for port in (web, live):
                wait_for_port(port, 120)
            figures = asyncio.run(_run(guests, web, live, served[1].pid, given.minutes * 60))
        finally:
            for one in served:
                os.killpg(one.pid, signal.SIGTERM)
                one.wait(60)
    _tell(figures, given)


def _serve(role: str, data: Path, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "tongying.services.cli", role),
            *("--data", str(data), "--port", str(port)),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "TONGYING_URL": f"http://127.0.0.1:{port}"},
        start_new_session=True,
    )


async def _run(guests: list[Guest], web: int, live: int, pid: int, seconds: float) -> Figures:
    figures, chance = Figures(), random.Random(7)
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(_enter(session, one, live) for one in guests))
        tasks = [asyncio.create_task(_hear(one, figures)) for one in guests]
        await asyncio.sleep(WARM_SECONDS)
        before, started = _cpu_seconds(pid), time.monotonic()
        end = started + seconds
        talks = [
            _talk(session, one, web, figures, random.Random(chance.random()), end) for one in guests
        ]
        first = list({one.code: one for one in reversed(guests)}.values())
        moves = [_point(one, figures, random.Random(chance.random()), end) for one in first]
        pings = [_ping(one, end) for one in guests]
        await asyncio.gather(*talks, *moves, *pings, _sample(pid, figures, started, end))
        await asyncio.sleep(3.0)
        figures.cpu = (_cpu_seconds(pid) - before) / (time.monotonic() - started)
        for one in guests:
            if one.line is not None:
                await one.line.close()
        for task in tasks:
            task.cancel()
    return figures


async def _enter(session: aiohttp.ClientSession, guest: Guest, port: int) -> None:
    guest.line = await session.ws_connect(
        f"http://127.0.0.1:{port}/live/{guest.code}/",
        headers={"Cookie": f"{COOKIE}={guest.cookie}", "Origin": "http://127.0.0.1"},
    )
    await guest.line.send_str('{"t":"hello","after":0,"language":"zh-hans"}')


async def _hear(guest: Guest, figures: Figures) -> None:
    assert guest.line is not None
    async for message in guest.line:
        now = time.monotonic()
        if message.type is not aiohttp.WSMsgType.TEXT:
            break
        told = json.loads(message.data)
        client = told.get("client_id", "")
        if told["t"] == "event" and client in figures.sent:
            figures.seen[client] += 1
            if not client.startswith(f"{guest.name}-"):
                figures.waits.append(now - figures.sent[client])
        elif told["t"] == "ack":
            figures.acked[client] = now - figures.sent[client]
        elif told["t"] == "pointer":
            figures.pointers += 1
        elif told["t"] in ("refused", "gone"):
            figures.refused.append(message.data)


async def _talk(
    session: aiohttp.ClientSession,
    guest: Guest,
    web: int,
    figures: Figures,
    chance: random.Random,
    end: float,
) -> None:
    """Say and draw at moments of one's own, and with everybody in the bursts."""
    start = time.monotonic()
    moments = []
    for every, what in ((SAY_EVERY_SECONDS, "say"), (DRAW_EVERY_SECONDS, "draw")):
        if what == "draw" and guest.name.startswith("desk"):
            continue  # The desk listens and writes.
        at = start + chance.uniform(0, every)
        while at < end - 2:
            moments.append((at, what))
            at += chance.uniform(0.5, 1.5) * every
    at = start + BURST_EVERY_SECONDS
    while at < end - 2:
        moments.append((at + chance.uniform(0, 1), "say"))
        at += BURST_EVERY_SECONDS
    for at, what in sorted(moments):
        await asyncio.sleep(max(0.0, at - time.monotonic()))
        guest.said += 1
        client = f"{guest.name}-{guest.said}"
        body: dict[str, Any] = {"text": f"第 {guest.said} 句：回盲部再看一下，往右一点。"}
        if what == "draw":
            points = [[chance.random(), chance.random()] for _ in range(40)]
            body = {"id": client, "target": "live", "shape": "path", "points": points}
        message = {"kind": what, "body": body, "client_id": client}
        figures.sent[client] = time.monotonic()
        if chance.random() < HTTP_SHARE:
            figures.over_http.add(client)
            await _post(session, guest, web, message, figures)
        elif guest.line is not None:
            await guest.line.send_str(json.dumps({"t": "event", **message}))


async def _post(
    session: aiohttp.ClientSession, guest: Guest, web: int, message: Any, figures: Figures
) -> None:
    headers = {
        "Cookie": f"{COOKIE}={guest.cookie}; tongying_csrf={guest.csrf}",
        "X-CSRFToken": guest.csrf,
    }
    address = f"http://127.0.0.1:{web}/rooms/{guest.code}/events/"
    async with session.post(address, json=message, headers=headers) as answer:
        if answer.status != 201:
            figures.refused.append(f"{answer.status} {(await answer.text())[:200]}")


async def _point(guest: Guest, figures: Figures, chance: random.Random, end: float) -> None:
    while time.monotonic() < end and guest.line is not None:
        moves = time.monotonic() + chance.uniform(2, 6)
        while time.monotonic() < min(moves, end):
            x, y = round(chance.random(), 4), round(chance.random(), 4)
            await guest.line.send_str(
                json.dumps({"t": "pointer", "target": "live", "x": x, "y": y})
            )
            await asyncio.sleep(1 / POINTER_HZ)
        await asyncio.sleep(chance.uniform(2, 6))


async def _ping(guest: Guest, end: float) -> None:
    number = 0
    figures = {"fps": 22.5, "loss": 0.01, "rtt": 84, "kbit": 1800, "age": 310}
    await asyncio.sleep(random.random())
    while time.monotonic() < end and guest.line is not None:
        number += 1
        await guest.line.send_str(json.dumps({"t": "ping", "n": number, "quality": figures}))
        await asyncio.sleep(1.0)


async def _sample(pid: int, figures: Figures, started: float, end: float) -> None:
    while time.monotonic() < end:
        figures.memory.append((time.monotonic() - started, _memory_mb(pid)))
        await asyncio.sleep(SAMPLE_SECONDS)


def _family(pid: int) -> list[int]:
    """Return a process and all it started."""
    found = [pid]
    for one in found:
        for task in Path(f"/proc/{one}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def _memory_mb(pid: int) -> float:
    total = 0
    for one in _family(pid):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _cpu_seconds(pid: int) -> float:
    ticks = 0
    for one in _family(pid):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _tell(figures: Figures, given: argparse.Namespace) -> None:
    quarter = max(1, len(figures.memory) // 4)
    memory = [value for _, value in figures.memory]
    first, last = (statistics.median(part) for part in (memory[:quarter], memory[-quarter:]))
    lost = sum(figures.seen[one] < given.people for one in figures.sent)
    doubled = sum(figures.seen[one] > given.people for one in figures.sent)
    acks = list(figures.acked.values())
    p99 = percentile(figures.waits, 0.99) / 1000
    told = {
        "rooms": given.rooms,
        "people": given.rooms * given.people,
        "minutes": given.minutes,
        "said": len(figures.sent),
        "said_over_http": len(figures.over_http),
        "seen": len(figures.waits),
        "median_s": statistics.median(figures.waits),
        "p99_s": p99,
        "slowest_s": max(figures.waits),
        "ack_median_s": statistics.median(acks),
        "ack_p99_s": percentile(acks, 0.99) / 1000,
        "pointers_heard": figures.pointers,
        "lost": lost,
        "doubled": doubled,
        "refused": len(figures.refused),
        "memory_first_mb": first,
        "memory_last_mb": last,
        "cpu_cores": figures.cpu,
        "limit_s": LIMIT_SECONDS,
        "within": p99 <= LIMIT_SECONDS and not lost and not doubled,
        "flat": last - first <= GROWTH_MB,
    }
    print(json.dumps(told, indent=1))
    if figures.refused:
        print("\n".join(figures.refused[:5]), file=sys.stderr)
    append_section(
        DOCUMENT,
        f"Live rooms: {given.rooms} rooms of {given.people} people over {given.minutes:g} min",
        f"{len(figures.sent)} lines and drawings ({len(figures.over_http)} over HTTP), everybody"
        f" pinging once a second, a pointer in every room. Until the others had it: median"
        f" {told['median_s']:.3f} s, p99 {p99:.3f} s, slowest {told['slowest_s']:.3f} s (limit"
        f" {LIMIT_SECONDS:g} s at p99); acknowledged p99 {told['ack_p99_s']:.3f} s; lost {lost},"
        f" doubled {doubled}, refused {len(figures.refused)}. The live role's memory (PSS) was"
        f" {first:.0f} MB in the first quarter and {last:.0f} MB in the last (flat: at most"
        f" {GROWTH_MB:g} MB more); it took {figures.cpu:.2f} of a core.",
    )


if __name__ == "__main__":
    main()
