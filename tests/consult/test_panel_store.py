"""Panels in the store: who reads what, what is kept, what is refused, what closes the case."""

from __future__ import annotations

import pytest
from consult_world import OPINION
from panel_world import (
    PATHOLOGY,
    SURGERY,
    ULTRASOUND,
    answered,
    concluded,
    do,
    invited,
    panel_world,
)

from tongying.consult.desk import Act, CaseNotFound, Opinion
from tongying.consult.panel_moves import HasRead, PanelMoveNotYours, PanelNotReady, PanelOutOfPlace
from tongying.consult.panel_rules import PanelState, Verdict
from tongying.consult.states import Move

CONCLUSION = "右半结肠息肉，转外科。"


@pytest.fixture
def made(db, data_dir):
    return panel_world()


def shown(viewer, case):
    from tongying.web.panels import store

    return store.show(viewer, case)


def read_by(viewer, case) -> dict[str, str]:
    """Return the opinions that a viewer reads, by specialty."""
    return {seat.specialty.value: seat.opinion for seat in shown(viewer, case).seats}


def test_each_writes_before_seeing_the_others(made):
    world, case = made
    invited(world, case)
    do(world.surgeon, case, "write", text="草稿")
    assert read_by(world.surgeon, case) == {"surgery": "草稿", "ultrasound": ""}
    for other in (world.sonographer, world.expert, world.desk, world.author):
        assert set(read_by(other, case).values()) == {""}
    do(world.surgeon, case, "sign-own", text="息肉。")
    assert read_by(world.sonographer, case) == {"surgery": "", "ultrasound": ""}
    seat = shown(world.sonographer, case).seats[0]
    assert seat.sealed and seat.signed_at is not None
    assert read_by(world.expert, case) == {"surgery": "息肉。", "ultrasound": ""}
    for other in (world.desk, world.author, world.colleague):
        assert set(read_by(other, case).values()) == {""}
    do(world.sonographer, case, "sign-own", text="重复畸形。")
    assert read_by(world.sonographer, case)["surgery"] == "息肉。"


def test_the_asking_side_reads_nothing_before_the_case_is_signed(made):
    from tongying.web.cases import store as cases

    world, case = made
    answered(world, case)
    for other in (world.author, world.desk):
        view = shown(other, case)
        assert view.conclusion == ""
        assert [(one.opinion, one.verdict, one.dissents) for one in view.seats] == [
            ("", None, ())
        ] * 2
    cases.act(world.expert, case, Act(Move.SIGN, opinion=Opinion(CONCLUSION)))
    view = shown(world.author, case)
    assert view.state is PanelState.CLOSED
    assert view.conclusion == CONCLUSION
    assert [one.opinion for one in view.seats] == ["息肉，建议手术。", "重复畸形不能除外。"]
    assert view.seats[1].verdict is Verdict.DISSENTS
    assert view.moves == ()


def test_the_case_cannot_be_signed_before_its_panel_is_finished(made):
    from tongying.web.cases import store as cases
    from tongying.web.cases.models import OpinionRow
    from tongying.web.panels.signing import AnswerNotConclusion

    world, case = made
    sign = Act(Move.SIGN, opinion=Opinion(CONCLUSION))
    invited(world, case)
    with pytest.raises(PanelNotReady) as refused:
        cases.act(world.expert, case, sign)
    assert [one.lack.value for one in refused.value.missing] == [
        "opinion", "opinion", "any-opinion", "conclusion",
    ]  # fmt: skip
    do(world.surgeon, case, "sign-own", text="息肉。")
    do(world.desk, case, "excuse", specialty=ULTRASOUND, reason="急诊值班")
    do(world.expert, case, "propose-conclusion", text=CONCLUSION)
    with pytest.raises(PanelNotReady):
        cases.act(world.expert, case, sign)
    do(world.surgeon, case, "agree", version=1)
    with pytest.raises(AnswerNotConclusion):
        cases.act(world.expert, case, Act(Move.SIGN, opinion=OPINION))
    assert not OpinionRow.objects.exists()
    with pytest.raises(PanelOutOfPlace):
        do(world.expert, case, "close")
    cases.act(world.expert, case, Act(Move.SIGN, opinion=Opinion(f" {CONCLUSION}\r\n")))
    assert shown(world.author, case).state is PanelState.CLOSED


def test_signing_and_closing_are_one_act(made, monkeypatch):
    from tongying.web.cases import signing
    from tongying.web.cases import store as cases

    world, case = made
    answered(world, case)

    def broken(*args, **named):
        raise RuntimeError("power cut")

    monkeypatch.setattr(signing, "sign", broken)
    with pytest.raises(RuntimeError):
        cases.act(world.expert, case, Act(Move.SIGN, opinion=Opinion(CONCLUSION)))
    assert shown(world.expert, case).state is PanelState.CONCLUDING


def test_the_signed_content_carries_the_panel(made):
    from tongying.web.cases import store as cases
    from tongying.web.cases.models import OpinionRow
    from tongying.web.cases.signing import signed_document

    world, case = made
    answered(world, case)
    cases.act(world.expert, case, Act(Move.SIGN, opinion=Opinion(CONCLUSION, "见附图。")))
    document = signed_document(OpinionRow.objects.get(case_id=case))
    assert document.panel is not None
    surgery, ultrasound = document.panel.seats
    assert (surgery.person, surgery.hospital, surgery.opinion) == (
        "surgeon 医师", "儿童医院", "息肉，建议手术。",
    )  # fmt: skip
    assert ultrasound.dissents[0].words == "仍考虑重复畸形。"
    change = Act(Move.AMEND, opinion=Opinion("补充：已手术。"), reason="手术后")
    cases.act(world.expert, case, change)
    amended = signed_document(OpinionRow.objects.get(case_id=case, version=2))
    assert amended.panel == document.panel


def test_a_case_without_a_panel_is_signed_as_before(made):
    from tongying.web.cases import store as cases
    from tongying.web.cases.models import OpinionRow
    from tongying.web.cases.signing import signed_document

    world, case = made
    cases.act(world.expert, case, Act(Move.SIGN, opinion=OPINION))
    opinion = OpinionRow.objects.get(case_id=case)
    assert signed_document(opinion).panel is None
    assert b'"form":"tongying.opinion/1"' in bytes(opinion.content)
    assert b'"panel"' not in bytes(opinion.content)


@pytest.mark.parametrize("login", ["expired", "gone", "own", "author", "desk"])
def test_who_cannot_be_invited(made, login):
    from tongying.web.panels.invitees import InviteeRefused
    from tongying.web.panels.models import PanelRow

    world, case = made
    with pytest.raises(InviteeRefused):
        do(world.desk, case, "invite", specialty=PATHOLOGY, member=world.viewers[login].user)
    assert not PanelRow.objects.exists()


def test_a_hospital_that_requires_credentials_invites_nobody_without_a_licence(made):
    from tongying.web.panels.invitees import InviteeRefused
    from tongying.web.people.models import Hospital

    world, case = made
    Hospital.objects.filter(code="CHILDREN").update(credentials_required=True)
    do(world.desk, case, "invite", specialty=ULTRASOUND, member=world.sonographer.user)
    with pytest.raises(InviteeRefused):
        do(world.desk, case, "invite", specialty=SURGERY, member=world.surgeon.user)


def test_the_directory_puts_the_specialty_first_and_hides_who_cannot_sit(made):
    from tongying.web.panels import store

    world, case = made
    (fitting,) = store.find(world.desk, case, specialty=ULTRASOUND, text="")
    assert (fitting.member.name, fitting.fits, fitting.duty) == ("sonographer 医师", True, "")
    found = store.find(world.desk, case, specialty=ULTRASOUND, text="医师")
    assert [one.fits for one in found] == [True] + [False] * (len(found) - 1)
    names = {one.member.name.removesuffix(" 医师") for one in found}
    assert names == {"expert", "second", "surgeon", "sonographer"}
    (only,) = store.find(world.expert, case, specialty=None, text="surg")
    assert only.member.id == world.surgeon.user
    for nobody in (world.author, world.second):
        with pytest.raises((PanelMoveNotYours, CaseNotFound)):
            store.find(nobody, case, specialty=None, text="")


def test_the_directory_says_who_is_on_duty(made):
    from datetime import timedelta

    from django.utils import timezone

    from tongying.web.alliance.models import ShiftRow
    from tongying.web.panels import store

    world, case = made
    now, hour = timezone.now(), timedelta(hours=1)
    for member, begins, duty in (
        (world.second, now - hour, "on-call"),
        (world.surgeon, now + hour, "desk"),
        (world.expert, now - hour, "desk"),
    ):
        ShiftRow.objects.create(
            member_id=member.user, begins=begins, ends=begins + 2 * hour, duty=duty
        )
    found = store.find(world.desk, case, specialty=None, text="")
    assert [(one.member.name.removesuffix(" 医师"), one.duty) for one in found] == [
        ("expert", "desk"), ("second", "on-call"), ("sonographer", ""), ("surgeon", "off"),
    ]  # fmt: skip


def test_a_panellist_sees_case_and_images_and_a_dropped_one_no_longer(made):
    from tongying.web.cases import store as cases
    from tongying.web.records.visible import cases_for, studies_for

    world, case = made

    def sees() -> tuple[int, int]:
        return cases_for(world.sonographer).count(), studies_for(world.sonographer).count()

    with pytest.raises(CaseNotFound):
        cases.show(world.sonographer, case)
    assert sees() == (0, 0)
    invited(world, case)
    cases.show(world.sonographer, case)
    assert sees() == (1, 1)
    with pytest.raises(PanelMoveNotYours):
        do(world.sonographer, case, "drop-seat", specialty=SURGERY)
    do(world.desk, case, "drop-seat", specialty=ULTRASOUND)
    assert sees() == (0, 0)
    with pytest.raises(CaseNotFound):
        shown(world.sonographer, case)
    with pytest.raises(CaseNotFound):
        do(world.sonographer, case, "write", text="x")


def test_what_waits_for_a_specialist(made):
    from tongying.web.cases.waiting import waiting_for

    world, case = made

    def waits(viewer) -> bool:
        return waiting_for(viewer).filter(pk=case).exists()

    invited(world, case)
    assert waits(world.surgeon) and waits(world.sonographer)
    do(world.surgeon, case, "sign-own", text="息肉。")
    assert not waits(world.surgeon)
    do(world.sonographer, case, "sign-own", text="重复畸形。")
    do(world.expert, case, "propose-conclusion", text="甲")
    assert waits(world.surgeon) and waits(world.sonographer)
    do(world.surgeon, case, "agree", version=1)
    do(world.expert, case, "excuse-verdict", specialty=ULTRASOUND, reason="联系不上")
    assert not waits(world.surgeon) and not waits(world.sonographer)
    do(world.expert, case, "propose-conclusion", text="乙")
    assert waits(world.surgeon) and waits(world.sonographer)
    do(world.desk, case, "cancel", reason="不需要")
    assert not waits(world.surgeon)


def test_seats_are_written_at_the_same_time_and_one_seat_is_not_overwritten(made):
    from tongying.web.panels.store import StalePanel

    world, case = made
    invited(world, case)
    old = shown(world.surgeon, case).own.revision
    do(world.sonographer, case, "write", text="超声所见")
    do(world.surgeon, case, "write", text="甲", revision=old)
    with pytest.raises(StalePanel):
        do(world.surgeon, case, "write", text="乙", revision=old)
    assert shown(world.surgeon, case).own.opinion == "甲"
    chair = shown(world.expert, case).revision
    do(world.surgeon, case, "write", text="丙")
    do(world.expert, case, "excuse", specialty=ULTRASOUND, reason="x", revision=chair)
    with pytest.raises(StalePanel):
        do(world.expert, case, "cancel", reason="x", revision=chair)


def test_every_verdict_and_conclusion_is_kept(made):
    from tongying.web.panels.models import ConclusionRow, VerdictRow

    world, case = made
    answered(world, case)
    do(world.expert, case, "propose-conclusion", text="乙")
    do(world.sonographer, case, "agree", version=2)
    assert list(VerdictRow.objects.order_by("pk").values_list("version", "verdict", "words")) == [
        (1, "agrees", ""),
        (1, "dissents", "仍考虑重复畸形。"),
        (2, "agrees", ""),
    ]
    assert list(ConclusionRow.objects.values_list("version", "text")) == [
        (1, CONCLUSION),
        (2, "乙"),
    ]
    seat = shown(world.expert, case).seats[1]
    assert seat.verdict is Verdict.AGREES
    assert [one.words for one in seat.dissents] == ["仍考虑重复畸形。"]


def test_whoever_led_the_case_takes_no_seat_after_reading(made):
    world, case = made
    from tongying.web.cases import store as cases

    invited(world, case)
    do(world.surgeon, case, "sign-own", text="息肉。")
    cases.act(world.desk, case, Act(Move.ASSIGN, assignee=world.second.user, reason="专长"))
    for member in (world.expert, world.second):
        with pytest.raises(HasRead):
            do(world.desk, case, "invite", specialty=PATHOLOGY, member=member.user)


def test_a_withdrawn_case_ends_its_panel(made):
    from tongying.web.cases import store as cases

    world, case = made
    invited(world, case)
    do(world.surgeon, case, "sign-own", text="息肉。")
    cases.act(world.author, case, Act(Move.WITHDRAW, reason="已转院"))
    view = shown(world.surgeon, case)
    assert view.state is PanelState.CANCELLED
    assert [(one.specialty, one.member is None) for one in view.seats] == [
        (SURGERY, False),
        (ULTRASOUND, True),
    ]


def test_audit_and_timeline_tell_the_moves_but_no_opinion(made):
    from tongying.web.cases.models import CaseEvent
    from tongying.web.trail.models import AuditRow

    world, case = made
    answered(world, case)
    lines = list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("move", "reason"))
    assert [move for move, _ in lines if move.startswith("panel")] == [
        "panel-invited", "panel-invited", "panel-signed", "panel-signed", "panel-proposed",
        "panel-answered", "panel-answered",
    ]  # fmt: skip
    assert not any("畸形" in reason or "息肉" in reason for _, reason in lines)
    kept = AuditRow.objects.filter(kind="panel", action="update")
    assert [one.detail["move"] for one in kept.order_by("pk")] == [
        "invite", "invite", "sign-own", "sign-own", "propose-conclusion", "agree", "dissent",
    ]  # fmt: skip
    assert not any("畸形" in str(one.detail) for one in kept)
    shown(world.sonographer, case)
    assert AuditRow.objects.filter(kind="panel", action="read", actor="sonographer").exists()


def test_people_are_told(made):
    from tongying.web.cases import store as cases
    from tongying.web.notices.models import NoticeRow

    world, case = made

    def told() -> list[tuple[str, str]]:
        rows = NoticeRow.objects.filter(kind__startswith="panel").order_by("pk")
        return list(rows.values_list("member__login", "kind"))

    invited(world, case)
    assert told() == [("surgeon", "panel-invited"), ("sonographer", "panel-invited")]
    do(world.surgeon, case, "sign-own", text="息肉。")
    assert len(told()) == 2
    do(world.sonographer, case, "sign-own", text="重复畸形。")
    assert told()[2:] == [("expert", "panel-all-written")]
    do(world.expert, case, "propose-conclusion", text=CONCLUSION)
    assert sorted(told()[3:]) == [("sonographer", "panel-verdict"), ("surgeon", "panel-verdict")]
    do(world.surgeon, case, "agree", version=1)
    do(world.sonographer, case, "agree", version=1)
    cases.act(world.expert, case, Act(Move.SIGN, opinion=Opinion(CONCLUSION)))
    assert sorted(told()[5:]) == [
        ("sonographer", "panel-concluded"),
        ("surgeon", "panel-concluded"),
    ]


def test_the_conclusion_becomes_the_answers_draft(made):
    from consult_world import row

    world, case = made
    revision = row(case).revision
    concluded(world, case)
    assert row(case).draft_answer == CONCLUSION
    assert row(case).revision == revision + 1


def test_a_case_without_a_panel_has_none(made):
    from tongying.web.panels.store import PanelMissing

    world, case = made
    assert shown(world.expert, case) is None
    with pytest.raises(PanelMissing):
        do(world.expert, case, "cancel", reason="x")
