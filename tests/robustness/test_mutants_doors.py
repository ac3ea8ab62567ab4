"""Damaged files through every way in of a running server, and what is stored out again."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import Counter
from itertools import islice

import pytest
from installation import CLI, Installation, found
from mutant_bases import bases, sop_uid
from mutations import Mutant, mutants
from senders import Scu, session, stow, upload

pytestmark = pytest.mark.server

COUNTS = [100, pytest.param(1000, marks=[pytest.mark.long, pytest.mark.timeout(3000)])]
DOORS = ("STOW", "CSTORE", "UPLOAD", "IMPORT")
HOSPITALS = [f"{door}-{count}" for door in DOORS for count in (100, 1000)]
PER_REQUEST = 20
DISASTERS = (
    "unforeseen error",
    "could not be taken in",
    "cannot be processed",
    "Internal Server Error",
    "Unexpected exit",
    "is started anew",
    "failed for good",
)
"""What the log says when something went wrong that nobody planned for, or a process died."""
SHOWN_STATUSES = {200, 400, 404, 406, 409, 422}


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    """One server; each door and count has a hospital of its own, called by its code."""
    made = found(tmp_path_factory.mktemp("mutants") / "data", *HOSPITALS)
    made.start()
    try:
        yield made
    finally:
        made.stop()


@pytest.mark.parametrize("count", COUNTS)
def test_stow(installation, count):
    hospital = f"STOW-{count}"
    http = session(installation, hospital)
    files = mutants(count)
    stored: list[str] = []
    reasons: list[str] = []
    while batch := list(islice(files, PER_REQUEST)):
        told = stow(http, installation, [one.data for one in batch])
        assert len(told.stored) + len(told.reasons) == len(batch)
        assert all(told.reasons)
        stored += told.stored
        reasons += told.reasons
    assert len(stored) > count / 10 < len(reasons)
    check_stored(
        installation, hospital, {hashlib.sha256(one.data).hexdigest() for one in mutants(count)}
    )
    assert set(stored) == set(stored_of(installation, hospital))


@pytest.mark.parametrize("count", COUNTS)
def test_c_store(installation, count):
    """A mutant whose group 0002 is damaged is not sendable: an SCU takes the rest from it."""
    hospital = f"CSTORE-{count}"
    scu = Scu(installation, hospital, ((base.sop_class, base.syntax) for base in bases()))
    fates: Counter[str] = Counter()
    stored = set()
    for one in mutants(count):
        if one.body is None:
            fates["not sendable"] += 1
            continue
        answer = scu.send(
            one.body, sop_class=one.base.sop_class, syntax=one.base.syntax, uid=sop_uid(one.number)
        )
        assert answer is not None, f"no answer to {one.name}"
        if answer.Status == 0 or answer.Status & 0xF000 == 0xB000:
            fates["stored"] += 1
            stored.add(sop_uid(one.number))
        else:
            assert answer.Status & 0xF000 in (0xC000, 0xA000, 0x0000), hex(answer.Status)
            assert answer.ErrorComment, one.name
            fates["refused"] += 1
    scu.release()
    assert fates.total() == count
    assert fates["not sendable"] < count / 3
    assert fates["stored"] > count / 10 < fates["refused"]
    assert scu.associations == 1, "a damaged object took its neighbours' association along"
    check_stored(installation, hospital)
    assert stored == set(stored_of(installation, hospital))


@pytest.mark.parametrize("count", COUNTS)
def test_browser_upload(installation, count):
    hospital = f"UPLOAD-{count}"
    http = session(installation, hospital)
    for _ in upload(http, installation, ((one.name, one.data) for one in mutants(count))):
        pass
    # A file that begins like a zip is unpacked by the worker.
    pending = installation.rows("SELECT count(*) FROM uploads_uploadfile WHERE finished_at IS NULL")
    for _ in range(300):
        if pending == [(0,)]:
            break
        http.get(f"{installation.url}/healthz", timeout=10)
        subprocess.run(["sleep", "0.1"], check=True)
        pending = installation.rows(
            "SELECT count(*) FROM uploads_uploadfile WHERE finished_at IS NULL"
        )
    assert pending == [(0,)]
    outcomes = installation.rows(
        "SELECT o.name, o.fate, o.reason FROM uploads_uploadoutcome o JOIN uploads_upload u"
        " ON o.upload_id = u.id JOIN people_member m ON u.member_id = m.id WHERE m.hospital_id = ?",
        hospital,
    )
    assert sorted(name for name, _, _ in outcomes) == sorted(one.name for one in mutants(count))
    assert all(fate in ("stored", "duplicate") or reason for _, fate, reason in outcomes)
    check_stored(installation, hospital)


@pytest.mark.parametrize("count", COUNTS)
def test_import(installation, count, tmp_path):
    hospital = f"IMPORT-{count}"
    for one in mutants(count):
        (tmp_path / one.name).write_bytes(one.data)
    done = subprocess.run(
        [
            *CLI,
            "import",
            str(tmp_path),
            "--hospital",
            hospital,
            "--data",
            str(installation.data),
            "--json",
        ],
        capture_output=True,
        text=True,
        env=installation.environment,
        check=False,
        timeout=900,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr[-2000:]
    told = json.loads(done.stdout.splitlines()[0])
    assert [one["name"] for one in told["files"]] == sorted(one.name for one in mutants(count))
    assert all(one["outcome"] in ("stored", "duplicate") or one["reason"] for one in told["files"])
    stored = {one["sop_instance_uid"] for one in told["files"] if one["outcome"] == "stored"}
    assert stored == set(stored_of(installation, hospital))
    check_stored(installation, hospital)


def stored_of(installation: Installation, hospital: str) -> dict[str, tuple[str, str, str, int]]:
    """Return what is indexed for a hospital: SOP UID to address, digest, size, frames."""
    rows = installation.rows(
        "SELECT i.uid, t.uid, s.uid, i.digest, i.frame_count FROM records_instance i"
        " JOIN records_series s ON i.series_id = s.id JOIN records_study t ON s.study_id = t.id"
        " WHERE i.hospital_id = ?",
        hospital,
    )
    return {
        uid: (f"studies/{study}/series/{series}/instances/{uid}", digest, study, frames)
        for uid, study, series, digest, frames in rows
    }


def check_stored(
    installation: Installation, hospital: str, digests: set[str] | None = None
) -> None:
    """Everything stored comes out whole; its pictures are shown or refused with a sentence."""
    http = session(installation, hospital)
    root = f"{installation.url}/dicomweb"
    shown: Counter[int] = Counter()
    found_here = stored_of(installation, hospital)
    for uid, (address, digest, _, _) in found_here.items():
        assert digests is None or digest in digests
        whole = http.get(
            f"{root}/{address}",
            headers={"Accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'},
            timeout=60,
        )
        assert whole.status_code == 200, (uid, whole.text[:300])
        assert hashlib.sha256(_only_part(whole.content)).hexdigest() == digest
        metadata = http.get(f"{root}/{address}/metadata", timeout=60)
        assert metadata.status_code == 200
        assert metadata.json()[0]["00080018"]["Value"] == [uid]
        for part, accept in (("rendered", "image/png"), ("frames/1", "*/*")):
            answer = http.get(f"{root}/{address}/{part}", headers={"Accept": accept}, timeout=60)
            assert answer.status_code in SHOWN_STATUSES, (uid, part, answer.status_code)
            shown[answer.status_code] += 1
            if answer.status_code != 200:
                assert answer.headers["Content-Type"] == "application/problem+json"
                assert answer.json()["title"]
    assert shown[200] > len(found_here) / 3
    check_listed(installation, hospital, set(found_here))
    check_sound(installation)


def check_listed(installation: Installation, hospital: str, uids: set[str]) -> None:
    """QIDO-RS lists every stored instance, with whatever its damaged header says."""
    http = session(installation, hospital)
    listed: list[str] = []
    while True:
        answer = http.get(
            f"{installation.url}/dicomweb/instances",
            params={"limit": 100, "offset": len(listed), "includefield": "all"},
            timeout=60,
        )
        assert answer.status_code in (200, 204), answer.text[:300]
        page = answer.json() if answer.status_code == 200 else []
        if not page:
            break
        listed += [one["00080018"]["Value"][0] for one in page]
    assert sorted(listed) == sorted(uids)


def check_sound(installation: Installation) -> None:
    """Nothing is half-stored, nothing was unforeseen, no process died."""
    report = installation.verify()
    assert report["sound"], report
    assert report["orphans"] == [] and report["missing"] == [] and report["damaged"] == []
    assert installation.leftovers() == []
    log = installation.log.read_text(errors="replace")
    for sign in DISASTERS:
        assert sign not in log, log[max(0, log.index(sign) - 500) : log.index(sign) + 3000]


def _only_part(body: bytes) -> bytes:
    head, _, rest = body.partition(b"\r\n\r\n")
    boundary = head.split(b"\r\n")[0] if head.startswith(b"--") else head.split(b"\r\n")[1]
    return rest[: rest.rindex(b"\r\n" + boundary)]


def test_a_mutant_says_whether_an_scu_could_send_it():
    sendable = [one for one in mutants(300) if one.body is not None]
    assert all(isinstance(one, Mutant) and one.data.endswith(one.body) for one in sendable)
    assert all(one.data.startswith(one.base.data[: one.base.body_at]) for one in sendable)
