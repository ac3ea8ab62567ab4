"""What the JSON API takes and gives for reference values and for measurements of a child."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, Literal

from ninja import Field, Path, Schema

from tongying.web.api.schemas import Problem, Text

MOST_AT_ONCE: Final = 1000
"""Values scored in one request; more are sent in several."""

Name = Annotated[str, Field(pattern=r"^[^\x00]*$", max_length=200)]
MeasurementCode = Annotated[
    str, Path(min_length=1, max_length=26, description="The measurement's code.")
]


class MethodFields(Schema):
    """How a value was measured; null where nobody said."""

    tool: Name | None = None
    version: Name | None = None
    protocol: Name | None = None
    rule: Name | None = None


class ChildFactsIn(Schema):
    """What is known of the child; null is unknown, never a default."""

    born: date | None = None
    age_days: float | None = Field(
        default=None, ge=-400, le=50_000, description="Where the date of birth is not known."
    )
    sex: Text | None = Field(default=None, max_length=10, description="F or M; others refused.")
    gestation_days: int | None = Field(default=None, description="At birth.")
    gestational_age_days: float | None = Field(default=None, description="Of a fetus, on the day.")
    height_cm: float | None = None
    weight_kg: float | None = None


class ScoreIn(Schema):
    """A value to be held against the reference values of normal children."""

    measure: Name = Field(description="Id of the measure, such as kidney-length.")
    value: float
    unit: Name = Field(description="UCUM, such as mm.")
    child: ChildFactsIn
    on: date | None = Field(default=None, description="The day it was measured.")
    norm: Name | None = Field(default=None, description="Id of the norm; null: the one that fits.")
    method: MethodFields | None = None
    site: Name | None = Field(default=None, description="Code of the hospital of measurement.")


class CaveatOut(Schema):
    """A reason for doubt; part of the answer."""

    code: str
    sentence: str


class ScoreOut(Schema):
    """A value against a norm."""

    measure: str
    value: float = Field(description="In the norm's unit.")
    unit: str
    x: float = Field(description="Where on the norm's axis the child stands.")
    z: float | None
    centile: float | None = Field(description="0 to 100.")
    z_interval: list[float] | None
    centile_interval: list[float] | None = Field(description="90 % interval.")
    expected: float | None
    low: float | None
    high: float | None
    limits_say: str = Field(description="What low and high are.")
    between: list[float] | None = Field(description="Printed centiles the value lies between.")
    position: Literal["below", "within", "above", "not-said"]
    n_near: int | None
    norm: str
    population: str
    source: str
    foreign: bool
    signed_off: bool
    caveats: list[CaveatOut]


class ScoresIn(Schema):
    """Many values."""

    items: list[ScoreIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class ScoredItem(Schema):
    """One of many: its score, or why it has none; exactly one of both is there."""

    score: ScoreOut | None
    refusal: Problem | None


class ScoresOut(Schema):
    """The answers in the order of the question."""

    items: list[ScoredItem]


class NormOut(Schema):
    """A norm in force."""

    id: str
    measure: str
    unit: str
    axis: str
    axis_unit: str
    ranges: dict[str, list[float]] = Field(description="By sex: F, M, or both.")
    method: MethodFields
    population: str
    population_chinese: str
    country: str | None
    n: int | None
    route: str
    origin: str
    source: str
    doi: str | None
    foreign: bool
    signed_off: bool
    sha256: str
    caveats: list[CaveatOut]


class NormsOut(Schema):
    """The norms in force, in the order of their ids."""

    items: list[NormOut]


class MeasurementQuery(Schema):
    """Whose measurements: exactly one of the three."""

    child: int | None = Field(default=None, ge=1, le=2**63 - 1)
    study: Text | None = Field(default=None, max_length=64, description="Study Instance UID.")
    case: int | None = Field(default=None, ge=1, le=2**63 - 1)


class MeasurementIn(Schema):
    """A measurement to be kept; it is about one of child, study and case (a case with study)."""

    child: int | None = Field(default=None, ge=1, le=2**63 - 1)
    study: Text = Field(default="", max_length=64, description="Study Instance UID.")
    case: int | None = Field(default=None, ge=1, le=2**63 - 1)
    measure: Name
    value: float
    unit: Name
    side: Literal["", "R", "L"] = ""
    measured_on: date | None = Field(default=None, description="Null: the study's day.")
    method: MethodFields | None = None
    norm: Name = Field(default="", description="Id of a norm; empty: the one that fits.")
    gestational_age_days: int | None = Field(default=None, description="Of a fetus, on the day.")


class StrikeIn(Schema):
    """Why a measurement is struck."""

    reason: Text


class StruckOut(Schema):
    """Who struck a measurement, when and why."""

    by: str
    at: datetime
    reason: str


class MeasurementOut(Schema):
    """A measurement with its score, or why it has none."""

    code: str
    child: int
    study: str
    case: int | None
    measure: str
    side: str
    value: float
    unit: str
    measured_on: date
    method: MethodFields | None
    source: Literal["typed", "sr", "drawn", "model"]
    entered_by: str
    entered_at: datetime
    struck: StruckOut | None
    report: str = Field(description="SOP Instance UID of the DICOM report it is in, or empty.")
    score: ScoreOut | None
    refusal: Problem | None


class MeasurementsOut(Schema):
    """Measurements, the newest first."""

    items: list[MeasurementOut]
