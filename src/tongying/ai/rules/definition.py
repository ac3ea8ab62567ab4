"""Rules in data: which studies trigger which steps, in which order, how soon, and when to begin.

A rule only asks. Whether a model may speak about the child is the gate's to say, and a refusal is
a result: so what a rule matches on may be generous, and a card's criteria are not repeated in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tongying.ai.card.definition import Sequence, Span, Step
from tongying.consult.case import Urgency
from tongying.dicom.acquisition.facts import BodyPart
from tongying.pathway.definition import AgeSpan, Words

STEPS_IN_ORDER: Final = tuple(Step)
"""Of the examination."""


class Priority(StrEnum):
    """How soon a step is run, beside others that wait."""

    URGENT = "urgent"
    NORMAL = "normal"
    OFF_PEAK = "off-peak"
    """When nothing else waits."""


URGENCY_OF: Final = {Priority.URGENT: 0, Priority.NORMAL: 5, Priority.OFF_PEAK: 9}
"""Place in the queue, 0 first."""


@dataclass(frozen=True, slots=True)
class Complete:
    """When a study is taken to be complete.

    Attributes
    ----------
    quiet_seconds : int
        Nothing new for so long.
    force_seconds : int
        Since the first image: decided by then, even if more still comes.
    series : int or None
        Besides being quiet it has so many series; None does not count them.
    """

    quiet_seconds: int
    force_seconds: int
    series: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a study must be; None is any. Modality to images are asked of one and the same series.

    Attributes
    ----------
    modalities : frozenset of str or None
    body_parts : frozenset of BodyPart or None
        By code or by name; that is enough to ask, though not to be admitted.
    sequences : frozenset of Sequence or None
    images : Span or None
        Images of the series.
    ages : AgeSpan or None
        Of the child at the study, the upper end excluded; an unknown age does not match.
    hospitals : frozenset of str or None
        Codes of the hospitals where the study was made.
    words : tuple of str or None
        Any of them in the question, case ignored.
    urgencies : frozenset of Urgency or None
        Of the case.
    prior : bool or None
        Whether an earlier study of the child is there.
    """

    modalities: frozenset[str] | None = None
    body_parts: frozenset[BodyPart] | None = None
    sequences: frozenset[Sequence] | None = None
    images: Span | None = None
    ages: AgeSpan | None = None
    hospitals: frozenset[str] | None = None
    words: tuple[str, ...] | None = None
    urgencies: frozenset[Urgency] | None = None
    prior: bool | None = None


@dataclass(frozen=True, slots=True)
class StepCall:
    """One step that a rule asks for.

    Attributes
    ----------
    step : Step
    card : str
        Id of the model card.
    priority : Priority
    line : int
        Of the text it was read from.
    """

    step: Step
    card: str
    priority: Priority
    line: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes
    ----------
    id : str
        Unique in the text.
    name : Words
    match : Match
    steps : tuple of StepCall
        In the order in which they run.
    complete : Complete
    """

    id: str
    name: Words
    match: Match
    steps: tuple[StepCall, ...]
    complete: Complete


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a hospital.

    Attributes
    ----------
    name : Words
    complete : Complete
        Of a study that triggers no rule, and of rules that say nothing else.
    rules : tuple of Rule
        In the order of the text; none turns all off.
    digest : str
        SHA-256 of the text.
    """

    name: Words
    complete: Complete
    rules: tuple[Rule, ...]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a study besides its images.

    Attributes
    ----------
    hospital : str
        Code of the hospital where it was made.
    words : str
        Of the question, history and provisional diagnosis; empty where nobody asked.
    urgency : Urgency or None
        Of the case; None where there is none.
    has_prior : bool
    """

    hospital: str = ""
    words: str = ""
    urgency: Urgency | None = None
    has_prior: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that is to run.

    Attributes
    ----------
    step : Step
    card_id : str
    urgency : int
        0 first.
    reason : Words
        The rules that ask for it, and what matched.
    rules : tuple of str
        Ids of those rules, in the order of the text.
    """

    step: Step
    card_id: str
    urgency: int
    reason: Words
    rules: tuple[str, ...]

    @property
    def rule(self) -> str:
        """Return the first rule that asks for it."""
        return self.rules[0]


@dataclass(frozen=True, slots=True)
class NotTriggered:
    """A rule that did not match.

    Attributes
    ----------
    rule : str
    name : Words
    reasons : tuple of Words
        Every criterion that was not met, with what was found.
    """

    rule: str
    name: Words
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a study triggers.

    Attributes
    ----------
    steps : tuple of Planned
        In the order in which they run; a card once.
    not_triggered : tuple of NotTriggered
    """

    steps: tuple[Planned, ...] = ()
    not_triggered: tuple[NotTriggered, ...] = field(default=())
