"""A line between two network namespaces: rate, delay, loss and a queue's limit in each direction.

Run as a program it owns two TUN devices, one in each namespace, and passes packets between them as
a bad line would. It reads changes as JSON lines on standard input and answers each with the counts
so far. It needs root and /dev/net/tun, and nothing of the kernel's own traffic control.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x0001 | 0x1000
MTU = 1400
UDP = 17


@dataclass
class Direction:
    """One way of the line."""

    kbit: float = 0.0
    """0: as fast as it goes."""
    delay_ms: float = 0.0
    loss: float = 0.0
    queue_ms: float = 200.0
    """What would wait longer than this is dropped, as a small router's buffer does."""
    cut: bool = False
    udp_port: float = 0
    """Only UDP packets of this port pass, as behind a strict firewall; 0: all."""
    free_at: float = 0.0
    last_due: float = 0.0
    waiting: deque[tuple[float, bytes]] = field(default_factory=deque)
    passed: int = 0
    passed_bytes: int = 0
    lost: int = 0
    overflowed: int = 0

    def take(self, packet: bytes, now: float, chance: random.Random) -> None:
        if self.cut or self._barred(packet) or chance.random() < self.loss:
            self.lost += 1
            return
        start = max(now, self.free_at)
        if start - now > self.queue_ms / 1000:
            self.overflowed += 1
            return
        took = len(packet) * 8 / (self.kbit * 1000) if self.kbit else 0.0
        self.free_at = start + took
        self.last_due = max(self.last_due, self.free_at + self.delay_ms / 1000)
        self.waiting.append((self.last_due, packet))

    def _barred(self, packet: bytes) -> bool:
        if not self.udp_port or packet[9] != UDP:
            return False
        header = (packet[0] & 0x0F) * 4
        return int(self.udp_port) not in struct.unpack("!HH", packet[header : header + 4])

    def give(self, device: int, now: float) -> None:
        while self.waiting and self.waiting[0][0] <= now:
            packet = self.waiting.popleft()[1]
            if self.cut:
                self.lost += 1
                continue
            os.write(device, packet)
            self.passed += 1
            self.passed_bytes += len(packet)

    def change(self, **given: float) -> None:
        for name, value in given.items():
            setattr(self, name, bool(value) if name == "cut" else float(value))
        if self.cut:
            self.waiting.clear()
        self.free_at = min(self.free_at, time.monotonic())

    def counts(self) -> dict[str, int]:
        return {
            "passed": self.passed,
            "passed_bytes": self.passed_bytes,
            "lost": self.lost,
            "overflowed": self.overflowed,
        }


def open_tun(name: str, namespace: str, address: str) -> int:
    """Make a TUN device, put it into a namespace with an address, and return its file."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN_NO_PI))
    subprocess.run(["ip", "link", "set", name, "netns", namespace], check=True)
    inside = ["ip", "-n", namespace]
    subprocess.run([*inside, "address", "add", f"{address}/24", "dev", name], check=True)
    subprocess.run([*inside, "link", "set", name, "mtu", str(MTU), "up"], check=True)
    return device


def run(left: tuple[str, str, str], right: tuple[str, str, str], seed: int) -> None:
    """Pass packets until standard input ends."""
    devices = (open_tun(*left), open_tun(*right))
    ways = (Direction(), Direction())  # left to right, right to left
    chance = random.Random(seed)
    _answer({"ready": True})
    said = b""
    while True:
        now = time.monotonic()
        due = [way.waiting[0][0] for way in ways if way.waiting]
        wait = max(0.0, min(due) - now) if due else 1.0
        ready, _, _ = select.select([*devices, 0], [], [], wait)
        now = time.monotonic()
        for number, device in enumerate(devices):
            if device in ready:
                _drain(device, ways[number], now, chance)
        for number, way in enumerate(ways):
            way.give(devices[1 - number], now)
        if 0 in ready:
            piece = os.read(0, 65536)
            if not piece:
                return
            *lines, said = (said + piece).split(b"\n")
            for line in lines:
                change = json.loads(line)
                for way, name in zip(ways, ("up", "down"), strict=True):
                    way.change(**change.get("both", {}), **change.get(name, {}))
                _answer({"up": ways[0].counts(), "down": ways[1].counts()})


def _answer(said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def _drain(device: int, way: Direction, now: float, chance: random.Random) -> None:
    for _ in range(64):
        try:
            packet = os.read(device, 65536)
        except BlockingIOError:
            return
        if packet[0] >> 4 == 4:
            way.take(packet, now, chance)


class Line:
    """Two namespaces and the shaped line between them; left is the county."""

    COUNTY, CITY = "10.77.7.2", "10.77.7.1"

    def __init__(self, seed: int = 7) -> None:
        tag = f"{os.getpid() % 100000:05}"
        self.left, self.right = f"ty-county-{tag}", f"ty-city-{tag}"
        for name in (self.left, self.right):
            subprocess.run(["ip", "netns", "add", name], check=True)
            subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        self._process = subprocess.Popen(
            [sys.executable, __file__, tag, self.left, self.right, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if not self._read().get("ready"):
            raise RuntimeError("the shaped line did not start")

    def shape(
        self, *, kbit: float, rtt_ms: float, loss: float, queue_ms: float = 200
    ) -> dict[str, dict[str, int]]:
        """Set both directions alike and return the counts so far."""
        both = {"kbit": kbit, "delay_ms": rtt_ms / 2, "loss": loss, "queue_ms": queue_ms}
        return self.say({"both": {**both, "cut": 0}})

    def cut(self, on: bool = True) -> dict[str, dict[str, int]]:
        """Let nothing through, or again what its shape lets through."""
        return self.say({"both": {"cut": int(on)}})

    def only_udp(self, port: int) -> dict[str, dict[str, int]]:
        """Bar every UDP packet but those of one port; 0 lets all pass again."""
        return self.say({"both": {"udp_port": port}})

    def counts(self) -> dict[str, dict[str, int]]:
        """Return what passed and was lost so far: up is from the county."""
        return self.say({})

    def say(self, change: dict[str, dict[str, float]]) -> dict[str, dict[str, int]]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(change).encode() + b"\n")
        self._process.stdin.flush()
        return self._read()

    def close(self) -> None:
        """End the line and take the namespaces away."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        for name in (self.left, self.right):
            subprocess.run(["ip", "netns", "delete", name], check=False)

    def _read(self) -> dict[str, dict[str, int]]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        return json.loads(line) if line else {}


def why_not() -> str:
    """Say why no line can be shaped here; empty where one can."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not Path("/dev/net/tun").exists():
        return "this machine has no /dev/net/tun"
    if not any(Path(place, "ip").exists() for place in ("/sbin", "/usr/sbin", "/bin", "/usr/bin")):
        return "the program ip (iproute2) is not installed"
    name = f"ty-try-{os.getpid() % 100000:05}"
    done = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True)
    if done.returncode:
        return f"no network namespace can be made: {done.stderr.strip()}"
    subprocess.run(["ip", "netns", "delete", name], check=False)
    return ""


if __name__ == "__main__":
    tag, one, other, grain = sys.argv[1:5]
    run(
        (f"tyl{tag}", one, Line.COUNTY),
        (f"tyr{tag}", other, Line.CITY),
        int(grain),
    )
