"""Stages of skeletal maturity that a reader tells: Risser's of the crest, Sanders' of the hand.

References
----------
Risser JC. The iliac apophysis: an invaluable sign in the management of scoliosis. Clin Orthop 1958;
11: 111-119. Sanders JO et al. Predicting scoliosis progression from skeletal maturity: a simplified
classification during adolescence. J Bone Joint Surg Am 2008; 90: 540-553. Bitan FD, Veliskakis KP,
Campbell BC. Differences in the Risser grading systems in the United States and France. Clin Orthop
Relat Res 2005; 436: 190-195, its figure as reprinted in Clin Orthop Relat Res 2010; 468: 643-645:
the American count quarters the crest (1 to 4) and calls fusion 5 from its beginning; the French one
thirds it (1 to 3), calls beginning fusion 4 and complete fusion 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tongying.kernel.caveat import Caveat
from tongying.measure.numbers import NumbersRefused
from tongying.measure.recipe import Grade


class MaturityScale(StrEnum):
    """By which scale; Risser's stages are counted in two ways that agree in stage 0 alone."""

    RISSER_US = "risser-us"
    RISSER_FRENCH = "risser-french"
    SANDERS = "sanders"


STAGES: Mapping[MaturityScale, tuple[int, int]] = {
    MaturityScale.RISSER_US: (0, 5),
    MaturityScale.RISSER_FRENCH: (0, 5),
    MaturityScale.SANDERS: (1, 8),
}
"""First and last stage of each scale."""
WORDS: Mapping[MaturityScale, tuple[str, str]] = {
    MaturityScale.RISSER_US: ("Risser, United States' count", "Risser 征（美式）"),
    MaturityScale.RISSER_FRENCH: ("Risser, French count", "Risser 征（法式）"),
    MaturityScale.SANDERS: ("Sanders' stage of the hand", "Sanders 骨成熟度分期"),
}
SOURCES: Mapping[MaturityScale, str] = {
    MaturityScale.RISSER_US: (
        "Risser JC. Clin Orthop 1958; 11: 111-119; Bitan FD et al. Clin Orthop Relat Res 2005; 436:"
        " 190-195; needs sign-off"
    ),
    MaturityScale.RISSER_FRENCH: (
        "Bitan FD et al. Clin Orthop Relat Res 2005; 436: 190-195; needs sign-off"
    ),
    MaturityScale.SANDERS: (
        "Sanders JO et al. J Bone Joint Surg Am 2008; 90: 540-553; needs sign-off"
    ),
}


COUNTED_TWO_WAYS = Caveat(
    "limb.risser-two-counts",
    "The American and the French count of Risser's stages agree in stage 0 alone: compare only"
    " stages of one count.",
)
ENDS_ALIKE = Caveat(
    "limb.risser-ends-alike",
    "Risser 0 and 5 can look alike: age and the growth plates of the long bones tell them apart.",
)
RISSER = frozenset({MaturityScale.RISSER_US, MaturityScale.RISSER_FRENCH})


def maturity_stage(scale: MaturityScale, stage: int) -> Grade:
    """Return a stage of skeletal maturity that a reader told, with its scale named.

    Raises
    ------
    NumbersRefused
        If the scale has no such stage.

    Examples
    --------
    >>> maturity_stage(MaturityScale.SANDERS, 3).value
    '3'
    """
    first, last = STAGES[scale]
    if stage not in range(first, last + 1):
        raise NumbersRefused(f"This scale of maturity has the stages {first} to {last}.")
    english, chinese = WORDS[scale]
    return Grade(
        scheme=scale.value,
        value=str(int(stage)),
        side="",
        english=f"{english}: {stage:.0f}.",
        chinese=f"{chinese}：{stage:.0f} 期。",
        source=SOURCES[scale],
        caveats=_doubts(scale, stage),
    )


def _doubts(scale: MaturityScale, stage: int) -> tuple[Caveat, ...]:
    if scale not in RISSER:
        return ()
    first, last = STAGES[scale]
    alike = (ENDS_ALIKE,) if stage in (first, last) else ()
    return (*alike, *((COUNTED_TWO_WAYS,) if stage else ()))
