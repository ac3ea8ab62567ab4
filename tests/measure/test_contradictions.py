"""What was said of a child and an image, set against each other: each doubt and its edges."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.kernel.age import AgeUnit
from tongying.measure.body.age_doubts import SaidAge, said_in_header
from tongying.measure.body.gestation_doubts import Pregnancy, slack_days
from tongying.measure.body.side_doubts import sides_named
from tongying.measure.body.size_doubts import EarlierSize, Size
from tongying.measure.contradictions import HeaderTold, Told, contradictions
from tongying.norms.sex import Sex

BORN = date(2025, 1, 1)
ON = date(2026, 1, 1)
"""A child of one year."""
D, W, M, Y = AgeUnit.DAYS, AgeUnit.WEEKS, AgeUnit.MONTHS, AgeUnit.YEARS


def codes(**told):
    return [one.code.removeprefix("contradiction.") for one in contradictions(Told(**told))]


def test_nothing_said_contradicts_nothing():
    assert contradictions(Told()) == ()
    assert codes(studied=ON, born=BORN) == []


SIDES = (
    # drawn, header, names, codes
    ("L", "L", ("左髋",), []),
    ("L", "R", (), ["side-image"]),
    ("R", "L", (), ["side-image"]),
    ("L", "", ("右髋冠状面",), ["side-name"]),
    ("R", "", ("LEFT HIP",), ["side-name"]),
    ("R", "", ("hip L",), ["side-name"]),
    ("L", "R", ("right kidney",), ["side-image", "side-name"]),
    ("R", "", ("双侧：左髋、右髋",), []),
    ("R", "", ("双髋",), []),
    ("R", "", ("L2 vertebra", "L4/5 椎间盘"), []),
    ("R", "", ("Frontal", "lateral view", "Graf", "renal"), []),
    ("L", "", ("左肾", "右肾"), ["side-name"]),
    ("", "L", ("右肾",), ["side-header-name"]),
    ("", "R", ("右肾",), []),
    ("", "U", ("右肾",), []),
    ("", "", ("右肾",), []),
    ("L", "B", (), []),
)


@pytest.mark.parametrize("drawn, header, names, found", SIDES)
def test_sides(drawn, header, names, found):
    assert codes(side_drawn=drawn, header=HeaderTold(side=header), names=names) == found


@pytest.mark.parametrize(
    "text, sides",
    [
        ("Rt. hip", "R"),
        ("lt hip", "L"),
        ("HIP_L", "L"),
        ("左/右", "LR"),
        ("L1-L5", ""),
        ("L 3", ""),
        ("lower limb", ""),
        ("R2* map", ""),
        ("T2_R", "R"),
        ("", ""),
    ],
)
def test_sides_in_texts(text, sides):
    assert sides_named(text) == set(sides)


AGES = (
    # days since birth, said, code or none
    (365, SaidAge(12, M), None),
    (365, SaidAge(1, Y), None),
    (365, SaidAge(2, Y), None),  # counted from one at birth
    (365, SaidAge(3, Y), "age-said"),
    (365, SaidAge(12, Y), "age-said-unit"),  # months
    (8 * 365 + 2, SaidAge(8, M), "age-said-unit"),  # years
    (8 * 365 + 2, SaidAge(8, Y), None),
    (61, SaidAge(2, M), None),
    (61, SaidAge(8, W), None),
    (61, SaidAge(8, M), "age-said-unit"),  # weeks
    (5, SaidAge(5, D), None),
    (5, SaidAge(5, M), "age-said-unit"),  # days
    (30, SaidAge(20, Y), "age-said"),
    (0, SaidAge(0, D), None),
    (0, SaidAge(1, D), None),
    (0, SaidAge(3, D), "age-said"),
    (6570, SaidAge(17, Y), None),
    (6570, SaidAge(19, Y), "age-said"),
)


@pytest.mark.parametrize("days, said, code", AGES)
def test_an_age_that_a_person_said(days, said, code):
    on = BORN + timedelta(days=days)
    assert codes(studied=on, born=BORN, said_age=said) == ([code] if code else [])


@pytest.mark.parametrize(
    "text, found",
    [
        ("012M", []),
        ("001Y", []),
        ("012Y", ["age-header-unit"]),
        ("365D", []),
        ("052W", []),
        ("007Y", ["age-header"]),
        ("", []),
        ("12M", []),
        ("unknown", []),
    ],
)
def test_an_age_in_the_header(text, found):
    assert codes(studied=ON, born=BORN, header=HeaderTold(age=text)) == found
    assert codes(studied=ON, header=HeaderTold(born=BORN, age=text)) == found


def test_header_ages_are_read_as_the_standard_writes_them():
    assert said_in_header("018W") == SaidAge(18, W)
    assert said_in_header("18W") is None
    assert said_in_header("018X") is None


def test_the_sentence_names_both_units():
    (one,) = contradictions(Told(studied=ON, born=BORN, said_age=SaidAge(12, Y)))
    assert one.sentence == "The age was said in years, but it fits the date of birth in months."
    assert one.as_json() == {"code": one.code, "sentence": one.sentence}


def test_a_corrected_age_fits_too():
    # 100 days old, born at 28 weeks: corrected 16 days
    on = BORN + timedelta(days=100)
    assert codes(studied=on, born=BORN, said_age=SaidAge(16, D), gestation_days=196) == []
    assert codes(studied=on, born=BORN, said_age=SaidAge(16, D), gestation_days=280) == ["age-said"]
    assert codes(studied=on, born=BORN, said_age=SaidAge(100, D), gestation_days=196) == []
    assert codes(studied=on, born=BORN, said_age=SaidAge(3, M), gestation_days=999) == []


def test_another_childs_header():
    header = HeaderTold(born=date(2025, 2, 1), sex=Sex.MALE)
    assert codes(studied=ON, born=BORN, sex=Sex.FEMALE, header=header) == ["birth-date", "sex"]
    assert codes(studied=ON, born=BORN, header=header) == ["birth-date"]
    assert codes(studied=ON, sex=Sex.MALE, header=header) == []


def test_an_image_from_before_birth():
    assert codes(studied=BORN - timedelta(days=1), born=BORN) == ["before-birth"]


SIZES = (
    # age in days, sex, gestation, kg, cm, code or none; medians of China 2013 (WHO alike)
    (365, Sex.MALE, 280, 10.1, 76.5, None),
    (365, Sex.FEMALE, 280, 9.4, 75.0, None),
    (365, None, None, 9.8, 76.0, None),
    (365, Sex.MALE, 280, 20.2, None, "weight-jin"),
    (365, Sex.MALE, 280, 40.0, None, "weight-far"),
    (365, Sex.MALE, 280, 4.0, None, "weight-far"),
    (365, Sex.MALE, None, 4.0, None, "weight-preterm"),
    (365, Sex.MALE, 280, None, 110.0, "height-far"),
    (365, Sex.MALE, 280, None, 55.0, "height-far"),
    (365, Sex.MALE, None, None, 55.0, "height-preterm"),
    (365, Sex.MALE, 280, None, 1.0, "height-impossible"),
    (365, Sex.MALE, 280, 3300.0, None, "weight-impossible"),
    (365, Sex.MALE, 280, 12.5, 70.0, "weight-height"),
    (3650, Sex.FEMALE, None, 31.0, 139.0, None),
    (3650, Sex.FEMALE, None, 10.0, None, "weight-far"),
    (3650, Sex.FEMALE, None, None, 76.0, "height-far"),
    (3650, None, None, 3.0, None, "weight-far"),
    (0, Sex.MALE, 280, 3.3, 50.0, None),
    (0, Sex.MALE, 196, 1.1, 37.0, None),  # born at 28 weeks
    (0, Sex.MALE, 196, 3.3, None, "weight-far"),
    (0, Sex.MALE, 280, 1.1, None, "weight-far"),
    (31, Sex.FEMALE, 182, 1.3, 38.0, None),  # 26 weeks, now 30+3
    (9000, Sex.MALE, None, 70.0, 175.0, None),  # beyond the norm: nothing is said
)


@pytest.mark.parametrize("days, sex, gestation, weight, height, code", SIZES)
def test_a_size_on_its_own(days, sex, gestation, weight, height, code):
    on = BORN + timedelta(days=days)
    found = codes(
        studied=on,
        born=BORN,
        sex=sex,
        gestation_days=gestation,
        weight_kg=weight,
        height_cm=height,
    )
    assert found == ([code] if code else [])


def test_without_an_age_a_size_says_nothing():
    assert codes(weight_kg=20.0, height_cm=76.0, studied=ON) == []
    assert codes(weight_kg=20.0, height_cm=76.0, born=BORN) == []


JUMPS = (
    # days before, what, value then, code
    (30, Size.WEIGHT, 9.2, None),
    (30, Size.WEIGHT, 6.6, "weight-jump"),
    (30, Size.WEIGHT, 14.5, "weight-jump"),
    (300, Size.WEIGHT, 3.0, None),  # too long ago for its z score
    (30, Size.HEIGHT, 75.0, None),
    (30, Size.HEIGHT, 77.9, None),  # two measurers
    (30, Size.HEIGHT, 79.0, "height-jump"),  # shrunk by 2.5 cm
    (300, Size.HEIGHT, 79.0, "height-jump"),
    (30, Size.HEIGHT, 66.0, "height-jump"),
    (-30, Size.HEIGHT, 70.0, "height-jump"),  # smaller a month later
    (0, Size.HEIGHT, 90.0, None),  # of the same day: measured twice
)


@pytest.mark.parametrize("days, what, value, code", JUMPS)
def test_a_size_against_another_day(days, what, value, code):
    earlier = (EarlierSize(ON - timedelta(days=days), what, value),)
    found = codes(
        studied=ON,
        born=BORN,
        sex=Sex.MALE,
        gestation_days=280,
        weight_kg=10.1,
        height_cm=76.5,
        earlier=earlier,
    )
    assert found == ([code] if code else [])


def test_the_nearest_other_day_counts_and_the_day_of_weighing():
    far = EarlierSize(ON - timedelta(days=170), Size.WEIGHT, 12.9)
    near = EarlierSize(ON - timedelta(days=20), Size.WEIGHT, 9.9)
    known = {"born": BORN, "sex": Sex.MALE, "gestation_days": 280, "weight_kg": 10.1}
    assert codes(studied=ON, earlier=(far, near), **known) == []
    assert codes(studied=ON, earlier=(far,), **known) == ["weight-jump"]
    # 10.1 kg at birth, weighed then
    assert codes(studied=ON, sized_on=BORN, **known) == ["weight-far"]


STUDIED = date(2025, 6, 1)
PREGNANCIES = (
    # weeks, days, days since the last period, to the due date, to birth; at birth; codes
    (30, 0, 210, None, None, None, []),
    (30, 0, 231, None, None, None, []),
    (30, 0, 232, None, None, None, ["last-period"]),
    (8, 6, 67, None, None, None, []),
    (8, 6, 68, None, None, None, ["last-period"]),
    (9, 0, 70, None, None, None, []),
    (9, 0, 71, None, None, None, ["last-period"]),
    (30, 0, None, 70, None, None, []),
    (30, 0, None, 92, None, None, ["due-date"]),
    (30, 0, 240, 40, None, None, ["last-period", "due-date"]),
    (30, 0, None, None, 63, 273, []),
    (30, 0, None, None, 63, 240, ["gestation-birth"]),
    (30, 0, None, None, 120, None, ["gestation-impossible"]),
    (20, 0, None, None, 7, None, ["gestation-impossible"]),
    (30, 0, None, None, 0, None, ["born-already"]),
    (30, 0, None, None, -5, None, ["born-already"]),
)


@pytest.mark.parametrize("weeks, days, since, until_due, until_birth, at_birth, found", PREGNANCIES)
def test_weeks_of_gestation(weeks, days, since, until_due, until_birth, at_birth, found):
    pregnancy = Pregnancy(
        gestational_age_days=weeks * 7 + days,
        last_period=None if since is None else STUDIED - timedelta(days=since),
        due=None if until_due is None else STUDIED + timedelta(days=until_due),
    )
    assert (
        codes(
            studied=STUDIED,
            born=None if until_birth is None else STUDIED + timedelta(days=until_birth),
            gestation_days=at_birth,
            pregnancy=pregnancy,
            # the mother's: they stand in the header of a study before birth
            header=HeaderTold(born=date(1990, 1, 1), age="035Y", sex=Sex.FEMALE),
        )
        == found
    )


def test_the_table_of_dating_a_second_time():
    below = {9 * 7: 5, 16 * 7: 7, 22 * 7: 10, 28 * 7: 14}
    for day in range(28, 315):
        wanted = next((days for end, days in below.items() if day < end), 21)
        assert slack_days(day) == wanted


def test_a_pregnancy_without_weeks_or_day_says_nothing():
    assert codes(studied=STUDIED, pregnancy=Pregnancy(due=STUDIED)) == []
    assert codes(pregnancy=Pregnancy(200, STUDIED)) == []


@given(
    days=st.integers(0, 6000),
    number=st.integers(0, 999),
    unit=st.sampled_from(AgeUnit),
    weight=st.floats(0.01, 300),
    height=st.floats(0.5, 260),
    gestation=st.one_of(st.none(), st.integers(100, 400)),
)
def test_whatever_is_said_gets_at_most_one_doubt_of_each_kind(
    days, number, unit, weight, height, gestation
):
    found = codes(
        studied=BORN + timedelta(days=days),
        born=BORN,
        said_age=SaidAge(number, unit),
        weight_kg=weight,
        height_cm=height,
        gestation_days=gestation,
    )
    assert len(found) == len({code.split("-")[0] for code in found}) <= 3
