"""The worker's side: progress, refusal, breakage, cancelling, a kill in the middle, one result."""

from __future__ import annotations

import json
import os
import threading
import time
from itertools import pairwise
from pathlib import Path

import archive_world as world
import fusion_world
import pytest
from django.conf import settings

from tongying.services import fusion_run, fusion_work
from tongying.web.fusion import perform, store
from tongying.web.fusion.models import FusionFile, FusionTable
from tongying.web.jobs import store as jobs
from tongying.web.jobs.models import OutboxRow
from tongying.web.notices.models import NoticeRow
from tongying.web.records.check import check, sweep
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Series
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def made(db: None, fake_core: Path) -> Path:
    fusion_world.build()
    fusion_work.install()
    return fake_core


def told(made: Path, name: str, text: str) -> None:
    (made / name).write_text(text)


def computed(made: Path) -> list[str]:
    path = made / "computed"
    return path.read_text().split() if path.exists() else []


def test_a_fusion_is_done_and_everything_it_wrote_is_here_once(made: Path) -> None:
    row = fusion_world.do(fusion_world.asked())
    assert (row.state, row.failure) == ("done", "")
    assert row.result["verdict"] == "good"
    assert "path" not in json.dumps(row.result)
    assert str(settings.DATA_DIR) not in json.dumps(row.result)
    assert {kind: len(one["instances"]) for kind, one in row.objects_made.items()} == {
        "registration": 1,
        "resampled": 3,
    }
    series = Series.objects.get(uid=row.objects_made["resampled"]["series"])
    assert (series.study.uid, series.instance_count) == (world.STUDY, 3)
    assert not perform.work_folder(row.code).exists()
    names = set(FusionFile.objects.filter(fusion=row).values_list("name", flat=True))
    assert names == {f"{one['name']}" for one in row.result["pictures"]}
    assert len(names) == 3
    done = AuditRow.objects.filter(kind="fusion", target=row.code)
    assert [(one.actor, one.action) for one in done.order_by("pk")] == [
        ("requester", "create"),
        ("system", "create"),
    ]
    (notice,) = NoticeRow.objects.filter(member__login="requester")
    assert (notice.kind, notice.url) == ("fusion-ready", f"/fusions/{row.code}/")


def test_its_files_have_an_owner(made: Path) -> None:
    """Neither the check nor the sweep of the content store takes them for left over."""
    fusion_world.do(fusion_world.asked(method="deformable"))
    report = check(content_store(), read_bytes=True)
    assert report.sound, report
    assert FusionFile.objects.filter(name="displacement.nii.gz").exists()
    (mark,) = FusionFile.objects.filter(name="contours-coronal.png")
    content_store()._busy.close()
    content_store()._busy = None
    (content_store().incoming_dir / f"{mark.digest}.x.kept").write_bytes(b"")
    assert sweep(content_store()) == []
    assert content_store().size(mark.digest) == mark.bytes


def test_done_again_it_makes_nothing_twice(made: Path) -> None:
    row = fusion_world.do(fusion_world.asked())
    before = Instance.objects.count()
    fusion_work.work({"fusion": row.pk}, lambda *_: None)
    assert Instance.objects.count() == before
    assert computed(made) == list(dict.fromkeys(computed(made)))


def test_a_crash_between_taking_in_and_noting_it_ends_with_the_same_objects(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = fusion_world.asked()

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(perform, "_keep_files", power_cut)
        with pytest.raises(KeyboardInterrupt):
            fusion_world.do(row)
    row.refresh_from_db()
    assert row.state == "running"
    before = Instance.objects.count()
    fusion_world.do(row)
    assert row.state == "done"
    assert Instance.objects.count() == before
    assert computed(made) == list(dict.fromkeys(computed(made)))


def test_a_refusal_is_kept_with_its_sentence(made: Path) -> None:
    told(made, "refuse-at", "register")
    row = fusion_world.do(fusion_world.asked())
    assert (row.state, row.failure) == ("failed", "The two images cannot be registered.")
    assert OutboxRow.objects.get(pk=row.job_id).finished_at is not None
    assert not perform.work_folder(row.code).exists()
    (notice,) = NoticeRow.objects.filter(member__login="requester")
    assert notice.kind == "fusion-failed"
    assert AuditRow.objects.filter(kind="fusion", action="refuse").count() == 1


def test_a_breakage_is_told_without_its_words(made: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A message of a library may quote a header; neither page nor log repeats it."""
    told(made, "break-at", "check")
    row = fusion_world.do(fusion_world.asked())
    assert (row.state, row.failure) == ("failed", fusion_run.UNFORESEEN)
    assert "RuntimeError" in caplog.text
    assert "fake_fusion" in caplog.text
    assert "Wang" not in caplog.text


def test_what_the_worker_gives_up_has_ended_and_may_be_asked_again(made: Path) -> None:
    row = fusion_world.asked()
    perform.begin(row.pk)
    jobs.give_up(row.job_id, "")
    row.refresh_from_db()
    assert (row.state, row.failure) == ("failed", jobs.UNFORESEEN)
    assert row.finished_at is not None
    (notice,) = NoticeRow.objects.filter(member__login="requester")
    assert notice.kind == "fusion-failed"
    assert AuditRow.objects.filter(kind="fusion", action="refuse").count() == 1
    again = fusion_world.do(fusion_world.asked())
    assert again.pk != row.pk
    assert again.state == "done"


def test_a_table_that_is_given_up_has_ended_and_may_be_asked_again(made: Path) -> None:
    row = fusion_world.do(fusion_world.asked())
    wish = store.TableWish("target", threshold_kind="of-maximum", threshold=41.0)
    code = store.ask_table(world.viewer("requester"), row.code, wish)
    table = FusionTable.objects.get(code=code)
    jobs.give_up(table.job_id, "")
    table.refresh_from_db()
    assert table.failure == jobs.UNFORESEEN
    assert table.finished_at is not None
    assert store.ask_table(world.viewer("requester"), row.code, wish) != code


def test_progress_is_told_while_the_stage_is_silent(made: Path) -> None:
    told(made, "hang-at", "register")
    row = fusion_world.asked()
    seen: list[tuple[float, str, float]] = []

    def tell(fraction: float, stage: str, seconds: float) -> None:
        seen.append((fraction, stage, time.monotonic()))

    job = _job(row)
    with pytest.raises(fusion_run.ComputationCancelled):
        fusion_run.compute(
            job,
            perform.work_folder(row.code),
            fusion_run.Watching(tell, lambda: sum(s == "register" for _, s, _ in seen) >= 4),
        )
    registering = [at for _, stage, at in seen if stage == "register"]
    gaps = [late - early for early, late in pairwise(registering)]
    assert max(gaps) < 1.6
    assert all(
        fraction == pytest.approx(2 / 6, abs=1e-3) for fraction, s, _ in seen if s == "register"
    )


def test_cancelling_kills_the_process_and_its_children(made: Path) -> None:
    """Not longer than two seconds after somebody asked; looked at from outside."""
    told(made, "hang-at", "register")
    row = fusion_world.asked()
    asked_at: list[float] = []

    def cancelled() -> bool:
        if (made / "hangs").exists() and not asked_at:
            store.cancel(world.viewer("requester"), row.code)
            asked_at.append(time.monotonic())
        return perform.is_cancelled(row.pk)

    perform.begin(row.pk)
    with pytest.raises(fusion_run.ComputationCancelled):
        fusion_run.compute(
            _job(row),
            perform.work_folder(row.code),
            fusion_run.Watching(lambda *_: None, cancelled),
        )
    assert time.monotonic() - asked_at[0] <= 2.0
    for pid in map(int, (made / "hangs").read_text().split()):
        assert gone(pid)
    fusion_work.work({"fusion": row.pk}, lambda *_: None)
    row.refresh_from_db()
    assert (row.state, row.cancel_asked_by.login) == ("cancelled", "requester")
    assert row.objects_made == {}


def _job(row) -> dict:
    return {
        "kind": "fusion",
        "fixed": [str(path) for path in perform.files_of(row.fixed_id)],
        "moving": [str(path) for path in perform.files_of(row.moving_id)],
        "out": str(perform.work_folder(row.code) / "out"),
        "method": row.method,
        "seed": row.code,
        "linked": False,
        "written_at": row.asked_at.isoformat(),
    }


def gone(pid: int) -> bool:
    """Say whether a process has ended, waiting a moment for the system to bury it."""
    for _ in range(40):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        threading.Event().wait(0.05)
    return False


def test_one_cancelled_before_it_began_never_begins(made: Path) -> None:
    row = fusion_world.asked()
    store.cancel(world.viewer("requester"), row.code)
    row.refresh_from_db()
    assert row.state == "cancelled"
    fusion_world.do(row)
    assert row.state == "cancelled"
    assert computed(made) == []
