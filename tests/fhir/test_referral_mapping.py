"""Referrals, appointments, procedures and communications as resources, rich and minimal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from fhir_values import AT, HOSPITALS, MEMBERS, bare_case, rich_case
from r4 import faults_by_definitions, faults_by_models

from tongying.consult.case import Urgency
from tongying.consult.outcome import OutcomeKind
from tongying.consult.panel_rules import SeatState
from tongying.consult.referral import Referral, ReferralState
from tongying.consult.states import State
from tongying.kernel.ids import HospitalCode, UserId
from tongying.web.fhir.mapping.events import (
    critical_communication,
    outcome_communication,
    procedure,
)
from tongying.web.fhir.mapping.people import organization, practitioner_role
from tongying.web.fhir.mapping.question import PRIORITY, service_request, task
from tongying.web.fhir.mapping.referral import (
    PANEL_APPOINTMENT_STATUS,
    panel_appointment,
    referral_appointment,
    referral_request,
    referral_task,
)
from tongying.web.fhir.referral_values import (
    FhirCritical,
    FhirOutcome,
    FhirPanelTime,
    FhirPerson,
    FhirReferral,
    FhirSeat,
)

ZHANG, SURGEON = FhirPerson(3, "张医生"), FhirPerson(9, "王外科")
LATER = AT + timedelta(days=7)


def rich_referral(state: ReferralState = ReferralState.ACCEPTED) -> FhirReferral:
    return FhirReferral(
        id=5,
        about=rich_case(State.SIGNED),
        referral=Referral(
            state=state,
            asking=HospitalCode("XIAN_1"),
            receiving=HospitalCode("PROV_2"),
            signer=UserId(2),
            doctor=UserId(9),
            urgency=Urgency.EMERGENCY,
            sent_at=AT,
            since=AT,
            appointment_at=LATER,
        ),
        number="TY-2026-000031-R5",
        reason="肠套叠 <急>",
        needs="theatre",
        transport="escorted",
        airway_risk="present",
        risk_note="近期上感",
        documents=("opinion", "images"),
        place="外科 3 病区",
        answer_reason="已备床",
        receiving_name="省立医院",
        doctor=SURGEON,
        referred_by=ZHANG,
        answered_at=AT,
        arrived_at=LATER,
        closed_at=LATER,
        changed_at=LATER,
        procedures=(71,),
        outcomes=(70, 71),
    )


def bare_referral() -> FhirReferral:
    return FhirReferral(
        id=6,
        about=bare_case(),
        referral=Referral(
            state=ReferralState.SENT,
            asking=HospitalCode("XIAN_1"),
            receiving=HospitalCode("PROV_2"),
            signer=None,
            doctor=None,
            urgency=Urgency.ROUTINE,
            sent_at=AT,
            since=AT,
        ),
        number="TY-2026-000032-R6",
        reason="",
        needs="",
        transport="",
        airway_risk="",
        risk_note="",
        documents=(),
        place="",
        answer_reason="",
        receiving_name="",
        doctor=None,
        referred_by=FhirPerson(3, ""),
        answered_at=None,
        arrived_at=None,
        closed_at=None,
        changed_at=AT,
    )


def outcome(kind: OutcomeKind = OutcomeKind.PROCEDURE, *, bare: bool = False) -> FhirOutcome:
    return FhirOutcome(
        id=71,
        about=bare_case() if bare else rich_case(),
        referral_id=5,
        kind=kind,
        happened_on=date(2026, 3, 11),
        text="" if bare else "空气灌肠复位",
        recorded_by=FhirPerson(9, "") if bare else SURGEON,
        recorded_at=AT,
        seen_at=None if bare else LATER,
    )


def critical(*, bare: bool = False) -> FhirCritical:
    return FhirCritical(
        id=4,
        about=bare_case() if bare else rich_case(),
        finding="" if bare else "张力性气胸",
        category="days" if bare else "minutes",
        found_at=AT,
        reported_by=FhirPerson(2, "李专家"),
        receiver=ZHANG,
        acknowledged_at=None if bare else LATER,
        acknowledged_by=None if bare else ZHANG,
        read_back="" if bare else "已通知病房",
    )


def panel(state: State = State.READING, *, bare: bool = False) -> FhirPanelTime:
    about = bare_case() if bare else rich_case(state)
    seats = (
        ()
        if bare
        else tuple(
            FhirSeat(FhirPerson(10 + place, "专家"), seat) for place, seat in enumerate(SeatState)
        )
    )
    return FhirPanelTime(about, LATER, seats)


def booked() -> dict[str, Any]:
    found = rich_case(State.SUBMITTED)
    question = replace(found.case.question, urgency=Urgency.BOOKED)
    return service_request(
        replace(found, case=replace(found.case, question=question, booked_for=LATER))
    )


def every_resource() -> list[dict[str, Any]]:
    referrals = [bare_referral(), *(rich_referral(state) for state in ReferralState)]
    tree = replace(
        HOSPITALS[0],
        parent="CHILD",
        tier="county",
        province="湖北省",
        city="咸宁市",
        sub_alliances=("imaging", "nuclear"),
    )
    doctor = replace(MEMBERS[0], specialties=("neuro", "oncology"), licence_until=date(2027, 1, 31))
    return [
        *(referral_request(one) for one in referrals),
        *(referral_task(one) for one in referrals),
        *(referral_appointment(one) for one in referrals if one.referral.appointment_at),
        *(panel_appointment(panel(state)) for state in State),
        panel_appointment(panel(bare=True)),
        procedure(outcome()),
        procedure(outcome(bare=True)),
        *(outcome_communication(outcome(kind)) for kind in OutcomeKind),
        outcome_communication(outcome(bare=True)),
        critical_communication(critical()),
        critical_communication(critical(bare=True)),
        organization(tree),
        practitioner_role(doctor),
        booked(),
        task(replace(rich_case(), accepted_at=AT, signed_at=LATER)),
        task(replace(rich_case(State.READING), accepted_at=AT)),
    ]


def test_every_resource_is_valid_by_hl7_definitions() -> None:
    assert faults_by_definitions(every_resource()) == []


def test_every_resource_is_valid_by_fhir_resources() -> None:
    assert faults_by_models(every_resource()) == []


@pytest.mark.parametrize("resource", every_resource(), ids=lambda one: one["resourceType"])
def test_nothing_is_empty(resource: dict[str, Any]) -> None:
    def walk(value: object) -> None:
        assert value not in (None, "", [], {})
        for inner in value.values() if isinstance(value, dict) else []:
            walk(inner)
        for inner in value if isinstance(value, list) else []:
            walk(inner)

    walk(resource)


# A second time by hand: state, ServiceRequest, Task, Appointment, who owns it.
EXPECTED = {
    "sent": ("active", "requested", "proposed", "PractitionerRole/9"),
    "accepted": ("active", "accepted", "booked", "PractitionerRole/9"),
    "declined": ("revoked", "rejected", "cancelled", "Organization/XIAN.1"),
    "withdrawn": ("revoked", "cancelled", "cancelled", None),
    "arrived": ("active", "in-progress", "fulfilled", "PractitionerRole/9"),
    "not-arrived": ("on-hold", "on-hold", "noshow", "Organization/XIAN.1"),
    "closed": ("completed", "completed", "fulfilled", None),
}


@pytest.mark.parametrize("state", ReferralState)
def test_states_owners_and_statuses(state: ReferralState) -> None:
    found = rich_referral(state)
    request, job = referral_request(found), referral_task(found)
    owner = job.get("owner", {}).get("reference")
    appointment = referral_appointment(found)["status"]
    assert (request["status"], job["status"], appointment, owner) == EXPECTED[state.value]
    assert job["businessStatus"]["coding"][0]["code"] == state.value
    due = found.referral.due_at()
    assert ("restriction" in job) == (due is not None)


def test_an_unanswered_referral_is_the_receiving_hospitals() -> None:
    assert referral_task(bare_referral())["owner"]["reference"] == "Organization/PROV.2"


def test_a_referral_is_based_on_the_question() -> None:
    found = referral_request(rich_referral())
    assert found["basedOn"] == [{"reference": "ServiceRequest/31"}]
    assert found["category"][0]["coding"][0] == {
        "system": "http://snomed.info/sct",
        "code": "3457005",
        "display": "Patient referral",
    }
    assert (found["priority"], found["reasonCode"]) == ("stat", [{"text": "肠套叠 <急>"}])
    assert [one["reference"] for one in found["performer"]] == [
        "PractitionerRole/9",
        "Organization/PROV.2",
    ]
    assert found["occurrenceDateTime"] == "2026-03-11T01:02:03.456Z"
    assert [one["coding"][0]["code"] for one in found["orderDetail"]] == [
        "theatre",
        "escorted",
        "present",
    ]
    assert [one["reference"] for one in found["supportingInfo"]] == [
        "ImagingStudy/21",
        "ImagingStudy/20",
    ]
    assert found["reasonReference"] == [{"reference": "DiagnosticReport/31"}]
    bare = referral_request(bare_referral())
    unsaid = {"occurrenceDateTime", "orderDetail", "reasonCode", "reasonReference", "note"}
    assert not (unsaid | {"supportingInfo"}) & bare.keys()


def test_a_referrals_task_leads_to_its_outcome() -> None:
    job = referral_task(rich_referral(ReferralState.ARRIVED))
    assert [one["valueReference"]["reference"] for one in job["output"]] == [
        "Procedure/71",
        "Communication/outcome-70",
        "Communication/outcome-71",
    ]
    assert job["focus"] == {"reference": "ServiceRequest/referral-5"}
    assert job["executionPeriod"]["start"] == "2026-03-11T01:02:03.456Z"
    assert not {"output", "executionPeriod", "statusReason"} & referral_task(bare_referral()).keys()


def test_an_appointment_does_not_invent_its_end() -> None:
    found = referral_appointment(rich_referral())
    assert "end" not in found
    assert found["_end"]["extension"][0]["valueCode"] == "unknown"
    assert [one["actor"]["reference"] for one in found["participant"]] == [
        "Patient/7",
        "PractitionerRole/9",
        "#place",
    ]
    assert found["contained"][0]["name"] == "外科 3 病区"
    declined = referral_appointment(rich_referral(ReferralState.DECLINED))
    assert declined["cancelationReason"] == {"text": "已备床"}
    assert "cancelationReason" not in found


def test_a_panels_appointment_names_everybody_once() -> None:
    found = panel_appointment(panel())
    people = {one["actor"]["reference"]: one["status"] for one in found["participant"]}
    assert people == {
        "Patient/7": "accepted",
        "PractitionerRole/2": "accepted",
        "PractitionerRole/10": "needs-action",
        "PractitionerRole/11": "accepted",
        "PractitionerRole/12": "declined",
    }
    assert (found["start"], found["end"]) == (
        "2026-03-11T01:02:03.456Z",
        "2026-03-11T03:02:03.456Z",
    )
    assert {state.value: status for state, status in PANEL_APPOINTMENT_STATUS.items()} == {
        "draft": "booked",
        "submitted": "booked",
        "returned": "booked",
        "assigned": "booked",
        "reading": "booked",
        "waiting": "booked",
        "signed": "fulfilled",
        "acknowledged": "fulfilled",
        "withdrawn": "cancelled",
        "refused": "cancelled",
        "discarded": "entered-in-error",
    }


def test_a_procedure_is_on_its_day() -> None:
    found = procedure(outcome())
    assert (found["performedDateTime"], found["code"]["text"]) == ("2026-03-11", "空气灌肠复位")
    assert found["basedOn"] == [{"reference": "ServiceRequest/referral-5"}]


def test_a_critical_finding_is_received_when_acknowledged() -> None:
    found = critical_communication(critical())
    assert (found["status"], found["priority"]) == ("completed", "stat")
    assert (found["sent"], found["received"]) == (
        "2026-03-04T01:02:03.456Z",
        "2026-03-11T01:02:03.456Z",
    )
    assert found["sender"]["reference"] == "PractitionerRole/2"
    assert found["recipient"][0]["reference"] == "PractitionerRole/3"
    assert found["payload"] == [{"contentString": "张力性气胸"}]
    assert found["note"][0]["text"] == "已通知病房"
    bare = critical_communication(critical(bare=True))
    assert (bare["status"], bare["priority"]) == ("in-progress", "routine")
    assert not {"received", "note", "payload"} & bare.keys()


def test_an_outcome_goes_to_those_who_asked() -> None:
    found = outcome_communication(outcome(OutcomeKind.PATHOLOGY))
    assert found["recipient"][0]["reference"] == "Organization/XIAN.1"
    assert found["topic"]["coding"][0]["code"] == "pathology"
    assert found["payload"] == [{"contentString": "2026-03-11 空气灌肠复位"}]
    assert outcome_communication(outcome(bare=True))["status"] == "in-progress"


def test_the_tree_and_the_licence() -> None:
    by_kind = {one["resourceType"]: one for one in every_resource()}
    hospital, role = by_kind["Organization"], by_kind["PractitionerRole"]
    assert hospital["partOf"] == {"reference": "Organization/CHILD"}
    assert hospital["address"] == [{"city": "咸宁市", "state": "湖北省"}]
    codes = [one["coding"][0]["code"] for one in hospital["type"]]
    assert codes == ["prov", "county", "imaging", "nuclear"]
    assert role["period"] == {"end": "2027-01-31"}
    assert [one["coding"][0]["code"] for one in role["specialty"][:2]] == ["neuro", "oncology"]
    plain = organization(HOSPITALS[1])
    assert not {"partOf", "address"} & plain.keys()


def test_a_booked_panel_has_a_priority_and_a_time() -> None:
    assert set(PRIORITY) == set(Urgency)
    assert (booked()["priority"], booked()["occurrenceDateTime"]) == (
        "routine",
        "2026-03-11T01:02:03.456Z",
    )


def test_a_task_says_when_the_expert_was_at_it() -> None:
    done = task(replace(rich_case(), accepted_at=AT, signed_at=LATER))
    assert done["executionPeriod"] == {
        "start": "2026-03-04T01:02:03.456Z",
        "end": "2026-03-11T01:02:03.456Z",
    }
    assert "executionPeriod" not in task(bare_case())
