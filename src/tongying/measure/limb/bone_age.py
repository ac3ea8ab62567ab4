"""Bone age as a reader reads it, never without the method: the methods disagree.

References
----------
Greulich WW, Pyle SI. Radiographic Atlas of Skeletal Development of the Hand and Wrist. 2nd ed.
Stanford 1959; that it shows the left hand, of girls to 18 and of boys to 19 years: StatPearls, Bone
Age. Tanner JM et al. Assessment of Skeletal Maturity and Prediction of Adult Height (TW3
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
from tongying.measure.recipe import Measurement, SideUnknown
from tongying.norms.measure import measure_of
from tongying.norms.method import MeasuringMethod
from tongying.norms.sex import Sex

BONE_AGE = "bone-age"
READER = "reader"
SIDES = frozenset({"", "R", "L"})


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
ATLAS_LAST_YEARS: Mapping[Sex, float] = {Sex.MALE: 19.0, Sex.FEMALE: 18.0}
"""The last picture of Greulich's and Pyle's atlas, as StatPearls tells; needs sign-off."""
TW3_ADULT_YEARS: Mapping[Sex, float] = {Sex.MALE: 16.5, Sex.FEMALE: 15.0}
"""Where TW3's RUS scale ends, grown up; the book was not seen, needs sign-off."""
ENDS: Mapping[BoneAgeMethod, tuple[Mapping[Sex, float], str]] = {
    BoneAgeMethod.GREULICH_PYLE: (
        ATLAS_LAST_YEARS,
        "The atlas of Greulich and Pyle ends at 19 years in boys, at 18 in girls.",
    ),
    BoneAgeMethod.TW3_RUS: (
        TW3_ADULT_YEARS,
        "TW3 tells no bone age beyond 16.5 years in boys, 15 in girls.",
    ),
}
"""Where a scale ends, and what is said beyond; the ends of the other methods were not seen."""

SCALE_ENDS = Caveat(
    "limb.bone-age-scale-ends",
    "The bone age is the last of its method's scale: the hand is grown up, and may have been for"
    " long.",
)
RIGHT_HAND = Caveat(
    "limb.bone-age-right-hand",
    "The standards of bone age are of the left hand and wrist; this was read from the right.",
)


def bone_age(
    years: float, method: BoneAgeMethod | None, *, sex: Sex | None, side: str = ""
) -> Measurement:
    """Return a bone age that a reader told.

    Parameters
    ----------
    years : float
        As told, from 0 to 19.5.
    method : BoneAgeMethod or None
        None where nobody said; refused.
    sex : Sex or None
        Of the child; the scales end differently. None is not known: nothing is refused that may be
        a boy's.
    side : str
        Of the hand: R, L, or empty where nobody said; the standards are of the left.

    Raises
    ------
    BoneAgeMethodMissing
        If the method is not named.
    NumbersRefused
        If the number is no age, or lies beyond the end of the method's scale.
    SideUnknown
        If the side is none of these.

    Examples
    --------
    >>> bone_age(7.5, BoneAgeMethod.RUS_CHN, sex=Sex.FEMALE).method.rule
    'RUS-CHN (China-05)'
    """
    if method is None:
        raise BoneAgeMethodMissing(
            "Say by which method the bone age was read: Greulich-Pyle, TW3 or RUS-CHN."
        )
    if side not in SIDES:
        raise SideUnknown("Say whether the hand is the right or the left one.")
    known = measure_of(BONE_AGE)
    if not (math.isfinite(years) and known.low <= years <= known.high):
        raise NumbersRefused("A bone age is a number of years from 0 to 19.5.")
    caveats = (RIGHT_HAND,) if side == "R" else ()
    if method in ENDS:
        by_sex, beyond = ENDS[method]
        ends = tuple(by_sex.values()) if sex is None else (by_sex[sex],)
        if years > max(ends):
            raise NumbersRefused(beyond)
        if years in ends:
            caveats = (SCALE_ENDS, *caveats)
    return Measurement(
        measure=BONE_AGE,
        value=years,
        unit=known.unit,
        side=side,
        method=MeasuringMethod(READER, None, None, WORDS[method][0]),
        caveats=caveats,
    )
