"""Differences between documents, tables for spreadsheets, and FHIR's ObservationDefinition."""

from __future__ import annotations

import csv
from itertools import pairwise

import numpy as np
import pytest
from fhir.resources.R4B.observationdefinition import ObservationDefinition
from made_norms import BOY_ROWS, GIRL_ROWS, norm, published, sites, table

from tongying.norms.axis import AxisKind
from tongying.norms.forms.parameter_table import ParameterTable, SexTable
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.norm import Norm, Population
from tongying.norms.release.csv_table import csv_table
from tongying.norms.release.difference import FieldChange, difference
from tongying.norms.release.document import digest, document_of, norm_from
from tongying.norms.release.observation_definition import observation_definition
from tongying.norms.release.steps import edges
from tongying.norms.sex import Sex

LIMITS = UpperLimit({None: LimitRows((0.0, 400.0), (60.0, 80.0), 6600.0)})


def test_a_document_does_not_differ_from_itself():
    text = document_of(norm())
    same = difference(text, text)
    assert same.fields == ()
    assert same.furthest == pytest.approx(0.0, abs=1e-9)


def test_fields_that_differ_are_named():
    before = document_of(norm())
    after = document_of(
        norm("test.kidney@2", population=Population("Children of a test", "测试儿童", "CN", 250))
    )
    found = difference(before, after).fields
    assert found == (
        FieldChange("id", '"test.kidney@1"', '"test.kidney@2"'),
        FieldChange("population.n", "240", "250"),
    )


def test_how_far_centiles_moved():
    """The middle 1 % higher with S of .1 and L of 1 is a tenth of an SD at the middle."""
    rows = ((0.0, 60.0, 0.1, 1.0), (6600.0, 60.0, 0.1, 1.0))
    higher = tuple((x, 1.01 * m, *rest) for x, m, *rest in rows)
    found = difference(
        document_of(norm(form=table("bccg", rows, None))),
        document_of(norm(form=table("bccg", higher, None))),
    )
    assert [change.path for change in found.fields] == ["form"]
    # (1.01 (1 + .1 z) - 1) / .1 - z = .1 + .01 z
    z3 = 1.8807936081512509
    assert found.moves[0].sd == pytest.approx((0.1 - 0.01 * z3, 0.1, 0.1 + 0.01 * z3))
    assert found.furthest == pytest.approx(0.1 + 0.01 * z3)
    assert {move.sex for move in found.moves} == {None}


def test_moves_are_of_the_common_range_and_of_each_sex():
    shorter = table("bccg", GIRL_ROWS[:2], BOY_ROWS[:2])
    found = difference(document_of(norm()), document_of(norm(form=shorter)))
    assert {move.sex for move in found.moves} == set(Sex)
    assert max(move.x for move in found.moves) == 400.0


def test_norms_that_cannot_be_compared_say_why():
    found = difference(document_of(norm()), document_of(norm(form=LIMITS)))
    assert (found.moves, found.furthest) == ((), None)
    assert found.why_no_moves == "One of them does not know the whole distribution."
    assert FieldChange("form.kind", '"parameter-table"', '"upper-limit"') in found.fields
    other = difference(document_of(norm()), document_of(norm(measure="spleen-length")))
    assert other.why_no_moves == "They are about different measures."


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def test_csv_holds_the_norms_own_rows():
    read = norm_from(document_of(norm()))
    text = csv_table(read)
    assert f"# sha256: {digest(document_of(norm()))}" in text
    assert "# signed off: needs sign-off" in text
    assert "# method: caliper, us-kidney/1, longest" in text
    rows = rows_of(text)
    assert [(row["sex"], row["age (d)"]) for row in rows[:4]] == [
        ("F", "0"),
        ("F", "400"),
        ("F", "6600"),
        ("M", "0"),
    ]
    row = rows[1]
    assert [row[name] for name in ("mu", "sigma", "nu", "n near")] == ["64", "0.1", "-1", "60"]
    assert float(row["P97"]) == pytest.approx(64 / (1 - 0.18807936), abs=1e-6)
    assert float(row["P50"]) == 64.0


def test_csv_at_other_places_and_of_limits():
    rows = rows_of(csv_table(norm(), x=[200.0, 9999.0]))
    assert [(row["sex"], row["mu"]) for row in rows] == [("F", "56"), ("M", "59")]
    limits = rows_of(csv_table(published(form=LIMITS)))
    assert limits[0]["high"] == "60"
    assert limits[0]["low"] == limits[0]["n near"] == ""
    assert limits[0]["limits"] == "upper limit printed for this age"


def test_csv_of_a_long_table_is_printed_at_usual_steps():
    x = np.arange(0.0, 1857.0)
    long = ParameterTable("normal", {None: SexTable(x, np.array([60 + x / 100, 5 + 0 * x]))})
    rows = rows_of(csv_table(published(form=long)))
    assert [row["age (d)"] for row in rows[:3]] == ["0", "30", "61"]
    assert rows[-1]["age (d)"] == "1856"
    assert len(rows) < 40


@pytest.mark.parametrize("axis", list(AxisKind))
def test_edges_rise_from_end_to_end(axis: AxisKind):
    found = edges(axis, 0.55, 42.3)
    assert (found[0], found[-1]) == (0.55, 42.3)
    assert (np.diff(found) > 0).all()
    assert edges(axis, 5.0, 5.0).tolist() == [5.0]


def test_edges_of_ages_are_months_then_half_years_then_years():
    found = edges(AxisKind.AGE, 0.0, 6575.0) / (365.25 / 12)
    months = np.rint(found).tolist()
    # The last day after the 18th birthday is no band of its own.
    assert months == [*range(24), *range(24, 72, 6), *range(72, 216, 12), 216]


EXPORTED: dict[str, Norm] = {
    "by sex": norm(),
    "sites": norm(sites=sites()),
    "limits": published(form=LIMITS),
    "height": published(form=table("normal", ((70.0, 60.0, 9.0), (180.0, 110.0, 9.0)), None),
                        axis=AxisKind.HEIGHT),
    "fetal": published(form=table("normal", ((20.0, 20.0, 2.0), (38.0, 60.0, 4.0)), None),
                       axis=AxisKind.GESTATIONAL_AGE),
    "none": published(form=table("normal", ((0.0, 60.0, 9.0), (1.0, 60.0, 9.0)), None),
                      axis=AxisKind.NONE),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTED)
def test_observation_definition_is_valid_r4(name: str):
    read = norm_from(document_of(EXPORTED[name]))
    resource = observation_definition(read)
    ObservationDefinition.model_validate(resource)
    assert {one["value"] for one in resource["identifier"]} == {read.id, read.sha256}
    assert resource["qualifiedInterval"]


def test_qualified_interval_holds_the_limits_at_the_middle_of_its_band():
    intervals = observation_definition(norm())["qualifiedInterval"]
    first = intervals[0]
    form = table()
    ends = form.value(
        np.array([-1.959963984540054, 1.959963984540054]), np.full(2, 15.0), Sex.FEMALE
    )
    assert first["gender"] == "female"
    assert (first["age"]["low"]["value"], first["age"]["high"]["value"]) == (0.0, 29.0)
    assert first["range"]["low"]["value"] == pytest.approx(ends[0], rel=1e-5)
    assert first["range"]["high"]["value"] == pytest.approx(ends[1], rel=1e-5)
    assert first["range"]["high"]["code"] == "mm"
    assert "2.5th to 97.5th centile" in first["condition"]
    assert {one["gender"] for one in intervals} == {"female", "male"}


def test_bands_of_ages_neither_overlap_nor_leave_a_day_out():
    ages = [
        (one["age"]["low"]["value"], one["age"]["high"]["value"])
        for one in observation_definition(norm())["qualifiedInterval"]
        if one["gender"] == "female"
    ]
    assert all(after[0] == before[1] + 1 for before, after in pairwise(ages))
    assert (ages[0][0], ages[-1][1]) == (0.0, 6600.0)


def test_gestational_bands_are_whole_weeks_in_days():
    intervals = observation_definition(EXPORTED["fetal"])["qualifiedInterval"]
    weeks = [
        (one["gestationalAge"]["low"]["value"], one["gestationalAge"]["high"]["value"])
        for one in intervals
    ]
    assert weeks[:2] == [(140.0, 146.0), (147.0, 153.0)]
    assert weeks[-1] == (259.0, 266.0)


def test_code_of_the_measure_is_taken_up():
    loinc = {"system": "http://loinc.org", "code": "1-1", "display": "Test"}
    resource = observation_definition(norm(), coding=loinc)
    assert resource["code"]["coding"] == [loinc]
