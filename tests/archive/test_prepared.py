"""A query that was compiled once finds what a freshly built one finds."""

from __future__ import annotations

from datetime import date, time

import pytest
from archive_bytes import bring, image
from django.db.models import Q
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongying.web import prepared
from tongying.web.people.models import Hospital
from tongying.web.records.models import Instance, Series, Study

NAMES = ("CHEST", "50% of_it", "a\\b", "胸部 CT", "chest")
texts = st.sampled_from([*NAMES, "", "%", "_", "\\", "C", "50%", "胸"]) | st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Co"), exclude_characters="\0"),
    max_size=5,
)


@pytest.fixture
def studies(db: None) -> None:
    Hospital.objects.create(code="ONE", name="ONE", ae_title="ONE")
    for number, name in enumerate(NAMES):
        bring("ONE", image(f"1.2.3.{number}", StudyDescription=name, PatientWeight=str(number)))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lookup=st.sampled_from(["exact", "startswith", "istartswith", "contains", "endswith"]),
    text=texts,
)
def test_text(studies: None, lookup: str, text: str) -> None:
    name = f"description__{lookup}"
    expected = Study.objects.filter(**{name: text}).order_by("pk").values_list("pk", "description")
    found = prepared.rows(
        ("text", lookup),
        [text],
        lambda given: (
            Study.objects.filter(**{name: given[0]}).order_by("pk").values_list("pk", "description")
        ),
    )
    assert found == list(expected)


def test_every_kind_of_value_and_column(studies: None) -> None:
    values = [date(2026, 3, 1), time(10, 15, 30, 500_000), 2.0, "1.2.3.2", "1.2.3.3"]

    def build(given):
        return (
            Study.objects.filter(date=given[0], time__lte=given[1])
            .filter(Q(weight_kg=given[2]) | Q(uid__in=[given[3], given[4]]))
            .order_by("pk")
            .values_list("uid", "date", "time", "weight_kg", "caveats")
        )

    first, second = (prepared.rows("kinds", values, build) for _ in range(2))
    assert first == second == list(build(values))
    assert [row[0] for row in first] == ["1.2.3.2", "1.2.3.3"]
    assert prepared.rows("kinds", [date(2020, 1, 1), *values[1:]], build) == []


def test_json_and_bytes_come_back_as_through_the_model(studies: None) -> None:
    def build(given):
        return Instance.objects.filter(number=given[0]).values_list("bulk", "frames", "number")

    assert prepared.rows("json", [1], build) == list(build([1]))


def test_a_window(studies: None) -> None:
    def build(given):
        return Series.objects.filter(modality=given[0]).order_by("pk").values_list("pk")

    tail = {"tail": " LIMIT %s OFFSET %s"}
    every = prepared.rows("window", ["CT"], build, **tail, tail_values=[100, 0])
    assert len(every) == len(NAMES)
    assert prepared.rows("window", ["CT"], build, **tail, tail_values=[2, 1]) == every[1:3]


def test_a_value_without_a_place_is_refused(studies: None) -> None:
    with pytest.raises(ValueError, match="no place"):
        prepared.rows("lost", ["x"], lambda given: Study.objects.values_list("pk"))


def test_what_is_compiled_stays_bounded(studies: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_KEPT", 3)
    monkeypatch.setattr(prepared, "_compiled", {})
    for number in range(10):
        rows = prepared.rows(
            ("bounded", number),
            ["CHEST"],
            lambda given: Study.objects.filter(description=given[0]).values_list("description"),
        )
        assert rows == [("CHEST",)]
        assert len(prepared._compiled) <= 3
