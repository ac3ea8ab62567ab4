"""A measurement as a viewer reads it: the value, its score or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tongying.kernel.caveat import Caveat
from tongying.norms.measure import Measure
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import Score
from tongying.norms.score.velocity import Occasion
from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a value has no score."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Struck:
    """Who struck a measurement, when and why."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A measurement with its score.

    Attributes
    ----------
    code : str
    child : int
        Key of the child's record.
    study_uid : str
        Empty where it was not measured on images.
    case : int or None
    measure : str
        Id of the measure.
    known : Measure or None
        None for a measure this version does not know.
    side, unit : str
    value : float
        In `unit`, as entered.
    measured_on : date
    method : MeasuringMethod or None
        None where nobody said.
    source : str
    entered_by, entered_at
    struck : Struck or None
    sr_uid : str
        Of the DICOM report it was written into; empty for none.
    sex : Sex or None
        Of the child.
    chosen_norm : str
        As the person chose it; empty for the one that fits.
    gestational_age_days : float or None
    occasion : Occasion
        What was scored, as the scorer takes it.
    score : Score or None
    refused : Refused or None
        Exactly one of both is there.
    norm : Norm or None
        What it was scored by.
    may_strike : bool
    caveats : tuple of Caveat
        What was doubtful when it was measured on an image.
    drawing : str
        Code of the drawing it follows from; empty for none.
    """

    code: str
    child: int
    study_uid: str
    case: int | None
    measure: str
    known: Measure | None
    side: str
    value: float
    unit: str
    measured_on: date
    method: MeasuringMethod | None
    source: str
    entered_by: str
    entered_by_id: int
    entered_at: datetime
    hospital: str
    struck: Struck | None
    sr_uid: str
    sex: Sex | None
    chosen_norm: str
    gestational_age_days: float | None
    occasion: Occasion
    score: Score | None
    refused: Refused | None
    norm: Norm | None
    may_strike: bool = False
    caveats: tuple[Caveat, ...] = ()
    drawing: str = ""
