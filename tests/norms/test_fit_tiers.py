"""What is made of how many children, and what the draft of a norm says of itself."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from simulated_truth import YEAR, draw

from tongying.norms.axis import AxisKind
from tongying.norms.fit.bands import bands_of
from tongying.norms.fit.engine import FitFailed, fit
from tongying.norms.fit.family_choice import choose_together
from tongying.norms.fit.fitted import FittedNorm
from tongying.norms.fit.plan import usual_plan
from tongying.norms.fit.progress import silent
from tongying.norms.fit.rows import FitRow
from tongying.norms.fit.run import fit_norm
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.settings import FitSettings, Sexes
from tongying.norms.fit.table import line_error, table_of
from tongying.norms.forms.centile_bands import CentileBands
from tongying.norms.forms.parameter_table import ParameterTable, SexTable
from tongying.norms.intervals.ep28 import Tier
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Population, Route
from tongying.norms.sex import Sex

SETTINGS = FitSettings(
    norm_id="test.lateral-ventricle-width@1",
    measure="lateral-ventricle-width",
    method=MeasuringMethod("caliper"),
    population=Population("Simulated children", "模拟儿童", "CN", None),
    route=Route.DIRECT,
    axis=AxisKind.AGE,
    families=("normal",),
    powers=(1.0,),
    replicates=20,
)


def rows_of(count: int, *, slope: float = 0.0, gap: float = 0.0, seed: int = 1) -> list[FitRow]:
    """Return girls and boys in turn; `slope` per year, boys `gap` standard deviations above."""
    random = np.random.default_rng(seed)
    ages = random.uniform(1.0, 10.0, count)
    return [
        FitRow(
            value=float(7.0 + slope * age + 0.8 * (random.standard_normal() + gap * (n % 2))),
            age_days=float(age * YEAR),
            sex="FM"[n % 2],
            subject=str(n),
            site="AB"[n // 2 % 2],
            route=Route.DIRECT,
        )
        for n, age in enumerate(ages)
    ]


TOLD: list[float] = []


@cache
def of_240() -> FittedNorm:
    return fit_norm(
        rows_of(240, slope=0.3), SETTINGS, progress=lambda done, _what: TOLD.append(done)
    )


def codes(fitted: object) -> set[str]:
    return {caveat.code for caveat in fitted.caveats}  # type: ignore[attr-defined]


def test_below_forty_there_are_raw_values_and_no_norm() -> None:
    made = fit_norm(rows_of(39), replace(SETTINGS, sexes=Sexes.TOGETHER))
    assert made.norm is None
    assert made.groups[0].tier is Tier.RAW_ONLY
    assert made.groups[0].interval is not None
    assert made.groups[0].interval.low is None
    assert len(made.groups[0].interval.values) == 39


def test_from_forty_to_119_there_are_provisional_limits_that_say_so() -> None:
    made = fit_norm(rows_of(90), replace(SETTINGS, sexes=Sexes.TOGETHER))
    assert made.groups[0].tier is Tier.PROVISIONAL
    assert made.norm is not None
    assert isinstance(made.norm.form, CentileBands)
    assert {"norms.interval-provisional", "norms.not-by-age"} <= codes(made.norm)
    place = made.norm.form.place(7.0, 5 * YEAR, None)
    assert place.low == pytest.approx(7.0 - 1.96 * 0.8, abs=0.5)
    assert place.high == pytest.approx(7.0 + 1.96 * 0.8, abs=0.5)
    assert made.norm.population.n == 90


def test_limits_that_disregard_age_are_no_norm_where_values_change_with_age() -> None:
    made = fit_norm(rows_of(90, slope=0.3), replace(SETTINGS, sexes=Sexes.TOGETHER))
    assert made.norm is None
    assert made.groups[0].tier is Tier.PROVISIONAL
    assert "norms.changes-with-age" in codes(made.groups[0])


def test_from_120_there_is_a_curve_for_each_sex() -> None:
    made = of_240()
    assert [group.tier for group in made.groups] == [Tier.ESTABLISHED] * 2
    assert made.norm is not None
    assert isinstance(made.norm.form, ParameterTable)
    assert set(made.norm.form.tables) == set(Sex)
    assert made.norm.uncertainty is not None
    assert made.norm.uncertainty.fewest_near == 40


def test_a_sex_with_too_few_is_left_out_and_the_norm_says_so() -> None:
    rows = [row for n, row in enumerate(rows_of(300)) if row.sex == "F" or n < 100]
    made = fit_norm(rows, SETTINGS)
    assert made.norm is not None
    assert set(made.norm.form.tables) == {Sex.FEMALE}  # type: ignore[attr-defined]
    assert "norms.sex-left-out" in codes(made.norm)
    assert made.norm.population.n == 150


def test_without_an_axis_limits_are_taken_by_ranks_from_120_on() -> None:
    settings = replace(SETTINGS, axis=AxisKind.NONE, sexes=Sexes.TOGETHER)
    made = fit_norm(rows_of(130), settings)
    assert made.norm is not None
    assert isinstance(made.norm.form, CentileBands)
    assert made.groups[0].tier is Tier.ESTABLISHED
    assert "norms.not-by-age" not in codes(made.norm)
    ordered = sorted(row.value for row in rows_of(130))
    assert made.norm.form.place(7.0, 0.0, None).low == ordered[2]


@pytest.mark.parametrize(("gap", "keys"), [(0.0, {None}), (1.5, set(Sex))])
def test_by_test_the_sexes_part_only_where_they_differ(gap: float, keys: set[Sex | None]) -> None:
    rows = rows_of(300, slope=0.3, gap=gap)
    made = fit_norm(rows, replace(SETTINGS, sexes=Sexes.BY_TEST))
    assert made.sexes is not None
    assert {group.sex for group in made.groups} == keys


def test_ages_that_differ_between_the_sexes_are_no_difference_of_the_sexes() -> None:
    rows = [
        row
        for row in rows_of(600, slope=0.5)
        if (row.sex == "F") == ((row.age_days or 0.0) < 5.5 * YEAR)
    ]
    made = fit_norm(rows, replace(SETTINGS, sexes=Sexes.BY_TEST))
    assert made.sexes is not None
    assert made.sexes.z < made.sexes.z_critical


def test_one_site_is_said_and_no_other_is_scored_before_it_is_calibrated() -> None:
    rows = [replace(row, site="A") for row in rows_of(240)]
    made = fit_norm(rows, replace(SETTINGS, sexes=Sexes.TOGETHER))
    assert made.norm is not None
    assert made.norm.sites is not None
    assert set(made.norm.sites.by_sex[None]) == {"A"}
    assert made.norm.sites.between[None] == pytest.approx(0.8, rel=0.15)
    assert "norms.one-site" in codes(made.norm)


def test_sites_that_were_taken_as_one_and_the_indirect_route_are_said() -> None:
    rows = [replace(row, route=Route.INDIRECT) for row in rows_of(240)]
    settings = replace(SETTINGS, sexes=Sexes.TOGETHER, by_site=False, route=Route.INDIRECT)
    made = fit_norm(rows, settings)
    assert made.norm is not None
    assert made.norm.sites is None
    assert {"norms.sites-pooled", "norms.indirect-route"} <= codes(made.norm)


def test_children_of_unknown_gestation_are_said_where_the_age_is_corrected() -> None:
    settings = replace(SETTINGS, axis=AxisKind.CORRECTED_AGE, sexes=Sexes.TOGETHER)
    made = fit_norm(rows_of(240), settings)
    assert made.norm is not None
    assert "norms.gestation-missing" in codes(made.norm)
    told = [replace(row, gestation_days=275) for row in rows_of(240)]
    made = fit_norm(told, settings)
    assert made.norm is not None
    assert "norms.gestation-missing" not in codes(made.norm)


def test_a_fit_that_fails_releases_nothing() -> None:
    rows = [replace(row, value=7.0) for row in rows_of(240)]
    with pytest.raises(FitFailed):
        fit_norm(rows, replace(SETTINGS, sexes=Sexes.TOGETHER))


def test_progress_rises_to_the_end() -> None:
    of_240()
    assert sorted(TOLD) == TOLD
    assert TOLD[-1] == pytest.approx(1.0)


def test_the_same_rows_and_settings_give_the_same_norm() -> None:
    first, second = of_240().norm, fit_norm(rows_of(240, slope=0.3), SETTINGS).norm
    assert first is not None
    assert second is not None
    assert first.form.as_json() == second.form.as_json()
    assert first.uncertainty is not None
    assert second.uncertainty is not None
    for sex in Sex:
        mine, other = first.uncertainty.by_sex[sex], second.uncertainty.by_sex[sex]
        assert (mine.z_error == other.z_error).all()


@pytest.mark.parametrize("family", ["normal", "bccg", "bct", "shash"])
def test_straight_lines_between_rows_of_a_table_err_by_less_than_a_thousandth(family: str) -> None:
    drawn = draw(600, 3)
    curve = fit(drawn.sample(), usual_plan(family, power=0.5))
    table = table_of(curve)
    assert line_error(curve, table) < 1e-3
    x = np.random.default_rng(1).uniform(table.x[0], table.x[-1], 500)
    form = ParameterTable(family, {None: table})
    for z in (-2.5, 0.0, 2.5):
        value = curve.family.value(np.full(500, z), curve.natural(x))
        assert np.nanmax(np.abs(form.z(value, x, None) - z)) < 1e-3
    coarse = SexTable(table.x[::16], table.natural[:, ::16])
    assert line_error(curve, coarse) > 1e-3


def test_both_sexes_get_the_distribution_that_is_best_in_both_together() -> None:
    random = np.random.default_rng(8)
    x = random.uniform(300.0, 6000.0, 500)
    skewed = Sample.of(np.exp(3.0 + 0.35 * random.standard_normal(500)), x)
    even = Sample.of(20.0 + 2.0 * random.standard_normal(500), x)
    settings = replace(SETTINGS, families=("normal", "bccg"))
    alone = {
        sex: choose_together({sex: one}, settings, silent)[sex].best.plan.family
        for sex, one in ((Sex.FEMALE, skewed), (Sex.MALE, even))
    }
    assert alone == {Sex.FEMALE: "bccg", Sex.MALE: "normal"}
    both = choose_together({Sex.FEMALE: skewed, Sex.MALE: even}, settings, silent)
    assert {choice.best.plan.family for choice in both.values()} == {"bccg"}
    assert "norms.one-family" in {caveat.code for caveat in both[Sex.MALE].caveats}
    assert "norms.one-family" not in {caveat.code for caveat in both[Sex.FEMALE].caveats}


def test_children_are_counted_in_bands_once_each() -> None:
    sample = Sample.of(
        np.ones(5), np.array([3.0, 20.0, 400.0, 500.0, 700.0]), subject=np.array([0, 0, 1, 2, 3])
    )
    bands = bands_of(sample, AxisKind.AGE)
    assert [band.children for band in bands] == [1, 0, 0, 0, 3]
    assert bands[0].low == 0.0
    assert bands[-1].high == 2 * YEAR
    heights = bands_of(Sample.of(np.ones(3), np.array([95.0, 101.0, 125.0])), AxisKind.HEIGHT)
    assert [(band.low, band.children) for band in heights] == [
        (90.0, 1),
        (100.0, 1),
        (110.0, 0),
        (120.0, 1),
    ]
