"""What the API's operations on models take and give."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema


class ModelOut(Schema):
    """A model of the registry."""

    id: str
    version: str
    vendor: str
    standing: str = Field(description="At your hospital: off, shadow, trial, clinical, stopped.")
    step: str
    method: str = Field(description="rule, classical or trained.")
    synthetic_evidence: bool


class ModelsOut(Schema):
    """The registry."""

    items: list[ModelOut]


class RunOut(Schema):
    """A run of a model on a study, as its viewer may see it."""

    code: str
    model: str
    version: str
    step: str
    state: str
    standing: str
    trigger: str
    asked_at: datetime
    finished_at: datetime | None
    reasons: list[dict[str, str]] = Field(description="Why it was refused or failed.")
    open: bool = Field(description="Whether its result may be seen: readers read first.")
    findings: int | None = Field(None, description="None while the result is not open.")
    flags: int | None = None
    values: int | None = None


class RunsOut(Schema):
    """The runs on a study."""

    items: list[RunOut]


class AskIn(Schema):
    """Which model is asked."""

    model: str = Field(max_length=60)


class RunCode(Schema):
    """The run that was asked for."""

    code: str


class EventOut(Schema):
    """Something that happened to a study on its way through the steps."""

    kind: str
    at: datetime
    model: str
    run: str
    what: dict[str, Any]


class EventsOut(Schema):
    """A study's events in order."""

    items: list[EventOut]
