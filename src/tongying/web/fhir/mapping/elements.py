"""The data types that resources share: references, identifiers, concepts, names and times.

References
----------
HL7 FHIR R4 (4.0.1), "Data Types", http://hl7.org/fhir/R4/datatypes.html
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

from tongying.dicom.person_name import PersonName

Json = dict[str, Any]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
V2_0203 = "http://terminology.hl7.org/CodeSystem/v2-0203"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
NAME_FORM = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation"

URN = "urn:x-tongying"
"""Head of the platform's own identifier and code systems (RFC 8141: "x-" is not registered)."""
CASE_NUMBER = f"{URN}:case-number"
REFERRAL_NUMBER = f"{URN}:referral-number"
HOSPITAL_CODE = f"{URN}:hospital-code"
OPINION_DIGEST = f"{URN}:opinion-sha256"

_CONTROLS = dict.fromkeys(code for code in range(0x20) if chr(code) not in "\t\n\r")


def reference(kind: str, id_: object, display: str = "") -> Json:
    """Return a relative reference to a resource of this server."""
    found: Json = {"reference": f"{kind}/{id_}"}
    if display:
        found["display"] = display
    return found


def hospital_id(code: str) -> str:
    """Return the resource id of a hospital: its code, whose ``_`` no FHIR id may hold, as ``.``."""
    return code.replace("_", ".")


def hospital_code(id_: str) -> str:
    """Return the hospital's code of a resource id; the inverse of `hospital_id`."""
    return id_.replace(".", "_")


def patient_system(hospital: str, issuer: str) -> str:
    """Return the identifier system of numbers that an issuer gives to a hospital's children."""
    system = f"{URN}:patient-id:{quote(hospital, safe='')}"
    return f"{system}:{quote(issuer, safe='')}" if issuer else system


def concept(text: str, *codings: tuple[str, str, str]) -> Json:
    """Return a CodeableConcept; each coding is (system, code, display), display may be empty."""
    found: Json = {}
    if codings:
        found["coding"] = [coding(*one) for one in codings]
    if text:
        found["text"] = text
    return found


def case_identifier(number: str) -> Json:
    """Return a case's number as an Identifier."""
    return {"system": CASE_NUMBER, "value": number}


def coding(system: str, code: str, display: str = "") -> Json:
    """Return a Coding."""
    found = {"system": system, "code": code}
    if display:
        found["display"] = display
    return found


def absent(reason: str = "unknown") -> Json:
    """Return the element that says why a value is missing."""
    return {"extension": [{"url": ABSENT, "valueCode": reason}]}


def instant(at: datetime) -> str:
    """Return a moment as FHIR writes it: UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def human_names(name: PersonName) -> list[Json]:
    """Return a HumanName for each component group of a DICOM name.

    Family and given name are told apart only where the group itself does (``^``). Each says how it
    is written: ideographic (IDE), alphabetic (ABC) or syllabic (SYL); characters in DICOM's first
    group are ideographic all the same.
    """
    groups = (
        (name.ideographic, "IDE"),
        (name.alphabetic, "IDE" if not name.alphabetic.isascii() else "ABC"),
        (name.phonetic, "SYL"),
    )
    return [_human_name(group, form) for group, form in groups if group.strip("^ ")]


def narrative(*paragraphs: tuple[str, str]) -> Json:
    """Return a generated narrative of (heading, text) paragraphs; empty texts are left out."""
    body = "".join(
        f"<p><b>{escape(printable(heading))}</b></p>"
        + "".join(f"<p>{escape(line)}</p>" for line in lines)
        for heading, text in paragraphs
        if (lines := [line for line in printable(text).splitlines() if line.strip()])
    )
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{body}</div>',
    }


def without_empty(resource: Json) -> Json:
    """Return a resource without empty properties, which FHIR forbids (``0`` and False stay)."""
    return {key: value for key, value in resource.items() if value not in (None, "", [], {}, ())}


def printable(value: Any) -> Any:
    """Return JSON without the control characters that FHIR forbids in every string."""
    if isinstance(value, str):
        return value.translate(_CONTROLS)
    if isinstance(value, dict):
        return {key: printable(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [printable(inner) for inner in value]
    return value


def _human_name(group: str, form: str) -> Json:
    parts = [part.strip() for part in group.split("^")]
    family, given, middle, prefix, suffix = (parts + [""] * 5)[:5]
    glue = "" if form == "IDE" else " "
    whole = glue.join(part for part in (family, given, middle) if part)
    written = " ".join(part for part in (prefix, whole, suffix) if part)
    found: Json = {
        "extension": [{"url": NAME_FORM, "valueCode": form}],
        "use": "official",
        "text": written,
    }
    if "^" in group:
        found["family"] = family
        found["given"] = [part for part in (given, middle) if part]
        found["prefix"] = [prefix] if prefix else []
        found["suffix"] = [suffix] if suffix else []
    return without_empty(found)
