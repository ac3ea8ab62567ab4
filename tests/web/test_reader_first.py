"""Own read first: what a reader sees before and after, and that every door keeps to it."""

from __future__ import annotations

import ai_read_world as models
import archive_world as world
import case_world
import pydicom
import pytest
from pydicom.uid import Comprehensive3DSRStorage

from tongying.consult.people import Role
from tongying.web.ai.effect import Effect, ReadPair, effect_of, read_pairs
from tongying.web.ai.models import ReadRow, StandingRow, StepEvent
from tongying.web.ai.reading import NothingShown, Read, ReadCommitted, ReadRefused, commit_read
from tongying.web.ai.review_report import finish_review
from tongying.web.ai.reviewing import Decision, MissedFinding, add_missed, review
from tongying.web.ai.showing import results_of_study
from tongying.web.ai.sight import OwnReadFirst, ReadingNotYours, RunNotFound
from tongying.web.ai.veil import veil
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.rights import measurements_for
from tongying.web.people.models import Member
from tongying.web.records.images import content_store
from tongying.web.records.models import Child, Instance, Series, Study
from tongying.web.records.reading import ObjectNotFound, Place, locate, locate_one, metadata
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
READ = Read("normal", 20, "未见异常")


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def commit(login: str = "requester", read: Read = READ) -> None:
    commit_read(world.viewer(login), world.STUDY, read)


def seen(login: str = "requester"):  # type: ignore[no-untyped-def]
    return results_of_study(world.viewer(login), world.STUDY)


def test_nothing_is_shown_before_the_own_read_and_everything_after() -> None:
    models.run()
    before = seen()
    assert before.waiting and not before.runs[0].open
    assert before.runs[0].items() == () and before.undecided == 0
    assert not StepEvent.objects.filter(kind="shown").exists()
    commit()
    after = seen()
    assert [one.key for one in after.runs[0].items()] == ["finding:1", "flag:motion"]
    assert after.undecided == 2 and not after.waiting
    shown = StepEvent.objects.get(kind="shown")
    assert shown.what == {"reader": "requester"} and shown.run is not None
    seen()
    assert StepEvent.objects.filter(kind="shown").count() == 1
    assert AuditRow.objects.filter(kind="ai-read", actor="requester").count() == 1
    assert AuditRow.objects.filter(kind="study", detail__door="ai").exists()


def test_one_readers_read_opens_nothing_for_another() -> None:
    models.run()
    commit("requester")
    assert not seen("trainee").runs[0].open


@pytest.mark.parametrize("standing", ["shadow", "off"])
def test_a_shadow_is_never_shown(standing: str) -> None:
    row = models.run(standing=standing)
    commit()
    assert seen().runs == ()
    with pytest.raises(RunNotFound):
        review(world.viewer("requester"), row.code, Decision("finding:1", "accept"))


def test_triage_is_shown_first_and_only_triage() -> None:
    bleeding = {**models.MOTION, "kind": "bleeding", "level": "urgent"}
    of = models.model("bleeding-first", step="triage")
    models.run()
    models.run(of, step="triage", result={"flags": [bleeding]})
    first, second = seen().runs
    assert first.badge.first and first.open and first.flags[0].level == "urgent"
    assert not second.open


@pytest.mark.parametrize(
    ("role", "detection", "quality"),
    [
        (Role.REQUESTER, False, False),
        (Role.EXPERT, False, False),
        (Role.TRAINEE, False, False),
        (Role.TECHNOLOGIST, False, True),
        (Role.COORDINATOR, False, True),
        (Role.RESEARCHER, False, False),
        (Role.ADMIN, False, False),
    ],
)
def test_who_sees_what_without_a_read(role: Role, detection: bool, quality: bool) -> None:
    models.run()
    models.run(models.model("quality", "acquisition-quality"), step="acquisition-quality")
    shown = {run.step: run.open for run in seen(role.value).runs}
    assert shown == {"detection": detection, "acquisition-quality": quality}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TECHNOLOGIST, Role.RESEARCHER, Role.ADMIN])
def test_who_reads_no_images_commits_no_read(role: Role) -> None:
    with pytest.raises(ReadingNotYours):
        commit(role.value)


def test_a_stranger_and_a_vendor_find_nothing() -> None:
    for login in ("stranger", "vendor"):
        with pytest.raises(ObjectNotFound):
            seen(login)
        with pytest.raises(ObjectNotFound):
            commit(login)


def test_a_read_is_committed_once_and_never_changed() -> None:
    commit()
    with pytest.raises(ReadCommitted):
        commit(read=Read("abnormal"))
    assert ReadRow.objects.get().verdict == "normal"


@pytest.mark.parametrize(
    ("read", "field"),
    [
        (Read(""), "verdict"),
        (Read("maybe"), "verdict"),
        (Read("normal", 101), "confidence"),
        (Read("normal", -1), "confidence"),
        (Read("normal", None, "x" * 4001), "text"),
    ],
)
def test_a_faulty_read_is_refused(read: Read, field: str) -> None:
    with pytest.raises(ReadRefused) as refusal:
        commit(read=read)
    assert list(refusal.value.faults) == [field]


def test_review_and_the_read_after_need_the_own_read() -> None:
    row = models.run()
    viewer = world.viewer("requester")
    with pytest.raises(OwnReadFirst):
        review(viewer, row.code, Decision("finding:1", "accept"))
    with pytest.raises(OwnReadFirst):
        add_missed(viewer, row.code, MissedFinding("lung-nodule"))
    with pytest.raises(OwnReadFirst):
        finish_review(viewer, world.STUDY, READ)


def test_without_anything_shown_there_is_no_read_after() -> None:
    commit()
    with pytest.raises(NothingShown):
        finish_review(world.viewer("requester"), world.STUDY, READ)


def test_refusals_of_the_gate_are_results_with_their_reasons() -> None:
    refusal = {
        "code": "ai.age-outside",
        "criterion": "age",
        "fault": "outside",
        "english": "The child is 7 y; the card asks for 12 y to 18 y.",
        "chinese": "患儿 7 岁；卡片要求 12–18 岁。",
    }
    models.run(
        state="refused",
        refusal_code="ai.age-outside",
        refusal=refusal["english"],
        admission={"refusals": [refusal]},
    )
    (run,) = seen().runs
    assert [(one.code, one.said.chinese) for one in run.why] == [
        ("ai.age-outside", "患儿 7 岁；卡片要求 12–18 岁。")
    ]


def test_what_a_model_says_of_the_images_when_it_refuses_waits_too() -> None:
    models.run(state="refused", refusal_code="ai.run-refused", refusal="No lungs were found.")
    assert seen().runs[0].why == ()
    commit()
    assert seen().runs[0].why[0].said.english == "No lungs were found."


def test_a_stopped_models_results_say_so() -> None:
    row = models.run()
    commit()
    assert seen().runs[0].stopped == ""
    StandingRow.objects.create(
        model=row.model,
        hospital=row.hospital,
        standing="stopped",
        before="trial",
        at=row.asked_at,
        reason="drift",
    )
    assert seen().runs[0].stopped == "stopped"


def test_a_run_that_was_repeated_is_listed_once() -> None:
    models.run()
    models.run(result={"findings": []})
    models.run(state="cancelled")
    commit()
    (run,) = seen().runs
    assert run.empty


def made_by_a_model() -> str:
    """Put an object of a model into the study and return its series."""
    series = f"{world.STUDY}.7"
    file = world.instance(7, SeriesInstanceUID=series, SeriesNumber=9020, Modality="SEG")
    assert all(one.accepted for one in world.send("requester", file))
    veil(Study.objects.get(uid=world.STUDY), [series])
    veil(Study.objects.get(uid=world.STUDY), [series])  # done again it changes nothing
    return series


@pytest.mark.parametrize("login", ["requester", "trainee", "reader"])
def test_objects_of_models_are_not_there_before_the_own_read(login: str) -> None:
    series = made_by_a_model()
    case_world.assigned()
    viewer, door = world.viewer(login), "test"
    place = Place(world.STUDY, series)
    uid = f"{world.STUDY}.1.7"
    root = f"/dicomweb/studies/{world.STUDY}"
    address = f"{root}/series/{series}"
    for reading in (locate, metadata):
        with pytest.raises(ObjectNotFound):
            reading(viewer, place, door=door)
    with pytest.raises(ObjectNotFound):
        locate_one(viewer, Place(world.STUDY, series, uid), door=door)
    assert series not in {one.series_uid for one in locate(viewer, Place(world.STUDY), door=door)}
    browser = world.client(login)
    assert browser.get(f"{address}/metadata").status_code == 404
    for level in ("series", "instances", f"series/{series}/instances"):
        assert series not in browser.get(f"{root}/{level}").content.decode()
    assert series not in browser.get(f"/studies/{world.STUDY}/").content.decode()
    commit(login)
    assert locate(viewer, place, door=door)
    assert series in browser.get(f"{root}/series").content.decode()
    assert browser.get(f"{address}/metadata").status_code == 200


def test_images_that_a_model_read_are_never_hidden() -> None:
    models.run(series_uids=[f"{world.STUDY}.1"])
    veil(Study.objects.get(uid=world.STUDY), [f"{world.STUDY}.1"])
    assert locate(world.viewer("requester"), Place(world.STUDY), door="test")


def test_who_looks_after_the_archive_finds_them_at_once() -> None:
    series = made_by_a_model()
    assert locate(world.viewer("technologist"), Place(world.STUDY, series), door="test")


def test_values_of_models_wait_for_the_own_read_too() -> None:
    study = Study.objects.get(uid=world.STUDY)
    common = {
        "hospital_id": study.hospital_id,
        "child": Child.objects.get(pk=study.child_id),
        "study": study,
        "measure": "spleen-length",
        "value": 75.0,
        "unit": "mm",
        "measured_on": study.date,
        "entered_by": Member.objects.get(login="technologist"),
        "entered_at": study.arrived_at,
    }
    MeasurementRow.objects.create(code="TOLD", source="model", tool="nodule-finder", **common)
    MeasurementRow.objects.create(code="TYPED", source="typed", **common)

    def codes(login: str) -> set[str]:
        return set(measurements_for(world.viewer(login)).values_list("code", flat=True))

    assert codes("requester") == {"TYPED"} and codes("technologist") == {"TOLD", "TYPED"}
    commit()
    assert codes("requester") == {"TOLD", "TYPED"}


def test_the_review_is_written_with_the_reader_as_observer() -> None:
    row = models.run()
    seg = made_by_a_model()
    report = Instance.objects.get(series__uid=seg)
    row.objects_made = [{"kind": "SR", "series_uid": seg, "sop_uid": report.uid, "digest": ""}]
    row.save()
    viewer = world.viewer("requester")
    commit()
    review(
        viewer, row.code, Decision("finding:1", "edit", {"diameter_mm": 6.5, "text": "叶间裂旁"})
    )
    review(viewer, row.code, Decision("flag:motion", "reject", reason="未见运动"))
    add_missed(viewer, row.code, MissedFinding("lung-nodule", "左下叶 3 mm", "L"))
    assert finish_review(viewer, world.STUDY, Read("abnormal", 80)) == 3
    after = ReadRow.objects.get(phase="after")
    assert after.runs_shown == [row.code]
    assert [one["item"] for one in after.findings] == ["finding:1", "missed"]
    series = Series.objects.get(number=9040)
    written = _dataset(series)
    text = written.to_json()
    assert written.file_meta.MediaStorageSOPClassUID == Comprehensive3DSRStorage
    assert "Accepted with changes" in text and "Rejected" in text
    assert "Found by the reader, not by the model" in text
    assert "6.5" in text and "nodule-finder" in text and report.uid in text
    names = [str(one) for one in _people(written)]
    assert names == ["requester^"]
    # A colleague who has not read does not find the word of this one.
    with pytest.raises(ObjectNotFound):
        locate(world.viewer("trainee"), Place(world.STUDY, series.uid), door="test")
    assert seen().reviewed is not None
    again = Instance.objects.count()
    finish_review(viewer, world.STUDY, Read("abnormal", 80))
    assert Instance.objects.count() == again


def _dataset(series: Series) -> pydicom.Dataset:
    with content_store().open(series.instances.get().digest) as file:
        return pydicom.dcmread(file)


def _people(dataset: pydicom.Dataset) -> list[object]:
    return [one.value for one in dataset.iterall() if one.keyword == "PersonName"]


def test_what_reading_beside_a_model_did_is_counted_by_hand() -> None:
    pairs = [
        ReadPair(1, 1, "normal", "abnormal", None, None),
        ReadPair(2, 1, "abnormal", "normal", None, None),
        ReadPair(3, 1, "abnormal", "abnormal", None, None),
        ReadPair(4, 1, "unsure", "abnormal", None, None),
        ReadPair(5, 1, "normal", "unsure", None, None),
        ReadPair(6, 1, "normal", "normal", None, None),
    ]
    truth = {1: True, 2: True, 3: True, 4: False, 5: False}
    found = effect_of(pairs, truth)
    assert found == Effect(right_right=1, right_wrong=2, wrong_right=1, wrong_wrong=1, unknown=1)
    assert found.known + found.unknown == len(pairs)


def test_pairs_come_from_reads_in_which_the_model_was_shown() -> None:
    row = models.run()
    viewer = world.viewer("requester")
    commit()
    commit("trainee")
    assert read_pairs(row.model) == ()
    finish_review(viewer, world.STUDY, Read("unsure", 50))
    finish_review(viewer, world.STUDY, Read("abnormal", 90))
    (pair,) = read_pairs(row.model, row.hospital)
    assert (pair.before, pair.after) == ("normal", "abnormal")
    assert (pair.confidence_before, pair.confidence_after) == (20, 90)
    other = models.model("another")
    assert read_pairs(other) == ()
