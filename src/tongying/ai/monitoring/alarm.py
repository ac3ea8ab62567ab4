"""What monitors watch, what they are shown and what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Monitor(StrEnum):
    """What is watched."""

    INPUT = "input"
    OUTPUT = "output"
    CONCORDANCE = "concordance"
    REFUSALS = "refusals"


class Chart(StrEnum):
    """Variables of monitors that are not input."""

    RATE_UP = "rate-up"
    RATE_DOWN = "rate-down"
    SCORE = "score"
    AGREED = "agreed"
    DIFFERENCE = "difference"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Seen:
    """A study that the model was asked about.

    Attributes
    ----------
    run : str
    refused : bool
        By the gate or by the model.
    called : bool or None
        None where refused, or where the model gives no decision.
    score : float or None
    inputs : mapping of str to float, str or None
        Such as manufacturer, kernel, slice thickness, noise; None where unknown.
    """

    run: str
    refused: bool
    called: bool | None = None
    score: float | None = None
    inputs: Mapping[str, float | str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compared:
    """A reader's word on what the model said, in the order in which it came.

    Attributes
    ----------
    run : str
    agreed : bool or None
    difference : float or None
        Model less reader, of a measured value.
    """

    run: str
    agreed: bool | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a monitor said.

    Attributes
    ----------
    monitor : Monitor
    variable : str
        Of the input, or a `Chart`.
    run : str
        The study with which the limit was reached.
    place : int
        Its number in its sequence, from 1.
    value, limit : float
    english, chinese : str
    """

    monitor: Monitor
    variable: str
    run: str
    place: int
    value: float
    limit: float
    english: str
    chinese: str

    def as_json(self) -> dict[str, Any]:
        """Return the alarm as a JSON object."""
        return {
            "monitor": self.monitor.value,
            **{name: getattr(self, name) for name in self.__slots__ if name != "monitor"},
        }
