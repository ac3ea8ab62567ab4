"""Stages of skeletal maturity that a reader tells: Risser's of the crest, Sanders' of the hand.

References
----------
Risser JC. The iliac apophysis: an invaluable sign in the management of scoliosis. Clin Orthop 1958;
11: 111-119. Sanders JO et al. Predicting scoliosis progression from skeletal maturity: a simplified
classification during adolescence. J Bone Joint Surg Am 2008; 90: 540-553.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from tongying.measure.numbers import NumbersRefused
from tongying.measure.recipe import Grade


class MaturityScale(StrEnum):
    """By which scale; Risser's stages are counted in two ways that differ from stage 2 on."""

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
    MaturityScale.RISSER_US: "Risser JC. Clin Orthop 1958; 11: 111-119; needs sign-off",
    MaturityScale.RISSER_FRENCH: "Risser JC. Clin Orthop 1958; 11: 111-119; needs sign-off",
    MaturityScale.SANDERS: (
        "Sanders JO et al. J Bone Joint Surg Am 2008; 90: 540-553; needs sign-off"
    ),
}


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
    if not first <= stage <= last:
        raise NumbersRefused(f"This scale of maturity has the stages {first} to {last}.")
    english, chinese = WORDS[scale]
    return Grade(
        scheme=scale.value,
        value=str(stage),
        side="",
        english=f"{english}: {stage}.",
        chinese=f"{chinese}：{stage} 期。",
        source=SOURCES[scale],
    )
