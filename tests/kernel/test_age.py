"""Ages as counted by hand on a calendar, the laws they obey, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tongying.kernel.age import Age, AgeRefused, AgeUnit, age_on, corrected_age_on
from tongying.kernel.errors import BadInput

CST = timezone(timedelta(hours=8), "CST")

# birth, on, days, months, English, Chinese: counted by hand on a calendar.
BY_HAND = [
    ("2026-03-10", "2026-03-10", 0, 0, "0 days", "0 天"),
    ("2026-03-10", "2026-03-11", 1, 0, "1 day", "1 天"),
    ("2026-03-10", "2026-03-19", 9, 0, "9 days", "9 天"),
    ("2026-03-01", "2026-03-28", 27, 0, "27 days", "27 天"),
    ("2026-03-01", "2026-03-29", 28, 0, "4 weeks", "4 周"),
    ("2026-02-01", "2026-02-28", 27, 0, "27 days", "27 天"),
    ("2026-02-01", "2026-03-01", 28, 1, "4 weeks", "4 周"),
    ("2026-01-01", "2026-02-26", 56, 1, "8 weeks", "8 周"),
    ("2026-01-01", "2026-02-25", 55, 1, "7 weeks", "7 周"),
    ("2026-01-15", "2026-04-14", 89, 2, "12 weeks", "12 周"),
    ("2026-01-15", "2026-04-15", 90, 3, "3 months", "3 月"),
    # Month ends: the month is complete when the day of the month is reached.
    ("2026-01-31", "2026-02-28", 28, 0, "4 weeks", "4 周"),
    ("2026-01-31", "2026-03-01", 29, 1, "4 weeks", "4 周"),
    ("2026-01-31", "2026-04-30", 89, 2, "12 weeks", "12 周"),
    ("2026-01-31", "2026-05-01", 90, 3, "3 months", "3 月"),
    ("2025-08-31", "2026-02-28", 181, 5, "5 months", "5 月"),
    ("2025-08-31", "2026-03-01", 182, 6, "6 months", "6 月"),
    ("2024-01-31", "2024-02-29", 29, 0, "4 weeks", "4 周"),
    ("2025-12-31", "2026-12-31", 365, 12, "12 months", "12 月"),
    ("2025-12-31", "2026-12-30", 364, 11, "11 months", "11 月"),
    # 29 February.
    ("2024-02-29", "2024-03-28", 28, 0, "4 weeks", "4 周"),
    ("2024-02-29", "2024-03-29", 29, 1, "4 weeks", "4 周"),
    ("2024-02-29", "2025-02-28", 365, 11, "11 months", "11 月"),
    ("2024-02-29", "2025-03-01", 366, 12, "12 months", "12 月"),
    ("2024-02-29", "2026-02-28", 730, 23, "23 months", "23 月"),
    ("2024-02-29", "2026-03-01", 731, 24, "2 y", "2 岁"),
    ("2024-02-29", "2028-02-28", 1460, 47, "3 y 11 mo", "3 岁 11 月"),
    ("2024-02-29", "2028-02-29", 1461, 48, "4 y", "4 岁"),
    ("2023-02-28", "2024-02-28", 365, 12, "12 months", "12 月"),
    ("2023-02-28", "2024-02-29", 366, 12, "12 months", "12 月"),
    ("2000-02-29", "2100-02-28", 36524, 1199, "99 y 11 mo", "99 岁 11 月"),
    # Months, then years and months.
    ("2024-05-20", "2026-04-20", 700, 23, "23 months", "23 月"),
    ("2024-05-20", "2026-05-19", 729, 23, "23 months", "23 月"),
    ("2024-05-20", "2026-05-20", 730, 24, "2 y", "2 岁"),
    ("2024-05-20", "2026-06-20", 761, 25, "2 y 1 mo", "2 岁 1 月"),
    ("2021-10-05", "2026-11-05", 1857, 61, "5 y 1 mo", "5 岁 1 月"),
    ("2008-11-23", "2026-11-22", 6573, 215, "17 y 11 mo", "17 岁 11 月"),
    ("2008-11-22", "2026-11-22", 6574, 216, "18 y", "18 岁"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("birth", "on", "days", "months", "english", "chinese"), BY_HAND)
def test_ages_counted_by_hand(birth, on, days, months, english, chinese):
    age = age_on(day(birth), day(on))
    assert (age.days, age.months) == (days, months)
    assert (age.in_english(), age.in_chinese()) == (english, chinese)


def test_the_table_is_long_enough_to_mean_something():
    assert len(BY_HAND) >= 30
    assert len({(birth, on) for birth, on, *_ in BY_HAND}) == len(BY_HAND)


def test_the_day_is_the_hospitals_own():
    """16:30 UTC is already the next day in China: the age on that day is one day more."""
    moment = datetime(2026, 3, 10, 16, 30, tzinfo=UTC)
    birth = day("2026-03-10")
    assert age_on(birth, moment.date()).days == 0
    assert age_on(birth, moment.astimezone(CST).date()).days == 1


@pytest.mark.parametrize(
    ("days", "months", "unit"),
    [
        (27, 0, AgeUnit.DAYS),
        (28, 0, AgeUnit.WEEKS),
        (28, 1, AgeUnit.WEEKS),
        (91, 2, AgeUnit.WEEKS),
        (89, 3, AgeUnit.MONTHS),
        (729, 23, AgeUnit.MONTHS),
        (730, 24, AgeUnit.YEARS),
    ],
)
def test_the_bands_meet_without_a_gap(days, months, unit):
    assert Age(days=days, months=months).unit is unit


@pytest.mark.parametrize(
    ("birth", "on"), [("2026-03-10", "2026-03-09"), ("2026-03-10", "1999-01-01")]
)
def test_a_day_before_birth_is_refused(birth, on):
    with pytest.raises(AgeRefused, match="before the date of birth") as refusal:
        age_on(day(birth), day(on))
    assert refusal.value.error_code == "age.refused"
    assert isinstance(refusal.value, BadInput)


# birth, on, weeks, days of gestation, corrected days, said
CORRECTED = [
    ("2026-01-01", "2026-03-05", 34, 0, 21, "21 days"),
    ("2026-01-01", "2026-02-12", 34, 0, 0, "0 days"),
    ("2026-01-01", "2026-02-11", 34, 0, -1, "-1 day"),
    ("2026-01-01", "2026-01-01", 34, 0, -42, "-42 days"),
    ("2026-01-01", "2026-01-01", 22, 0, -126, "-126 days"),
    ("2026-01-01", "2026-06-18", 28, 0, 84, "12 weeks"),
    ("2026-01-01", "2026-06-25", 28, 0, 91, "13 weeks"),
    ("2026-01-01", "2026-06-26", 28, 0, 92, "3 months"),
    ("2026-01-01", "2026-01-23", 36, 6, 0, "0 days"),
    ("2024-01-01", "2025-12-31", 30, 0, 660, "21 months"),
]


@pytest.mark.parametrize(("birth", "on", "weeks", "extra", "days", "said"), CORRECTED)
def test_corrected_ages_counted_by_hand(birth, on, weeks, extra, days, said):
    corrected = corrected_age_on(day(birth), day(on), weeks * 7 + extra)
    assert corrected is not None
    assert (corrected.days, corrected.in_english()) == (days, said)


@pytest.mark.parametrize(
    ("on", "gestation_days"),
    [
        ("2026-03-05", 37 * 7),  # not preterm
        ("2026-03-05", 40 * 7),
        ("2026-03-05", 44 * 7 + 6),
        ("2028-01-01", 30 * 7),  # two years old
    ],
)
def test_no_corrected_age_at_term_or_from_two_years(on, gestation_days):
    assert corrected_age_on(day("2026-01-01"), day(on), gestation_days) is None


def test_the_last_day_before_two_years_is_still_corrected():
    assert corrected_age_on(day("2026-01-01"), day("2027-12-31"), 30 * 7) is not None


@pytest.mark.parametrize("gestation_days", [-1, 0, 22 * 7 - 1, 45 * 7, 10_000])
def test_an_impossible_gestation_is_refused(gestation_days):
    with pytest.raises(AgeRefused, match="22 and 44"):
        corrected_age_on(day("2026-01-01"), day("2026-03-01"), gestation_days)


def test_a_corrected_age_before_birth_is_refused():
    with pytest.raises(AgeRefused, match="before the date of birth"):
        corrected_age_on(day("2026-01-02"), day("2026-01-01"), 30 * 7)


DAYS = st.dates(date(1990, 1, 1), date(2080, 12, 31))
GESTATION = st.integers(22 * 7, 45 * 7 - 1)


@given(birth=DAYS, on=DAYS)
@example(birth=date(2024, 2, 29), on=date(2028, 2, 29))
def test_birthdays_and_order(birth, on):
    """Age grows by one day a day, never loses a month, and fits the calendar."""
    assume(on >= birth)
    age = age_on(birth, on)
    later = age_on(birth, on + timedelta(days=1))
    assert later.days == age.days + 1
    assert age.months <= later.months <= age.months + 1
    # A calendar month has 28 to 31 days.
    assert age.months * 28 <= age.days < (age.months + 1) * 31 + 1


@given(birth=DAYS, on=DAYS)
def test_a_month_is_full_exactly_when_its_day_is_reached(birth, on):
    assume(on >= birth)
    months = age_on(birth, on).months
    year, month = divmod(birth.year * 12 + birth.month - 1 + months, 12)
    assert (year, month + 1, birth.day) <= (on.year, on.month, on.day)
    year, month = divmod(birth.year * 12 + birth.month + months, 12)
    assert (year, month + 1, birth.day) > (on.year, on.month, on.day)


@given(birth=DAYS, on=DAYS)
def test_both_languages_say_the_same_numbers(birth, on):
    assume(on >= birth)
    age = age_on(birth, on)
    english, chinese = (
        "".join(c if c.isdigit() else " " for c in said).split()
        for said in (age.in_english(), age.in_chinese())
    )
    assert english == chinese


@given(birth=DAYS, on=DAYS, gestation=GESTATION)
def test_corrected_and_chronological_age_differ_by_what_was_missing_to_term(birth, on, gestation):
    assume(on >= birth)
    corrected = corrected_age_on(birth, on, gestation)
    age = age_on(birth, on)
    assert (corrected is None) == (gestation >= 259 or age.months >= 24)
    if corrected is not None:
        assert age.days - corrected.days == 280 - gestation
        assert corrected.months >= 0
