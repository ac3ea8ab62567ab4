"""A promised fusion as the worker sees it: begin, tell, end in exactly one way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tongying.archive.arrival import Door, Sender
from tongying.archive.ingest import Intake
from tongying.kernel.audit import Action
from tongying.kernel.errors import Conflict, NotFound
from tongying.web import now as clock
from tongying.web.fusion.asking import note
from tongying.web.fusion.keeping import Kept, keep_file, settle
from tongying.web.fusion.models import FusionFile, FusionRow
from tongying.web.fusion.states import OPEN, State
from tongying.web.jobs.models import OutboxRow
from tongying.web.notices.kinds import Kind
from tongying.web.notices.tell import tell as tell_members
from tongying.web.records.images import content_store
from tongying.web.records.index import DjangoIndex
from tongying.web.records.models import Instance

SYSTEM = "system"
DISPLACEMENT = "displacement.nii.gz"
PARTS = 1000
"""Progress is kept in thousandths."""


class FusionMissing(NotFound):
    """The worker was promised a fusion that is not there."""

    code: ClassVar[str] = "fusion.missing"


class FusionNotStored(Conflict):
    """The archive refused an object that the fusion wrote."""

    code: ClassVar[str] = "fusion.not-stored"


@dataclass(frozen=True, slots=True)
class FusionTask:
    """What is to be computed.

    Attributes
    ----------
    code : str
    folder : Path
        Where stages are kept until it has ended; another run goes on from them.
    fixed, moving : tuple of Path
        Files of the two series.
    method : str
    linked : bool
        Whether people have joined the two records of the child.
    written_at : datetime
        The same in every run, as are the identities that follow from `code`.
    """

    code: str
    folder: Path
    fixed: tuple[Path, ...]
    moving: tuple[Path, ...]
    method: str
    linked: bool
    written_at: datetime


def work_folder(code: str) -> Path:
    """Return where the stages of a fusion or table are kept while it is computed."""
    folder: Path = settings.DATA_DIR / "work" / f"fusion-{code}"
    return folder


def begin(number: int) -> FusionTask | None:
    """Mark a fusion as running and say what to do; None if it has ended or was cancelled.

    Raises
    ------
    FusionMissing
        If there is no such fusion.
    """
    with transaction.atomic():
        row = FusionRow.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise FusionMissing("There is no such fusion.")
        if row.state not in OPEN:
            return None
        if row.cancel_asked_at is not None:
            _cancelled(row)
            return None
        if row.state == State.WAITING.value:
            row.state = State.RUNNING.value
            row.save(update_fields=["state"])
    return FusionTask(
        code=row.code,
        folder=work_folder(row.code),
        fixed=files_of(row.fixed_id),
        moving=files_of(row.moving_id),
        method=row.method,
        linked=row.fixed.study.child_id != row.moving.study.child_id,
        written_at=row.asked_at,
    )


def files_of(series: int) -> tuple[Path, ...]:
    """Return the files of a series, in order."""
    digests = Instance.objects.filter(series_id=series).order_by(
        F("number").asc(nulls_last=True), "pk"
    )
    store = content_store()
    return tuple(store.path(digest) for digest in digests.values_list("digest", flat=True))


def tell(job: int | None, fraction: float, stage: str, seconds: float) -> None:
    """Note how far it is, for the page that waits.

    Parameters
    ----------
    job : int or None
        Number of the outbox row.
    fraction : float
        0 to 1.
    stage : str
        Stable name of the stage.
    seconds : float
        Since this run began.
    """
    OutboxRow.objects.filter(pk=job).update(
        progress={
            "done": round(PARTS * min(max(fraction, 0.0), 1.0)),
            "total": PARTS,
            "note": stage,
            "seconds": int(seconds),
            "at": clock.now().isoformat(),
        }
    )


def job_of(number: int) -> int | None:
    """Return the outbox row of a fusion."""
    return FusionRow.objects.filter(pk=number).values_list("job_id", flat=True).first()


def is_cancelled(number: int) -> bool:
    """Say whether somebody asked that it end."""
    return FusionRow.objects.filter(pk=number).exclude(cancel_asked_at=None).exists()


def end_cancelled(number: int) -> None:
    """Note that it ended because somebody asked."""
    with transaction.atomic():
        row = FusionRow.objects.select_for_update().get(pk=number)
        if row.state in OPEN:
            _cancelled(row)


def end_refused(number: int, sentence: str, code: str) -> None:
    """Note that it could not be done, and why."""
    now = clock.now()
    with transaction.atomic():
        row = FusionRow.objects.select_for_update().get(pk=number)
        if row.state not in OPEN:
            return
        row.state, row.finished_at, row.failure = State.FAILED.value, now, sentence
        row.save(update_fields=["state", "finished_at", "failure"])
        note(row, SYSTEM, Action.REFUSE, now, code=code)
        _tell_asker(row, Kind.FUSION_FAILED, now)


def end_done(number: int, result: dict[str, Any]) -> None:
    """Take in what was written and note the result; done twice it is the same.

    Parameters
    ----------
    number : int
    result : dict
        As `FusionReport.as_json` gives it, with paths.

    Raises
    ------
    FusionNotStored
        If the archive refuses an object.
    """
    row = FusionRow.objects.select_related("fixed__study").get(pk=number)
    if row.state not in OPEN:
        return
    objects = take_in(row.fixed.study.hospital_id, result.get("outputs", ()))
    kept = _keep_files(result)
    now = clock.now()
    with transaction.atomic():
        row = FusionRow.objects.select_for_update().get(pk=number)
        if row.state in OPEN:
            row.state, row.finished_at = State.DONE.value, now
            row.result, row.objects_made = _without_paths(result, kept), objects
            row.save(update_fields=["state", "finished_at", "result", "objects_made"])
            add_files(row, kept.values())
            verdict = str(result.get("verdict", ""))
            note(row, SYSTEM, Action.CREATE, now, what="done", verdict=verdict)
            _tell_asker(row, Kind.FUSION_READY, now)
    settle(kept.values())


def take_in(hospital: str, outputs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Bring the DICOM files among some outputs into the archive, all of them or an error.

    Parameters
    ----------
    hospital : str
        Code of the hospital whose study receives them.
    outputs : iterable of dict
        With ``kind`` and ``path`` (a file or folder).

    Returns
    -------
    dict
        Kind to ``series`` and ``instances``.

    Raises
    ------
    FusionNotStored
        If the archive refuses an object.
    """
    intake = Intake(content_store(), DjangoIndex(), Sender(SYSTEM, hospital, Door.SELF))
    kinds: list[str] = []
    try:
        for output in outputs:
            for path in _dicom_files(Path(output["path"])):
                incoming = intake.incoming()
                with path.open("rb") as file:
                    while chunk := file.read(1 << 20):
                        incoming.write(chunk)
                intake.offer(output["kind"], incoming)
                kinds.append(output["kind"])
        arrivals = intake.flush()
    except BaseException:
        intake.abandon()
        raise
    made: dict[str, Any] = {}
    for kind, arrival in zip(kinds, arrivals, strict=True):
        if not arrival.accepted:
            raise FusionNotStored(arrival.reason)
        entry = made.setdefault(
            kind, {"study": arrival.study_uid, "series": arrival.series_uid, "instances": []}
        )
        entry["instances"].append(arrival.sop_instance_uid)
    return made


def add_files(row: FusionRow, kept: Iterable[Kept]) -> None:
    """Note files in the content store as this fusion's, in the caller's transaction."""
    for one in kept:
        FusionFile.objects.update_or_create(
            fusion=row,
            name=one.name,
            defaults={"digest": one.digest, "bytes": one.size, "media_type": one.media_type},
        )


def _dicom_files(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(one for one in path.rglob("*.dcm") if one.is_file())
    return [path] if path.suffix == ".dcm" else []


def _keep_files(result: dict[str, Any]) -> dict[str, Kept]:
    """Keep pictures and displacement; path to what was kept."""
    wanted: dict[str, str] = {}
    for one in result.get("pictures", ()):
        name = one["name"]
        if f"{name}.png" in wanted.values():
            # The rigid result's pictures come before those of the deformable one beside it.
            name = f"{name}-{result['method']}"
        wanted[one["path"]] = f"{name}.png"
    if result.get("displacement"):
        wanted[result["displacement"]] = DISPLACEMENT
    return {path: keep_file(Path(path), name) for path, name in wanted.items()}


def _without_paths(result: dict[str, Any], kept: dict[str, Kept]) -> dict[str, Any]:
    """Return the result as it is kept: digests in place of paths of the work folder."""

    def named(path: str) -> dict[str, str]:
        return {"name": kept[path].name, "digest": kept[path].digest}

    shown = dict(result)
    shown["pictures"] = [named(one["path"]) for one in result.get("pictures", ())]
    field = result.get("displacement")
    shown["displacement"] = named(field) if field else None
    shown["outputs"] = [
        {name: value for name, value in one.items() if name != "path"}
        for one in result.get("outputs", ())
    ]
    return shown


def _cancelled(row: FusionRow) -> None:
    now = clock.now()
    row.state, row.finished_at = State.CANCELLED.value, now
    row.save(update_fields=["state", "finished_at"])
    note(row, SYSTEM, Action.UPDATE, now, what="cancelled")


def _tell_asker(row: FusionRow, kind: Kind, now: datetime) -> None:
    tell_members(
        [row.asked_by],
        kind.value,
        {},
        key=f"{kind.value}:{row.pk}",
        url=f"/fusions/{row.code}/",
        at=now,
    )
