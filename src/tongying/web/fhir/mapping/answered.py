"""The signed structured answer of a pathway as an Observation, one component an answer.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/observation.html
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from tongying.dicom.writers.structured_answer_sr import (
    AnsweredReport,
    Coded,
    Quantity,
    ReportedAnswer,
)
from tongying.web.fhir.mapping.elements import (
    UCUM,
    URN,
    Json,
    concept,
    instant,
    reference,
    without_empty,
)
from tongying.web.fhir.mapping.question import OBSERVATION_CATEGORY

PATHWAY: Final = f"{URN}:pathway"
"""Code system of the pathways' own ids."""
FIELD: Final = f"{URN}:pathway-field"
"""Code system of a pathway's questions: its id and the question's."""
OPTION: Final = f"{URN}:pathway-option"
"""Code system of a question's answers."""
PREFIX: Final = "answered"
"""Begins the resource id of a structured answer."""
_SIDES: Final = {"R": "right", "L": "left", "": ""}
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class FhirAnswered:
    """A signed structured answer that a viewer sees.

    Attributes
    ----------
    key : int
    case : int
    number, asking : str
        Of the case.
    child : int
    child_name : str
    study : int
    signer : int
    signer_name : str
    version : int
        Of the opinion it was signed with.
    on : date or None
        Of the examination.
    signed_at : datetime
    report : AnsweredReport
    """

    key: int
    case: int
    number: str
    asking: str
    child: int
    child_name: str
    study: int
    signer: int
    signer_name: str
    version: int
    on: date | None
    signed_at: datetime
    report: AnsweredReport


def answered_observation(found: FhirAnswered) -> Json:
    """Return a structured answer as an Observation."""
    report = found.report
    answers = [one for section in report.sections for one in section.answers]
    return without_empty(
        {
            "resourceType": "Observation",
            "id": f"{PREFIX}-{found.key}",
            "meta": {"lastUpdated": instant(found.signed_at)},
            "basedOn": [reference("ServiceRequest", found.case)],
            "partOf": [reference("ImagingStudy", found.study)],
            "status": "final" if found.version == 1 else "amended",
            "category": [concept("", (OBSERVATION_CATEGORY, "imaging", "Imaging"))],
            "code": concept(
                report.pathway.english, (PATHWAY, report.pathway.id, report.pathway.english)
            ),
            "subject": reference("Patient", found.child, found.child_name),
            "effectiveDateTime": found.on.isoformat() if found.on else None,
            "issued": instant(found.signed_at),
            "performer": [reference("PractitionerRole", found.signer, found.signer_name)],
            "note": [
                {
                    "text": f"Pathway {report.pathway.id} version {report.version},"
                    f" sha256 {report.digest}; opinion {report.opinion}"
                },
                *({"text": f"{_named(one)}: {one.said}"} for one in answers if one.said),
            ],
            "component": [part for one in answers for part in _components(report, one)],
        }
    )


def _components(report: AnsweredReport, one: ReportedAnswer) -> list[Json]:
    name = ".".join(part for part in (report.pathway.id, one.field.id, one.side) if part)
    code = concept(_named(one), (FIELD, name, one.field.english))
    match one.value:
        case Quantity():
            value: Json = {
                "valueQuantity": {
                    "value": float(f"{one.value.value:.{_DIGITS}g}"),
                    "unit": one.value.unit,
                    "system": UCUM,
                    "code": one.value.unit,
                }
            }
            return [{"code": code, **value}]
        case str():
            return [{"code": code, "valueString": one.value}]
        case chosen:
            return [{"code": code, "valueCodeableConcept": _option(name, each)} for each in chosen]


def _option(name: str, chosen: Coded) -> Json:
    return concept(chosen.english, (OPTION, f"{name}={chosen.id}".replace(" ", ""), chosen.english))


def _named(one: ReportedAnswer) -> str:
    side = _SIDES[one.side]
    return f"{one.field.english}, {side}" if side else one.field.english
