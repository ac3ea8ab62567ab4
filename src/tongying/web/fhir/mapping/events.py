"""What was done and told: Procedure of an outcome, Communication of findings and outcomes.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/procedure.html and communication.html
"""

from __future__ import annotations

from tongying.web.fhir.mapping.elements import (
    URN,
    Json,
    concept,
    hospital_id,
    instant,
    reference,
    without_empty,
)
from tongying.web.fhir.mapping.referral import referral_id
from tongying.web.fhir.referral_values import FhirCritical, FhirOutcome, FhirPerson

COMMUNICATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/communication-category"
ALERT = concept("危急值 Critical finding", (COMMUNICATION_CATEGORY, "alert", "Alert"))
NOTIFICATION = concept(
    "转诊结局 Outcome of the referral", (COMMUNICATION_CATEGORY, "notification", "Notification")
)
WITHIN = {"minutes": "stat", "hours": "urgent", "days": "routine"}
"""Within what time a receiver must act, to the value set request-priority."""
TOLD = {True: "completed", False: "in-progress"}
"""Whether it is known to have been read, to Communication.status (value set event-status)."""


def critical_id(number: int) -> str:
    """Return the resource id of a critical finding's communication."""
    return f"critical-{number}"


def outcome_id(number: int) -> str:
    """Return the resource id of an outcome's communication."""
    return f"outcome-{number}"


def procedure(found: FhirOutcome) -> Json:
    """Return an operation or intervention that came back from the receiving hospital."""
    return without_empty(
        {
            "resourceType": "Procedure",
            "id": str(found.id),
            "meta": {"lastUpdated": instant(found.recorded_at)},
            "basedOn": [reference("ServiceRequest", referral_id(found.referral_id))],
            "status": "completed",
            "code": concept(found.text) if found.text.strip() else None,
            "subject": reference("Patient", found.about.child_id, found.about.child_name),
            "performedDateTime": found.happened_on.isoformat(),
            "recorder": _role(found.recorded_by),
        }
    )


def outcome_communication(found: FhirOutcome) -> Json:
    """Return a piece of the outcome as the message that brought it home."""
    about = found.about
    told = f"{found.happened_on.isoformat()} {found.text}".strip()
    asking = hospital_id(about.case.asking)
    return without_empty(
        {
            "resourceType": "Communication",
            "id": outcome_id(found.id),
            "meta": {"lastUpdated": instant(found.seen_at or found.recorded_at)},
            "basedOn": [reference("ServiceRequest", referral_id(found.referral_id))],
            "status": TOLD[found.seen_at is not None],
            "category": [NOTIFICATION],
            "subject": reference("Patient", about.child_id, about.child_name),
            "topic": concept("", (f"{URN}:outcome-kind", found.kind.value, "")),
            "sent": instant(found.recorded_at),
            "received": instant(found.seen_at) if found.seen_at else None,
            "recipient": [reference("Organization", asking, about.asking_name)],
            "sender": _role(found.recorded_by),
            "payload": [{"contentString": told}],
        }
    )


def critical_communication(found: FhirCritical) -> Json:
    """Return a critical finding as the message that its receiver must acknowledge."""
    about = found.about
    return without_empty(
        {
            "resourceType": "Communication",
            "id": critical_id(found.id),
            "meta": {"lastUpdated": instant(found.acknowledged_at or found.found_at)},
            "basedOn": [reference("ServiceRequest", about.case.id)],
            "status": TOLD[found.acknowledged_at is not None],
            "category": [ALERT],
            "priority": WITHIN[found.category],
            "subject": reference("Patient", about.child_id, about.child_name),
            "topic": concept("", (f"{URN}:critical-finding", found.category, "")),
            "sent": instant(found.found_at),
            "received": instant(found.acknowledged_at) if found.acknowledged_at else None,
            "recipient": [_role(found.receiver)],
            "sender": _role(found.reported_by),
            "payload": [{"contentString": found.finding}] if found.finding.strip() else [],
            "note": _read_back(found),
        }
    )


def _role(person: FhirPerson) -> Json:
    return reference("PractitionerRole", person.id, person.name)


def _read_back(found: FhirCritical) -> list[Json]:
    if not found.read_back.strip():
        return []
    by, at = found.acknowledged_by, found.acknowledged_at
    author = {} if by is None else {"authorReference": reference("Practitioner", by.id, by.name)}
    return [{**author, **({"time": instant(at)} if at else {}), "text": found.read_back}]
