"""Which condition each search parameter of each resource type stands for: the one table."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Q

from tongying.consult.people import Viewer
from tongying.consult.states import State
from tongying.web.fhir.conditions import (
    EVERYTHING,
    Condition,
    asked_in,
    case_number,
    child_name,
    constant,
    day,
    either,
    flag,
    mapped,
    moment,
    nothing,
    number,
    opinion_status,
    opinion_version,
    organization_code,
    patient_identifier,
    prefixed,
    present,
    referral_number,
    signature_id,
    study_identifier,
    study_modality,
    text,
    word_of,
    words,
)
from tongying.web.fhir.mapping.elements import HOSPITAL_CODE, OPINION_DIGEST, URN
from tongying.web.fhir.mapping.people import (
    GENDER,
    ORGANIZATION_TYPE,
    SPECIALTY,
    SUB_ALLIANCE,
    TIER,
)
from tongying.web.fhir.mapping.question import (
    OBSERVATION_STATUS,
    PRIORITY,
    REQUEST_STATUS,
    TASK_STATUS,
)
from tongying.web.fhir.mapping.referral import (
    PANEL_APPOINTMENT_STATUS,
    REFERRAL_APPOINTMENT_STATUS,
    REFERRAL_REQUEST_STATUS,
    REFERRAL_TASK_STATUS,
)
from tongying.web.fhir.search import Token


def _of_case(prefix: str, request_status: Mapping[State, str]) -> dict[str, Condition]:
    return {
        "patient": number(f"{prefix}child_id"),
        "subject": number(f"{prefix}child_id"),
        "status": mapped(f"{prefix}state", request_status),
        "_lastUpdated": moment(f"{prefix}changed_at"),
    }


def _organization_type(term: Token) -> Q:
    """Match a tier, a sub-alliance, or what every hospital is."""
    if term.system in (None, ORGANIZATION_TYPE) and term.code == "prov":
        return EVERYTHING
    return text("tier", TIER)(term) | word_of("sub_alliances", SUB_ALLIANCE)(term)


_OF_REFERRAL: dict[str, Condition] = {
    "_id": prefixed("referral", "pk"),
    "patient": number("case__child_id"),
    "_lastUpdated": moment("changed_on"),
}
_OF_OUTCOME: dict[str, Condition] = {
    "patient": number("referral__case__child_id"),
    "subject": number("referral__case__child_id"),
    "based-on": prefixed("referral", "referral_id"),
}

CONDITIONS: dict[str, dict[str, Condition]] = {
    "Patient": {
        "_id": number("pk"),
        "identifier": patient_identifier,
        "name": child_name,
        "birthdate": day("birth_date"),
        "gender": mapped("sex", GENDER),
    },
    "Organization": {
        "_id": organization_code("pk"),
        "identifier": text("pk", HOSPITAL_CODE),
        "name": words("name", "name_en"),
        "partof": organization_code("parent_id"),
        "type": _organization_type,
    },
    "Practitioner": {"_id": number("pk"), "name": words("name")},
    "PractitionerRole": {
        "_id": number("pk"),
        "practitioner": number("pk"),
        "organization": organization_code("hospital_id"),
        "role": text("role", f"{URN}:role"),
        "specialty": word_of("specialties", SPECIALTY),
        "active": flag("is_active"),
    },
    "ServiceRequest": {
        **_of_case("", REQUEST_STATUS),
        "_id": number("pk"),
        "identifier": case_number(),
        "priority": mapped("urgency", PRIORITY),
        "authored": moment("authored_on"),
        "occurrence": moment("booked_for"),
        "category": nothing,
        "based-on": nothing,
    },
    "ServiceRequest referral": {
        **_OF_REFERRAL,
        "identifier": referral_number,
        "subject": number("case__child_id"),
        "status": mapped("state", REFERRAL_REQUEST_STATUS),
        "priority": mapped("urgency", PRIORITY),
        "authored": moment("sent_at"),
        "occurrence": moment("appointment_at"),
        "category": constant("3457005"),
        "based-on": number("case_id"),
    },
    "Task referral": {
        **_OF_REFERRAL,
        "identifier": referral_number,
        "subject": number("case__child_id"),
        "status": mapped("state", REFERRAL_TASK_STATUS),
        "business-status": text("state", f"{URN}:referral-state"),
        "based-on": prefixed("referral", "pk"),
        "focus": prefixed("referral", "pk"),
        "authored-on": moment("sent_at"),
        "modified": moment("changed_on"),
    },
    "Appointment": {
        **_OF_REFERRAL,
        "identifier": referral_number,
        "status": mapped("state", REFERRAL_APPOINTMENT_STATUS),
        "date": moment("appointment_at"),
        "based-on": prefixed("referral", "pk"),
    },
    "Appointment panel": {
        "_id": prefixed("panel", "pk"),
        "identifier": case_number(),
        "patient": number("child_id"),
        "status": mapped("state", PANEL_APPOINTMENT_STATUS),
        "date": moment("booked_for"),
        "based-on": number("pk"),
        "_lastUpdated": moment("changed_at"),
    },
    "Procedure": {
        **_OF_OUTCOME,
        "_id": number("pk"),
        "status": constant("completed"),
        "date": day("happened_on"),
        "_lastUpdated": moment("recorded_at"),
    },
    "Communication": {
        "_id": prefixed("critical", "pk"),
        "patient": number("case__child_id"),
        "subject": number("case__child_id"),
        "status": present("acknowledged_at", yes="completed", no="in-progress"),
        "category": constant("alert"),
        "sent": moment("found_at"),
        "received": moment("acknowledged_at"),
        "based-on": number("case_id"),
        "_lastUpdated": moment("changed_on"),
    },
    "Communication outcome": {
        **_OF_OUTCOME,
        "_id": prefixed("outcome", "pk"),
        "status": present("seen_at", yes="completed", no="in-progress"),
        "category": constant("notification"),
        "sent": moment("recorded_at"),
        "received": moment("seen_at"),
        "_lastUpdated": moment("changed_on"),
    },
    "Task": {
        **_of_case("", TASK_STATUS),
        "_id": number("pk"),
        "identifier": case_number(),
        "business-status": text("state", f"{URN}:case-state"),
        "based-on": number("pk"),
        "focus": number("pk"),
        "authored-on": moment("created_at"),
        "modified": moment("changed_at"),
    },
    "ImagingStudy": {
        "_id": number("pk"),
        "identifier": study_identifier,
        "patient": number("child_id"),
        "subject": number("child_id"),
        "status": constant("available"),
        "modality": study_modality,
        "started": day("date"),
        "_lastUpdated": moment("changed_at"),
    },
    # The store adds _id, code and date, which depend on the number that is meant.
    "Observation": {**_of_case("", OBSERVATION_STATUS), "based-on": number("pk")},
    "DiagnosticReport": {
        "_id": number("case_id"),
        "identifier": either(case_number("case__"), text("digest", OPINION_DIGEST)),
        "patient": number("case__child_id"),
        "subject": number("case__child_id"),
        "status": opinion_status,
        "date": day("study_date"),
        "issued": moment("signed_at"),
        "based-on": number("case_id"),
        "_lastUpdated": moment("signed_at"),
    },
    "Provenance": {
        "_id": signature_id,
        "target": opinion_version,
        "patient": number("case__child_id"),
        "recorded": moment("signed_at"),
    },
}


def conditions_for(viewer: Viewer, kind: str) -> dict[str, Condition]:
    """Return the conditions of a resource type's parameters, by name.

    `kind` is a key of `CONDITIONS`: a resource type, or one of the sources of a type with several.
    """
    own = {"basedon": asked_in(viewer)} if kind == "ImagingStudy" else {}
    return {**CONDITIONS[kind], **own}
