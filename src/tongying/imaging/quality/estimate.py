"""The measured error of a registration, part by part."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What may be done with a fused pair."""

    GOOD = "good"
    LOOK = "look"
    """May be looked at with the error in mind; a person must check before anything is measured."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Jacobian:
    """By how much a deformation swells or shrinks space: determinants over the child's body."""

    minimum: float
    percentile_1: float
    percentile_99: float
    maximum: float
    folded_fraction: float
    """Share of voxels with a determinant of 0 or less: space folded over itself."""


@dataclass(frozen=True, slots=True)
class ErrorEstimate:
    """How far a point of the child may lie from where the fused image shows it.

    Attributes
    ----------
    estimated_mm : float
        Estimated mean target error over the child's body in the overlap.
    p95_mm : float
        Estimated 95th percentile over the targets.
    restart_spread_mm : float or None
        Root mean square distance of where restarts put the targets; None if none were made.
    inverse_consistency_mm : float or None
        Mean distance after going to the moving image and back by a registration computed in the
        other direction.
    local_mm : float or None
        Median shift that would make local blocks more alike.
    local_blocks : int
        How many blocks had enough structure to say so.
    overlap : float
        Share of the smaller body that lies within the other image, 0 to 1.
    similarity : float
        Mutual information in nats.
    targets : int
        Points over which the error was estimated.
    jacobian : Jacobian or None
        For deformations.
    check_mm : float or None
        Mean distance by which independent check registrations, taken together, would move the
        targets; None if none of them ended.
    check_spread_mm : float or None
        Root mean square distance of the checks from each other: how well the images can be
        checked at all.
    agreeing : float or None
        Share of the blocks that lie as the checks say, 0 to 1.
    """

    estimated_mm: float
    p95_mm: float
    restart_spread_mm: float | None
    inverse_consistency_mm: float | None
    local_mm: float | None
    local_blocks: int
    overlap: float
    similarity: float
    targets: int
    jacobian: Jacobian | None = None
    check_mm: float | None = None
    check_spread_mm: float | None = None
    agreeing: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Return all parts as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a verdict is not better.

    Attributes
    ----------
    code : str
        Such as ``"fusion.error-above-half-voxel"``.
    sentence : str
        For a doctor, with the threshold and its source.
    """

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict and why."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
