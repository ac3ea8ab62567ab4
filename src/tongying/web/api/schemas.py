"""What the JSON API takes and gives. Field names carry their units; null means not known."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Field, Schema

from tongying.consult.case import Confidence, Urgency
from tongying.consult.people import Role
from tongying.consult.states import Move, State

Text = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Text without NUL, which PostgreSQL does not keep."""


class Problem(Schema):
    """A refusal (RFC 9457) with a stable code."""

    type: str
    title: str = Field(description="One sentence that says what is wrong.")
    status: int
    code: str = Field(description="Stable, for programs; such as case.not-found.")


class StudyQuery(Schema):
    """Which window of the studies."""

    text: Text = Field(default="", max_length=200)
    offset: int = Field(default=0, ge=0, le=1_000_000)
    limit: int = Field(default=100, ge=1, le=500)


class CaseQuery(StudyQuery):
    """Which window of the worklist."""

    tab: Literal["mine", "open", "signed", "all"] = "all"
    sort: Literal["due", "urgency", "age", "name", "hospital", "state", "submitted"] = "due"
    descending: bool = False


class Me(Schema):
    """Whom the request speaks for."""

    id: int
    login: str
    hospital: str = Field(description="Code of the hospital.")
    role: Role


class AgeOut(Schema):
    """An age on the day of the study."""

    days: int = Field(description="Completed days; negative for a corrected age before term.")
    months: int = Field(description="Completed calendar months.")
    english: str
    chinese: str


class ChildOut(Schema):
    """A child as one hospital knows it."""

    id: int
    name: str
    name_alphabetic: str
    sex: str | None = Field(description="M, F or O; null where unknown.")
    birth_date: date | None
    local_id: str | None
    issuer: str
    age: AgeOut | None
    corrected_age: AgeOut | None


class MemberOut(Schema):
    """A person of the alliance."""

    id: int
    name: str
    title: str
    sub_specialty: str
    hospital_code: str
    hospital: str


class SeriesOut(Schema):
    """A series of a study."""

    uid: str
    number: int | None
    modality: str
    description: str
    instance_count: int
    frame_count: int


class StudyOut(Schema):
    """A study."""

    uid: str
    date: date | None
    description: str
    accession_number: str
    modalities: list[str]
    hospital: str
    instance_count: int
    caveats: list[str]


class ListedStudy(StudyOut):
    """A study with its child."""

    child: ChildOut


class CaseStudyOut(StudyOut):
    """A study that a case shows."""

    prior: bool = Field(description="False for the study that the question is about.")
    series: list[SeriesOut]


class StudyPage(Schema):
    """A window of the studies that the viewer sees, newest first."""

    items: list[ListedStudy]
    total: int
    offset: int
    limit: int


class ListedCase(Schema):
    """One line of the worklist."""

    id: int
    number: str
    state: State
    urgency: Urgency | None
    due_at: datetime | None
    submitted_at: datetime | None
    child: ChildOut
    question: str
    asking: str
    answering: str
    modalities: list[str]
    assignee: str | None
    mine: bool = Field(description="Whether the viewer has to act next.")


class CasePage(Schema):
    """A window of the worklist, with how many cases each tab holds."""

    items: list[ListedCase]
    total: int
    offset: int
    limit: int
    counts: dict[str, int]


class QuestionFields(Schema):
    """What the asking doctor writes; null is not known."""

    text: Text = ""
    provisional_diagnosis: Text = ""
    confidence: Confidence | None = None
    urgency: Urgency | None = None
    history: Text = ""
    weight_kg: float | None = None
    height_cm: float | None = None
    measured_on: date | None = Field(
        default=None, description="The day on which weight and height were taken."
    )
    gestation_weeks: int | None = Field(
        default=None, description="Gestation at birth, completed weeks."
    )
    gestation_days: int | None = Field(default=None, description="Days beyond the weeks, 0 to 6.")


class OpinionFields(Schema):
    """What the expert writes: the answer to the question first."""

    answer: Text = ""
    findings: Text = ""
    advice: Text = ""


class KeyImageOut(Schema):
    """An image that somebody points at; frames are counted from 1."""

    id: int
    study_uid: str
    series_uid: str
    sop_uid: str
    frame: int
    caption: str
    by: str


class DocumentOut(Schema):
    """A document of an opinion."""

    kind: str = Field(description="pdf-zh, pdf-en, dicom-pdf, dicom-sr or dicom-kos.")
    size: int = Field(description="In bytes.")
    sop_uid: str | None


class OpinionOut(OpinionFields):
    """A signed version of the opinion."""

    version: int
    amendment_reason: str | None
    signer: MemberOut
    signed_at: datetime
    sha256: str = Field(description="Digest of the signed content.")
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    documents: list[DocumentOut]


class EventOut(Schema):
    """One line of the timeline."""

    at: datetime
    actor: str | None
    move: str
    state: State
    reason: str | None
    assignee: str | None


class CaseOut(Schema):
    """A case with everything that the viewer may see of it."""

    id: int
    number: str
    state: State
    revision: int = Field(description="Grows with every change; hand it back with a move.")
    asking: str = Field(description="Code of the hospital that asks.")
    answering: str = Field(description="Code of the hospital that answers.")
    submitted_at: datetime | None
    due_at: datetime | None
    child: ChildOut
    author: MemberOut
    assignee: MemberOut | None
    question: QuestionFields
    studies: list[CaseStudyOut]
    key_images: list[KeyImageOut]
    draft: OpinionFields = Field(description="Filled for the assignee only.")
    opinions: list[OpinionOut] = Field(description="Newest first.")
    events: list[EventOut] = Field(description="Oldest first.")
    moves: list[Move] = Field(description="What the viewer may do now.")


class NewCase(Schema):
    """Which study a question is to be about."""

    study: Text = Field(description="Study Instance UID of a study of one's own hospital.")


class QuestionIn(QuestionFields):
    """A question with the revision of the case that it was written on."""

    revision: int | None = Field(
        default=None, description="Refused (409) if the case has changed since; null skips that."
    )


class MoveIn(Schema):
    """What a move brings along."""

    reason: Text = ""
    assignee: int | None = Field(default=None, description="For assign: the expert's id.")
    question: QuestionFields | None = Field(default=None, description="For edit.")
    opinion: OpinionFields | None = Field(default=None, description="For write, sign and amend.")
    revision: int | None = Field(
        default=None, description="Refused (409) if the case has changed since; null skips that."
    )
