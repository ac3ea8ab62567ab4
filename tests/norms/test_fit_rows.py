"""Rows of a fit: each that is wrong is refused with what is wrong, and none slips in silently."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongying.norms.axis import AxisKind
from tongying.norms.fit.rows import FitRow, RoutesMixed, RowsRefused, check_rows, x_of
from tongying.norms.fit.run import fit_norm
from tongying.norms.fit.settings import FitSettings, SettingsRefused, Sexes, settings_from
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Population, Route

SETTINGS = FitSettings(
    norm_id="test.kidney-length@1",
    measure="kidney-length",
    method=MeasuringMethod("caliper"),
    population=Population("Simulated children", "模拟儿童", "CN", None),
    route=Route.DIRECT,
    axis=AxisKind.AGE,
)
GOOD = FitRow(80.0, 2000.0, "F", "one", "A", Route.DIRECT)

WRONG = {
    "norms.row-unit": replace(GOOD, value=8.0),
    "norms.row-value": replace(GOOD, value=float("nan")),
    "norms.row-sex": replace(GOOD, sex="1"),
    "norms.row-before-birth": replace(GOOD, age_days=-3.0),
    "norms.row-age": replace(GOOD, age_days=9000.0),
    "norms.row-site": replace(GOOD, site=" "),
    "norms.row-subject": replace(GOOD, subject=""),
    "norms.row-gestation": replace(GOOD, gestation_days=20 * 7),
    "norms.row-axis": replace(GOOD, age_days=None),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_wrong_row_is_refused_with_what_is_wrong_and_the_others_are_not(code: str) -> None:
    usable, refused = check_rows([GOOD, WRONG[code]], SETTINGS)
    assert [one.index for one in usable] == [0]
    assert [(one.index, one.code) for one in refused] == [(1, code)]
    assert refused[0].sentence.endswith(".")


@pytest.mark.parametrize("text", ["2", "male", "男", "X"])
def test_no_code_of_another_table_is_taken_for_a_sex(text: str) -> None:
    usable, refused = check_rows([replace(GOOD, sex=text)], SETTINGS)
    assert not usable
    assert refused[0].code == "norms.row-sex"


@pytest.mark.parametrize("text", [None, "", "O", "U"])
def test_an_unknown_sex_is_missing_where_the_sexes_are_apart_and_not_where_together(
    text: str | None,
) -> None:
    row = replace(GOOD, sex=text)
    assert check_rows([row], SETTINGS)[1][0].code == "norms.row-sex"
    usable, refused = check_rows([row], replace(SETTINGS, sexes=Sexes.TOGETHER))
    assert not refused
    assert usable[0].sex is None


def test_a_child_twice_on_one_day_counts_once_and_not_at_all_if_the_values_differ() -> None:
    again = replace(GOOD, age_days=2000.2)
    assert [one.index for one in check_rows([GOOD, again], SETTINGS)[1]] == [1]
    other = replace(again, value=81.0)
    usable, refused = check_rows([GOOD, other], SETTINGS)
    assert not usable
    assert [one.code for one in refused] == ["norms.row-twice"] * 2
    later = replace(other, age_days=2400.0)
    assert not check_rows([GOOD, later], SETTINGS)[1]


def test_a_child_of_two_sexes_or_two_gestations_is_refused() -> None:
    for change in ({"sex": "M"}, {"gestation_days": 260}):
        first = replace(GOOD, gestation_days=230)
        second = replace(first, age_days=2500.0, **change)
        usable, refused = check_rows([first, second], SETTINGS)
        assert not usable
        assert {one.code for one in refused} == {"norms.row-child"}


def test_routes_are_never_mixed_even_where_wrong_rows_may_be_skipped() -> None:
    rows = [GOOD, replace(GOOD, subject="two", route=Route.INDIRECT)]
    with pytest.raises(RoutesMixed):
        check_rows(rows, replace(SETTINGS, skip_refused=True))


def test_a_fit_goes_on_without_wrong_rows_only_if_told_so() -> None:
    rows = [GOOD, replace(GOOD, subject="two", sex="1")]
    with pytest.raises(RowsRefused) as raised:
        fit_norm(rows, SETTINGS)
    assert [one.index for one in raised.value.refusals] == [1]
    fitted = fit_norm(rows, replace(SETTINGS, skip_refused=True))
    assert fitted.used == (0,)
    assert [one.index for one in fitted.refused] == [1]
    with pytest.raises(RowsRefused):
        fit_norm([rows[1]], replace(SETTINGS, skip_refused=True))


def test_a_preterm_child_stands_at_its_corrected_age_only_where_the_axis_says_so() -> None:
    row = replace(GOOD, age_days=100.0, gestation_days=32 * 7)
    assert x_of(row, AxisKind.CORRECTED_AGE) == 44.0
    assert x_of(row, AxisKind.AGE) == 100.0
    assert x_of(replace(row, age_days=731.0), AxisKind.CORRECTED_AGE) == 731.0
    assert x_of(replace(row, gestation_days=37 * 7), AxisKind.CORRECTED_AGE) == 100.0
    assert x_of(replace(row, gestation_days=None), AxisKind.CORRECTED_AGE) == 100.0


def test_a_preterm_child_before_its_term_has_no_corrected_age() -> None:
    row = replace(GOOD, age_days=20.0, gestation_days=32 * 7)
    corrected = replace(SETTINGS, axis=AxisKind.CORRECTED_AGE)
    assert check_rows([row], corrected)[1][0].code == "norms.row-before-term"
    assert not check_rows([row], SETTINGS)[1]


def test_a_size_that_the_axis_needs_is_needed_and_must_be_possible() -> None:
    surface = replace(SETTINGS, axis=AxisKind.BODY_SURFACE)
    sized = replace(GOOD, height_cm=110.0, weight_kg=19.0)
    # By logarithms: -3.71872 + 0.5378 x 2.94444 + 0.3964 x 4.70048 = -0.27193.
    assert check_rows([sized], surface)[0][0].x == pytest.approx(0.7619, abs=1e-4)
    assert check_rows([replace(sized, weight_kg=None)], surface)[1][0].code == "norms.row-axis"
    assert check_rows([replace(sized, height_cm=1.1)], surface)[1][0].code == "norms.row-size"


def test_settings_come_back_from_json_as_they_were() -> None:
    settings = replace(SETTINGS, sexes=Sexes.BY_TEST, powers=(0.5,), families=("bct",), seed=7)
    assert settings_from(settings.as_json()) == settings


@pytest.mark.parametrize(
    "change",
    [
        {"measure": "no-such"},
        {"route": Route.NOT_STATED},
        {"families": ()},
        {"families": ("cauchy",)},
        {"powers": (0.0,)},
        {"replicates": 3},
    ],
)
def test_settings_that_decide_nothing_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(SettingsRefused):
        replace(SETTINGS, **change)


def test_settings_with_a_part_missing_are_refused() -> None:
    written = SETTINGS.as_json()
    del written["axis"]
    with pytest.raises(SettingsRefused):
        settings_from(written)
