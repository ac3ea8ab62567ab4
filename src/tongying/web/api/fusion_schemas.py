"""What the JSON API takes and gives for fused pairs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Field, Path, Schema

from tongying.web.api.schemas import Text
from tongying.web.fusion.states import State

FusionCode = Annotated[str, Path(min_length=1, max_length=26, description="The fusion's code.")]


class FusionIn(Schema):
    """Which two series are to be brought together."""

    fixed: Text = Field(description="Series Instance UID of the series that stays in place.")
    moving: Text = Field(description="Series Instance UID of the series to be laid over it.")
    method: Literal["auto", "rigid", "affine", "deformable"] = "auto"
    case: int | None = Field(default=None, ge=1, le=2**63 - 1, description="Asked from this case.")


class FusedSeriesOut(Schema):
    """One of the two series."""

    study_uid: str
    series_uid: str
    modality: str
    description: str


class ProgressOut(Schema):
    """How far the computation is."""

    stage: str = Field(description="Stable name, such as register; empty before the first.")
    percent: int
    seconds: int


class MadeOut(Schema):
    """A series of objects that the fusion wrote into the archive."""

    kind: str
    study_uid: str
    series_uid: str
    count: int


class JudgementOut(Schema):
    """What an expert said who looked at it."""

    judgement: Literal["approved", "rejected"]
    by: str
    at: datetime
    reason: str


class FusionOut(Schema):
    """A fusion: how far it is, or what came out."""

    code: str
    state: State
    method: str = Field(description="The one used; the one asked for while it is not done.")
    fixed: FusedSeriesOut
    moving: FusedSeriesOut
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    progress: ProgressOut
    failure: str = Field(description="The sentence, where it was refused or failed.")
    verdict: Literal["good", "look", "refuse"] | None
    estimated_error_mm: float | None
    not_measured: str = Field(description="Why nothing may be measured on it; empty if it may.")
    judgement: JudgementOut | None
    objects: list[MadeOut]
    result: dict[str, Any] | None = Field(
        description="Matrix (4x4, LPS in mm, fixed to moving point), quality, reasons, caveats."
    )
