"""What people type is read as it is meant, or asked again; nothing is cut to fit."""

from __future__ import annotations

import math
from datetime import date

import pytest

from tongying.web.pages.typed import day, decimal, gestation_days, whole


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7.5", 7.5),
        ("7,5", 7.5),
        ("７．５", 7.5),
        ("7，5", 7.5),
        ("−3", -3.0),
        ("1312", 1312.0),
        ("0,125", 0.125),
        ("1,312", None),
        ("12,345.6", None),
        ("1，312", None),
        ("1,2,3", None),
        ("nan", None),
        ("1e999", None),
        ("abc", None),
    ],
)
def test_a_number_that_could_be_two_is_asked_again(text: str, value: float | None) -> None:
    read = decimal(text)
    assert read is not None
    assert math.isnan(read) if value is None else read == value


def test_nothing_typed_is_nothing() -> None:
    assert decimal("  ") is None
    assert gestation_days(" ", "") is None
    assert day("") is None


def test_weeks_and_days_are_never_cut_to_fit() -> None:
    assert gestation_days("39", "2") == 275
    assert gestation_days("39", "") == 273
    for weeks, days in (("39", "9"), ("39", "x"), ("", "3"), ("399", "0"), ("-1", "0"), ("²", "")):
        assert gestation_days(weeks, days) == -1


def test_days_and_whole_numbers() -> None:
    assert day("2026-03-01") == date(2026, 3, 1)
    assert day("2026-02-30") is None
    assert whole("12") == 12
    assert whole("²") is None
    assert whole("9" * 19) is None
