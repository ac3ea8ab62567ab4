"""SIGKILL in the middle of everything: what was acknowledged is whole, and nothing is left over.

Three senders are at work (STOW-RS, C-STORE, ``tongying import``); at a moment drawn from a seed
the server and all it started are killed; the server is started anew on the same directory.
"""

from __future__ import annotations

import gc
import hashlib
import json
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
import requests
from installation import CLI, STARTS_WITHIN_SECONDS, Installation, alive, found
from mutant_bases import ROOT, Base, bases
from senders import Scu, session, stow

pytestmark = [
    pytest.mark.server,
    pytest.mark.timeout(1800),
    # The SCU's library leaves the socket of a call whose peer was killed to the collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SEED = 20261122
KILLS = [1, pytest.param(20, marks=pytest.mark.long)]
HOSPITALS = ("STOW", "CSTORE", "IMPORT")
BATCH, FOLDER = 6, 25
ENDS_WITHIN_SECONDS = 25
EXPLICIT = "1.2.840.10008.1.2.1"


@dataclass
class Acknowledged:
    """What the senders may forget: hospital and SOP Instance UID to the SHA-256 of the file."""

    digests: dict[tuple[str, str], str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    """SOP Instance UID to the SHA-256 of a data set sent; the archive writes group 0002."""
    by_door: dict[str, int] = field(default_factory=lambda: dict.fromkeys(HOSPITALS, 0))


class Images:
    """An endless supply of different images: 40 to a study, of a chest CT's size."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._number = 0
        self._lock = threading.Lock()
        (self._base,) = (base for base in bases() if base.name == "ct-native")

    @property
    def base(self) -> Base:
        return self._base

    def next(self, hospital: str) -> tuple[str, bytes]:
        """Return a SOP Instance UID and a file."""
        with self._lock:
            self._number += 1
            number = self._number
            pixels = self._chance.randbytes(32768)
        place = HOSPITALS.index(hospital)
        data = self._base.data
        ids = (
            ("1", place * 100_000 + number // 40),
            ("2", place * 100_000 + number // 40),
            ("3", number),
        )
        for kind, value in ids:
            data = data.replace(
                f"{ROOT}.{kind}.10000000".encode(), f"{ROOT}.{kind}.{20_000_000 + value}".encode()
            )
        at = self._base.pixels_at
        return f"{ROOT}.3.{20_000_000 + number}", data[:at] + pixels + data[at + len(pixels) :]


class Senders:
    """Three senders at work until told to stop or until the server is gone."""

    def __init__(
        self, installation: Installation, images: Images, noted: Acknowledged, folder: Path
    ) -> None:
        self._installation, self._images, self._noted = installation, images, noted
        self._folder = folder
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=one, name=one.__name__)
            for one in (self._stow, self._c_store, self._import)
        ]
        self._importing: subprocess.Popen[str] | None = None
        self.failures: list[BaseException] = []

    def __enter__(self) -> Senders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(120)
            assert not thread.is_alive(), thread.name

    def kill_import(self) -> None:
        if self._importing is not None and self._importing.poll() is None:
            self._importing.send_signal(signal.SIGKILL)

    def _stow(self) -> None:
        http = session(self._installation, "STOW")
        while not self._stop.is_set():
            files = dict(self._images.next("STOW") for _ in range(BATCH))
            try:
                told = stow(http, self._installation, list(files.values()))
            except requests.RequestException:
                self._stop.wait(0.05)
                continue
            assert told.reasons == []
            self._note("STOW", {uid: _sha(files[uid]) for uid in told.stored})

    def _c_store(self) -> None:
        base = self._images.base
        scu = Scu(self._installation, "CSTORE", [(base.sop_class, EXPLICIT)])
        while not self._stop.is_set():
            uid, data = self._images.next("CSTORE")
            try:
                answer = scu.send(
                    data[base.body_at :], sop_class=base.sop_class, syntax=EXPLICIT, uid=uid
                )
            except (RuntimeError, OSError, StopIteration):
                # The association fell between two messages.
                answer = None
            if answer is not None and answer.Status == 0:
                self._noted.bodies[uid] = _sha(data[base.body_at :])
                self._noted.by_door["CSTORE"] += 1
            self._stop.wait(0.005 if answer is not None else 0.05)

    def _import(self) -> None:
        round_number = 0
        while not self._stop.is_set():
            round_number += 1
            folder = self._folder / f"round-{round_number}"
            folder.mkdir(parents=True)
            files = dict(self._images.next("IMPORT") for _ in range(FOLDER))
            for uid, data in files.items():
                (folder / f"{uid}.dcm").write_bytes(data)
            self._importing = subprocess.Popen(
                [
                    *CLI,
                    "import",
                    str(folder),
                    "--hospital",
                    "IMPORT",
                    "--data",
                    str(self._installation.data),
                    "--json",
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=self._installation.environment,
            )
            said, _ = self._importing.communicate()
            for line in said.splitlines()[:1]:
                outcomes = json.loads(line)["files"]
                assert {one["outcome"] for one in outcomes} == {"stored"}
                self._note(
                    "IMPORT",
                    {
                        one["sop_instance_uid"]: _sha(files[one["sop_instance_uid"]])
                        for one in outcomes
                    },
                )

    def _note(self, hospital: str, digests: dict[str, str]) -> None:
        self._noted.digests.update({(hospital, uid): sha for uid, sha in digests.items()})
        self._noted.by_door[hospital] += len(digests)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = found(tmp_path / "data", *HOSPITALS)
    try:
        yield made
    finally:
        if made.process is not None:
            made.kill()
        # Here, where the warning about such sockets is expected, not at the end of the session.
        gc.collect()


@pytest.mark.parametrize("kills", KILLS)
def test_what_was_acknowledged_outlives_every_kill(installation, tmp_path, kills):
    chance = random.Random(SEED)
    images, noted = Images(SEED), Acknowledged()
    installation.start()
    for round_number in range(kills):
        with Senders(installation, images, noted, tmp_path / f"import-{round_number}") as senders:
            threading.Event().wait(chance.uniform(0.3, 3.0))
            if chance.random() < 0.7:
                senders.kill_import()
            installation.kill()
        installation.start()
        check_sound(installation, round_number)
        check_whole(installation, noted)
    assert min(noted.by_door.values()) > kills, noted.by_door


def test_a_kill_of_the_first_process_alone_leaves_nothing_either(installation, tmp_path):
    """Its roles see that it is gone and end by themselves, whatever they are doing."""
    images, noted = Images(SEED + 1), Acknowledged()
    installation.start()
    with Senders(installation, images, noted, tmp_path / "import") as senders:
        threading.Event().wait(1.5)
        left = installation.kill_first_alone()
        senders.kill_import()
        for _ in range(ENDS_WITHIN_SECONDS * 10):
            if not alive(left):
                break
            threading.Event().wait(0.1)
        assert alive(left) == []
    installation.start()
    check_sound(installation, 0)
    check_whole(installation, noted)


def test_a_server_started_before_the_last_ones_roles_are_gone_still_sweeps(installation, tmp_path):
    """A supervisor restarts at once; the old roles still hold the files they were taking in."""
    images, noted = Images(SEED + 2), Acknowledged()
    installation.start()
    for round_number in range(2):
        with Senders(installation, images, noted, tmp_path / f"import-{round_number}") as senders:
            threading.Event().wait(1.0)
            left = installation.kill_first_alone()
            senders.kill_import()
            installation.start()
        wait_until(partial(_all_ended, left), ENDS_WITHIN_SECONDS)
        # What answered may have been the old web's last breath.
        wait_until(installation.healthy, STARTS_WITHIN_SECONDS)
        check_sound(installation, round_number)
        check_whole(installation, noted)


def wait_until(is_so: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        threading.Event().wait(0.1)


def _all_ended(processes: list[int]) -> bool:
    return not alive(processes)


def check_sound(installation: Installation, round_number: int) -> None:
    report = installation.verify()
    assert report["sound"], (round_number, report)
    assert installation.leftovers() == []


def check_whole(installation: Installation, noted: Acknowledged) -> None:
    """Every acknowledged instance comes out of WADO-RS byte for byte as it went in."""
    root = f"{installation.url}/dicomweb"
    for hospital in HOSPITALS:
        http = session(installation, hospital)
        rows = installation.rows(
            "SELECT DISTINCT t.uid FROM records_instance i JOIN records_series s ON"
            " i.series_id = s.id JOIN records_study t ON s.study_id = t.id WHERE i.hospital_id = ?",
            hospital,
        )
        got = {}
        for (study,) in rows:
            answer = http.get(
                f"{root}/studies/{study}",
                headers={
                    "Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'
                },
                timeout=120,
            )
            assert answer.status_code == 200
            got.update({_uid_in(part): part for part in _parts(answer.content)})
        if hospital == "CSTORE":
            for uid, body in noted.bodies.items():
                assert _sha(_body(got[uid])) == body
        else:
            for (owner, uid), digest in noted.digests.items():
                assert owner != hospital or _sha(got[uid]) == digest


def _parts(content: bytes) -> list[bytes]:
    boundary = content.lstrip(b"\r\n").split(b"\r\n", 1)[0]
    parts = []
    for piece in content.split(b"\r\n" + boundary if content[:2] == b"\r\n" else boundary):
        _, mark, rest = piece.partition(b"\r\n\r\n")
        if mark:
            parts.append(rest.removesuffix(b"\r\n"))
    return parts


def _uid_in(data: bytes) -> str:
    at = data.index(f"{ROOT}.3.".encode())
    return data[at : at + len(ROOT) + 3 + 8].decode()


def _body(data: bytes) -> bytes:
    return data[144 + int.from_bytes(data[140:144], "little") :]


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
