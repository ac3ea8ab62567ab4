"""Rows of what comes after an opinion: referrals, outcomes, critical findings, a booked panel."""

from __future__ import annotations

from datetime import date, timedelta

from alliance import AT, Alliance, add_study
from tongying.consult.case import Confidence, Question, Urgency
from tongying.consult.people import Role
from tongying.consult.states import Move
from tongying.web.cases import store as cases
from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import CriticalRow
from tongying.web.panels.models import PanelRow, SeatRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child
from tongying.web.referrals.models import OutcomeRow, ReferralEvent, ReferralRow

SURGEON, RECEIVER = "surgeon", "receiver"
PANEL_UID = "1.2.826.0.1.3680043.9.7"


def add(made: Alliance) -> None:
    """Refer the child of the answered case: accepted, operated on, declined once; and a panel."""
    Hospital.objects.create(
        code="PROV",
        name="省立医院",
        ae_title="PROV",
        parent_id="CHILD",
        tier="regional",
        province="湖北省",
        city="武汉市",
        sub_alliances="imaging nuclear",
    )
    for login, role in ((SURGEON, Role.EXPERT), (RECEIVER, Role.COORDINATOR)):
        made.members[login] = Member.objects.create(
            login=login,
            name=f"{login} 医生",
            hospital_id="PROV",
            role=role.value,
            password="!",
            specialties="surgery abdomen",
            licence_until=date(2027, 12, 31),
        ).pk
    made.referral = _referral(made, "arrived").pk
    made.declined = _referral(made, "declined").pk
    for kind, text in (
        ("arrival", "已到院"),
        ("procedure", "结肠镜下息肉切除"),
        ("pathology", "幼年性息肉"),
    ):
        made.outcomes[kind] = OutcomeRow.objects.create(
            referral_id=made.referral,
            kind=kind,
            happened_on=date(2026, 3, 10),
            text=text,
            recorded_by_id=made.members[SURGEON],
            recorded_at=AT + timedelta(days=8),
            seen_by_id=made.members["zhang"] if kind == "procedure" else None,
            seen_at=AT + timedelta(days=9) if kind == "procedure" else None,
        ).pk
    for name, seen in (("critical", True), ("unread", False)):
        at = AT + timedelta(hours=1)
        made.criticals[name] = CriticalRow.objects.create(
            case_id=made.case,
            finding="颅内高压",
            category="minutes" if seen else "days",
            found_at=AT,
            reported_by_id=made.members["li"],
            receiver_id=made.members["zhang"],
            acknowledged_at=at if seen else None,
            acknowledged_by_id=made.members["zhang"] if seen else None,
            read_back="颅高压，已备转诊" if seen else "",
            due_at=at,
        ).pk
    made.panel_case = _booked_panel(made)


def _referral(made: Alliance, state: str) -> ReferralRow:
    accepted = state == "arrived"
    row = ReferralRow.objects.create(
        case_id=made.case,
        receiving_id="PROV",
        doctor_id=made.members[SURGEON] if accepted else None,
        referred_by_id=made.members["zhang"],
        state=state,
        reason="息肉待手术",
        urgency="urgent",
        needs="theatre",
        transport="ambulance",
        airway_risk="present",
        risk_note="呼吸道感染未愈",
        documents=["opinion", "images"],
        appointment_at=AT + timedelta(days=7) if accepted else None,
        place="外科 3 病区" if accepted else "",
        answer_reason="" if accepted else "本周无床位",
        code=f"{state:X<26}".upper(),
        sent_at=AT + timedelta(days=1),
        answered_at=AT + timedelta(days=2),
        arrived_at=AT + timedelta(days=7) if accepted else None,
    )
    ReferralEvent.objects.create(
        referral=row, at=AT + timedelta(days=7 if accepted else 2), move="arrive", state=state
    )
    return row


def _booked_panel(made: Alliance) -> int:
    child = Child.objects.create(hospital_id="COUNTY_1", local_id="00777")
    add_study(child, PANEL_UID, date(2026, 3, 2), instances=1)
    made.panel_child = child.pk
    case = cases.begin(made.viewer("zhang"), PANEL_UID)
    question = Question(text="如何处理？", confidence=Confidence.UNSURE, urgency=Urgency.ROUTINE)
    made.act("zhang", Move.EDIT, case, question=question)
    made.act("zhang", Move.SUBMIT, case)
    CaseRow.objects.filter(pk=case).update(
        urgency="booked", booked_for=AT + timedelta(days=20), assignee=made.members["li"]
    )
    panel = PanelRow.objects.create(case_id=case, state="gathering", created_at=AT)
    for specialty, login, state in (
        ("neuro", "li", "signed"),
        ("surgery", SURGEON, "invited"),
        ("oncology", None, "excused"),
    ):
        SeatRow.objects.create(
            panel=panel,
            specialty=specialty,
            member_id=made.members[login] if login else None,
            state=state,
        )
    return case
