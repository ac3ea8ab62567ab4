"""The green channel: ServiceRequest and Task of a referral, and the Appointments.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/servicerequest.html, task.html and appointment.html
"""

from __future__ import annotations

from datetime import datetime

from tongying.consult.case import PANEL_LASTS
from tongying.consult.panel_rules import SeatState
from tongying.consult.referral import ReferralState, Side
from tongying.consult.referral_order import Attachment
from tongying.consult.states import State
from tongying.web.fhir.mapping.elements import (
    REFERRAL_NUMBER,
    SNOMED,
    URN,
    Json,
    absent,
    case_identifier,
    concept,
    hospital_id,
    instant,
    reference,
    without_empty,
)
from tongying.web.fhir.mapping.question import FULFIL, PRIORITY
from tongying.web.fhir.referral_values import FhirPanelTime, FhirPerson, FhirReferral

REFERRAL_REQUEST_STATUS: dict[ReferralState, str] = {
    ReferralState.SENT: "active",
    ReferralState.ACCEPTED: "active",
    ReferralState.DECLINED: "revoked",
    ReferralState.WITHDRAWN: "revoked",
    ReferralState.ARRIVED: "active",
    ReferralState.NOT_ARRIVED: "on-hold",
    ReferralState.CLOSED: "completed",
}
"""State of a referral to ServiceRequest.status (value set request-status)."""

REFERRAL_TASK_STATUS: dict[ReferralState, str] = {
    ReferralState.SENT: "requested",
    ReferralState.ACCEPTED: "accepted",
    ReferralState.DECLINED: "rejected",
    ReferralState.WITHDRAWN: "cancelled",
    ReferralState.ARRIVED: "in-progress",
    ReferralState.NOT_ARRIVED: "on-hold",
    ReferralState.CLOSED: "completed",
}
"""State of a referral to Task.status (value set task-status)."""

REFERRAL_APPOINTMENT_STATUS: dict[ReferralState, str] = {
    ReferralState.SENT: "proposed",
    ReferralState.ACCEPTED: "booked",
    ReferralState.DECLINED: "cancelled",
    ReferralState.WITHDRAWN: "cancelled",
    ReferralState.ARRIVED: "fulfilled",
    ReferralState.NOT_ARRIVED: "noshow",
    ReferralState.CLOSED: "fulfilled",
}
"""State of a referral to Appointment.status (value set appointmentstatus)."""

PANEL_APPOINTMENT_STATUS: dict[State, str] = {
    state: {
        State.SIGNED: "fulfilled",
        State.ACKNOWLEDGED: "fulfilled",
        State.WITHDRAWN: "cancelled",
        State.REFUSED: "cancelled",
        State.DISCARDED: "entered-in-error",
    }.get(state, "booked")
    for state in State
}
"""State of a case to the status of its panel's appointment."""

SEAT_STATUS = {
    SeatState.INVITED: "needs-action",
    SeatState.SIGNED: "accepted",
    SeatState.EXCUSED: "declined",
}
REFERRAL_CATEGORY = concept("转诊 Referral", (SNOMED, "3457005", "Patient referral"))
GREEN_CHANNEL = concept(
    "绿色通道转诊 Green-channel referral", (f"{URN}:service", "green-channel-referral", "")
)
PANEL = concept("联合会诊 Joint panel", (f"{URN}:service", "joint-panel", ""))
PLACE = "place"


def referral_id(number: int) -> str:
    """Return the resource id of a referral's request, task and appointment."""
    return f"referral-{number}"


def panel_id(case_id: int) -> str:
    """Return the resource id of a booked panel's appointment."""
    return f"panel-{case_id}"


def referral_request(found: FhirReferral) -> Json:
    """Return a referral as a ServiceRequest that is based on the case's."""
    about, referral = found.about, found.referral
    images = Attachment.IMAGES.value in found.documents
    return without_empty(
        {
            "resourceType": "ServiceRequest",
            "id": referral_id(found.id),
            "meta": {"lastUpdated": instant(found.changed_at)},
            "identifier": [_number(found)],
            "basedOn": [reference("ServiceRequest", about.case.id)],
            "status": REFERRAL_REQUEST_STATUS[referral.state],
            "intent": "order",
            "category": [REFERRAL_CATEGORY],
            "priority": PRIORITY[referral.urgency],
            "code": GREEN_CHANNEL,
            "orderDetail": _details(found),
            "subject": reference("Patient", about.child_id, about.child_name),
            "occurrenceDateTime": _at(referral.appointment_at),
            "authoredOn": instant(referral.sent_at),
            "requester": _role(found.referred_by),
            "performer": [*_doctor(found), _receiving(found)],
            "reasonCode": [concept(found.reason)] if found.reason.strip() else [],
            "reasonReference": _opinion(found),
            "supportingInfo": [
                reference("ImagingStudy", study) for study in (about.study_ids if images else ())
            ],
            "note": [{"text": found.risk_note}] if found.risk_note.strip() else [],
        }
    )


def referral_task(found: FhirReferral) -> Json:
    """Return where a referral stands as a Task: who has to act next, and by when."""
    about, referral = found.about, found.referral
    due = referral.due_at()
    own = reference("ServiceRequest", referral_id(found.id))
    return without_empty(
        {
            "resourceType": "Task",
            "id": referral_id(found.id),
            "meta": {"lastUpdated": instant(found.changed_at)},
            "identifier": [_number(found)],
            "basedOn": [own],
            "status": REFERRAL_TASK_STATUS[referral.state],
            "statusReason": _reason(found),
            "businessStatus": concept("", (f"{URN}:referral-state", referral.state.value, "")),
            "intent": "order",
            "priority": PRIORITY[referral.urgency],
            "code": FULFIL,
            "focus": own,
            "for": reference("Patient", about.child_id, about.child_name),
            "executionPeriod": _period(found.arrived_at, found.closed_at),
            "authoredOn": instant(referral.sent_at),
            "lastModified": instant(found.changed_at),
            "requester": _role(found.referred_by),
            "owner": _owner(found),
            "restriction": {"period": {"end": instant(due)}} if due else None,
            "output": [
                *(_output("Procedure", str(one)) for one in found.procedures),
                *(_output("Communication", f"outcome-{one}") for one in found.outcomes),
            ],
        }
    )


def referral_appointment(found: FhirReferral) -> Json:
    """Return the time at which the child is expected; how long it takes is not known."""
    about, referral = found.about, found.referral
    status = REFERRAL_APPOINTMENT_STATUS[referral.state]
    place = without_empty(
        {
            "resourceType": "Location",
            "id": PLACE,
            "name": found.place,
            "managingOrganization": _receiving(found),
        }
    )
    return without_empty(
        {
            "resourceType": "Appointment",
            "id": referral_id(found.id),
            "meta": {"lastUpdated": instant(found.changed_at)},
            "contained": [place],
            "identifier": [_number(found)],
            "status": status,
            "cancelationReason": _reason(found) if status == "cancelled" else None,
            "serviceType": [GREEN_CHANNEL],
            "reasonCode": [concept(found.reason)] if found.reason.strip() else [],
            "start": _at(referral.appointment_at),
            "_end": absent(),
            "created": _at(found.answered_at),
            "basedOn": [reference("ServiceRequest", referral_id(found.id))],
            "participant": [
                _participant(reference("Patient", about.child_id, about.child_name)),
                *(_participant(one, "accepted") for one in _doctor(found)),
                _participant({"reference": f"#{PLACE}"}, "accepted"),
            ],
        }
    )


def panel_appointment(found: FhirPanelTime) -> Json:
    """Return the time of a booked panel, with everybody who is invited."""
    about = found.about
    case = about.case
    lead = [FhirPerson(case.assignee, about.assignee_name)] if case.assignee is not None else []
    seats = [one for one in found.seats if one.person.id != case.assignee]
    return without_empty(
        {
            "resourceType": "Appointment",
            "id": panel_id(case.id),
            "meta": {"lastUpdated": instant(about.changed_at)},
            "identifier": [case_identifier(about.number)],
            "status": PANEL_APPOINTMENT_STATUS[case.state],
            "serviceType": [PANEL],
            "start": instant(found.booked_for),
            "end": instant(found.booked_for + PANEL_LASTS),
            "created": instant(about.created_at),
            "basedOn": [reference("ServiceRequest", case.id)],
            "participant": [
                _participant(reference("Patient", about.child_id, about.child_name), "accepted"),
                *(_participant(_role(one), "accepted") for one in lead),
                *(_participant(_role(one.person), SEAT_STATUS[one.state]) for one in seats),
            ],
        }
    )


def _number(found: FhirReferral) -> Json:
    return {"system": REFERRAL_NUMBER, "value": found.number}


def _at(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)


def _period(start: datetime | None, end: datetime | None) -> Json:
    return without_empty({"start": _at(start), "end": _at(end) if start else None})


def _role(person: FhirPerson) -> Json:
    return reference("PractitionerRole", person.id, person.name)


def _doctor(found: FhirReferral) -> list[Json]:
    return [] if found.doctor is None else [_role(found.doctor)]


def _receiving(found: FhirReferral) -> Json:
    receiving = hospital_id(found.referral.receiving)
    return reference("Organization", receiving, found.receiving_name)


def _opinion(found: FhirReferral) -> list[Json]:
    case = found.about.case
    return [reference("DiagnosticReport", case.id)] if case.version else []


def _details(found: FhirReferral) -> list[Json]:
    said = {
        "referral-needs": found.needs,
        "transport": found.transport,
        "airway-risk": found.airway_risk,
    }
    return [concept("", (f"{URN}:{system}", code, "")) for system, code in said.items() if code]


def _reason(found: FhirReferral) -> Json | None:
    return concept(found.answer_reason) if found.answer_reason.strip() else None


def _owner(found: FhirReferral) -> Json | None:
    match found.referral.owner():
        case Side.RECEIVING:
            return next(iter(_doctor(found)), _receiving(found))
        case Side.REFERRING:
            asking = hospital_id(found.referral.asking)
            return reference("Organization", asking, found.about.asking_name)
        case _:
            return None


def _output(kind: str, id_: str) -> Json:
    return {
        "type": concept("转诊结局 Outcome of the referral", (f"{URN}:task-output", "outcome", "")),
        "valueReference": reference(kind, id_),
    }


def _participant(actor: Json, status: str = "needs-action") -> Json:
    return {"actor": actor, "status": status}
