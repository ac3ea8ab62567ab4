"""What the pages show of models: a badge, runs, and every finding, flag and value with its word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tongying.ai.card.definition import Evidence, Method, Span
from tongying.kernel.caveat import Caveat
from tongying.pathway.definition import Words
from tongying.web.measurements.shown import Shown

FEWEST_REAL: Final = 100
"""Real studies behind the figure a badge shows, or it says "not validated"; needs sign-off."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A model in a line: what stands beside every result of it.

    Attributes
    ----------
    card_id, version, vendor : str
    name : Words or None
        None where the card's text is no longer understood.
    method : Method or None
    age_days : Span or None
        For which children it may speak.
    evidence : Evidence or None
        The first figure on the card; None for a rule without one.
    synthetic : bool
        Whether every figure of it stands on data made by code.
    registered, paediatric : bool
        Whether an authority registered it, and for children.
    caveats : tuple of Words
    findings : mapping of str to Words
        Kinds of findings and flags.
    first : bool
        Whether it is shown before the own read.
    """

    card_id: str
    version: str
    vendor: str
    name: Words | None
    method: Method | None
    age_days: Span | None
    evidence: Evidence | None
    synthetic: bool
    registered: bool
    paediatric: bool
    caveats: tuple[Words, ...]
    findings: Mapping[str, Words]
    first: bool

    @property
    def validated(self) -> bool:
        """Say whether a figure of it stands on real examinations, and on enough of them."""
        figure = self.evidence
        return figure is not None and not self.synthetic and figure.n >= FEWEST_REAL


@dataclass(frozen=True, slots=True)
class ItemReview:
    """What this reader said of an item last."""

    decision: str
    edited: Mapping[str, Any]
    reason: str
    at: datetime
    in_report: bool


@dataclass(frozen=True, slots=True)
class ImagePoint:
    """Where a finding is seen best."""

    series_uid: str
    sop_uid: str
    frame: int
    number: int | None
    """Of the image in its series; None where it is not in the archive or has none."""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding of a run.

    Attributes
    ----------
    key : str
        ``finding:3``; what a review names.
    number : int
    kind : str
    words : Words or None
        Of the kind, from the card.
    diameter_mm, volume_mm3, probability : float or None
    side : str
    place : ImagePoint
    details : tuple of (str, float or str)
    caveats : tuple of Caveat
    review : ItemReview or None
    """

    key: str
    number: int
    kind: str
    words: Words | None
    diameter_mm: float | None
    volume_mm3: float | None
    probability: float | None
    side: str
    place: ImagePoint
    details: tuple[tuple[str, float | str], ...]
    caveats: tuple[Caveat, ...]
    review: ItemReview | None


@dataclass(frozen=True, slots=True)
class ShownFlag:
    """One flag of a run; `words` is of its kind, `said` its sentence."""

    key: str
    kind: str
    words: Words | None
    level: str
    said: Words
    value: float | None
    series_uid: str
    review: ItemReview | None


@dataclass(frozen=True, slots=True)
class OtherTool:
    """The same measure of the same study by another tool."""

    tool: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class ShownValue:
    """One value of a run with its place among normal children, or why it has none.

    Attributes
    ----------
    key : str
    shown : Shown
        Scored against norms of the same tool only.
    others : tuple of OtherTool
        What other tools said of the same study, which is the spread between tools.
    caveats : tuple of Caveat
    review : ItemReview or None
    """

    key: str
    shown: Shown
    others: tuple[OtherTool, ...]
    caveats: tuple[Caveat, ...]
    review: ItemReview | None


@dataclass(frozen=True, slots=True)
class Missed:
    """A finding that the reader added because the model has none there."""

    number: int
    kind: str
    text: str
    side: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of a refusal."""

    code: str
    said: Words


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run as one viewer sees it.

    Attributes
    ----------
    code : str
    badge : Badge
    step, state, standing : str
    trigger : str
    asked_at, finished_at : datetime
    why : tuple of Why
        Why it was refused or failed.
    open : bool
        Whether its result is shown; nothing below is there where it is not.
    findings, flags, values, texts, missed : tuple
        `texts` are (part, words).
    caveats : tuple of Caveat
    stopped : str
        Standing of the model now where it no longer runs here; empty otherwise.
    """

    code: str
    badge: Badge
    step: str
    state: str
    standing: str
    trigger: str
    asked_at: datetime
    finished_at: datetime | None
    why: tuple[Why, ...] = ()
    open: bool = False
    findings: tuple[ShownFinding, ...] = ()
    flags: tuple[ShownFlag, ...] = ()
    values: tuple[ShownValue, ...] = ()
    texts: tuple[tuple[str, Words], ...] = ()
    missed: tuple[Missed, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    stopped: str = ""

    @property
    def empty(self) -> bool:
        """Say whether it ended well and found nothing to tell."""
        return self.open and not (self.findings or self.flags or self.values or self.texts)

    def items(self) -> tuple[ShownFinding | ShownFlag | ShownValue, ...]:
        """Return everything of it that a reader accepts, edits or rejects."""
        return (*self.findings, *self.flags, *self.values)


@dataclass(frozen=True, slots=True)
class ShownRead:
    """A reader's own word."""

    verdict: str
    confidence: int | None
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StudyResults:
    """Everything the pages show of models on one study, to one viewer.

    Attributes
    ----------
    study_uid : str
    modalities : frozenset of str
    may_read : bool
        Whether the viewer reads images, so that an own read opens the results.
    before, after : ShownRead or None
        What the viewer said; the last one after.
    runs : tuple of ShownRun
        In the order of the examination, those shown first before all others.
    reviewed : datetime or None
        When the viewer's decisions were last written into the study.
    """

    study_uid: str
    modalities: frozenset[str]
    may_read: bool
    before: ShownRead | None
    after: ShownRead | None
    runs: tuple[ShownRun, ...]
    reviewed: datetime | None

    @property
    def waiting(self) -> bool:
        """Say whether an own read would open something."""
        ended = any(run.state == "done" and not run.open for run in self.runs)
        return self.may_read and self.before is None and ended

    @property
    def undecided(self) -> int:
        """Count what is shown and not yet accepted, edited or rejected."""
        return sum(one.review is None for run in self.runs if run.open for one in run.items())
