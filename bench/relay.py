"""The relay's processor time and added delay a stream, beside aiortc's relay of the same size.

    python -m bench.relay

Ours runs in a process of its own; pictures of 2.2 Mbit/s go through it as packets of 1,100 bytes.
Its delay is held against the same packets sent straight over loopback. aiortc (`MediaRelay`, in a
process of its own too) is measured where a Python that has it is found: `.venv-peers`, or the one
that `TONGYING_RELAY_PEER` names.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bench.http_load import percentile
from bench.report import DOCUMENT, append_section

STREAMS = (1, 4, 16)
PACKET, PACKETS_A_SECOND, BURST = 1100, 250, 0.04
SECONDS = 10.0
ROOT = Path(__file__).resolve().parents[1]
SDP = (
    "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\n"
    "a=ice-ufrag:{ufrag}\r\na=ice-pwd:browsersownpasswordxx22\r\n"
)


def used() -> float:
    """Return this process's processor seconds."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


async def serve(streams: int) -> None:
    """Be the relay: print its sessions, answer each line with the processor time."""
    from tongying.services.relay.relay import BrowserRelay

    relay = await BrowserRelay.opened("127.0.0.1", 0)
    made = []
    for number in range(streams):
        ends = []
        for page, other, ufrag in (("one", "two", "aaaa"), ("two", "one", "bbbb")):
            sdp = {"type": "offer", "sdp": SDP.format(ufrag=ufrag)}
            data = {"tab": f"{page}{number}", "for": f"{other}{number}", "generation": 1}
            told = relay.through("bench", page, other, {**data, "description": sdp})
            assert told is not None
            ends.append(told["description"]["sdp"])
        made.append(ends)
    print(json.dumps({"at": relay.addresses[0], "made": made}), flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps({"cpu": used(), "dropped": relay.forwarding.dropped}), flush=True)
    await relay.stop()


class End(asyncio.DatagramProtocol):
    """One end of a stream; notes how long a packet was on its way."""

    def __init__(self, delays: list[float]) -> None:
        self.delays = delays
        self.answered = asyncio.Event()

    def connection_made(self, transport: Any) -> None:
        """Keep the socket."""
        self.transport = transport

    def datagram_received(self, data: bytes, address: Any) -> None:
        """Note a packet's delay."""
        if data[0] == 0x80:
            self.delays.append(time.perf_counter() - float(data[12:44]))
        else:
            self.answered.set()


async def end(delays: list[float]) -> End:
    """Return an end on loopback."""
    loop = asyncio.get_running_loop()
    _, made = await loop.create_datagram_endpoint(lambda: End(delays), local_addr=("127.0.0.1", 0))
    return made


async def check(one: End, told: str, own: str, at: tuple[str, int]) -> None:
    """Prove to the relay who this end is."""
    from aioice import stun

    ufrag = re.findall(r"ufrag:(\S+)", told)[0]
    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    request.attributes |= {"USERNAME": f"{ufrag}:{own}", "PRIORITY": 1, "USE-CANDIDATE": None}
    request.add_message_integrity(re.findall(r"ice-pwd:(\S+)", told)[0].encode())
    one.transport.sendto(bytes(request), at)
    await asyncio.wait_for(one.answered.wait(), 10)


async def send(ways: list[tuple[End, tuple[str, int]]]) -> int:
    """Send as browsers do, some packets every 40 ms a stream; return how many."""
    sent, number = 0, round(PACKETS_A_SECOND * BURST)
    began = time.perf_counter()
    for turn in range(round(SECONDS / BURST)):
        for one, at in ways:
            for _ in range(number):
                stamp = f"{time.perf_counter():032.9f}".encode()
                one.transport.sendto(b"\x80" + bytes(11) + stamp + bytes(PACKET - 44), at)
                sent += 1
            await asyncio.sleep(0)
        await asyncio.sleep(max(0.0, began + (turn + 1) * BURST - time.perf_counter()))
    await asyncio.sleep(0.3)
    return sent


async def ours(streams: int) -> dict[str, float]:
    """Return what so many streams cost."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.relay", "serve", str(streams)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None

    def ask() -> dict[str, float]:
        process.stdin.write("\n")
        process.stdin.flush()
        return dict(json.loads(process.stdout.readline()))

    try:
        made = json.loads(process.stdout.readline())
        at, relayed, straight = tuple(made["at"]), [], []
        ways, direct, everybody = [], [], []
        for for_two, for_one in made["made"]:
            one, two = await end([]), await end(relayed)
            plain = await end(straight)
            await check(one, for_one, "aaaa", at)
            await check(two, for_two, "bbbb", at)
            ways.append((one, at))
            direct.append((one, plain.transport.get_extra_info("sockname")))
            everybody += [one, two, plain]
        await send(direct)
        before = ask()["cpu"]
        sent = await send(ways)
        after = ask()
        for one in everybody:
            one.transport.close()
    finally:
        process.stdin.close()
        process.wait(20)
    return {
        "cpu": (after["cpu"] - before) / SECONDS / streams * 100,
        "added_ms": percentile(relayed, 0.50) - percentile(straight, 0.50),
        "added_95_ms": percentile(relayed, 0.95) - percentile(straight, 0.95),
        "lost": 1 - len(relayed) / sent,
    }


def peer() -> dict[str, float] | None:
    """Return what aiortc's relay costs; None where it is not installed."""
    python = os.environ.get("TONGYING_RELAY_PEER", str(ROOT / ".venv-peers/bin/python"))
    if not Path(python).exists():
        return None
    if subprocess.run([python, "-c", "import aiortc"], capture_output=True).returncode:
        return None
    done = subprocess.run(
        [python, str(ROOT / "bench/relay_peer.py")], stdout=subprocess.PIPE, timeout=120, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Measure both and write the table down."""
    lines = [
        "| relay | streams | processor a stream, % of a core | added delay, median | 95 % | lost |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for streams in STREAMS:
        found = asyncio.run(ours(streams))
        lines.append(
            f"| Tongying (packets passed on) | {streams} | {found['cpu']:.2f} |"
            f" {found['added_ms']:.2f} ms | {found['added_95_ms']:.2f} ms | {found['lost']:.2%} |"
        )
    other = peer()
    if other is not None:
        a_frame = other["cpu"] * 10 / max(other["frames"], 1)
        lines.append(
            f"| aiortc {other['version']} MediaRelay (decoded, encoded anew; 640 × 480,"
            f" {other['frames']:.0f} frames/s arrive, {a_frame:.1f} ms of processor a frame)"
            f" | 1 | {other['cpu']:.1f} | - | - | - |"
        )
    said = (
        f"Streams of {PACKET * PACKETS_A_SECOND * 8 / 1e6:.1f} Mbit/s for {SECONDS:.0f} s over"
        " loopback; delay is held against the same packets sent straight.\n\n"
    )
    print("\n".join(lines))
    append_section(DOCUMENT, "The relay of sound and picture", said + "\n".join(lines))


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(int(sys.argv[2])))
    else:
        main()
