"""What the store hands to the FHIR mapping: frozen values, so that rows stay in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from tongying.consult.case import Case
from tongying.consult.desk import Opinion
from tongying.dicom.person_name import PersonName


@dataclass(frozen=True, slots=True)
class FhirChild:
    """A child as one hospital knows it.

    Attributes
    ----------
    id : int
    hospital : str
        Code of the hospital.
    issuer, local_id : str
        Issuer of the number (empty: the hospital itself) and the number; empty where there is none.
    name : PersonName
    sex : str
        ``"M"``, ``"F"``, ``"O"`` or empty where unknown.
    birth_date : date or None
    same_as : tuple of int
        Other records of the same child that the viewer sees.
    """

    id: int
    hospital: str
    issuer: str
    local_id: str
    name: PersonName
    sex: str
    birth_date: date | None
    same_as: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FhirHospital:
    """A member hospital and its place in the tree; what is unknown is empty."""

    code: str
    name: str
    name_en: str
    answers: bool
    parent: str = ""
    tier: str = ""
    province: str = ""
    city: str = ""
    sub_alliances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FhirMember:
    """A person of the alliance; `licence_until` is the last day of their licence, if known."""

    id: int
    name: str
    title: str
    role: str
    sub_specialty: str
    hospital: str
    hospital_name: str
    active: bool
    specialties: tuple[str, ...] = ()
    licence_until: date | None = None


@dataclass(frozen=True, slots=True)
class FhirInstance:
    """An instance of a series."""

    uid: str
    sop_class_uid: str
    number: int | None


@dataclass(frozen=True, slots=True)
class FhirSeries:
    """A series; `instances` is None where a list of studies leaves them out."""

    uid: str
    number: int | None
    modality: str
    description: str
    body_part: str
    laterality: str
    instance_count: int
    instances: tuple[FhirInstance, ...] | None


@dataclass(frozen=True, slots=True)
class FhirStudy:
    """A study, and the cases by which the viewer sees it asked about."""

    id: int
    uid: str
    hospital: str
    child_id: int
    child_name: str
    date: date | None
    accession_number: str
    description: str
    modalities: tuple[str, ...]
    series_count: int
    instance_count: int
    series: tuple[FhirSeries, ...]
    case_ids: tuple[int, ...]
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FhirCase:
    """A case with the names and studies its resources refer to.

    Attributes
    ----------
    study_ids : tuple of int
        The subject of the question first, then the priors.
    study_date : date or None
        The day of the study that the question is about.
    reasons : tuple of (datetime, str, int or None)
        When, in which words and by which member a reason was given, oldest first.
    accepted_at, signed_at : datetime or None
        When the expert took it, and when the first opinion was signed.
    """

    case: Case
    number: str
    child_id: int
    child_name: str
    author_name: str
    assignee_name: str
    asking_name: str
    answering_name: str
    study_ids: tuple[int, ...]
    study_date: date | None
    due_at: datetime | None
    created_at: datetime
    changed_at: datetime
    reasons: tuple[tuple[datetime, str, int | None], ...] = ()
    accepted_at: datetime | None = None
    signed_at: datetime | None = None


class Measure(StrEnum):
    """What the asking doctor measured; the value is the last part of an Observation's id."""

    WEIGHT = "weight"
    HEIGHT = "height"
    GESTATION = "gestation"


@dataclass(frozen=True, slots=True)
class FhirMeasurement:
    """One number of a question: weight in kg, height in cm or gestation at birth in days."""

    about: FhirCase
    measure: Measure
    value: float


@dataclass(frozen=True, slots=True)
class FhirDocument:
    """A PDF of an opinion.

    Attributes
    ----------
    id : str
        Id of the Binary.
    language : str
        BCP 47, such as ``"zh-CN"``.
    size : int
        In bytes.
    sha1 : bytes
        The 20 bytes that FHIR's Attachment.hash carries.
    """

    id: str
    language: str
    size: int
    sha1: bytes
    made_at: datetime


@dataclass(frozen=True, slots=True)
class FhirOpinion:
    """A signed version of a case's opinion."""

    about: FhirCase
    version: int
    opinion: Opinion
    amendment_reason: str
    signer_id: int
    signer_name: str
    signer_hospital: str
    signed_at: datetime
    digest: str
    documents: tuple[FhirDocument, ...]


@dataclass(frozen=True, slots=True)
class FhirBinary:
    """The bytes of a PDF."""

    id: str
    report_id: str
    content_type: str
    data: bytes
