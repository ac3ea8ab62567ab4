"""Reading a search without a database: spans of time, tokens, references, escapes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.web.fhir.kinds import KINDS
from tongying.web.fhir.search import (
    COUNT,
    MOST,
    Clause,
    Search,
    SearchRefused,
    Token,
    days,
    parse,
    span,
)

CHINA = timezone(timedelta(hours=8))
BASE = "https://alliance.example/fhir/"


def read(kind: str, *pairs: tuple[str, str], strict: bool = False) -> Search:
    return parse(KINDS[kind], pairs, base=BASE, zone=CHINA, strict=strict)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2026", "2026-01-01T00:00", "2027-01-01T00:00"),
        ("2026-12", "2026-12-01T00:00", "2027-01-01T00:00"),
        ("2026-02-28", "2026-02-28T00:00", "2026-03-01T00:00"),
        ("2026-02-28T23:59", "2026-02-28T23:59", "2026-03-01T00:00"),
        ("2026-02-28T10:11:12", "2026-02-28T10:11:12", "2026-02-28T10:11:13"),
        ("2026-02-28T10:11:12.5Z", "2026-02-28T18:11:12", "2026-02-28T18:11:13"),
        ("2026-02-28T10:11-01:00", "2026-02-28T19:11", "2026-02-28T19:12"),
    ],
)
def test_a_date_is_a_span(text: str, low: str, high: str) -> None:
    found = span(text, "date", zone=CHINA)
    assert found.prefix == "eq"
    assert found.low == datetime.fromisoformat(f"{low}+08:00")
    assert found.high == datetime.fromisoformat(f"{high}+08:00")


# FHIR R4 search, "Prefixes": a whole day is a span itself. First and last day that match.
@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-03-04", date(2026, 3, 4), date(2026, 3, 4)),
        ("2026-03", date(2026, 3, 1), date(2026, 3, 31)),
        ("gt2026-03-04", date(2026, 3, 5), None),
        ("ge2026-03-04", date(2026, 3, 4), None),
        ("lt2026-03-04", None, date(2026, 3, 3)),
        ("le2026-03-04", None, date(2026, 3, 4)),
        ("le2026-03", None, date(2026, 3, 31)),
        ("gt2026", date(2027, 1, 1), None),
        ("ge2026-03-04T12:00", date(2026, 3, 4), None),
        ("le2026-03-04T12:00", None, date(2026, 3, 4)),
        ("lt2026-03-04T12:00", None, date(2026, 3, 4)),
        ("gt2026-03-04T12:00", date(2026, 3, 4), None),
    ],
)
def test_which_days_a_span_admits(text: str, first: date | None, last: date | None) -> None:
    assert days(span(text, "date", zone=CHINA)) == (first, last)


def test_a_moment_holds_no_whole_day() -> None:
    first, last = days(span("2026-03-04T12:00", "date", zone=CHINA))
    assert first is not None
    assert last is not None
    assert first > last


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_is_before_on_or_after_another(one: date, other: date) -> None:
    def admits(prefix: str) -> bool:
        first, last = days(span(f"{prefix}{other.isoformat()}", "date", zone=CHINA))
        return (first is None or first <= one) and (last is None or one <= last)

    assert (admits("lt"), admits("eq"), admits("gt")) == (one < other, one == other, one > other)
    assert (admits("le"), admits("ge")) == (one <= other, one >= other)


@given(st.text(max_size=30))
def test_a_date_is_read_or_refused(text: str) -> None:
    try:
        found = span(text, "date", zone=UTC)
    except SearchRefused as error:
        assert text not in error.sentence or len(text) < 5
    else:
        assert found.low < found.high


def test_tokens_alternatives_and_escapes() -> None:
    (clause,) = read("Patient", ("identifier", r"urn:a|1\,2,|3,4")).clauses
    assert clause == Clause("identifier", (Token("urn:a", "1,2"), Token("", "3"), Token(None, "4")))


@pytest.mark.parametrize("text", ["7", "Patient/7", f"{BASE}Patient/7"])
def test_a_reference_in_every_spelling(text: str) -> None:
    assert read("Task", ("patient", text)).clauses == (Clause("patient", ("7",)),)


def test_a_reference_to_something_else_is_refused() -> None:
    with pytest.raises(SearchRefused, match="patient"):
        read("Task", ("patient", "Organization/7"))


def test_count_is_bounded_and_paging_is_read() -> None:
    assert read("Task").count == COUNT
    found = read("Task", ("_count", "100000"), ("_offset", "20"), ("_sort", "-modified,_id"))
    assert (found.count, found.offset) == (MOST, 20)
    assert found.sort == (("modified", True), ("_id", False))
    assert found.used == (("_count", "100000"), ("_sort", "-modified,_id"))


def test_unknown_names_are_left_out_or_refused() -> None:
    assert read("Task", ("colour", "red")) == read("Task")
    with pytest.raises(SearchRefused, match="colour"):
        read("Task", ("colour", "red"), strict=True)


def test_an_empty_value_asks_for_nothing() -> None:
    assert read("Task", ("status", "")).clauses == ()
