"""From a report that the viewer saved to the measurement on the open case, with twenty readers.

    python -m bench.drawn_to_shown

serves a data directory of its own. Twenty readers each have a case open, whose page asks once a
second for news as a browser does; each saves the three lines of a hip through STOW-RS, five times
over. Told is how long after the report was sent, and after the archive's answer (which comes when
it is read), the page had the angle: median, 95th centile and slowest, in seconds.
"""

from __future__ import annotations

import http.client
import io
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.http_load import percentile
from bench.ports import free_port, wait_for_port
from bench.report import DOCUMENT, append_section

READERS = 20
ROUNDS = 5
EVERY_SECONDS = 1.0
"""As `measured.js` asks."""
BETWEEN_SECONDS = (4.0, 12.0)
"""From one report of a reader to the next; nobody draws three lines in less."""
LIMIT_SECONDS = 2.0
GIVE_UP_SECONDS = 60.0


@dataclass(frozen=True)
class Reader:
    """Who has which case open, and what they save."""

    cookie: str
    token: str
    case: int
    reports: tuple[bytes, ...]


def main() -> None:
    """Make the readers, serve, let them draw, print what they waited."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        made = subprocess.run(
            [sys.executable, "-m", "bench.drawn_to_shown", str(data)],
            text=True,
            capture_output=True,
        )
        if made.returncode:
            raise SystemExit(f"the readers cannot be made: {made.stderr[-800:]}")
        readers = [_reader(one) for one in json.loads(made.stdout)]
        port = free_port()
        served = subprocess.Popen(
            [
                *(sys.executable, "-m", "tongying.services.cli", "serve", "--data", str(data)),
                *("--port", str(port), "--dicom-port", str(free_port())),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TONGYING_URL": f"http://127.0.0.1:{port}"},
        )
        try:
            wait_for_port(port, 120)
            waited, since_sent = _all(readers, port)
        finally:
            served.send_signal(signal.SIGTERM)
            served.wait(60)
    told = {
        "readers": READERS,
        "reports": len(waited),
        "median_s": statistics.median(waited),
        "p95_s": percentile(waited, 0.95) / 1000,
        "slowest_s": max(waited),
        "since_sent_median_s": statistics.median(since_sent),
        "since_sent_p95_s": percentile(since_sent, 0.95) / 1000,
        "limit_s": LIMIT_SECONDS,
        "within": percentile(waited, 0.95) <= 1000 * LIMIT_SECONDS,
    }
    print(json.dumps(told, indent=1))
    append_section(
        DOCUMENT,
        "From a report that the viewer saved to the value on the open case",
        f"{READERS} readers, {len(waited)} reports, one of each reader every"
        f" {BETWEEN_SECONDS[0]:g} to {BETWEEN_SECONDS[1]:g} s. From the archive's answer: median"
        f" {told['median_s']:.2f} s, p95 {told['p95_s']:.2f} s, slowest {told['slowest_s']:.2f} s"
        f" (limit {LIMIT_SECONDS:g} s at p95). From sending the report: median"
        f" {told['since_sent_median_s']:.2f} s, p95 {told['since_sent_p95_s']:.2f} s.",
    )


def _reader(one: dict[str, Any]) -> Reader:
    reports = tuple(Path(name).read_bytes() for name in one["reports"])
    return Reader(one["cookie"], one["token"], one["case"], reports)


def _all(readers: list[Reader], port: int) -> tuple[list[float], list[float]]:
    """Return the times from the archive's answer and from sending."""
    waited: list[tuple[float, float]] = []
    failed: list[str] = []

    def read(reader: Reader) -> None:
        try:
            waited.extend(_play(reader, port))
        except (OSError, http.client.HTTPException, RuntimeError) as error:
            failed.append(str(error))

    threads = [threading.Thread(target=read, args=(reader,)) for reader in readers]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if failed:
        raise SystemExit(f"{len(failed)} readers failed: {failed[0]}")
    return [stored for stored, _ in waited], [sent for _, sent in waited]


def _play(reader: Reader, port: int) -> list[tuple[float, float]]:
    """Save each report at a moment of its own, and ask for news once a second."""
    chance = random.Random(reader.case)
    page = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=GIVE_UP_SECONDS)
    version = _news(page, reader, "")[0]
    waited: list[tuple[float, float]] = []
    for report in reader.reports:
        time.sleep(chance.uniform(*BETWEEN_SECONDS))
        sent = time.monotonic()
        _store(door, reader, report)
        stored = time.monotonic()
        time.sleep(chance.uniform(0, EVERY_SECONDS))
        while True:
            version, text = _news(page, reader, version)
            if text:
                break
            if time.monotonic() - stored > GIVE_UP_SECONDS:
                raise RuntimeError("a report never became a measurement")
            time.sleep(EVERY_SECONDS)
        shown = time.monotonic()
        waited.append((shown - stored, shown - sent))
        if "α" not in text:
            raise RuntimeError("the page does not show the angle")
    return waited


def _news(page: http.client.HTTPConnection, reader: Reader, have: str) -> tuple[str, str]:
    page.request(
        "GET", f"/cases/{reader.case}/measured/?have={have}", headers={"Cookie": reader.cookie}
    )
    answer = page.getresponse()
    text = answer.read().decode()
    if answer.status == 204:
        return have, ""
    if answer.status != 200:
        raise RuntimeError(f"the page answers HTTP {answer.status}")
    return text.partition('data-version="')[2].partition('"')[0], text


def _store(door: http.client.HTTPConnection, reader: Reader, report: bytes) -> None:
    kind = 'multipart/related; type="application/dicom"; boundary=BENCH'
    body = b"--BENCH\r\nContent-Type: application/dicom\r\n\r\n" + report + b"\r\n--BENCH--\r\n"
    headers = {"Authorization": f"Bearer {reader.token}", "Content-Type": kind}
    door.request("POST", "/dicomweb/studies", body=body, headers=headers)
    answer = door.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"the archive answers HTTP {answer.status}: {said[:200]!r}")


def make(data: Path) -> None:
    """Make the readers with their cases, and the reports that they will save; print where."""
    from tongying.web import boot

    boot.boot(data)
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.test import Client

    from tongying.archive.arrival import Door, Sender
    from tongying.archive.ingest import Intake
    from tongying.consult.people import Role
    from tongying.consult.states import State
    from tongying.dicom.phantoms.header import PhantomChild, PhantomStudy
    from tongying.dicom.phantoms.hip_geometry import HipGeometry
    from tongying.dicom.phantoms.infant_hip_us import hip_image
    from tongying.web.cases.models import CaseRow, CaseStudy
    from tongying.web.people.models import Hospital, Member
    from tongying.web.people.store import issue_token
    from tongying.web.records.images import content_store
    from tongying.web.records.index import DjangoIndex
    from tongying.web.records.models import Study

    now = datetime.now(UTC)
    asking = Hospital.objects.create(code="COUNTY", name="County", ae_title="COUNTY")
    answering = Hospital.objects.create(code="EXPERTS", name="E", ae_title="EXPERTS", answers=True)
    author = Member.objects.create(
        login="asks", name="asks", hospital=asking, role=Role.REQUESTER.value, password="!"
    )
    told = []
    for number in range(READERS):
        hip = HipGeometry(alpha_deg=50 + number % 20, beta_deg=60)
        child = PhantomChild(f"P-{number}", f"Child^{number}", date(2026, 1, 4), "F", 4.6, 0.56)
        visit = PhantomStudy(
            child=child,
            seed=f"bench-{number}",
            at=datetime(2026, 3, 1, 9, 30),  # noqa: DTZ001 - DICOM's local time
            description="Hip",
            institution="COUNTY",
        )
        image = hip_image(visit, hip, side="L", number=1)
        intake = Intake(content_store(), DjangoIndex(), Sender("bench", "COUNTY", Door.IMPORT))
        incoming = intake.incoming()
        incoming.write(_file(image))
        intake.offer("image", incoming)
        intake.flush()
        study = Study.objects.get(uid=image.StudyInstanceUID)
        login = f"reads-{number}"
        reader = Member.objects.create(
            login=login, name=login, hospital=answering, role=Role.EXPERT.value, password="!"
        )
        case = CaseRow.objects.create(
            state=State.READING.value,
            asking=asking,
            answering=answering,
            author=author,
            assignee=reader,
            child=study.child,
            text="?",
            urgency="routine",
            created_at=now,
            changed_at=now,
            submitted_at=now,
        )
        CaseStudy.objects.create(case=case, study=study)
        browser = Client()
        browser.force_login(reader, backend="django.contrib.auth.backends.ModelBackend")
        cookie = browser.cookies[settings.SESSION_COOKIE_NAME]
        reports = []
        for turn in range(ROUNDS):
            path = data.parent / f"report-{number}-{turn}.dcm"
            path.write_bytes(_file(_report(image, hip, f"{number + 1}.{turn + 1}", float(turn))))
            reports.append(str(path))
        told.append(
            {
                "cookie": f"{settings.SESSION_COOKIE_NAME}={cookie.value}",
                "token": issue_token(login, actor="bench"),
                "case": case.pk,
                "reports": reports,
            }
        )
    print(json.dumps(told))


def _report(image: Any, hip: Any, number: str, by: float) -> Any:
    """Return a report as the viewer writes it: the lines of a hip, the last end moved a little."""
    from tongying.dicom.phantoms.infant_hip_us import hip_truth

    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    import viewer_reports as viewer

    truth = hip_truth(hip)
    groups = []
    for name, points in (
        ("baseline", truth.ilium),
        ("bony roof", truth.bony_roof),
        ("cartilage roof", truth.cartilage_roof),
    ):
        flat = [value + 0.5 for point in points for value in point]
        flat[-1] += by if name == "bony roof" else 0.0
        label = f"Hip ultrasound by Graf · {name} L"
        groups.append(viewer.line(label, flat, image=image.SOPInstanceUID))
    return viewer.report(*groups, like=image, sop_uid=f"1.2.826.0.1.{number}")


def _file(dataset: Any) -> bytes:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    import viewer_reports as viewer

    if hasattr(dataset, "file_meta"):
        target = io.BytesIO()
        dataset.save_as(target, enforce_file_format=True)
        return target.getvalue()
    return viewer.file_of(dataset)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make(Path(sys.argv[1]))
    else:
        main()
