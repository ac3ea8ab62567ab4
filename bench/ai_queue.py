"""What the platform adds to a step beside the model itself.

    python -m bench.ai_queue [STUDIES]

Studies each go through a chain of three steps with a model that looks at headers only. The chain
runs in the worker's own loop; the same requests then run bare in the same warm process. The
overhead of a step is its share of the loop's time less the model's own time.
"""

from __future__ import annotations

import io
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from bench.report import DOCUMENT, append_section

STUDIES = 30
CARDS = ("order-advice", "protocol-advice", "triage")
LIMIT_MS = 50.0
LONGEST_SECONDS = 300.0


def main() -> int:
    """Measure, print, and write the section."""
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else STUDIES
    with tempfile.TemporaryDirectory() as folder:
        found, spoken = _measure(Path(folder), studies)
    lines = [
        f"- {found['steps']} steps of {studies} studies; time per step in the loop "
        f"{found['per_step_ms']:.1f} ms, in the model's process {found['model_ms']:.1f} ms.",
        f"- Overhead of the queue per step (taking, gate, what is given, figures kept, workitem, "
        f"audit): **{found['overhead_ms']:.1f} ms** (limit {LIMIT_MS:.0f} ms).",
        f"- With the result written as DICOM SR into the archive (fsync, index, audit): "
        f"{spoken['overhead_ms']:.1f} ms.",
        f"- A run asked for while the loop is idle begins after {found['found_ms']:.1f} ms (median "
        f"of {found['asked']}).",
    ]
    print("\n".join(lines))
    append_section(DOCUMENT, "AI: what the queue adds to a step", "\n" + "\n".join(lines))
    print(f"written to {DOCUMENT.name}")
    return 0 if found["overhead_ms"] <= LIMIT_MS else 1


def _measure(data: Path, studies: int) -> tuple[dict[str, Any], dict[str, Any]]:
    from tongying.web import boot

    boot.boot(data)
    boot.migrate()
    from tongying.services.ai_work import AiWork
    from tongying.web import now as clock
    from tongying.web.ai.installing import model_row
    from tongying.web.ai.models import StandingRow

    viewer, uids = _hospital(studies)
    loop = AiWork("bench")
    loop.start()
    found = []
    for standing in ("shadow", "trial"):
        for card in CARDS:
            StandingRow.objects.create(
                model=model_row(card),
                hospital_id="H",
                standing=standing,
                at=clock.now(),
                reason="bench",
            )
        found.append(_round(viewer, uids))
    loop.stop()
    return found[0], found[1]


def _round(viewer: Any, uids: list[str]) -> dict[str, Any]:
    from tongying.web.ai.asking import ask
    from tongying.web.ai.models import RunRow

    before = RunRow.objects.count()
    for card in CARDS:  # processes are warm afterwards
        ask(viewer, uids[0], card)
    _wait_for(RunRow)
    for uid in uids[1:]:
        for card in CARDS:
            ask(viewer, uid, card)
    _wait_for(RunRow)
    made = RunRow.objects.order_by("pk")[before + len(CARDS) :]
    rows = [row for row in made if row.state == "done"]
    failed = RunRow.objects.exclude(state="done").count()
    if failed or not rows:
        sys.exit(
            f"{failed} runs did not end well: {RunRow.objects.exclude(state='done')[0].refusal}"
        )
    first = min(row.started_at for row in rows)
    last = max(row.finished_at for row in rows)
    per_step = 1000 * (last - first).total_seconds() / len(rows)
    model = 1000 * statistics.mean(row.seconds for row in rows)
    waits = []
    for uid in uids[1:11]:
        time.sleep(0.1)
        asked = ask(viewer, uid, CARDS[0])
        _wait_for(RunRow)
        row = RunRow.objects.get(code=asked)
        waits.append(1000 * (row.started_at - row.asked_at).total_seconds())
    return {
        "steps": len(rows),
        "per_step_ms": per_step,
        "model_ms": model,
        "overhead_ms": per_step - model,
        "found_ms": statistics.median(waits),
        "asked": len(waits),
    }


def _wait_for(rows: Any) -> None:
    until = time.monotonic() + LONGEST_SECONDS
    while rows.objects.filter(state__in=("waiting", "running")).exists():
        if time.monotonic() > until:
            sys.exit("the runs did not end in time")
        time.sleep(0.01)


def _hospital(studies: int) -> tuple[Any, list[str]]:
    from tongying.archive.arrival import Door
    from tongying.consult.people import Role
    from tongying.web.people import store
    from tongying.web.people.models import Member
    from tongying.web.records.index import sender_of
    from tongying.web.uploads.intake import offer, open_intake

    store.add_hospital("H", "H", actor="bench")
    Member.objects.create(
        login="e", name="e", role=Role.EXPERT.value, hospital_id="H", password="!"
    )
    viewer = store.viewer_of_login("e")
    uids = []
    for number in range(studies):
        intake = open_intake(sender_of(viewer, Door.UPLOAD))
        uid = f"1.2.840.113.{number}"
        for place in range(1, 4):
            offer(intake, f"{place}.dcm", _slice(uid, place))
        intake.flush()
        uids.append(uid)
    return viewer, uids


def _slice(study: str, number: int) -> io.BytesIO:
    data = Dataset()
    data.file_meta = FileMetaDataset()
    data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, f"{study}.1.{number}"
    data.StudyInstanceUID, data.SeriesInstanceUID = study, f"{study}.1"
    data.PatientID, data.PatientName = study.rpartition(".")[2], "Bench^Child"
    data.PatientBirthDate, data.PatientSex, data.StudyDate = "20200101", "F", "20260301"
    data.Modality, data.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
    data.BodyPartExamined, data.KVP, data.SliceThickness = "CHEST", 80, 1
    data.InstanceNumber, data.SeriesNumber = number, 1
    data.ImagePositionPatient = [0, 0, number]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = [1, 1]
    data.Rows = data.Columns = 16
    data.BitsAllocated = data.BitsStored = 16
    data.HighBit, data.PixelRepresentation, data.SamplesPerPixel = 15, 1, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.PixelData = bytes(512)
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    target.seek(0)
    return target


if __name__ == "__main__":
    sys.exit(main())
