"""Which resources the service reads and searches: the one table that routes and declares them.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/http.html and http://hl7.org/fhir/R4/searchparameter-registry.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ParamType(StrEnum):
    """How a parameter's value is written."""

    TOKEN = "token"  # noqa: S105 - the standard's word
    DATE = "date"
    REFERENCE = "reference"
    STRING = "string"


class Interaction(StrEnum):
    """What can be done with a resource type."""

    READ = "read"
    VREAD = "vread"
    HISTORY = "history-instance"
    SEARCH = "search-type"


@dataclass(frozen=True, slots=True)
class Param:
    """A search parameter."""

    name: str
    type: ParamType
    targets: tuple[str, ...] = ()
    """Resource types that a reference may name."""
    sorts: bool = False
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A resource type with its interactions and parameters."""

    name: str
    params: tuple[Param, ...]
    interactions: tuple[Interaction, ...] = (Interaction.READ, Interaction.SEARCH)
    doc: str = ""

    def param(self, name: str) -> Param | None:
        """Return a parameter by name."""
        return next((one for one in self.params if one.name == name), None)


def _token(name: str, doc: str = "") -> Param:
    return Param(name, ParamType.TOKEN, sorts=name == "_id", doc=doc)


def _date(name: str, doc: str = "") -> Param:
    return Param(name, ParamType.DATE, sorts=True, doc=doc)


def _reference(name: str, *targets: str) -> Param:
    return Param(name, ParamType.REFERENCE, targets)


_ID = _token("_id")
_UPDATED = _date("_lastUpdated")
_PATIENT = _reference("patient", "Patient")
_SUBJECT = _reference("subject", "Patient")
_BASED_ON = _reference("based-on", "ServiceRequest")
_NAME = Param(
    "name", ParamType.STRING, doc="Every word is found in the name, its pinyin or their initials."
)

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "Patient",
            (_ID, _token("identifier"), _NAME, _date("birthdate"), _token("gender")),
            doc="A child as one hospital knows it.",
        ),
        Kind(
            "Organization",
            (_ID, _token("identifier"), Param("name", ParamType.STRING)),
            doc="A hospital of the alliance.",
        ),
        Kind(
            "Practitioner",
            (_ID, Param("name", ParamType.STRING)),
            doc="A person of one's own hospital, or of a case that one sees.",
        ),
        Kind(
            "PractitionerRole",
            (
                _ID,
                _reference("practitioner", "Practitioner"),
                _reference("organization", "Organization"),
                _token("role"),
            ),
            doc="What that person does in their hospital; it has the Practitioner's id.",
        ),
        Kind(
            "ServiceRequest",
            (
                _ID,
                _token("identifier"),
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _token("priority"),
                _date("authored"),
                _UPDATED,
            ),
            doc="The question of a case.",
        ),
        Kind(
            "Task",
            (
                _ID,
                _token("identifier"),
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _token("business-status", "The state of the case in the platform's own words."),
                _BASED_ON,
                _reference("focus", "ServiceRequest"),
                _date("authored-on"),
                _date("modified"),
                _UPDATED,
            ),
            doc="Where the case stands, who has to act next and by when.",
        ),
        Kind(
            "ImagingStudy",
            (
                _ID,
                _token("identifier", "A Study Instance UID (urn:oid:…) or an accession number."),
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _token("modality"),
                _date("started"),
                _reference("basedon", "ServiceRequest"),
                _UPDATED,
            ),
            doc="A study; a search leaves the instances out and marks the resource SUBSETTED.",
        ),
        Kind(
            "Observation",
            (
                _ID,
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _token("code"),
                _date("date"),
                _BASED_ON,
                _UPDATED,
            ),
            doc="Weight, height and gestation at birth that came with a question.",
        ),
        Kind(
            "DiagnosticReport",
            (
                _ID,
                _token("identifier"),
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _date("date", "The day of the study."),
                _date("issued"),
                _BASED_ON,
                _UPDATED,
            ),
            (Interaction.READ, Interaction.VREAD, Interaction.HISTORY, Interaction.SEARCH),
            doc="The signed opinion in its latest version; earlier ones are its history.",
        ),
        Kind(
            "Provenance",
            (_ID, _reference("target", "DiagnosticReport"), _PATIENT, _date("recorded")),
            doc="Who signed a version of an opinion, when, and why it was amended.",
        ),
        Kind(
            "Binary",
            (),
            (Interaction.READ,),
            doc="A PDF of an opinion: the PDF itself, or the resource when FHIR is asked for.",
        ),
    )
}
