"""Referrals in the store: who sees what and when, notices, outcomes, comparison, the chase."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import archive_world as world
import pytest
import referral_world as refer

from tongying.consult.desk import CaseNotFound
from tongying.consult.outcome import (
    Agreement,
    Comparison,
    ComparisonRefused,
    NothingToCompare,
    OutcomeKind,
)
from tongying.consult.people import Role, Viewer
from tongying.consult.referral import ReferralMove, ReferralState, may_see_referral
from tongying.consult.referral_moves import (
    AppointmentRefused,
    ReferralAct,
    ReferralNotFound,
    ReferralNotYours,
    ReferralOutOfPlace,
)
from tongying.consult.referral_order import AirwayRisk, Attachment, OrderRefused
from tongying.kernel.ids import HospitalCode
from tongying.web import now as clock
from tongying.web.cases.rows import case_of
from tongying.web.jobs.models import OutboxRow
from tongying.web.notices.models import NoticeRow
from tongying.web.people.store import HospitalUnknown, Peer, add_peer
from tongying.web.records.visible import cases_for, studies_for
from tongying.web.referrals import comparing, reading, store
from tongying.web.referrals.chase import chase
from tongying.web.referrals.models import ReferralEvent, ReferralRow
from tongying.web.referrals.quality import QualityNotYours, quality
from tongying.web.referrals.rows import referral_of, with_facts
from tongying.web.referrals.visible import referrals_for
from tongying.web.trail import store as trail
from tongying.web.trail.models import AuditRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def case_id() -> int:
    return refer.build()


def sees(login: str, case_id: int) -> tuple[bool, bool, bool]:
    """Return whether a person sees the case, its images and its documents."""
    from tongying.web.cases.documents import DocumentNotReady, open_document

    who = world.viewer(login)
    try:
        open_document(who, case_id, 1, "pdf-zh")
        document = True
    except DocumentNotReady:
        document = True
    except CaseNotFound:
        document = False
    return (
        cases_for(who).filter(pk=case_id).exists(),
        studies_for(who).filter(uid=world.STUDY).exists(),
        document,
    )


NOTHING, ALL = (False, False, False), (True, True, True)


def test_the_receiving_hospital_sees_from_sending_until_a_no(case_id: int) -> None:
    assert sees("city-desk", case_id) == sees("city-doctor", case_id) == NOTHING
    number = refer.sent(case_id)
    assert sees("city-desk", case_id) == ALL
    assert sees("city-doctor", case_id) == NOTHING  # nobody is named yet
    refer.accept(number)
    assert sees("city-doctor", case_id) == ALL
    assert sees("city-other", case_id) == NOTHING
    refer.do("requester", number, ReferralMove.WITHDRAW, "家属要求去省城")
    assert sees("city-desk", case_id) == sees("city-doctor", case_id) == NOTHING
    with pytest.raises(ReferralNotFound):
        reading.show_referral(world.viewer("city-desk"), number)


def test_a_hospital_that_declines_sees_nothing_more(case_id: int) -> None:
    number = refer.sent(case_id)
    refer.do("city-desk", number, ReferralMove.DECLINE, "无床位")
    assert sees("city-desk", case_id) == NOTHING
    again = refer.sent(case_id)
    assert sees("city-desk", case_id) == ALL
    assert reading.list_referrals(world.viewer("city-desk"), reading.INCOMING)[0].id == again
    assert not _view("requester", number).referral.is_open()


def test_a_child_that_comes_late_is_still_checked_in(case_id: int) -> None:
    number = refer.accepted(case_id)
    refer.do("city-desk", number, ReferralMove.NOT_ARRIVED)
    assert sees("city-desk", case_id) == sees("city-doctor", case_id) == ALL
    assert _view("requester", number).owner.value == "referring"
    refer.do("city-doctor", number, ReferralMove.ARRIVE)
    assert refer.row(number).arrived_at is not None


def test_the_query_and_the_rule_agree(case_id: int) -> None:
    number = refer.accepted(case_id)
    people = [world.viewer(one).user for one in ("requester", "reader", "city-doctor")]
    for state in ReferralState:
        ReferralRow.objects.filter(pk=number).update(state=state.value)
        row = with_facts(ReferralRow.objects).get(pk=number)
        for role, hospital, user in product(Role, ("COUNTY", "EXPERTS", "CITY", "OTHER"), people):
            viewer = Viewer(user, "x", HospitalCode(hospital), role)
            expected = may_see_referral(viewer, referral_of(row), case_of(row.case))
            got = referrals_for(viewer).filter(pk=number).exists()
            assert got == expected, (state, role, hospital, user)


def test_sending_is_for_the_asking_doctor_or_who_signed(case_id: int) -> None:
    with pytest.raises(CaseNotFound):
        store.send(world.viewer("stranger"), case_id, refer.ORDER)
    for login in ("desk", "technologist", "coordinator"):
        with pytest.raises(ReferralNotYours):
            store.send(world.viewer(login), case_id, refer.ORDER)
    number = store.send(world.viewer("reader"), case_id, refer.ORDER)
    assert refer.row(number).referred_by.login == "reader"
    with pytest.raises(store.ReferredAlready):
        refer.sent(case_id)


def test_what_is_unsaid_is_not_sent(case_id: int) -> None:
    with pytest.raises(OrderRefused):
        refer.sent(case_id, airway_risk=None)
    with pytest.raises(HospitalUnknown):
        refer.sent(case_id, receiving=HospitalCode("NOWHERE"))
    assert not ReferralRow.objects.exists()
    number = refer.sent(case_id, airway_risk=AirwayRisk.UNSAID, risk_note="")
    assert refer.row(number).airway_risk == ""


def test_images_are_ready_at_once_and_promised_to_a_node(case_id: int) -> None:
    number = refer.sent(case_id)
    made = refer.row(number)
    assert made.images_ready_at == made.sent_at
    assert not OutboxRow.objects.filter(kind="referral-push").exists()
    with pytest.raises(store.NoNode):
        store.send_images_again(world.viewer("city-desk"), number)
    add_peer("CITY", Peer("PACS", "127.0.0.1", 11112), actor="system")
    store.send_images_again(world.viewer("city-desk"), number)
    refer.do("requester", number, ReferralMove.WITHDRAW, "家属放弃")
    without = refer.sent(case_id, attachments=frozenset({Attachment.OPINION}))
    assert refer.row(without).images_ready_at is None
    again = [one.payload for one in OutboxRow.objects.filter(kind="referral-push")]
    assert again == [{"referral": number, "again": 0}]


def test_every_change_is_audited_and_in_the_timeline(case_id: int) -> None:
    number = refer.arrived(case_id)
    refer.record(number, OutcomeKind.PROCEDURE)
    store.mark_seen(world.viewer("requester"), number)
    verdict = Comparison(Agreement.MINOR, management_changed=True, note="部位低估")
    comparing.compare(world.viewer("reader"), number, verdict)
    comparing.offer_teaching(world.viewer("desk"), number)
    refer.record(number, OutcomeKind.DISCHARGE)
    refer.do("city-desk", number, ReferralMove.CLOSE)
    moves = list(ReferralEvent.objects.order_by("pk").values_list("move", flat=True))
    assert moves == [
        "send", "accept", "arrive", "outcome", "seen", "compare", "teaching", "outcome", "close",
    ]  # fmt: skip
    audited = AuditRow.objects.filter(kind="referral").exclude(action="read")
    assert [one.detail["move"] for one in audited.order_by("id")] == moves
    assert {one.hospital for one in audited} == {"COUNTY"}
    assert trail.check_chain() is None


def test_who_is_told_what(case_id: int) -> None:
    NoticeRow.objects.all().delete()
    number = refer.accepted(case_id)
    refer.accept(number, move=ReferralMove.REBOOK, days=2)
    refer.do("city-doctor", number, ReferralMove.NOT_ARRIVED)
    refer.do("city-desk", number, ReferralMove.ARRIVE)
    refer.record(number, OutcomeKind.PATHOLOGY, login="city-desk")
    told = list(NoticeRow.objects.order_by("pk").values_list("kind", "member__login", "pressing"))
    assert told == [
        ("referral-sent", "city-desk", True),
        *(("referral-accepted", who, False) for who in ("requester", "reader", "city-doctor")),
        *(("referral-accepted", who, False) for who in ("requester", "reader", "city-doctor")),
        *(("referral-missed", who, False) for who in ("requester", "reader")),
        *(("referral-arrived", who, False) for who in ("requester", "reader")),
        *(("outcome-arrived", who, False) for who in ("requester", "reader")),
    ]
    text = str(list(NoticeRow.objects.values_list("values", "url")))
    assert "小明" not in text and "手术" not in text
    refer.do("requester", refer.sent(_second_case()), ReferralMove.WITHDRAW, "不去了")
    last = NoticeRow.objects.order_by("-pk")[0]
    assert (last.kind, last.member.login, last.url) == (
        "referral-withdrawn", "city-desk", "/referrals/",
    )  # fmt: skip


def test_the_named_doctor_must_be_one_of_the_receiving_hospital(case_id: int) -> None:
    from tongying.consult.referral_moves import Appointment

    number = refer.sent(case_id)
    at = clock.now() + timedelta(days=1)
    for doctor in (None, world.viewer("reader").user, world.viewer("city-desk").user):
        act = ReferralAct(ReferralMove.ACCEPT, appointment=Appointment(at, "6 层", doctor))
        with pytest.raises(AppointmentRefused):
            store.act(world.viewer("city-desk"), number, act)
    assert refer.row(number).state == "sent"


def test_two_accepts_of_one_page_are_one(case_id: int) -> None:
    number = refer.sent(case_id)
    seen = refer.row(number).revision
    refer.accept(number)
    act = ReferralAct(ReferralMove.DECLINE, "无床位")
    with pytest.raises(store.ReferralStale):
        store.act(world.viewer("city-desk"), number, act, revision=seen)
    with pytest.raises(ReferralOutOfPlace):
        refer.accept(number)


def test_the_outcome_is_new_until_the_county_has_read_it(case_id: int) -> None:
    number = refer.arrived(case_id)
    refer.record(number, OutcomeKind.PATHOLOGY, "良性")
    assert _view("requester", number).unread == 2  # the arrival and the pathology
    for login in ("city-desk", "reader", "desk", "technologist"):
        with pytest.raises(ReferralNotYours):
            store.mark_seen(world.viewer(login), number)
    assert store.mark_seen(world.viewer("requester"), number) == 2
    assert store.mark_seen(world.viewer("requester"), number) == 0
    assert _view("requester", number).outcomes[1].seen_by == "requester"
    refer.record(number, OutcomeKind.GENETICS, "未见致病变异")
    assert _view("requester", number).unread == 1


def test_a_discrepancy_opens_review_and_is_offered_for_teaching_once(case_id: int) -> None:
    number = refer.arrived(case_id)
    agrees = Comparison(Agreement.AGREES, management_changed=True)
    with pytest.raises(NothingToCompare):
        comparing.compare(world.viewer("reader"), number, agrees)
    with pytest.raises(ReferralNotFound):
        comparing.offer_teaching(world.viewer("desk"), number)
    refer.record(number, OutcomeKind.NONE, "失访")
    with pytest.raises(ComparisonRefused):
        comparing.compare(world.viewer("reader"), number, agrees)
    refer.record(number, OutcomeKind.PATHOLOGY, "肾母细胞瘤")
    for login in ("requester", "city-desk", "city-doctor", "coordinator"):
        with pytest.raises(ReferralNotYours):
            comparing.compare(world.viewer(login), number, agrees)
    comparing.compare(world.viewer("reader"), number, agrees)
    first = _view("reader", number).comparison
    assert first is not None and first.review_opened_at is None
    assert first.truth.value == "pathology"
    comparing.compare(
        world.viewer("desk"), number, Comparison(Agreement.MAJOR, None, "性质判断相反")
    )
    second = _view("reader", number).comparison
    assert second is not None and second.review_opened_at is not None
    comparing.compare(world.viewer("desk"), number, agrees)
    third = _view("reader", number).comparison
    assert third is not None and third.review_opened_at == second.review_opened_at
    comparing.offer_teaching(world.viewer("reader"), number)
    offered = _view("reader", number).comparison
    comparing.offer_teaching(world.viewer("desk"), number)
    assert _view("reader", number).comparison == offered


def test_the_quality_page_counts(case_id: int) -> None:
    assert quality(world.viewer("desk")).changed is None
    verdicts = [
        Comparison(Agreement.AGREES, True),
        Comparison(Agreement.MAJOR, False, "漏诊"),
        Comparison(Agreement.MINOR, None, "部位"),
        Comparison(Agreement.CANNOT_COMPARE),
    ]
    for case, verdict in zip([case_id, *(_second_case() for _ in range(3))], verdicts, strict=True):
        number = refer.arrived(case)
        refer.record(number, OutcomeKind.PATHOLOGY)
        comparing.compare(world.viewer("reader"), number, verdict)
    found = quality(world.viewer("desk"))
    assert {one.value: count for one, count, _ in found.counts} == {
        "agrees": 1, "minor": 1, "major": 1, "incomparable": 1,
    }  # fmt: skip
    shares = {one.value: share for one, _, share in found.counts}
    assert shares["incomparable"] is None
    assert shares["agrees"] is not None and (shares["agrees"].k, shares["agrees"].n) == (1, 3)
    assert found.changed is not None and (found.changed.k, found.changed.n) == (1, 2)
    assert [one.comparison.agreement.value for one in found.discrepancies] == ["minor", "major"]
    assert quality(world.viewer("coordinator")).compared == 4  # the asking hospital's own
    assert quality(world.viewer("city-desk")).compared == 0
    for login in ("reader", "requester", "admin"):
        with pytest.raises(QualityNotYours):
            quality(world.viewer(login))


def test_the_chase_tells_once_a_week_whoever_and_however_often_it_runs(
    case_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = refer.arrived(case_id)
    sent_at = refer.row(number).sent_at
    NoticeRow.objects.all().delete()
    told = {}
    for hours in range(0, 46 * 24, 6):
        made = chase(sent_at + timedelta(hours=hours))
        assert chase(sent_at + timedelta(hours=hours)) == 0
        if made:
            told[hours / 24] = made
    # The county's doctor, who signed, the coordinator and the named doctor of the city hospital.
    assert told == {30: 4, 37: 4, 44: 4}
    refer.stop_clock(monkeypatch, sent_at + timedelta(days=50))
    (line,) = reading.list_referrals(world.viewer("requester"), reading.CHASED)
    assert (line.id, line.chased_days, line.late) == (number, 50, True)
    refer.record(number, OutcomeKind.PROCEDURE)
    assert reading.list_referrals(world.viewer("requester"), reading.CHASED) == ()
    assert chase(sent_at + timedelta(days=60)) == 0


def test_the_chase_leaves_the_ended_alone(case_id: int) -> None:
    number = refer.sent(case_id)
    refer.do("requester", number, ReferralMove.WITHDRAW, "已自行就诊")
    assert chase(clock.now() + timedelta(days=99)) == 0


def test_the_public_code_names_no_child(case_id: int) -> None:
    number = refer.accepted(case_id)
    code = refer.row(number).code
    assert len(code) == 26
    found = reading.public_referral(code.lower())
    assert found is not None and found.place == "住院楼 6 层小儿外科"
    assert "小明" not in repr(found)
    refer.do("city-desk", number, ReferralMove.DECLINE, "手术室停电")
    gone = reading.public_referral(code)
    assert gone == replace(found, state="declined", place="", appointment_at=None)
    assert reading.public_referral("0" * 26) is None


def _view(login: str, number: int) -> reading.ReferralView:
    return reading.show_referral(world.viewer(login), number)


_more = iter(range(100, 1000))


def _second_case() -> int:
    """Sign another case, about another study of another child."""
    study = f"{world.STUDY}.{next(_more)}"
    sent = world.send("requester", world.instance(study=study, PatientID=study[-6:]))
    assert all(one.accepted for one in sent)
    before, world.STUDY = world.STUDY, study
    try:
        return refer.another_signed()
    finally:
        world.STUDY = before
