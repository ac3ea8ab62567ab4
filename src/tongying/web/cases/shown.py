"""Cases as they are shown: frozen values, so that rows stay in the store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.consult.case import Case
from tongying.consult.desk import Opinion
from tongying.consult.states import Move, State
from tongying.kernel.age import Age


@dataclass(frozen=True, slots=True)
class ShownChild:
    """A child. `name` is as written; ages are on the day of the study where that is known."""

    id: int
    name: str
    name_alphabetic: str
    sex: str
    """``"M"``, ``"F"``, ``"O"`` or empty where unknown."""
    birth_date: date | None
    local_id: str
    issuer: str
    age: Age | None
    corrected_age: Age | None = None


@dataclass(frozen=True, slots=True)
class ShownMember:
    """A person of the alliance."""

    id: int
    name: str
    title: str
    hospital_code: str
    hospital: str
    sub_specialty: str = ""


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line of the worklist."""

    id: int
    number: str
    state: State
    urgency: str
    due_at: datetime | None
    submitted_at: datetime | None
    child: ShownChild
    question: str
    asking: str
    answering: str
    modalities: tuple[str, ...]
    assignee: str
    assignee_id: int | None
    mine: bool
    """Whether the viewer has to act next."""
    alerts: int = 0
    """Alerts that nobody has acknowledged."""


@dataclass(frozen=True, slots=True)
class ShownSeries:
    """A series with the instance whose picture stands for it."""

    uid: str
    modality: str
    number: int | None
    description: str
    instance_count: int
    frame_count: int
    picture: str
    """SOP Instance UID of its middle image; empty where it has no image."""


@dataclass(frozen=True, slots=True)
class ShownStudy:
    """A study of a case."""

    uid: str
    date: date | None
    description: str
    modalities: tuple[str, ...]
    prior: bool
    hospital: str
    instance_count: int
    series: tuple[ShownSeries, ...]
    caveats: tuple[str, ...]
    """Caveat sentences (English message ids)."""
    accession_number: str = ""
    live: bool = False
    """Made in a live room of the case."""


@dataclass(frozen=True, slots=True)
class ShownKeyImage:
    """An image that somebody points at."""

    id: int
    study_uid: str
    series_uid: str
    sop_uid: str
    frame: int
    caption: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """A document of an opinion; `kind` as in `DocumentRow`."""

    kind: str
    size: int
    sop_uid: str


@dataclass(frozen=True, slots=True)
class ShownOpinion:
    """A signed opinion."""

    version: int
    opinion: Opinion
    amendment_reason: str
    signer: ShownMember
    signed_at: datetime
    digest: str
    verify_code: str
    acknowledged_by: str
    acknowledged_at: datetime | None
    documents: tuple[ShownDocument, ...]
    failure: str
    """One sentence where making the documents failed; empty otherwise."""


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """One line of the timeline."""

    at: datetime
    actor: str
    move: str
    state: State
    reason: str
    assignee: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case with everything its page shows to one viewer."""

    case: Case
    number: str
    revision: int
    child: ShownChild
    author: ShownMember
    assignee: ShownMember | None
    asking_name: str
    answering_name: str
    due_at: datetime | None
    studies: tuple[ShownStudy, ...]
    key_images: tuple[ShownKeyImage, ...]
    draft: Opinion
    """The opinion being written; empty for everybody but the assignee."""
    opinions: tuple[ShownOpinion, ...]
    """Newest first."""
    events: tuple[ShownEvent, ...]
    """Oldest first."""
    moves: tuple[Move, ...]
    """What the viewer may do now."""
