"""A figure with its interval, or why it is not told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from tongying.kernel.errors import BadInput

SMALLEST_GROUP: Final = 10
"""Fewer studies than this, of the kind a figure is about, and it is not told; needs sign-off."""
SHARE_95: Final = 0.95
"""Share of the intervals."""


class EvaluationRefused(BadInput):
    """The numbers handed in cannot be evaluated."""

    code: ClassVar[str] = "ai.evaluation-refused"


class Silence(StrEnum):
    """Why a figure is not told."""

    TOO_FEW = "too-few"
    """Fewer studies than `SMALLEST_GROUP`."""
    NO_SCORES = "no-scores"
    """The model decides without saying how sure it is."""
    NO_SPREAD = "no-spread"
    """All numbers are the same, or classes do not overlap, so that the figure does not exist."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure.

    Attributes
    ----------
    value : float
    low, high : float or None
        Limits of its 95 % interval; None where the method gives none.
    n : int
        Studies (or lesions, as the figure's name says) that it stands on.
    method : str
        Stable name of the method of the interval, such as ``wilson``; empty without an interval.
    """

    value: float
    low: float | None
    high: float | None
    n: int
    method: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the figure as a JSON object."""
        return {
            "told": True,
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "n": self.n,
            "method": self.method,
        }


@dataclass(frozen=True, slots=True)
class Untold:
    """A figure that is not told.

    Attributes
    ----------
    why : Silence
    n : int
        Studies there are.
    needed : int
        Studies there ought to be; 0 where number is not the reason.
    """

    why: Silence
    n: int
    needed: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the silence as a JSON object."""
        return {"told": False, "why": self.why.value, "n": self.n, "needed": self.needed}


Told = Figure | Untold
"""A figure, or why there is none."""
