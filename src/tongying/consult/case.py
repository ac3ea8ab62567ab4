"""A case: a hospital's question about a child's study, and what has become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from tongying.consult.people import Viewer
from tongying.consult.specialty import Specialty
from tongying.consult.states import State
from tongying.kernel.errors import BadInput
from tongying.kernel.ids import CaseId, HospitalCode, UserId

WEIGHT_KG = (0.3, 250.0)
"""Outside this a weight is a slip of the pen (the smallest surviving newborns weigh about 0.25 kg).

Plausibility limits of the form, not clinical constants; needs sign-off.
"""
HEIGHT_CM = (20.0, 230.0)
GESTATION_WEEKS = (22, 44)


class Confidence(StrEnum):
    """How sure the asking doctor is of the provisional diagnosis."""

    CERTAIN = "certain"
    PROBABLE = "probable"
    UNSURE = "unsure"


class Urgency(StrEnum):
    """How soon the answer is needed."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    BOOKED = "booked"
    """An elective joint panel at a booked time."""


ANSWER_WITHIN: dict[Urgency, timedelta] = {
    Urgency.EMERGENCY: timedelta(hours=1),
    Urgency.URGENT: timedelta(hours=4),
    Urgency.ROUTINE: timedelta(hours=6),
}
"""The alliance's promise from submission to the signed opinion (source C: 4 to 6 hours; K05).

A booked panel has no span of hours: its promise is its appointment.
"""
PANEL_LASTS = timedelta(hours=2)
"""A booked panel's opinion is due this long after its appointment. Needs sign-off."""
PANEL_WITHIN = timedelta(days=7)
"""A panel without an appointment is due this long after submission, so that it cannot be forgotten.

Needs sign-off.
"""


class QuestionRefused(BadInput):
    """The question cannot be sent as it is."""

    code: ClassVar[str] = "case.question"


@dataclass(frozen=True, slots=True)
class Question:
    """What the asking doctor writes.

    Attributes
    ----------
    text : str
        The question itself.
    provisional_diagnosis : str
    confidence : Confidence or None
        None while the doctor has not said.
    urgency : Urgency or None
    history : str
    weight_kg, height_cm : float or None
    measured_on : date or None
        The day on which weight and height were taken.
    gestation_weeks, gestation_days : int or None
        Gestation at birth, completed weeks and days, where known.
    specialty : Specialty or None
        The field it belongs to, where the asking doctor or the desk has said so.
    """

    text: str = ""
    provisional_diagnosis: str = ""
    confidence: Confidence | None = None
    urgency: Urgency | None = None
    history: str = ""
    weight_kg: float | None = None
    height_cm: float | None = None
    measured_on: date | None = None
    gestation_weeks: int | None = None
    gestation_days: int | None = None
    specialty: Specialty | None = None

    def faults(self) -> dict[str, str]:
        """Return, by field name, one sentence for each thing that keeps it from being sent."""
        faults: dict[str, str] = {}
        if not self.text.strip():
            faults["text"] = "Write the question the expert is to answer."
        if self.urgency is None:
            faults["urgency"] = "Say how urgent it is."
        if self.confidence is None:
            faults["confidence"] = "Say how sure you are of the provisional diagnosis."
        return faults | self.implausible()

    def implausible(self) -> dict[str, str]:
        """Return, by field name, what cannot be true; a draft is held to this as well."""
        faults: dict[str, str] = {}
        if self.weight_kg is not None and not WEIGHT_KG[0] <= self.weight_kg <= WEIGHT_KG[1]:
            faults["weight_kg"] = "The weight must lie between 0.3 and 250 kg."
        if self.height_cm is not None and not HEIGHT_CM[0] <= self.height_cm <= HEIGHT_CM[1]:
            faults["height_cm"] = "The height must lie between 20 and 230 cm."
        measured = self.weight_kg is not None or self.height_cm is not None
        if measured and self.measured_on is None:
            faults["measured_on"] = "Say on which day weight and height were taken."
        weeks = self.gestation_weeks
        if weeks is not None and not GESTATION_WEEKS[0] <= weeks <= GESTATION_WEEKS[1]:
            faults["gestation_weeks"] = "The gestation must lie between 22 and 44 weeks."
        if self.gestation_days is not None and (weeks is None or not 0 <= self.gestation_days <= 6):
            faults["gestation_days"] = "Days of gestation go with weeks and lie between 0 and 6."
        return faults

    def gestation_total_days(self) -> int | None:
        """Return the gestation at birth in days, or None where it is unknown."""
        if self.gestation_weeks is None:
            return None
        return self.gestation_weeks * 7 + (self.gestation_days or 0)


def check_sendable(question: Question) -> None:
    """Raise unless the question can be sent.

    Raises
    ------
    QuestionRefused
        With the first fault's sentence.
    """
    for sentence in question.faults().values():
        raise QuestionRefused(sentence)


@dataclass(frozen=True, slots=True)
class Case:
    """A case as the rules see it.

    Attributes
    ----------
    id : CaseId
    state : State
    asking, answering : HospitalCode
        The hospital that asks and the hospital that answers.
    author : UserId
        Who wrote the question.
    assignee : UserId or None
        The expert who is to answer.
    question : Question
    version : int
        Number of the last signed opinion, 0 while there is none.
    submitted_at : datetime or None
    reason : str
        The reason given with the last move that needed one.
    paused : timedelta
        How long the clocks have stood still so far, over finished pauses.
    stopped_at : datetime or None
        When the clocks were stopped, while they stand still.
    booked_for : datetime or None
        The appointment of a booked panel.
    offered : frozenset of UserId
        The experts to whom it is offered while nobody answers it.
    panellists : frozenset of UserId
        The specialists invited to its joint panel.
    receiving : frozenset of HospitalCode
        The hospitals to which the child is being referred.
    receivers : frozenset of UserId
        The doctors named to receive the child.
    """

    id: CaseId
    state: State
    asking: HospitalCode
    answering: HospitalCode
    author: UserId
    assignee: UserId | None
    question: Question
    version: int = 0
    submitted_at: datetime | None = None
    reason: str = ""
    paused: timedelta = timedelta()
    stopped_at: datetime | None = None
    booked_for: datetime | None = None
    offered: frozenset[UserId] = frozenset()
    panellists: frozenset[UserId] = frozenset()
    receiving: frozenset[HospitalCode] = frozenset()
    receivers: frozenset[UserId] = frozenset()

    def due_at(self) -> datetime | None:
        """Return when the opinion is due, or None while nothing has been promised.

        While the clocks stand still this is the deadline as it was when they were stopped.
        """
        if self.submitted_at is None or self.question.urgency is None:
            return None
        if self.question.urgency is Urgency.BOOKED:
            if self.booked_for is not None:
                return self.booked_for + PANEL_LASTS
            return self.submitted_at + PANEL_WITHIN + self.paused
        return self.submitted_at + ANSWER_WITHIN[self.question.urgency] + self.paused

    def is_author(self, viewer: Viewer) -> bool:
        """Say whether the viewer wrote the question."""
        return viewer.user == self.author
