"""The books on a database: files applied whole or not at all, rosters, agreements, who answers."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import alliance_world as world
import pytest
from alliance_world import COUNTY, LEAD, OTHER, REGION, at, viewer
from django.db import connection

from tongying.consult.agreement import AgreementMissing
from tongying.consult.alliance_faults import AllianceRefused
from tongying.consult.alliance_import.columns import Kind
from tongying.consult.membership import ShiftRecord
from tongying.consult.roster import Duty
from tongying.web.alliance import rosters, store
from tongying.web.alliance.agreements import (
    agreements_between,
    answering_hospital,
    check_may_answer,
)
from tongying.web.alliance.directory import DirectoryFilter, Validity, directory
from tongying.web.alliance.exporting import export_books, export_for
from tongying.web.alliance.importing import Importer, import_books, import_for
from tongying.web.alliance.models import AgreementRow, ShiftRow
from tongying.web.alliance.standing import NotYourBooks
from tongying.web.alliance.week import week_of
from tongying.web.cases.models import CaseRow, CaseStudy
from tongying.web.people.models import Hospital, Member
from tongying.web.people.store import HospitalUnknown, MemberUnknown
from tongying.web.records.models import Child, Study
from tongying.web.trail.models import AuditRow
from tongying.web.trail.store import check_chain

BY = Importer("operator")
SHIFTS = "登录名,开始时间,结束时间,值班方式\n"


@pytest.fixture
def alliance(db: None) -> None:
    world.build()


def bring(kind: Kind, text: str, *, apply: bool = True):
    return import_books(kind, text.encode(), BY, apply=apply)


def counts() -> tuple[int, ...]:
    return tuple(
        model.objects.count() for model in (Hospital, Member, AgreementRow, ShiftRow, AuditRow)
    )


# ------------------------------------------------------------------ files


@pytest.mark.usefixtures("alliance")
@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.HOSPITALS, "code,name\nNEW,新院\nCOUNTY,改名\nBAD CODE,坏\n"),
        (
            Kind.MEMBERS,
            "login,name,hospital,role\nhe,何,COUNTY,申请医生\ncounty-expert,改,COUNTY,专家\n",
        ),
        (
            Kind.AGREEMENTS,
            "asking,answering,valid_from,valid_until,scope\n"
            "COUNTY,LEAD,2026-01-01,2027-01-01,影像\nOTHER,COUNTY,2026-01-01,2027-01-01,影像\n",
        ),
        (
            Kind.SHIFTS,
            SHIFTS
            + "lead-expert,2026-03-02 08:00,2026-03-02 12:00,坐班\n"
            + "lead-expert,2026-03-02 11:00,2026-03-02 13:00,坐班\n",
        ),
    ],
)
def test_one_refused_row_changes_nothing_and_every_row_is_listed(kind: Kind, text: str) -> None:
    before = counts()
    result = bring(kind, text)
    assert (result.applied, result.refused) == (False, 1)
    assert len(result.rows) == text.count("\n") - 1
    assert counts() == before


@pytest.mark.usefixtures("alliance")
def test_a_dry_run_changes_nothing() -> None:
    before = counts()
    result = bring(Kind.HOSPITALS, "code,name\nNEW,新院\n", apply=False)
    assert (result.applied, result.refused) == (False, 0)
    assert counts() == before


@pytest.mark.usefixtures("alliance")
def test_a_tree_is_applied_in_any_order_with_its_events() -> None:
    text = "code,name,tier,parent,province\nT,镇,township,C2,丙省\nC2,县,county,LEAD,丙省\n"
    assert bring(Kind.HOSPITALS, text).applied
    assert Hospital.objects.get(code="T").parent_id == "C2"
    events = AuditRow.objects.filter(kind="hospital", target__in=("T", "C2"))
    assert {(one.actor, one.action, one.hospital) for one in events} == {
        ("operator", "create", "T"),
        ("operator", "create", "C2"),
    }
    assert bring(Kind.HOSPITALS, text).counts["unchanged"] == 2
    assert check_chain() is None


@pytest.mark.usefixtures("alliance")
def test_a_new_member_cannot_log_in_and_an_old_ones_password_stays() -> None:
    Member.objects.filter(login="county-requester").update(password="kept")
    text = (
        "登录名,姓名,医院代码,角色,职称\n"
        "he,何医生,COUNTY,申请医生,主治医师\n"
        "county-requester,陈医生,COUNTY,申请医生,主任医师\n"
    )
    assert bring(Kind.MEMBERS, text).applied
    fresh = Member.objects.get(login="he")
    assert not fresh.has_usable_password()
    old = Member.objects.get(login="county-requester")
    assert (old.password, old.title) == ("kept", "主任医师")


@pytest.mark.usefixtures("alliance")
def test_what_is_exported_is_imported_as_unchanged() -> None:
    bring(
        Kind.AGREEMENTS,
        "asking,answering,valid_from,valid_until,scope,number\n"
        "COUNTY,LEAD,2026-01-01,2027-01-01,影像,A-1\n",
    )
    bring(Kind.SHIFTS, SHIFTS + "lead-expert,2026-03-02 22:00,2026-03-03 08:00,听班\n")
    Member.objects.exclude(login="lead-expert").filter(role="expert").delete()
    for kind in Kind:
        result = bring(kind, export_books(kind))
        assert {one.outcome.value for one in result.rows} == {"unchanged"}, kind


@pytest.mark.usefixtures("alliance")
def test_an_administrator_imports_members_of_their_own_hospital_only() -> None:
    admin = viewer("county-admin")
    head = "login,name,hospital,role\n"
    own = import_for(admin, Kind.MEMBERS, (head + "he,何,COUNTY,requester\n").encode(), apply=True)
    assert own.applied
    foreign = import_for(
        admin, Kind.MEMBERS, (head + "hu,胡,LEAD,requester\n").encode(), apply=True
    )
    assert [one.fault.code for one in foreign.rows] == ["row.foreign"]
    mine = import_for(admin, Kind.MEMBERS, b"login,role\ncounty-admin,coordinator\n", apply=True)
    assert [one.fault.code for one in mine.rows] == ["member.own-role"]
    shifts = SHIFTS + "lead-technologist,2026-03-02 08:00,2026-03-02 12:00,坐班\n"
    other = import_for(admin, Kind.SHIFTS, shifts.encode(), apply=True)
    assert [one.fault.code for one in other.rows] == ["member.unknown"]


@pytest.mark.usefixtures("alliance")
@pytest.mark.parametrize("code", [LEAD, COUNTY])
@pytest.mark.parametrize("role", ["admin", "coordinator", "expert", "requester", "trainee"])
def test_who_imports_and_exports_what(code: str, role: str) -> None:
    allowed = {
        ("admin", LEAD): set(Kind),
        ("coordinator", LEAD): {Kind.HOSPITALS, Kind.AGREEMENTS, Kind.SHIFTS},
        ("admin", COUNTY): {Kind.MEMBERS, Kind.SHIFTS},
        ("coordinator", COUNTY): {Kind.SHIFTS},
    }.get((role, code), set())
    who = viewer(f"{code.lower()}-{role}")
    for kind in Kind:
        if kind in allowed:
            assert export_for(who, kind)
        else:
            with pytest.raises(NotYourBooks):
                import_for(who, kind, b"", apply=True)
            with pytest.raises(NotYourBooks):
                export_for(who, kind)


@pytest.mark.usefixtures("alliance")
def test_an_export_names_nobody_of_another_hospital() -> None:
    text = export_for(viewer("county-admin"), Kind.MEMBERS)
    assert "county-expert" in text
    assert "lead-" not in text
    assert "SECRET-1" not in text


# ------------------------------------------------------------------ one at a time

PROFILE = {
    "name": "新名",
    "name_en": "",
    "tier": "county",
    "province": "丙省",
    "city": "丁市",
    "parent": REGION,
    "service_hours": "",
    "ae_title": COUNTY,
    "answers": "no",
    "credentials_required": "no",
    "assigns_itself": "no",
    "sub_alliances": "imaging nuclear",
}


@pytest.mark.usefixtures("alliance")
def test_the_leading_office_changes_a_hospital() -> None:
    store.change_hospital(viewer("lead-coordinator"), COUNTY, PROFILE | {"service_hours": "全天"})
    row = Hospital.objects.get(code=COUNTY)
    assert (row.name, row.province, row.sub_alliances) == ("新名", "丙省", "imaging nuclear")
    assert row.service_hours == []
    assert AuditRow.objects.latest("id").target == COUNTY
    for wrong, code in (
        ({"parent": COUNTY}, "hospital.tree-cycle"),
        ({"parent": OTHER}, "hospital.tree-order"),
        ({"parent": "NONE"}, "hospital.parent-unknown"),
        ({"ae_title": LEAD}, "hospital.ae-title-taken"),
        ({"service_hours": "later"}, "value.hours"),
        ({"name": ""}, "value.missing"),
    ):
        with pytest.raises(AllianceRefused) as refused:
            store.change_hospital(viewer("lead-admin"), COUNTY, PROFILE | wrong)
        assert refused.value.error_code == code
    with pytest.raises(HospitalUnknown):
        store.change_hospital(viewer("lead-admin"), "NONE", PROFILE)
    for other in ("lead-expert", "county-admin", "region-coordinator"):
        with pytest.raises(NotYourBooks):
            store.change_hospital(viewer(other), COUNTY, PROFILE)


@pytest.mark.usefixtures("alliance")
def test_a_leading_hospital_that_answers_nobody_leads_nobody() -> None:
    Hospital.objects.filter(code=LEAD).update(answers=False)
    with pytest.raises(NotYourBooks):
        store.change_hospital(viewer("lead-admin"), COUNTY, PROFILE)


@pytest.mark.usefixtures("alliance")
def test_agreements_are_set_changed_and_taken_off() -> None:
    office = viewer("lead-coordinator")
    given = {
        "answering": LEAD,
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
        "scope": "imaging",
        "number": "A-1",
    }
    store.set_agreement(office, COUNTY, given)
    store.set_agreement(office, COUNTY, given | {"valid_until": "2027-12-31"})
    (pact,) = agreements_between(COUNTY, LEAD)
    assert pact.valid_until == date(2027, 12, 31)
    with pytest.raises(AllianceRefused, match="before it begins"):
        store.set_agreement(office, COUNTY, given | {"valid_until": "2025-12-31"})
    row = AgreementRow.objects.get()
    with pytest.raises(NotYourBooks):
        store.drop_agreement(viewer("county-admin"), COUNTY, row.pk)
    with pytest.raises(store.AgreementUnknown):
        store.drop_agreement(office, OTHER, row.pk)
    store.drop_agreement(office, COUNTY, row.pk)
    assert agreements_between(COUNTY, LEAD) == ()
    actions = AuditRow.objects.filter(kind="agreement").order_by("id")
    assert [one.action for one in actions] == ["update", "update", "delete"]


@pytest.mark.usefixtures("alliance")
def test_an_own_administrator_changes_credentials() -> None:
    given = {"specialties": "bone", "licence_number": "N", "licence_until": "2030-01-01"}
    one = store.change_credentials(viewer("lead-admin"), "lead-expert", given | {"email": ""})
    assert (one.licence_until, one.email) == (date(2030, 1, 1), "")
    with pytest.raises(AllianceRefused, match="needs a licence number"):
        store.change_credentials(
            viewer("lead-admin"), "lead-expert", given | {"licence_number": ""}
        )
    with pytest.raises(AllianceRefused, match="Your own role"):
        store.change_credentials(viewer("lead-admin"), "lead-admin", {"role": "trainee"})
    with pytest.raises(NotYourBooks):
        store.change_credentials(viewer("lead-coordinator"), "lead-expert", given)
    with pytest.raises(MemberUnknown):
        store.change_credentials(viewer("county-admin"), "lead-expert", given)


# ------------------------------------------------------------------ rosters


def shift(day: int, begins: int, ends: int, login: str = "lead-expert") -> ShiftRecord:
    return ShiftRecord(login, at(day, begins), at(day, ends), Duty.DESK)


@pytest.mark.usefixtures("alliance")
def test_shifts_are_put_on_and_taken_off() -> None:
    desk = viewer("lead-coordinator")
    rosters.add_shift(desk, shift(2, 8, 12))
    rosters.add_shift(desk, shift(2, 12, 17))
    for wrong in (shift(2, 11, 13), shift(2, 7, 20), shift(2, 12, 8), shift(2, 8, 50)):
        with pytest.raises(AllianceRefused):
            rosters.add_shift(desk, wrong)
    with pytest.raises(MemberUnknown):
        rosters.add_shift(desk, shift(2, 8, 12, "county-expert"))
    with pytest.raises(NotYourBooks):
        rosters.add_shift(viewer("lead-expert"), shift(3, 8, 12))
    expert = Member.objects.get(login="lead-expert")
    colleague = Member.objects.get(login="lead-coordinator")
    roster = rosters.roster_of([expert.pk, colleague.pk], at(2, 0), at(3, 0))
    assert roster.on_duty(at(2, 9)) == (expert.pk,)
    assert roster.on_duty(at(2, 17)) == ()
    # Off duty all week is not unknown; never having had a shift is.
    later = rosters.roster_of([expert.pk, colleague.pk], at(20, 0), at(25, 0))
    assert (later.knows(expert.pk), later.knows(colleague.pk)) == (True, False)
    row = ShiftRow.objects.order_by("begins").first()
    with pytest.raises(rosters.ShiftUnknown):
        rosters.remove_shift(viewer("county-coordinator"), row.pk)
    rosters.remove_shift(desk, row.pk)
    assert ShiftRow.objects.count() == 1


@pytest.mark.usefixtures("alliance")
def test_a_week_is_copied_and_what_overlaps_left_out() -> None:
    desk = viewer("lead-coordinator")
    rosters.add_shift(desk, shift(2, 8, 12))
    rosters.add_shift(desk, shift(8, 22, 32))
    rosters.add_shift(desk, shift(9, 9, 11))
    assert rosters.copy_week(desk, date(2026, 3, 9)) == (1, 1)
    starts = ShiftRow.objects.order_by("begins").values_list("begins", flat=True)
    assert [one.astimezone(world.ZONE) for one in starts] == [
        at(2, 8),
        at(8, 22),
        at(9, 9),
        at(15, 22),
    ]
    # Once more copies nothing: all of it would overlap.
    assert rosters.copy_week(desk, date(2026, 3, 9)) == (0, 2)


@pytest.mark.usefixtures("alliance")
def test_the_week_shows_people_hours_and_gaps() -> None:
    Hospital.objects.filter(code=LEAD).update(service_hours=[[["08:00", "22:00"]]] * 7)
    desk = viewer("lead-coordinator")
    rosters.add_shift(desk, shift(2, 8, 12))
    rosters.add_shift(desk, ShiftRecord("lead-trainee", at(2, 12), at(2, 14), Duty.ON_CALL))
    rosters.add_shift(desk, shift(2, 20, 32))
    week = week_of(viewer("lead-trainee"), date(2026, 3, 5))
    assert (week.monday, week.may_change) == (date(2026, 3, 2), False)
    monday, tuesday = week.days[:2]
    assert monday.gaps == ((at(2, 14), at(2, 20)),)
    assert monday.thin == ((at(2, 12), at(2, 14)),)
    assert tuesday.gaps == ((at(3, 8), at(3, 22)),)
    assert {one.login: one.hours for one in week.people} == {"lead-expert": 16, "lead-trainee": 0}
    assert monday.blocks[-1].overnight


@pytest.mark.django_db(transaction=True)
def test_of_two_overlapping_shifts_at_once_one_stands(data_dir) -> None:
    world.build()
    desk = viewer("lead-coordinator")
    for turn in range(10):
        day = 2 + turn
        gate = threading.Barrier(2)
        outcomes: list[str] = []

        def run(one: ShiftRecord, gate=gate, outcomes=outcomes) -> None:
            try:
                gate.wait()
                rosters.add_shift(desk, one)
                outcomes.append("stands")
            except AllianceRefused as error:
                outcomes.append(error.error_code)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=run, args=(one,))
            for one in (shift(day, 8, 12), shift(day, 9, 13))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["shift.overlap", "stands"]
    assert ShiftRow.objects.count() == 10


# ------------------------------------------------------------------ agreements at the desk


def study(hospital: str, modalities: str = "CT") -> Study:
    child = Child.objects.create(hospital_id=hospital, local_id=f"P-{hospital}-{modalities}")
    return Study.objects.create(
        uid=f"1.2.{Study.objects.count() + 3}",
        child=child,
        hospital_id=hospital,
        modalities=modalities,
        arrived_at=at(1, 0),
        changed_at=at(1, 0),
    )


def pact(asking: str, answering: str, until: date, scope: str = "imaging") -> None:
    AgreementRow.objects.create(
        asking_id=asking,
        answering_id=answering,
        valid_from=date(2026, 1, 1),
        valid_until=until,
        scope=scope,
    )


@pytest.mark.usefixtures("alliance")
def test_the_nearest_one_with_an_agreement_answers() -> None:
    one = study(COUNTY)
    assert answering_hospital(one, at(2, 9)).code == LEAD
    pact(COUNTY, REGION, date(2026, 3, 2))
    assert answering_hospital(one, at(2, 23)).code == REGION
    # The last valid day ends at midnight on our clocks, not on Greenwich's.
    assert answering_hospital(one, at(3, 0)).code == LEAD
    assert answering_hospital(study(COUNTY, "PT\\CT"), at(2, 9)).code == LEAD
    Hospital.objects.update(answers=False)
    assert answering_hospital(one, at(2, 9)) is None


@pytest.mark.usefixtures("alliance")
def test_an_agreement_gone_or_out_of_scope_keeps_the_case_from_being_answered() -> None:
    one = study(COUNTY)
    case = CaseRow.objects.create(
        state="submitted",
        asking_id=COUNTY,
        answering_id=LEAD,
        author=Member.objects.get(login="county-requester"),
        child=one.child,
        created_at=at(1, 0),
        changed_at=at(1, 0),
    )
    CaseStudy.objects.create(case=case, study=one)
    check_may_answer(case, at(2, 9))
    Hospital.objects.filter(code=LEAD).update(credentials_required=True)
    case.refresh_from_db()
    with pytest.raises(AgreementMissing, match="no agreement"):
        check_may_answer(case, at(2, 9))
    pact(COUNTY, LEAD, date(2026, 3, 2))
    check_may_answer(case, at(2, 23))
    with pytest.raises(AgreementMissing, match="expired on 2026-03-02"):
        check_may_answer(case, at(3, 0))
    AgreementRow.objects.update(valid_until=date(2027, 1, 1), scope="nuclear")
    with pytest.raises(AgreementMissing, match="does not cover imaging"):
        check_may_answer(case, at(2, 9))


@pytest.mark.usefixtures("alliance")
def test_the_directory_counts_and_filters() -> None:
    from tongying.web import now as clock

    today = clock.now().astimezone(world.ZONE).date()
    pact(COUNTY, LEAD, today - timedelta(days=1))
    pact(REGION, LEAD, today + timedelta(days=5))
    who = viewer("other-trainee")
    whole = directory(who, DirectoryFilter())
    assert (whole.hospitals, whole.members) == (4, 32)
    (province,) = whole.provinces
    assert [(one.code, one.depth) for one in province.lines] == [
        (LEAD, 0),
        (REGION, 1),
        (COUNTY, 2),
        (OTHER, 2),
    ]
    assert whole.states[Validity.EXPIRED] == whole.states[Validity.SOON] == 1
    expired = directory(who, DirectoryFilter(agreement="expired"))
    assert [one.code for one in expired.provinces[0].lines] == [COUNTY]
    assert directory(who, DirectoryFilter(words="nothing like it")).found == 0
    assert directory(who, DirectoryFilter(words="region 乙市", tier="regional")).found == 1
