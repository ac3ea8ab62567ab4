"""Measurements kept, struck, scored and read: by whom, of whom, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import archive_world as world
import case_world
import pytest

from tongying.consult.case import Question
from tongying.consult.desk import Act, CaseNotFound
from tongying.consult.states import Move
from tongying.norms.score.result import ChildFacts
from tongying.norms.sex import Sex
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.measurements import store
from tongying.web.measurements.entering import (
    MeasurementRefused,
    StrikeReasonMissing,
    StruckAlready,
)
from tongying.web.measurements.facts import SIZE_STALE, ChildGone, book_of
from tongying.web.measurements.inserting import MeasurementStruck, NoOpinionWritten
from tongying.web.measurements.models import MeasurementRow
from tongying.web.measurements.reporting import NoStudy, write_report
from tongying.web.measurements.rights import (
    ENTERING_ROLES,
    MeasurementNotFound,
    MeasuringNotYours,
    StrikingNotYours,
    measurements_for,
)
from tongying.web.measurements.store import Asked, Entry
from tongying.web.measurements.subject import SubjectRefused, subject_of
from tongying.web.norms.store import norms_in_force
from tongying.web.people.models import Member
from tongying.web.records.children import ChildUnknown
from tongying.web.records.models import Child, ChildLink, FetalStudy, Instance, Study
from tongying.web.records.reading import ObjectNotFound
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 1)
"""The day of the study; the child is two years old on it."""
HEAD = Entry(Asked(), "head-circumference", 48.6, "cm", measured_on=ON)
SPLEEN = Entry(Asked(study=world.STUDY), "spleen-length", 75.0, "mm")


@pytest.fixture(autouse=True)
def alliance(db: None) -> None:
    case_world.build()


def child() -> int:
    return Child.objects.get(local_id="P-77").pk


def enter(login: str, entry: Entry) -> str:
    return store.enter(world.viewer(login), entry)


def head(login: str = "requester", **changes: object) -> str:
    return enter(login, replace(HEAD, asked=Asked(child=child()), **changes))


def of_child(login: str = "requester") -> tuple[store.ChildMeasured, list[str]]:
    found = store.measurements_of_child(world.viewer(login), child())
    return found, [one.code for one in found.lines]


def test_a_head_circumference_is_kept_and_scored_against_chinese_boys() -> None:
    code = head(value=486.0, unit="mm")
    row = MeasurementRow.objects.get()
    assert (row.value, row.unit, row.source, row.hospital_id) == (486.0, "mm", "typed", "COUNTY")
    assert (row.study, row.case, row.entered_by.login) == (None, None, "requester")
    shown = store.measurement_of(world.viewer("requester"), code)
    assert shown.score is not None and shown.refused is None and shown.norm is not None
    assert shown.score.norm == "china-2013.head-circumference@1"
    assert (shown.score.value, shown.score.unit) == (48.6, "cm")
    assert shown.score.z is not None and abs(shown.score.z) < 0.5
    assert not shown.score.foreign
    event = AuditRow.objects.get(kind="measurement")
    assert (event.actor, event.action, event.hospital) == ("requester", "create", "COUNTY")


def test_an_equal_measurement_is_kept_once() -> None:
    assert head() == head()
    assert MeasurementRow.objects.count() == 1
    store.strike(world.viewer("requester"), head(), "typed twice")
    assert head() != MeasurementRow.objects.filter(struck_at__isnull=False).get().code


def test_growth_is_never_on_images_and_takes_the_case() -> None:
    case = case_world.submitted()
    code = enter("requester", replace(HEAD, asked=Asked(case=case, study=world.STUDY)))
    row = MeasurementRow.objects.get(code=code)
    assert (row.case_id, row.study_id) == (case, None)


def test_the_studys_day_counts_where_none_is_said() -> None:
    row = MeasurementRow.objects.get(code=enter("technologist", SPLEEN))
    assert (row.measured_on, row.study.uid, row.hospital_id) == (ON, world.STUDY, "COUNTY")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"measure": "nose-length"}, "measure"),
        ({"value": None}, "value"),
        ({"value": float("nan")}, "value"),
        ({"value": 4860.0}, "value"),
        ({"unit": "cm3"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"side": "X"}, "side"),
        ({"measured_on": None}, "measured_on"),
        ({"measured_on": date(2024, 2, 29)}, "measured_on"),
        ({"measured_on": date.today() + timedelta(days=3)}, "measured_on"),  # noqa: DTZ011
        ({"norm": "china-2013.height@1"}, "norm"),
        ({"norm": "nobody.nothing@1"}, "norm"),
        ({"tool": "x" * 101}, "tool"),
        ({"rule": "two\nlines"}, "rule"),
        ({"gestational_age_days": 3}, "gestation"),
    ],
)
def test_what_is_wrong_is_named_by_field_and_nothing_is_kept(
    changes: dict[str, object], field: str
) -> None:
    with pytest.raises(MeasurementRefused) as caught:
        head(**changes)
    assert list(caught.value.faults) == [field]
    assert caught.value.sentence == caught.value.faults[field]
    assert not MeasurementRow.objects.exists()


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(MeasurementRefused) as caught:
        head(value=None, unit="kg", side="both")
    assert set(caught.value.faults) == {"value", "unit", "side"}


def test_only_some_roles_enter_and_only_on_what_they_see() -> None:
    for member in Member.objects.filter(hospital_id="COUNTY"):
        viewer = world.viewer(member.login)
        if viewer.role in ENTERING_ROLES:
            assert store.enter(viewer, SPLEEN)
        else:
            with pytest.raises(MeasuringNotYours):
                store.enter(viewer, SPLEEN)
            with pytest.raises(MeasuringNotYours):
                store.place_of(viewer, SPLEEN.asked)
    for asked, error in (
        (Asked(study=world.STUDY), ObjectNotFound),
        (Asked(child=child()), ChildUnknown),
        (Asked(case=case_world.submitted()), CaseNotFound),
        (Asked(), SubjectRefused),
    ):
        with pytest.raises(error):
            enter("stranger", replace(SPLEEN, asked=asked))


def test_an_expert_sees_and_measures_what_the_case_shows_and_no_more() -> None:
    apart = head()
    on_study = enter("requester", SPLEEN)
    reader = world.viewer("reader")
    assert not measurements_for(reader).exists()
    with pytest.raises(ChildUnknown):
        store.measurements_of_child(reader, child())
    case = case_world.reading()
    own = enter("reader", replace(SPLEEN, asked=Asked(case=case, study=world.STUDY), value=80.0))
    assert MeasurementRow.objects.get(code=own).hospital_id == "COUNTY"
    _, seen = of_child("reader")
    assert set(seen) == {apart, on_study, own}
    shown = {one.code for one in store.measurements_of_case(reader, case)}
    assert shown == {on_study, own}
    with pytest.raises(SubjectRefused):
        subject_of(reader, Asked(case=case, study="1.2.3"))
    with pytest.raises(MeasurementNotFound):
        store.measurement_of(world.viewer("stranger"), own)
    with pytest.raises(MeasurementNotFound):
        store.strike(world.viewer("stranger"), own, "no")


def test_a_draft_that_one_does_not_see_is_not_named() -> None:
    case = case_world.draft()
    code = enter("requester", replace(SPLEEN, asked=Asked(case=case, study=world.STUDY)))
    assert store.measurement_of(world.viewer("requester"), code).case == case
    assert store.measurement_of(world.viewer("technologist"), code).case is None


def test_a_strike_needs_a_reason_and_stays_to_be_read() -> None:
    code = head()
    requester = world.viewer("requester")
    with pytest.raises(StrikeReasonMissing):
        store.strike(requester, code, "  ")
    store.strike(requester, code, "wrong child")
    with pytest.raises(StruckAlready):
        store.strike(requester, code, "again")
    found, _ = of_child()
    (line,) = found.lines
    assert line.struck is not None and not line.may_strike
    assert (line.struck.by, line.struck.reason) == ("requester", "wrong child")


def test_who_strikes() -> None:
    case = case_world.reading()
    theirs = enter("requester", replace(SPLEEN, asked=Asked(case=case, study=world.STUDY)))
    own = enter("reader", replace(SPLEEN, asked=Asked(case=case, study=world.STUDY), value=80.0))
    with pytest.raises(StrikingNotYours):
        store.strike(world.viewer("reader"), theirs, "no")
    with pytest.raises(StrikingNotYours):
        store.strike(world.viewer("researcher"), theirs, "no")
    store.strike(world.viewer("coordinator"), theirs, "wrong side")
    store.strike(world.viewer("reader"), own, "wrong unit")


def test_facts_come_from_birth_sex_question_images_and_measurements() -> None:
    question = replace(case_world.QUESTION, height_cm=86.0, gestation_weeks=33, gestation_days=2)
    case_world.draft(question)
    facts = store.facts_of(child(), ON)
    assert facts == ChildFacts(
        born=date(2024, 3, 1),
        sex=Sex.MALE,
        gestation_days=33 * 7 + 2,
        height_cm=86.0,
        weight_kg=11.4,
    )
    head(measure="height", value=0.9, unit="m", measured_on=date(2026, 4, 20))
    assert store.facts_of(child(), date(2026, 4, 19)).height_cm == pytest.approx(90.0)
    store.strike(world.viewer("requester"), MeasurementRow.objects.get().code, "wrong")
    assert store.facts_of(child(), date(2026, 4, 19)).height_cm == 86.0
    with pytest.raises(ChildGone):
        store.facts_of(10**9, ON)


def test_an_old_size_is_used_with_a_caveat_and_a_very_old_one_not_at_all() -> None:
    Study.objects.update(size_m=0.86)
    for days, height, doubts in ((30, 86.0, 0), (31, 86.0, 1), (183, 86.0, 1), (184, None, 0)):
        known = book_of(child()).on(ON + timedelta(days=days))
        assert (known.facts.height_cm, len(known.caveats)) == (height, doubts), days
        assert all(one.code == SIZE_STALE for one in known.caveats)
    Child.objects.update(birth_date=date(2025, 9, 1))
    for days, height, doubts in ((7, 86.0, 0), (8, 86.0, 1), (30, 86.0, 1), (31, None, 0)):
        known = book_of(child()).on(ON + timedelta(days=days))
        assert (known.facts.height_cm, len(known.caveats)) == (height, doubts), days


def test_a_discarded_question_tells_nothing() -> None:
    case = case_world.draft(Question(text="?", gestation_weeks=30))
    assert store.facts_of(child(), ON).gestation_days == 210
    cases.act(world.viewer("requester"), case, Act(Move.DISCARD))
    assert CaseRow.objects.get(pk=case).state == "discarded"
    assert store.facts_of(child(), ON).gestation_days is None


def test_an_unknown_sex_is_refused_not_guessed() -> None:
    Child.objects.update(sex="O")
    shown = store.measurement_of(world.viewer("requester"), head())
    assert shown.score is None and shown.refused is not None
    assert shown.refused.code == "norms.sex-unknown"


def test_records_of_one_child_that_contradict_each_other_are_not_chosen_between() -> None:
    head()
    own = Child.objects.get(pk=child())
    other = Child.objects.create(
        hospital_id=own.hospital_id, local_id="joined", sex="F", birth_date=own.birth_date
    )
    maker = Member.objects.get(login="requester")
    ChildLink.objects.create(child=own, same_as=other, reason="test", made_by=maker)
    book = book_of(own.pk)
    assert own.sex == "M"
    assert book.sex is None
    assert book.born == own.birth_date
    refused = of_child()[0].lines[0].refused
    assert refused is not None
    assert refused.code == "norms.sex-unknown"


def test_the_chosen_norm_is_the_one_and_the_method_must_be_its() -> None:
    norms = {one.id for one in store.norms_of("head-circumference")}
    assert {"china-2013.head-circumference@1", "cdc-2000.head-circumference@1"} <= norms
    code = head(norm="cdc-2000.head-circumference@1")
    shown = store.measurement_of(world.viewer("requester"), code)
    assert shown.score is not None and shown.score.foreign
    wanted = next(one for one in norms_in_force().values() if one.method.tool)
    if wanted.measure in {"spleen-length"}:
        other = replace(SPLEEN, tool="another tool", norm=wanted.id)
        told = store.measurement_of(world.viewer("requester"), enter("requester", other))
        assert told.refused is not None and told.refused.code == "norms.method-mismatch"


def test_before_birth_the_gestational_age_counts_and_never_the_mothers() -> None:
    assert world.send(
        "requester",
        world.instance(
            1,
            study="1.2.826.0.1.3680043.10.99.7",
            PatientID="MOTHER",
            PatientBirthDate="19950101",
            PatientSex="F",
            StudyDate="20240101",
        ),
    )[0].accepted
    study = Study.objects.get(uid="1.2.826.0.1.3680043.10.99.7")
    fetal = Entry(Asked(study=study.uid), "fetal-transcerebellar-diameter", 34.0, "mm")
    fetal = replace(fetal, norm="luis-2025.fetal-transcerebellar-diameter@1")
    requester = world.viewer("requester")
    unsaid = store.measurement_of(requester, enter("requester", fetal))
    assert unsaid.refused is not None and unsaid.refused.code == "norms.age-unknown"
    told = enter("requester", replace(fetal, gestational_age_days=30 * 7))
    typed = store.measurement_of(requester, told)
    assert typed.score is not None and typed.score.x == pytest.approx(30.0)
    coordinator = world.viewer("coordinator")
    FetalStudy.objects.create(
        child_id=child(),
        study=study,
        gestation_days=31 * 7,
        reason="told",
        made_by_id=coordinator.user,
        made_at="2026-03-01T00:00:00Z",
    )
    filed = store.measurement_of(requester, enter("requester", fetal))
    assert filed.child == child()
    assert filed.score is not None and filed.score.x == pytest.approx(31.0)


def test_a_report_is_written_into_the_study_once() -> None:
    code = enter("requester", SPLEEN)
    second = enter("requester", replace(SPLEEN, measure="kidney-length", value=62.0, side="R"))
    requester = world.viewer("requester")
    assert write_report(requester, code) == 2
    assert write_report(requester, second) == 2
    (report,) = Instance.objects.filter(series__modality="SR")
    assert report.series.study.uid == world.STUDY
    assert set(MeasurementRow.objects.values_list("sr_uid", flat=True)) == {report.uid}
    store.strike(requester, second, "wrong side")
    assert write_report(requester, code) == 1
    assert Instance.objects.filter(series__modality="SR").count() == 2
    with pytest.raises(MeasurementStruck):
        write_report(requester, second)
    with pytest.raises(NoStudy):
        write_report(requester, head())
    with pytest.raises(MeasuringNotYours):
        write_report(world.viewer("researcher"), code)


def test_only_who_writes_the_opinion_carries_a_sentence_into_it() -> None:
    case = case_world.reading()
    code = enter("requester", replace(SPLEEN, asked=Asked(case=case, study=world.STUDY)))
    reader = world.viewer("reader")
    for _ in range(2):
        assert store.insert_into_opinion(reader, code, "脾长 75 mm。") == case
    assert CaseRow.objects.get(pk=case).draft_findings == "脾长 75 mm。"
    with pytest.raises(NoOpinionWritten):
        store.insert_into_opinion(world.viewer("requester"), code, "x")
    with pytest.raises(NoOpinionWritten):
        store.insert_into_opinion(reader, head(), "x")
    store.strike(world.viewer("requester"), code, "wrong")
    with pytest.raises(MeasurementStruck):
        store.insert_into_opinion(reader, code, "x")
