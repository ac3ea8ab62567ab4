"""Runs of models as the worker does them: taken in order, gated, kept once, ended in one way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import ai_read_world as models
import archive_world as world
import pytest

from tongying.services import ai_work
from tongying.web import now as clock
from tongying.web.ai import asking, perform, queueing, standing, watching
from tongying.web.ai.models import ModelRow, RunRow, StandingRow, StepEvent, Watched
from tongying.web.evidence.figures import evidence_for
from tongying.web.records.models import Instance, Study
from tongying.web.trail.models import AuditRow
from tongying.web.workitems.dataset import values_of

pytestmark = pytest.mark.django_db(transaction=True)
STUDY = "1.2.840.77.1"
RUNS_FROM = "3 years"


@pytest.fixture(autouse=True)
def people(data_dir: Path) -> None:
    world.build()
    bring(world.COUNTY, *(image(STUDY, number=one) for one in (1, 2, 3)))


def image(study: str, number: int = 1) -> bytes:
    return world.instance(number, study=study, ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])


def bring(hospital: str, *files: bytes) -> None:
    world.send("technologist", *files)


def model(id: str = "looker", where: str = "trial", **changes: str) -> ModelRow:
    """Install a quality look under another name and set where it stands."""
    text = models.CARD.format(id=id, step="acquisition-quality", method="rule", first="")
    text = text.replace(
        "ages: {from: 12 years, to: 18 years}", "ages: {from: 0 days, to: 18 years}"
    )
    text = text.replace("outputs: [findings, flags, values, text]", "outputs: [flags]")
    for old, new in changes.items():
        text = text.replace(old.replace("_", " "), new)
    row = ModelRow.objects.create(
        card_id=id,
        version="1.2.0",
        vendor="Example",
        card=text,
        card_sha256="0" * 64,
        bundled=False,
        installed_at=clock.now(),
    )
    StandingRow.objects.create(
        model=row, hospital_id=world.COUNTY, standing=where, at=clock.now(), reason="test"
    )
    return row


def ask(id: str = "looker") -> RunRow:
    code = asking.ask(world.viewer("requester"), STUDY, id)
    return RunRow.objects.get(code=code)


def work(worker: str = "w", most: int = 20) -> int:
    """Do what waits, as the worker's loop does; return how many runs were taken."""
    for count in range(most):
        taken = queueing.take_next(worker, clock.now())
        if taken is None:
            return count
        ai_work.do(taken, threading.Event())
    return most


def objects() -> int:
    return Instance.objects.filter(door="self").count()


def test_a_run_is_done_kept_and_told() -> None:
    model()
    row = ask()
    assert row.workitem is None  # not before the gate has admitted it
    assert work() == 1
    row.refresh_from_db()
    assert row.state == "done", (row.refusal_code, row.refusal)
    assert row.result is not None and row.result["flags"]
    assert row.input_digest and row.result_digest and row.code_version and row.seconds
    (made,) = row.objects_made
    assert made["kind"] == "SR"
    assert Instance.objects.filter(uid=made["sop_uid"], series__study__uid=STUDY).exists()
    assert row.workitem is not None and row.workitem.state == "COMPLETED"
    performed = values_of(row.workitem.attributes, "UnifiedProcedureStepPerformedProcedureSequence")
    outputs = values_of(performed[0], "OutputInformationSequence")
    assert [values_of(one, "SeriesInstanceUID") for one in outputs] == [[made["series_uid"]]]
    kinds = list(StepEvent.objects.filter(run=row).values_list("kind", flat=True))
    assert kinds == ["asked", "started", "done"]
    acts = AuditRow.objects.filter(kind="ai-run", target=row.code)
    assert list(acts.values_list("action", flat=True)) == ["create", "update"]
    assert not (perform.answer_folder(row.code)).exists()


def test_outside_its_card_it_is_refused_with_every_reason() -> None:
    model(**{"modality:_CT": "modality: MR"})
    row = ask()
    work()
    row.refresh_from_db()
    assert (row.state, row.refusal_code) == ("refused", "ai.modality-outside")
    assert [one["code"] for one in row.admission["refusals"]] == ["ai.modality-outside"]
    assert row.workitem is None
    assert objects() == 0


def test_of_a_shadow_nothing_comes_into_the_archive() -> None:
    model(where="shadow")
    row = ask()
    work()
    row.refresh_from_db()
    assert (row.state, row.standing, row.objects_made) == ("done", "shadow", [])
    assert row.result is not None and row.result["flags"]
    assert objects() == 0


def test_a_model_that_is_off_is_not_asked() -> None:
    model(where="off")
    with pytest.raises(asking.ModelDoesNotRun):
        ask()
    assert RunRow.objects.count() == 0


def test_a_model_stopped_meanwhile_does_not_run() -> None:
    row = model()
    asked = ask()
    standing.stop(row, world.COUNTY, "a wrong result", world.viewer("expert"))
    work()
    asked.refresh_from_db()
    assert (asked.state, asked.refusal_code) == ("refused", "ai.model-stopped")


def test_what_grew_while_it_ran_is_refused_and_decided_on_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model()
    row = ask()
    really: Callable[..., object] = ai_work.run_in_pool

    def slowly(*arguments: object) -> object:
        done = really(*arguments)
        bring(world.COUNTY, image(STUDY, number=4))
        return done

    monkeypatch.setattr(ai_work, "run_in_pool", slowly)
    work()
    row.refresh_from_db()
    assert (row.state, row.refusal_code) == ("refused", "ai.study-grew")
    assert objects() == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_after_a_crash_it_is_taken_up_and_nothing_is_there_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model()
    row = ask()

    class Killed(BaseException):
        """As if the power went."""

    real = RunRow.save

    def dies(self: RunRow, *arguments: object, **named: object) -> None:
        if self.state == "done":
            raise Killed
        real(self, *arguments, **named)

    monkeypatch.setattr(RunRow, "save", dies)
    taken = queueing.take_next("w", clock.now())
    assert taken == row.pk
    with pytest.raises(Killed):
        ai_work.do(taken, threading.Event())
    monkeypatch.undo()
    assert objects() == 1  # written, and not yet told of
    assert queueing.take_up("w", clock.now()) == 1
    assert work() == 1
    row.refresh_from_db()
    assert (row.state, row.attempt) == ("done", 2)
    assert objects() == 1


def test_another_workers_run_is_left_alone_while_it_lives_and_taken_up_once_silent() -> None:
    model()
    ask()
    now = clock.now()
    assert queueing.take_next("one", now) is not None
    assert queueing.take_up("two", now + timedelta(seconds=30)) == 0
    assert queueing.take_next("two", now) is None
    assert queueing.take_up_silent(now + timedelta(seconds=61)) == 1
    assert queueing.take_next("two", now) is not None


def test_begun_in_vain_three_times_it_goes_behind_the_others() -> None:
    model()
    row = ask()
    for _ in range(3):
        assert queueing.take_next("w", clock.now()) == row.pk
        assert queueing.take_up("w", clock.now()) == 1
    bring(world.COUNTY, image("1.2.840.77.2"))
    other = asking.ask(world.viewer("requester"), "1.2.840.77.2", "looker")
    assert queueing.take_next("w", clock.now()) == RunRow.objects.get(code=other).pk
    assert queueing.take_next("w", clock.now()) == row.pk  # and is not lost


def test_nothing_stays_open_past_its_deadline() -> None:
    model()
    waiting = ask()
    late = waiting.deadline + timedelta(seconds=1)
    assert queueing.end_overdue(waiting.deadline) == 0
    assert queueing.end_overdue(late) == 1
    waiting.refresh_from_db()
    assert (waiting.state, waiting.refusal_code) == ("failed", "ai.overdue")


def test_a_waiting_run_is_cancelled_at_once_and_asked_for_again() -> None:
    model()
    row = ask()
    asking.cancel(world.viewer("requester"), row.code)
    row.refresh_from_db()
    assert row.state == "cancelled"
    again = asking.ask_again(world.viewer("requester"), row.code)
    assert work() == 1
    assert RunRow.objects.get(code=again).again_of == row
    with pytest.raises(asking.RunOver):
        asking.cancel(world.viewer("requester"), again)


def test_two_clicks_are_one_run() -> None:
    model()
    assert ask().code == ask().code


@pytest.mark.parametrize("login", ["trainee", "admin", "coordinator"])
def test_who_asks_no_models(login: str) -> None:
    model()
    with pytest.raises(asking.AskingNotYours):
        asking.ask(world.viewer(login), STUDY, "looker")


RULES = """\
name: {en: R, zh: 规则}
complete: {quiet: 1 minute, force: 10 minutes}
rules:
  - id: all
    name: {en: All, zh: 全部}
    when: {images: {from: 1}}
    steps:
      - {step: acquisition-quality, card: first}
      - {step: acquisition-quality, card: second, priority: urgent}
"""


def test_a_study_that_is_quiet_triggers_its_rules_in_their_order() -> None:
    from tongying.web.ai.models import RuleText

    for name in ("first", "second"):
        model(name)
    admin = world.viewer("admin")
    RuleText.objects.create(
        hospital_id=world.COUNTY,
        version=1,
        text=RULES,
        digest="0" * 64,
        added_by_id=admin.user,
        added_at=clock.now(),
    )
    now = clock.now()
    watching.notice_changes(now)
    assert watching.decide_due(now) == 0  # images may still come
    watching.decide_due(now + timedelta(seconds=61))
    rows = list(RunRow.objects.filter(study__uid=STUDY).order_by("order"))
    assert [(one.model.card_id, one.trigger) for one in rows] == [
        ("first", "rule:all@1"),
        ("second", "rule:all@1"),
    ]
    # The second is more urgent and still waits for the first.
    taken = queueing.take_next("w", now)
    assert taken == rows[0].pk
    assert queueing.take_next("w", now) is None
    ai_work.do(taken, threading.Event())
    assert work() == 1
    kinds = list(
        StepEvent.objects.filter(study__uid=STUDY, run=None).values_list("kind", flat=True)
    )
    assert kinds == ["arrived", "complete", "triggered"]
    # Its own reports do not make it grow; another image does.
    watching.notice_changes(clock.now())
    assert watching.decide_due(clock.now() + timedelta(hours=1)) == 0
    bring(world.COUNTY, image(STUDY, number=9))
    watching.notice_changes(clock.now())
    assert watching.decide_due(clock.now() + timedelta(hours=1)) == 1
    assert RunRow.objects.filter(study__uid=STUDY, state="waiting").count() == 2
    assert Watched.objects.get(study__uid=STUDY).instances == 4


@pytest.mark.parametrize("studies", [6, pytest.param(100, marks=pytest.mark.long)])
def test_one_broken_study_stops_no_other(studies: int) -> None:
    model()
    codes = []
    for number in range(studies):
        uid = f"1.2.840.88.{number}"
        bring(world.COUNTY, image(uid))
        codes.append(asking.ask(world.viewer("requester"), uid, "looker"))
    broken = Instance.objects.get(series__study__uid="1.2.840.88.2")
    from tongying.web.records.images import content_store

    path = content_store().path(broken.digest)
    path.chmod(0o600)
    path.write_bytes(b"no longer DICOM")
    work(most=2 * studies)
    states = [RunRow.objects.get(code=code).state for code in codes]
    assert states == [*["done"] * 2, "refused", *["done"] * (studies - 3)]


def test_a_model_goes_up_one_step_at_a_time_with_a_name_and_evidence() -> None:
    row = model(where="off")
    expert, reader = world.viewer("expert"), world.viewer("requester")
    with pytest.raises(standing.MovingNotYours):
        standing.move(reader, row, "shadow", "why not", evidence_for)
    with pytest.raises(standing.MoveRefused):
        standing.move(expert, row, "clinical", "at once", evidence_for)
    with pytest.raises(standing.MoveReasonMissing):
        standing.move(expert, row, "shadow", " ", evidence_for)
    standing.move(expert, row, "shadow", "begin", evidence_for)
    last = StandingRow.objects.order_by("-pk").first()
    assert last is not None and last.by is not None
    assert (last.by.login, last.before, last.evidence["fewest"]) == ("expert", "off", 100)


TRAINING = "training: {population: {en: phantoms, zh: 体模}, n: 10, children: 10}"


def test_a_trained_model_may_not_speak_without_silent_cases() -> None:
    row = model(where="shadow", **{"method:_rule": "method: trained", "training:_none": TRAINING})
    with pytest.raises(standing.MoveRefused, match="100 silent cases"):
        standing.move(world.viewer("expert"), row, "trial", "now", evidence_for)
    study = Study.objects.get(uid=STUDY)
    for number in range(100):
        RunRow.objects.create(
            code=f"{number:026d}",
            model=row,
            hospital_id=world.COUNTY,
            study=_another(study, number),
            standing="shadow",
            trigger="rule:x@1",
            step="detection",
            asked_at=clock.now(),
            deadline=clock.now(),
            state="done",
            finished_at=clock.now(),
            result={"findings": [], "flags": []},
        )
    standing.move(world.viewer("expert"), row, "trial", "silent trial is over", evidence_for)
    last = StandingRow.objects.order_by("-pk").first()
    assert last is not None and last.evidence["ready_bands"] == ["2-5"]
    assert standing.may_speak_about(row, world.COUNTY, "2-5")
    assert not standing.may_speak_about(row, world.COUNTY, "12-17")
    with pytest.raises(standing.MoveRefused, match="truth"):
        standing.move(world.viewer("expert"), row, "clinical", "and now", evidence_for)


def _another(study: Study, number: int) -> Study:
    return Study.objects.create(
        hospital_id=study.hospital_id,
        child=study.child,
        uid=f"1.2.840.99.{number}",
        date=study.date and study.date.replace(year=2027),
        arrived_at=study.arrived_at,
        changed_at=study.changed_at,
    )


def test_a_file_that_cannot_be_read_is_told_beside_the_result() -> None:
    from tongying.web.records.images import content_store

    model()
    path = content_store().path(Instance.objects.get(series__study__uid=STUDY, number=2).digest)
    path.chmod(0o600)
    path.write_bytes(b"no longer DICOM")
    row = ask()
    work()
    row.refresh_from_db()
    told = [one["code"] for one in row.admission["caveats"]]
    assert "ai.files-unreadable" in told
    assert row.state != "done" or "ai.files-unreadable" in [
        one["code"] for one in (row.result or {})["caveats"]
    ]
