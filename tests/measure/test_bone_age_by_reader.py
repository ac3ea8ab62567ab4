"""Bone age as a reader tells it: never without its method, never beyond its method's scale."""

from __future__ import annotations

import math

import pytest

from tongying.measure.limb.bone_age import (
    ATLAS_LAST_YEARS,
    TW3_ADULT_YEARS,
    WORDS,
    BoneAgeMethod,
    BoneAgeMethodMissing,
    bone_age,
)
from tongying.measure.numbers import NumbersRefused
from tongying.measure.recipe import SideUnknown
from tongying.norms.measure import measure_of
from tongying.norms.sex import Sex

GIRL, BOY = Sex.FEMALE, Sex.MALE
GP, TW3, RUS_CHN = "greulich-pyle", "tw3-rus", "rus-chn"
END = "limb.bone-age-scale-ends"

TOLD = (
    # years, method, sex, caveats, what it is
    (0.0, GP, GIRL, [], "first picture of the atlas: newborn"),
    (0.0, RUS_CHN, BOY, [], "youngest that can be told"),
    (7.5, RUS_CHN, GIRL, [], "school child"),
    (17.9, GP, GIRL, [], "just before the atlas ends for girls"),
    (18.0, GP, GIRL, [END], "StatPearls, Bone Age: to 18 years for females"),
    (18.0, GP, BOY, [], "a boy's atlas goes on"),
    (19.0, GP, BOY, [END], "StatPearls, Bone Age: to 19 years for males"),
    (14.9, TW3, GIRL, [], "just before the scale ends for girls"),
    (15.0, TW3, GIRL, [END], "end for girls, as Ashizawa 2005 tells of TW3"),
    (15.0, TW3, BOY, [], "a boy's scale goes on"),
    (16.5, TW3, BOY, [END], "end for boys; needs sign-off"),
    (15.0, TW3, None, [END], "the end if it is a girl"),
    (16.0, TW3, None, [], "may be a boy"),
    (16.5, TW3, None, [END], "must be a boy"),
    (18.5, GP, None, [], "may be a boy"),
    (17.0, RUS_CHN, GIRL, [], "its end was not seen in a source"),
    (19.5, "tw3-c-rus", BOY, [], "oldest that can be told"),
    (12.0, "tw3-carpal", BOY, [], ""),
    (9.0, "tw3-c-carpal", GIRL, [], ""),
)


@pytest.mark.parametrize("years, method, sex, caveats, what", TOLD)
def test_a_bone_age_carries_its_method(years, method, sex, caveats, what):
    told = bone_age(years, BoneAgeMethod(method), sex=sex)
    assert (told.measure, told.value, told.unit, told.side) == ("bone-age", years, "a", "")
    assert told.method.tool == "reader"
    assert told.method.rule == NAMES[method][0]
    assert [one.code for one in told.caveats] == caveats


NAMES = {
    "greulich-pyle": ("Greulich-Pyle atlas", "G-P 图谱法"),
    "tw3-rus": ("TW3, RUS", "TW3-RUS 法"),
    "tw3-carpal": ("TW3, carpal", "TW3-Carpal 法"),
    "rus-chn": ("RUS-CHN (China-05)", "中华05 RUS-CHN 法"),
    "tw3-c-rus": ("TW3-C RUS (China-05)", "中华05 TW3-C RUS 法"),
    "tw3-c-carpal": ("TW3-C carpal (China-05)", "中华05 TW3-C Carpal 法"),
}


def test_the_methods_are_these_and_no_two_share_a_name():
    assert {one.value: WORDS[one] for one in BoneAgeMethod} == NAMES
    assert len({words for pair in NAMES.values() for words in pair}) == 12


@pytest.mark.parametrize("years", [0.0, 7.5, 19.5, -1.0, math.nan])
@pytest.mark.parametrize("sex", [GIRL, BOY, None])
def test_without_a_method_there_is_no_bone_age(years, sex):
    with pytest.raises(BoneAgeMethodMissing) as caught:
        bone_age(years, None, sex=sex)
    assert caught.value.sentence.count(".") == 1
    assert not any(sign.isdigit() for sign in caught.value.sentence.replace("TW3", ""))


@pytest.mark.parametrize("years", [-0.1, 19.6, 120.0, math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("method", list(BoneAgeMethod))
def test_what_is_no_age_is_refused(years, method):
    with pytest.raises(NumbersRefused, match=r"0 to 19\.5"):
        bone_age(years, method, sex=BOY)


def test_the_limits_in_the_sentence_are_the_measures():
    known = measure_of("bone-age")
    assert (known.low, known.high, known.unit) == (0, 19.5, "a")


BEYOND = (
    (18.1, GP, GIRL, "atlas"),
    (19.1, GP, BOY, "atlas"),
    (19.1, GP, None, "atlas"),
    (15.1, TW3, GIRL, "TW3"),
    (16.6, TW3, BOY, "TW3"),
    (16.6, TW3, None, "TW3"),
)


@pytest.mark.parametrize("years, method, sex, word", BEYOND)
def test_beyond_the_end_of_a_scale_there_is_no_number(years, method, sex, word):
    with pytest.raises(NumbersRefused, match=word):
        bone_age(years, BoneAgeMethod(method), sex=sex)


def test_the_sentences_tell_the_ends_that_are_used():
    assert {BOY: 19.0, GIRL: 18.0} == ATLAS_LAST_YEARS
    assert {BOY: 16.5, GIRL: 15.0} == TW3_ADULT_YEARS


def test_the_hand():
    left = bone_age(8.0, BoneAgeMethod.RUS_CHN, sex=BOY, side="L")
    assert (left.side, left.caveats) == ("L", ())
    right = bone_age(16.5, BoneAgeMethod.TW3_RUS, sex=BOY, side="R")
    assert [one.code for one in right.caveats] == [END, "limb.bone-age-right-hand"]
    with pytest.raises(SideUnknown):
        bone_age(8.0, BoneAgeMethod.RUS_CHN, sex=BOY, side="left")
