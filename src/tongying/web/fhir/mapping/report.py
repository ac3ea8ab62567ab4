"""The signed opinion: DiagnosticReport, its Provenance, and its PDFs as Binary.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/diagnosticreport.html, provenance.html and binary.html
"""

from __future__ import annotations

from base64 import b64encode

from tongying.web.fhir.mapping.elements import (
    CASE_NUMBER,
    LOINC,
    OPINION_DIGEST,
    Json,
    concept,
    hospital_id,
    instant,
    narrative,
    reference,
    without_empty,
)
from tongying.web.fhir.values import FhirBinary, FhirDocument, FhirOpinion

V2_0074 = "http://terminology.hl7.org/CodeSystem/v2-0074"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ASTM_SIGNATURE = "urn:iso-astm:E1762-95:2013"
REPORT_CODE = concept(
    "远程影像会诊意见 Remote imaging opinion", (LOINC, "18748-4", "Diagnostic imaging study")
)
FINDINGS = concept(
    "影像所见 Findings", (LOINC, "18782-3", "Radiology Study observation (narrative)")
)
ADVICE = concept("建议 Advice", (LOINC, "18783-1", "Radiology Study recommendation (narrative)"))


def provenance_id(case_id: int, version: int) -> str:
    """Return the resource id of a signature."""
    return f"{case_id}-{version}"


def diagnostic_report(signed: FhirOpinion, *, base: str) -> Json:
    """Return one version of an opinion as a DiagnosticReport.

    The answer is its conclusion; findings and advice are contained observations and stand in the
    narrative. A later version is ``amended``.

    Parameters
    ----------
    signed : FhirOpinion
    base : str
        Absolute address of this FHIR service, ending in ``/``.
    """
    about, case = signed.about, signed.about.case
    texts = [
        ("findings", FINDINGS, signed.opinion.findings),
        ("advice", ADVICE, signed.opinion.advice),
    ]
    texts = [entry for entry in texts if entry[2].strip()]
    return without_empty(
        {
            "resourceType": "DiagnosticReport",
            "id": str(case.id),
            "meta": {
                "versionId": str(signed.version),
                "lastUpdated": instant(signed.signed_at),
            },
            "text": narrative(
                ("答复 Answer", signed.opinion.answer),
                ("影像所见 Findings", signed.opinion.findings),
                ("建议 Advice", signed.opinion.advice),
                ("修改原因 Reason for the amendment", signed.amendment_reason),
            ),
            "contained": [_text_observation(signed, *entry) for entry in texts],
            "identifier": [
                {"use": "official", "system": CASE_NUMBER, "value": about.number},
                {"use": "secondary", "system": OPINION_DIGEST, "value": signed.digest},
            ],
            "basedOn": [reference("ServiceRequest", case.id)],
            "status": "final" if signed.version == 1 else "amended",
            "category": [concept("", (V2_0074, "RAD", "Radiology"))],
            "code": REPORT_CODE,
            "subject": reference("Patient", about.child_id, about.child_name),
            "effectiveDateTime": about.study_date.isoformat() if about.study_date else None,
            "issued": instant(signed.signed_at),
            "performer": [
                reference("Organization", hospital_id(case.answering), about.answering_name)
            ],
            "resultsInterpreter": [
                reference("PractitionerRole", signed.signer_id, signed.signer_name)
            ],
            "result": [{"reference": f"#{name}"} for name, _, _ in texts],
            "imagingStudy": [reference("ImagingStudy", study) for study in about.study_ids],
            "conclusion": signed.opinion.answer,
            "presentedForm": [_attachment(one, about.number, base) for one in signed.documents],
        }
    )


def provenance(signed: FhirOpinion) -> Json:
    """Return who signed a version, when and why, as a Provenance.

    The signature is the expert's own log-in, not a certificate's, so it carries no data.
    """
    about, version = signed.about, signed.version
    who = reference("PractitionerRole", signed.signer_id, signed.signer_name)
    target = f"DiagnosticReport/{about.case.id}/_history/"
    return without_empty(
        {
            "resourceType": "Provenance",
            "id": provenance_id(about.case.id, version),
            "meta": {"lastUpdated": instant(signed.signed_at)},
            "target": [{"reference": f"{target}{version}"}],
            "occurredDateTime": instant(signed.signed_at),
            "recorded": instant(signed.signed_at),
            "reason": [concept(signed.amendment_reason)] if signed.amendment_reason else [],
            "agent": [
                {
                    "type": concept("", (PARTICIPANT, "author", "Author")),
                    "who": who,
                    "onBehalfOf": reference("Organization", hospital_id(signed.signer_hospital)),
                }
            ],
            "entity": [{"role": "revision", "what": {"reference": f"{target}{version - 1}"}}]
            if version > 1
            else [],
            "signature": [
                {
                    "type": [
                        {
                            "system": ASTM_SIGNATURE,
                            "code": "1.2.840.10065.1.12.1.1",
                            "display": "Author's Signature",
                        }
                    ],
                    "when": instant(signed.signed_at),
                    "who": who,
                }
            ],
        }
    )


def binary(found: FhirBinary) -> Json:
    """Return a PDF as a Binary."""
    return {
        "resourceType": "Binary",
        "id": found.id,
        "contentType": found.content_type,
        "securityContext": reference("DiagnosticReport", found.report_id),
        "data": b64encode(found.data).decode("ascii"),
    }


def _text_observation(signed: FhirOpinion, name: str, code: Json, text: str) -> Json:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final" if signed.version == 1 else "amended",
        "code": code,
        "subject": reference("Patient", signed.about.child_id),
        "valueString": text,
    }


def _attachment(document: FhirDocument, number: str, base: str) -> Json:
    return {
        "contentType": "application/pdf",
        "language": document.language,
        "url": f"{base}Binary/{document.id}",
        "size": document.size,
        "hash": b64encode(document.sha1).decode("ascii"),
        "title": number,
        "creation": instant(document.made_at),
    }
