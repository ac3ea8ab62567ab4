"""ImagingStudy, with the address at which WADO-RS serves it.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/imagingstudy.html; DICOM PS3.18 section 10.4.
"""

from __future__ import annotations

from tongying.web.fhir.mapping.elements import (
    DCM,
    V2_0203,
    Json,
    absent,
    coding,
    concept,
    hospital_id,
    instant,
    reference,
    without_empty,
)
from tongying.web.fhir.values import FhirInstance, FhirSeries, FhirStudy

DICOM_UID = "urn:dicom:uid"
RFC_3986 = "urn:ietf:rfc:3986"
CONNECTION_TYPE = "http://terminology.hl7.org/CodeSystem/endpoint-connection-type"
SUBSETTED = coding(
    "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "SUBSETTED", "subsetted"
)
ENDPOINT = "wado"


def imaging_study(study: FhirStudy, *, dicomweb: str) -> Json:
    """Return a study as an ImagingStudy.

    DICOM gives the time of a study without a time zone, so `started` is its day. A study whose
    series come without instances is marked as subsetted.

    Parameters
    ----------
    study : FhirStudy
    dicomweb : str
        Absolute address of the DICOMweb service, ending in ``/``.
    """
    meta: Json = {"lastUpdated": instant(study.changed_at)}
    if any(series.instances is None for series in study.series):
        meta["tag"] = [SUBSETTED]
    identifiers = [{"use": "official", "system": DICOM_UID, "value": f"urn:oid:{study.uid}"}]
    if study.accession_number:
        identifiers.append(_accession(study))
    return without_empty(
        {
            "resourceType": "ImagingStudy",
            "id": str(study.id),
            "meta": meta,
            "contained": [_endpoint(study, dicomweb)],
            "identifier": identifiers,
            "status": "available",
            "modality": [coding(DCM, modality) for modality in study.modalities],
            "subject": reference("Patient", study.child_id, study.child_name),
            "started": study.date.isoformat() if study.date else None,
            "basedOn": [reference("ServiceRequest", case) for case in study.case_ids],
            "endpoint": [{"reference": f"#{ENDPOINT}"}],
            "numberOfSeries": study.series_count,
            "numberOfInstances": study.instance_count,
            "description": study.description,
            "series": [_series(series) for series in study.series],
        }
    )


def _accession(study: FhirStudy) -> Json:
    return {
        "type": concept("", (V2_0203, "ACSN", "Accession ID")),
        "value": study.accession_number,
        "assigner": reference("Organization", hospital_id(study.hospital)),
    }


def _endpoint(study: FhirStudy, dicomweb: str) -> Json:
    return {
        "resourceType": "Endpoint",
        "id": ENDPOINT,
        "status": "active",
        "connectionType": coding(CONNECTION_TYPE, "dicom-wado-rs", "DICOM WADO-RS"),
        "payloadType": [concept("DICOM WADO-RS")],
        "payloadMimeType": ["application/dicom"],
        "address": f"{dicomweb}studies/{study.uid}",
    }


def _series(series: FhirSeries) -> Json:
    known = series.number is not None and series.number >= 0
    return without_empty(
        {
            "uid": series.uid,
            "number": series.number if known else None,
            "modality": coding(DCM, series.modality) if series.modality else absent(),
            "description": series.description,
            "numberOfInstances": series.instance_count,
            "bodySite": {"display": series.body_part} if series.body_part else None,
            "laterality": {"display": series.laterality} if series.laterality else None,
            "instance": [_instance(one) for one in series.instances or ()],
        }
    )


def _instance(instance: FhirInstance) -> Json:
    known = instance.number is not None and instance.number >= 0
    return without_empty(
        {
            "uid": instance.uid,
            "sopClass": coding(RFC_3986, f"urn:oid:{instance.sop_class_uid}"),
            "number": instance.number if known else None,
        }
    )
