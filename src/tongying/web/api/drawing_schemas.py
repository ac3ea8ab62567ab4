"""What the JSON API takes and gives for measuring on images: recipes, marks, what follows."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from ninja import Field, Path, Schema

from tongying.web.api.norm_schemas import CaveatOut, MeasurementOut, Name
from tongying.web.api.schemas import Problem, Text

DrawingCode = Annotated[str, Path(min_length=1, max_length=26, description="The drawing's code.")]
Coordinate = Annotated[float, Field(ge=-1e6, le=1e6)]
PointList = Annotated[list[tuple[Coordinate, Coordinate]], Field(max_length=2000)]


class RecipeQuery(Schema):
    """Which recipes."""

    modality: Text | None = Field(default=None, max_length=16, description="Such as US.")


class StepOut(Schema):
    """One thing to mark."""

    name: str
    mark: str = Field(description="point, line, angle, two-lines, cross, ellipse, contour.")
    english: str
    chinese: str
    optional: bool


class RecipeOut(Schema):
    """How something is measured on an image."""

    id: str
    version: str
    english: str
    chinese: str
    area: str
    steps: list[StepOut]
    sided: Literal["no", "one", "both"]
    modalities: list[str]
    measures: list[str]
    rule: str
    source: str


class RecipesOut(Schema):
    """Recipes in the order in which they are offered."""

    items: list[RecipeOut]


class DrawingIn(Schema):
    """Marks on one frame."""

    study: Text = Field(max_length=64, description="Study Instance UID.")
    series: Text = Field(max_length=64, description="Series Instance UID.")
    instance: Text = Field(max_length=64, description="SOP Instance UID.")
    frame: int = Field(default=1, ge=1, le=2**31 - 1)
    recipe: Name
    marks: dict[str, PointList] = Field(
        max_length=64,
        description="Step to points [column, row] in pixels from the centre of the first one.",
    )
    side: Literal["", "R", "L"] = ""
    case: int | None = Field(default=None, ge=1, le=2**63 - 1)
    replaces: Text = Field(default="", max_length=26, description="The drawing it corrects.")


class GradeOut(Schema):
    """A type, stage or zone that a published rule gives; it never decides."""

    scheme: str
    value: str
    side: str
    english: str
    chinese: str
    source: str
    signed_off: bool
    caveats: list[CaveatOut]


class ScaleOut(Schema):
    """The size of a pixel, or why there is none."""

    column_mm: float | None
    row_mm: float | None
    aspect: float
    source: str
    caveats: list[CaveatOut]
    reason: str


class PreviewOut(Schema):
    """What marks would give; nothing is kept."""

    scale: ScaleOut | None = Field(description="Null where nothing is measured in that place.")
    measurements: list[MeasurementOut]
    grades: list[GradeOut]
    refusals: list[CaveatOut] = Field(description="What could not be told beside the rest.")
    doubts: list[CaveatOut] = Field(description="What contradicts what.")
    refusal: Problem | None = Field(description="Why nothing follows from the marks.")


class DrawingOut(Schema):
    """A kept drawing with its standing values."""

    code: str
    study: str
    instance: str
    frame: int
    recipe: str
    side: str
    marks: dict[str, list[tuple[float, float]]]
    label: str
    problem: str
    drawn_by: str
    drawn_at: datetime
    measurements: list[MeasurementOut]
