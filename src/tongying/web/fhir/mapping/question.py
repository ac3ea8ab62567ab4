"""The question: ServiceRequest, Task, and the Observations that came along with it.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/servicerequest.html, task.html and observation-vitalsigns.html
"""

from __future__ import annotations

from typing import Any

from tongying.consult.case import Urgency
from tongying.consult.states import OWNER, TERMINAL, Owner, State
from tongying.web.fhir.mapping.elements import (
    LOINC,
    UCUM,
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
from tongying.web.fhir.values import FhirCase, FhirMeasurement, Measure

REQUEST_STATUS: dict[State, str] = {
    State.DRAFT: "draft",
    State.SUBMITTED: "active",
    State.RETURNED: "on-hold",
    State.ASSIGNED: "active",
    State.READING: "active",
    State.WAITING: "on-hold",
    State.SIGNED: "completed",
    State.ACKNOWLEDGED: "completed",
    State.WITHDRAWN: "revoked",
    State.REFUSED: "revoked",
    State.DISCARDED: "entered-in-error",
}
"""State of a case to ServiceRequest.status (value set request-status)."""

TASK_STATUS: dict[State, str] = {
    State.DRAFT: "draft",
    State.SUBMITTED: "requested",
    State.RETURNED: "on-hold",
    State.ASSIGNED: "received",
    State.READING: "in-progress",
    State.WAITING: "on-hold",
    State.SIGNED: "completed",
    State.ACKNOWLEDGED: "completed",
    State.WITHDRAWN: "cancelled",
    State.REFUSED: "rejected",
    State.DISCARDED: "entered-in-error",
}
"""State of a case to Task.status (value set task-status)."""

OBSERVATION_STATUS: dict[State, str] = {
    state: {State.DRAFT: "preliminary", State.DISCARDED: "entered-in-error"}.get(state, "final")
    for state in State
}
"""State of a case to the status of what was measured for it: final once the question is sent."""

PRIORITY = {
    Urgency.EMERGENCY: "stat",
    Urgency.URGENT: "urgent",
    Urgency.ROUTINE: "routine",
    Urgency.BOOKED: "routine",
}
"""Urgency to the value set request-priority; a booked panel has its appointment."""
FULFIL = concept(
    "", ("http://hl7.org/fhir/CodeSystem/task-code", "fulfill", "Fulfill the focal request")
)

CONSULT = concept(
    "远程影像会诊 Remote imaging consultation", (f"{URN}:service", "remote-imaging-consult", "")
)
CONDITION_VER = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
VITAL_SIGNS = concept("", (OBSERVATION_CATEGORY, "vital-signs", "Vital Signs"))
DIAGNOSIS = "provisional-diagnosis"

OBSERVATION_CODE: dict[Measure, tuple[str, str]] = {
    Measure.WEIGHT: ("29463-7", "Body weight"),
    Measure.HEIGHT: ("8302-2", "Body height"),
    Measure.GESTATION: ("76516-4", "Gestational age--at birth"),
}
"""LOINC code and name of each number."""
_UNIT = {Measure.WEIGHT: "kg", Measure.HEIGHT: "cm", Measure.GESTATION: "d"}
_PROFILE = {
    Measure.WEIGHT: "http://hl7.org/fhir/StructureDefinition/bodyweight",
    Measure.HEIGHT: "http://hl7.org/fhir/StructureDefinition/bodyheight",
}


def measurements(found: FhirCase) -> tuple[FhirMeasurement, ...]:
    """Return the numbers that a question brings along."""
    question = found.case.question
    values: dict[Measure, float | None] = {
        Measure.WEIGHT: question.weight_kg,
        Measure.HEIGHT: question.height_cm,
        Measure.GESTATION: question.gestation_total_days(),
    }
    return tuple(
        FhirMeasurement(found, measure, value)
        for measure, value in values.items()
        if value is not None
    )


def observation_id(case_id: int, measure: Measure) -> str:
    """Return the resource id of what was measured for a case."""
    return f"{case_id}-{measure.value}"


def service_request(found: FhirCase) -> Json:
    """Return a question as a ServiceRequest."""
    case, question = found.case, found.case.question
    diagnosis = _provisional_diagnosis(found)
    return without_empty(
        {
            "resourceType": "ServiceRequest",
            "id": str(case.id),
            "meta": {"lastUpdated": instant(found.changed_at)},
            "contained": [diagnosis] if diagnosis else [],
            "identifier": [case_identifier(found.number)],
            "status": REQUEST_STATUS[case.state],
            "intent": "order",
            "priority": PRIORITY[question.urgency] if question.urgency else None,
            "code": CONSULT,
            "subject": reference("Patient", found.child_id, found.child_name),
            "occurrenceDateTime": instant(case.booked_for) if case.booked_for else None,
            "authoredOn": instant(case.submitted_at or found.created_at),
            "requester": reference("PractitionerRole", case.author, found.author_name),
            "performer": _performers(found),
            "reasonCode": [concept(question.text)] if question.text.strip() else [],
            "reasonReference": [{"reference": f"#{DIAGNOSIS}"}] if diagnosis else [],
            "supportingInfo": [
                *(reference("ImagingStudy", study) for study in found.study_ids),
                *(
                    reference("Observation", observation_id(case.id, one.measure))
                    for one in measurements(found)
                ),
            ],
            "note": [{"text": question.history}] if question.history.strip() else [],
        }
    )


def task(found: FhirCase) -> Json:
    """Return where a case stands as a Task: who has to act next, and by when."""
    case = found.case
    due = instant(found.due_at) if found.due_at else None
    return without_empty(
        {
            "resourceType": "Task",
            "id": str(case.id),
            "meta": {"lastUpdated": instant(found.changed_at)},
            "identifier": [case_identifier(found.number)],
            "basedOn": [reference("ServiceRequest", case.id)],
            "status": TASK_STATUS[case.state],
            "statusReason": concept(case.reason) if _stopped(case.state) else None,
            "businessStatus": concept("", (f"{URN}:case-state", case.state.value, "")),
            "intent": "order",
            "priority": PRIORITY[case.question.urgency] if case.question.urgency else None,
            "code": FULFIL,
            "focus": reference("ServiceRequest", case.id),
            "for": reference("Patient", found.child_id, found.child_name),
            "executionPeriod": _execution(found),
            "authoredOn": instant(found.created_at),
            "lastModified": instant(found.changed_at),
            "requester": reference("PractitionerRole", case.author, found.author_name),
            "owner": _owner(found),
            "note": [_reason(*one) for one in found.reasons],
            "restriction": {"period": {"end": due}} if due else None,
            "output": [_report(found)] if case.version else [],
        }
    )


def observation(measured: FhirMeasurement) -> Json:
    """Return a number of the question as an Observation (weight and height are vital signs)."""
    found, measure = measured.about, measured.measure
    code, display = OBSERVATION_CODE[measure]
    question = found.case.question
    resource: Json = {
        "resourceType": "Observation",
        "id": observation_id(found.case.id, measure),
        "meta": {"lastUpdated": instant(found.changed_at)},
        "basedOn": [reference("ServiceRequest", found.case.id)],
        "status": OBSERVATION_STATUS[found.case.state],
        "code": concept("", (LOINC, code, display)),
        "subject": reference("Patient", found.child_id, found.child_name),
        "performer": [reference("PractitionerRole", found.case.author, found.author_name)],
        "valueQuantity": {
            "value": measured.value,
            "unit": _UNIT[measure],
            "system": UCUM,
            "code": _UNIT[measure],
        },
    }
    if measure in _PROFILE:
        resource["meta"]["profile"] = [_PROFILE[measure]]
        resource["category"] = [VITAL_SIGNS]
        if question.measured_on is None:
            resource["_effectiveDateTime"] = absent()
        else:
            resource["effectiveDateTime"] = question.measured_on.isoformat()
    return resource


def _execution(found: FhirCase) -> Json | None:
    """Return when the expert took the case and when the first opinion was signed."""
    if found.accepted_at is None:
        return None
    end = {"end": instant(found.signed_at)} if found.signed_at else {}
    return {"start": instant(found.accepted_at), **end}


def _stopped(state: State) -> bool:
    """Say whether the last reason tells why the case stands still or has ended."""
    ended = TERMINAL - {State.ACKNOWLEDGED, State.DISCARDED}
    return state in ended or state in (State.RETURNED, State.WAITING)


def _provisional_diagnosis(found: FhirCase) -> Json | None:
    question = found.case.question
    if not question.provisional_diagnosis.strip():
        return None
    sure = f"How sure: {question.confidence.value}" if question.confidence else ""
    return without_empty(
        {
            "resourceType": "Condition",
            "id": DIAGNOSIS,
            "verificationStatus": concept("", (CONDITION_VER, "provisional", "Provisional")),
            "code": concept(question.provisional_diagnosis),
            "subject": reference("Patient", found.child_id),
            "note": [{"text": sure}] if sure else [],
        }
    )


def _performers(found: FhirCase) -> list[Json]:
    case = found.case
    performers: list[Json] = []
    if case.assignee is not None:
        performers.append(reference("PractitionerRole", case.assignee, found.assignee_name))
    answering = hospital_id(case.answering)
    return [*performers, reference("Organization", answering, found.answering_name)]


def _owner(found: FhirCase) -> Json | None:
    case = found.case
    match OWNER[case.state]:
        case Owner.ASKING if case.state is State.DRAFT:
            return reference("PractitionerRole", case.author, found.author_name)
        case Owner.ASKING:
            return reference("Organization", hospital_id(case.asking), found.asking_name)
        case Owner.DESK:
            return reference("Organization", hospital_id(case.answering), found.answering_name)
        case Owner.ASSIGNEE if case.assignee is not None:
            return reference("PractitionerRole", case.assignee, found.assignee_name)
        case _:
            return None


def _reason(at: Any, text: str, by: int | None) -> Json:
    author = {} if by is None else {"authorReference": reference("Practitioner", by)}
    return {**author, "time": instant(at), "text": text}


def _report(found: FhirCase) -> Json:
    return {
        "type": concept("", (LOINC, "18748-4", "Diagnostic imaging study")),
        "valueReference": reference("DiagnosticReport", found.case.id),
    }
