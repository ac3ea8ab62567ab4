"""Bone age as a reader reads it, never without the method: the methods differ by more than a year.

References
----------
Greulich WW, Pyle SI. Radiographic Atlas of Skeletal Development of the Hand and Wrist. 2nd ed.
Stanford 1959. Tanner JM et al. Assessment of Skeletal Maturity and Prediction of Adult Height (TW3
Method). 3rd ed. Saunders 2001. Zhang Shaoyan: the revised Chinese standards, China-05, with TW3-C
RUS, TW3-C Carpal and RUS-CHN. That the methods disagree in children of 3 to 6 years: Frontiers in
Pediatrics 2022, doi 10.3389/fped.2022.976565.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.numbers import NumbersRefused
from tongying.measure.recipe import Measurement
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.sex import Sex

BONE_AGE = "bone-age"
READER = "reader"


class BoneAgeMethodMissing(BadInput):
    """A bone age is told without the method by which it was read."""

    code: ClassVar[str] = "measure.bone-age-method"


class BoneAgeMethod(StrEnum):
    """By which standard the hand was read."""

    GREULICH_PYLE = "greulich-pyle"
    TW3_RUS = "tw3-rus"
    TW3_CARPAL = "tw3-carpal"
    RUS_CHN = "rus-chn"
    TW3_C_RUS = "tw3-c-rus"
    TW3_C_CARPAL = "tw3-c-carpal"


WORDS: Mapping[BoneAgeMethod, tuple[str, str]] = {
    BoneAgeMethod.GREULICH_PYLE: ("Greulich-Pyle atlas", "G-P 图谱法"),
    BoneAgeMethod.TW3_RUS: ("TW3, RUS", "TW3-RUS 法"),
    BoneAgeMethod.TW3_CARPAL: ("TW3, carpal", "TW3-Carpal 法"),
    BoneAgeMethod.RUS_CHN: ("RUS-CHN (China-05)", "中华05 RUS-CHN 法"),
    BoneAgeMethod.TW3_C_RUS: ("TW3-C RUS (China-05)", "中华05 TW3-C RUS 法"),
    BoneAgeMethod.TW3_C_CARPAL: ("TW3-C carpal (China-05)", "中华05 TW3-C Carpal 法"),
}
"""Each method as a reader calls it, in English and Chinese."""
TW3_ADULT_YEARS: Mapping[Sex, float] = {Sex.MALE: 16.5, Sex.FEMALE: 15.0}
"""Where TW3's RUS scale ends, grown up; from the book as remembered by others, needs sign-off."""

SCALE_ENDS = Caveat(
    "limb.bone-age-scale-ends",
    "The bone age is the last of its method's scale: the hand is grown up, and may have been for"
    " long.",
)


def bone_age(
    years: float, method: BoneAgeMethod | None, *, sex: Sex | None, side: str = "L"
) -> Measurement:
    """Return a bone age that a reader told.

    Parameters
    ----------
    years : float
    method : BoneAgeMethod or None
        None where nobody said; refused.
    sex : Sex or None
        Of the child; the scales differ by it.
    side : str
        Of the hand; the standards are of the left.

    Raises
    ------
    BoneAgeMethodMissing
        If the method is not named.
    NumbersRefused
        If the number is no age, or lies beyond the end of the method's scale.

    Examples
    --------
    >>> bone_age(7.5, BoneAgeMethod.RUS_CHN, sex=Sex.FEMALE).method.rule
    'RUS-CHN (China-05)'
    """
    if method is None:
        raise BoneAgeMethodMissing(
            "Say by which method the bone age was read: Greulich-Pyle, TW3 or RUS-CHN."
        )
    known = measure_of(BONE_AGE)
    if not (math.isfinite(years) and known.low <= years <= known.high):
        raise NumbersRefused("A bone age is a number of years from 0 to 19.5.")
    caveats: tuple[Caveat, ...] = ()
    if method is BoneAgeMethod.TW3_RUS:
        end = max(TW3_ADULT_YEARS.values()) if sex is None else TW3_ADULT_YEARS[sex]
        if years > end:
            raise NumbersRefused("TW3 tells no bone age beyond 16.5 years in boys, 15 in girls.")
        caveats = (SCALE_ENDS,) if years == end else ()
    return Measurement(
        measure=BONE_AGE,
        value=years,
        unit=known.unit,
        side=side,
        method=MeasuringMethod(READER, None, None, WORDS[method][0]),
        caveats=caveats,
    )
