"""Patient, Organization, Practitioner and PractitionerRole.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/patient.html and its neighbours.
"""

from __future__ import annotations

from tongying.web.fhir.mapping.elements import (
    HOSPITAL_CODE,
    URN,
    V2_0203,
    Json,
    concept,
    hospital_id,
    human_names,
    patient_system,
    reference,
    without_empty,
)
from tongying.web.fhir.values import FhirChild, FhirHospital, FhirMember

GENDER = {"M": "male", "F": "female", "O": "other", "": "unknown"}
"""DICOM Patient's Sex (PS3.3 C.2.3) to FHIR's AdministrativeGender."""
TIER, SUB_ALLIANCE, SPECIALTY = f"{URN}:tier", f"{URN}:sub-alliance", f"{URN}:specialty"
ORGANIZATION_TYPE = "http://terminology.hl7.org/CodeSystem/organization-type"


def patient(child: FhirChild) -> Json:
    """Return a child as a Patient; what is not known is not said."""
    organization = reference("Organization", hospital_id(child.hospital))
    identifiers = []
    if child.local_id:
        identifiers.append(
            {
                "use": "usual",
                "type": concept("", (V2_0203, "MR", "Medical record number")),
                "system": patient_system(child.hospital, child.issuer),
                "value": child.local_id,
                "assigner": organization,
            }
        )
    return without_empty(
        {
            "resourceType": "Patient",
            "id": str(child.id),
            "identifier": identifiers,
            "name": human_names(child.name),
            "gender": GENDER[child.sex],
            "birthDate": child.birth_date.isoformat() if child.birth_date else None,
            "managingOrganization": organization,
            "link": [
                {"other": reference("Patient", other), "type": "seealso"} for other in child.same_as
            ],
        }
    )


def organization(hospital: FhirHospital) -> Json:
    """Return a hospital as an Organization, part of the one above it in the tree."""
    address = without_empty({"city": hospital.city, "state": hospital.province})
    return without_empty(
        {
            "resourceType": "Organization",
            "id": hospital_id(hospital.code),
            "identifier": [{"system": HOSPITAL_CODE, "value": hospital.code}],
            "active": True,
            "type": [
                concept("", (ORGANIZATION_TYPE, "prov", "Healthcare Provider")),
                *([concept("", (TIER, hospital.tier, ""))] if hospital.tier else []),
                *(concept("", (SUB_ALLIANCE, one, "")) for one in hospital.sub_alliances),
            ],
            "name": hospital.name,
            "alias": [hospital.name_en] if hospital.name_en else [],
            "address": [address] if address else [],
            "partOf": reference("Organization", hospital_id(hospital.parent))
            if hospital.parent
            else None,
        }
    )


def practitioner(member: FhirMember) -> Json:
    """Return a person of the alliance as a Practitioner."""
    return without_empty(
        {
            "resourceType": "Practitioner",
            "id": str(member.id),
            "active": member.active,
            "name": [{"text": member.name}] if member.name else [],
            "qualification": [{"code": concept(member.title)}] if member.title else [],
        }
    )


def practitioner_role(member: FhirMember) -> Json:
    """Return what a person does in their hospital as a PractitionerRole.

    The period ends with the last day of their licence, where one is on record.
    """
    hospital = hospital_id(member.hospital)
    until = member.licence_until
    return without_empty(
        {
            "resourceType": "PractitionerRole",
            "id": str(member.id),
            "active": member.active,
            "period": {"end": until.isoformat()} if until else None,
            "practitioner": reference("Practitioner", member.id, member.name),
            "organization": reference("Organization", hospital, member.hospital_name),
            "code": [concept(member.title, (f"{URN}:role", member.role, ""))],
            "specialty": [
                *(concept("", (SPECIALTY, one, "")) for one in member.specialties),
                *([concept(member.sub_specialty)] if member.sub_specialty else []),
            ],
        }
    )
