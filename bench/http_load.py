"""The load by HTTP: what a client of any DICOMweb server sends and reads."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol
from urllib.parse import urlsplit

BOUNDARY = "bench-5c1f7a0e94d24b0fb6de1c63f2a9"
JSON = {"Accept": "application/dicom+json"}
DICOM = {"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
FRAMES = {"Accept": "multipart/related; type=application/octet-stream; transfer-syntax=*"}


class Server(Protocol):
    """A server under load."""

    name: str
    base: str
    headers: dict[str, str]


class Connection:
    """One kept-alive connection to a server."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.base)
        assert parts.hostname == "127.0.0.1", "loopback only"
        self._path = parts.path
        self._headers = server.headers
        self._http = http.client.HTTPConnection(parts.hostname, parts.port, timeout=600)
        self._http.connect()
        self._http.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(
        self,
        path: str,
        headers: dict[str, str],
        body: Any = None,
        *,
        keep: bool = True,
        pause_every: int = 0,
    ) -> tuple[bytes, int]:
        """Send a request; return the answer's body (empty unless kept) and its length.

        Parameters
        ----------
        path : str
            Below the server's DICOMweb root.
        headers : dict
        body : bytes or iterable of bytes, optional
        keep : bool, optional
            Whether the answer is kept in memory.
        pause_every : int, optional
            Read slowly: a second's pause after so many bytes.

        Raises
        ------
        SystemExit
            If the server refuses.
        """
        method = "GET" if body is None else "POST"
        self._http.request(method, self._path + path, body, {**self._headers, **headers})
        response = self._http.getresponse()
        if keep or response.status >= 300:
            data = response.read()
            length = len(data)
        else:
            data, length = b"", 0
            buffer = bytearray(1 << 20)
            while count := response.readinto(buffer):
                length += count
                if pause_every and length // pause_every > (length - count) // pause_every:
                    time.sleep(1)
        if response.status != 200:
            raise SystemExit(f"{path}: HTTP {response.status}: {data[:300]!r}")
        return data, length

    def close(self) -> None:
        """Hang up."""
        self._http.close()


def multipart(files: Iterable[bytes]) -> bytes:
    """Return a STOW-RS body."""
    pieces = []
    for file in files:
        pieces += [
            f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode(),
            file,
            b"\r\n",
        ]
    return b"".join([*pieces, f"--{BOUNDARY}--\r\n".encode()])


STOW_HEADERS = {
    **JSON,
    "Content-Type": f'multipart/related; type="application/dicom"; boundary={BOUNDARY}',
}


def stow(server: Server, files: Sequence[bytes], *, batch: int, connections: int) -> float:
    """Store files and return the seconds it took (bodies are made beforehand)."""
    bodies = [multipart(files[at : at + batch]) for at in range(0, len(files), batch)]
    return spread(
        server, [lambda one, body=body: _store(one, body) for body in bodies], connections
    )


def _store(connection: Connection, body: bytes) -> None:
    answer = json.loads(connection.ask("/studies", STOW_HEADERS, body)[0])
    if answer.get("00081198", {}).get("Value"):
        raise SystemExit(f"STOW refused: {json.dumps(answer['00081198'])[:300]}")


def spread(server: Server, asks: Sequence[Callable[[Connection], Any]], connections: int) -> float:
    """Run requests over kept-alive connections and return the seconds it took."""
    opened = [Connection(server) for _ in range(connections)]
    free = threading.local()
    give = iter(opened)
    lock = threading.Lock()

    def run(ask: Callable[[Connection], Any]) -> None:
        if not hasattr(free, "connection"):
            with lock:
                free.connection = next(give)
        ask(free.connection)

    started = time.perf_counter()
    if connections == 1:
        for ask in asks:
            run(ask)
    else:
        with ThreadPoolExecutor(connections) as pool:
            for _ in pool.map(run, asks):
                pass
    seconds = time.perf_counter() - started
    for one in opened:
        one.close()
    return seconds


def latencies(server: Server, path: str, *, most: int, seconds: float) -> tuple[list[float], int]:
    """Ask one query over and over on one connection; return seconds each, and rows found."""
    connection = Connection(server)
    rows = len(json.loads(connection.ask(path, JSON)[0]))
    times: list[float] = []
    while len(times) < most and sum(times) < seconds:
        started = time.perf_counter()
        connection.ask(path, JSON)
        times.append(time.perf_counter() - started)
    connection.close()
    return times, rows


def rate(server: Server, path: str, *, connections: int, expected: float) -> float:
    """Return requests per second over several connections; `expected` is seconds for one."""
    count = min(300, max(24, int(3.0 / max(expected, 1e-4))))
    asks = [lambda one: one.ask(path, JSON)] * count
    return count / spread(server, asks, connections)


def percentile(times: Sequence[float], share: float) -> float:
    """Return a percentile of seconds, as milliseconds."""
    ordered = sorted(times)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(values)
