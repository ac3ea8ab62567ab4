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
            (
                _ID,
                _token("identifier"),
                Param("name", ParamType.STRING),
                _reference("partof", "Organization"),
                _token("type", "A tier or a sub-alliance in the platform's own words, or prov."),
            ),
            doc="A hospital of the alliance, part of the one above it in the tree.",
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
                _token("specialty"),
                _token("active"),
            ),
            doc="What that person does in their hospital, until their licence ends; it has the"
            " Practitioner's id.",
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
                _date("occurrence", "When a referred child is expected, or a booked panel meets."),
                _token("category", "3457005 (SNOMED CT, patient referral) finds the referrals."),
                _BASED_ON,
                _UPDATED,
            ),
            doc="The question of a case; and each referral that its opinion led to, based on it.",
        ),
        Kind(
            "Task",
            (
                _ID,
                _token("identifier"),
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _token(
                    "business-status",
                    "The state of the case or referral in the platform's own words.",
                ),
                _BASED_ON,
                _reference("focus", "ServiceRequest"),
                _date("authored-on"),
                _date("modified"),
                _UPDATED,
            ),
            doc="Where a case or a referral stands, who has to act next and by when.",
        ),
        Kind(
            "Appointment",
            (
                _ID,
                _token("identifier"),
                _PATIENT,
                _token("status"),
                _date("date"),
                _BASED_ON,
                _UPDATED,
            ),
            doc="When a referred child is expected, or a booked panel meets.",
        ),
        Kind(
            "Procedure",
            (
                _ID,
                _PATIENT,
                _SUBJECT,
                _token("status"),
                _date("date"),
                _BASED_ON,
                _UPDATED,
            ),
            doc="An operation or intervention that came back as the outcome of a referral.",
        ),
        Kind(
            "Communication",
            (
                _ID,
                _PATIENT,
                _SUBJECT,
                _token(
                    "status", "completed once its receiver has read it, in-progress until then."
                ),
                _token("category", "alert: a critical finding; notification: an outcome."),
                _date("sent"),
                _date("received"),
                _BASED_ON,
                _UPDATED,
            ),
            doc="A critical finding to its receiver, or a piece of an outcome to those who asked.",
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
            doc="Weight, height and gestation at birth that came with a question; and what was"
            " measured on a child, with z, centile and the limits of normal children; and the"
            " signed structured answer of a pathway, one component an answer.",
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
