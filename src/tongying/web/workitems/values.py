"""What a case's workitem is made of: frozen values, so that rows stay in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.consult.case import Urgency
from tongying.consult.states import State
from tongying.dicom.person_name import PersonName
from tongying.web.workitems.dataset import Json


@dataclass(frozen=True, slots=True)
class Station:
    """A hospital as the place where the step is done."""

    ae_title: str
    name: str


@dataclass(frozen=True, slots=True)
class Performer:
    """A person who is to do the step, or does it."""

    id: int
    name: str
    hospital: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The child."""

    name: PersonName
    local_id: str
    issuer: str
    birth_date: date | None
    sex: str


@dataclass(frozen=True, slots=True)
class InputSeries:
    """A series to read; `instances` holds (SOP class, SOP instance), None where left out."""

    study_uid: str
    uid: str
    instances: tuple[tuple[str, str], ...] | None


@dataclass(frozen=True, slots=True)
class OutputObject:
    """An object that the signing made."""

    study_uid: str
    series_uid: str
    sop_class_uid: str
    uid: str


@dataclass(frozen=True, slots=True)
class CaseStep:
    """The workitem of a case.

    Attributes
    ----------
    uid, state : str
        SOP Instance UID and Procedure Step State.
    replaces : str
        UID of the step that it takes the place of, or empty.
    replaced : bool
        Whether another step took its place.
    case_state : State
    number : str
        The case's number.
    complete : bool
        Whether the data to read are complete.
    starts_at : datetime
        When the reading may begin: the submission, or the appointment of a booked panel.
    due_at : datetime or None
    assignee : Performer or None
        Who is to read it, while it is scheduled.
    performer : Performer or None
        Who reads or has read it.
    progress : Json or None
        Items that the performer told of the progress.
    """

    uid: str
    state: str
    changed_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    replaces: str
    replaced: bool
    case_state: State
    number: str
    asking: str
    author: str
    station: Station
    specialty: str
    urgency: Urgency | None
    question: str
    diagnosis: str
    reason: str
    complete: bool
    starts_at: datetime
    due_at: datetime | None
    assignee: Performer | None
    performer: Performer | None
    subject: Subject
    study_uid: str
    accession_number: str
    series: tuple[InputSeries, ...]
    outputs: tuple[OutputObject, ...]
    progress: tuple[Json, ...]
