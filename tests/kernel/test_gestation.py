"""Gestational age: by hand, its limits, and what cannot all be right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.kernel.gestation import (
    GestationalAge,
    GestationContradicts,
    GestationRefused,
    check_before_birth,
)

BORN = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("weeks", "days", "english", "chinese"),
    [
        (30, 2, "GA 30+2 weeks", "孕 30 周+2"),
        (22, 1, "GA 22+1 weeks", "孕 22 周+1"),
        (37, 0, "GA 37+0 weeks", "孕 37 周"),
    ],
)
def test_said(weeks: int, days: int, english: str, chinese: str) -> None:
    age = GestationalAge.of(weeks, days)
    assert (age.in_english(), age.in_chinese()) == (english, chinese)


@pytest.mark.parametrize(("weeks", "days"), [(3, 6), (45, 0), (30, 7), (30, -1), (-30, 0)])
def test_refused(weeks: int, days: int) -> None:
    with pytest.raises(GestationRefused):
        GestationalAge.of(weeks, days)


@given(st.integers(4 * 7, 45 * 7 - 1))
def test_weeks_and_days_come_back(days: int) -> None:
    age = GestationalAge.of(*divmod(days, 7))
    assert (age.days, age.weeks) == (days, days // 7)


@pytest.mark.parametrize(
    ("weeks", "before_birth", "fine"),
    [
        (30, 63, True),  # born at 39 weeks
        (30, -1, False),  # made after birth
        (30, 0, True),
        (21, 0, False),  # born at 21 weeks
        (21, 7, True),
        (30, 15 * 7, False),  # born at 45 weeks
        (30, 15 * 7 - 1, True),
        (None, 200, True),
        (None, 41 * 7, False),  # another pregnancy
        (None, -1, False),
    ],
)
def test_dates_that_cannot_all_be_right(weeks: int | None, before_birth: int, fine: bool) -> None:
    age = None if weeks is None else GestationalAge.of(weeks, 0)
    studied = BORN - timedelta(days=before_birth)
    if fine:
        check_before_birth(age, studied=studied, born=BORN)
    else:
        with pytest.raises(GestationContradicts):
            check_before_birth(age, studied=studied, born=BORN)
