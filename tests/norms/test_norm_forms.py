"""The forms of norms: each as printed, by a law, by a refusal, and there and back through JSON."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.centile_bands import CentileBands, CentileRows
from tongying.norms.forms.form import Distribution, Form, Partial, Position
from tongying.norms.forms.line import Line, Piece
from tongying.norms.forms.log_polynomial import LogPolynomial
from tongying.norms.forms.mean_sd import MeanSd, MeanSdRows, Rows
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, TableRefused, Tails
from tongying.norms.forms.polynomial import Polynomial
from tongying.norms.forms.power_law import PowerLaw
from tongying.norms.forms.printed_range import PrintedRange
from tongying.norms.forms.refusal import FormRefused
from tongying.norms.forms.registry import FORMS, FormUnknown, form_of
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.sex import Sex

TABLE = ParameterTable(
    "bccg",
    {
        Sex.FEMALE: SexTable(np.array([0.0, 9.5]), np.array([[3.1, 4.2], [0.1, 0.2], [-0.3, 0.7]])),
        Sex.MALE: SexTable(np.array([0.0, 9.5]), np.array([[3.3, 4.4], [0.1, 0.2], [-0.3, 0.7]])),
    },
    Tails.WHO_WEIGHT,
)
EXAMPLES: dict[str, Form] = {
    "parameter-table": TABLE,
    "polynomial": Polynomial(20, 40, (0.0051, 1.5165, -14.584), (0.0343, 0.415)),
    "power-law": PowerLaw(0.36, 1.97, {Sex.FEMALE: 67.8, Sex.MALE: 77.5}, 1.38, 0.0426),
    "log-polynomial": LogPolynomial(0.25, 2.0, (0.105, 2.859, -2.119, 0.552), 0.01),
    "mean-sd": MeanSd(Rows.AT, {None: MeanSdRows((0.0, 91.3, 182.6), (27.5, 26, 24), (5, 5, 5))}),
    "centile-bands": CentileBands(
        (10.0, 50.0, 90.0), {None: CentileRows((0.0, 91.0, 182.0), ((3.3, 4.5, 5.8), (4, 5, 6.4)))}
    ),
    "printed-range": PrintedRange((7.0, 28.0), ((1.04, 1.64),), "range of regions"),
    "upper-limit": UpperLimit({None: LimitRows((91.0, 182.0), (6.0, 6.5), 365.0)}),
    "line": Line((0.0, 9.0, 20.0), (Piece(45.9, 1.0, 3.0), Piece(62.0, 0.2, 3.0)), 4.0, True),
}


def test_every_form_has_an_example_and_says_its_own_name():
    assert set(EXAMPLES) == set(FORMS)
    assert all(form.kind == kind for kind, form in EXAMPLES.items())


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_a_form_goes_through_json_and_back_exactly(kind):
    written = EXAMPLES[kind].as_json()
    text = json.dumps(written)
    again = form_of(json.loads(text))
    assert type(again) is type(EXAMPLES[kind])
    assert json.dumps(again.as_json()) == text
    assert again.by_sex() == EXAMPLES[kind].by_sex()
    assert isinstance(again, Distribution) != isinstance(again, Partial)


def test_every_form_of_the_catalogue_goes_through_json_and_back_exactly():
    for norm in catalogue().values():
        text = json.dumps(norm.form.as_json())
        assert json.dumps(form_of(json.loads(text)).as_json()) == text, norm.id


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_a_form_that_lacks_a_part_is_refused(kind):
    whole = EXAMPLES[kind].as_json()
    for part in set(whole) - {"kind"}:
        with pytest.raises((FormRefused, TableRefused)):
            form_of({key: value for key, value in whole.items() if key != part})


@pytest.mark.parametrize("document", [{}, {"kind": "lms"}, {"kind": 3}, {"kind": None}])
def test_an_unknown_form_is_refused(document):
    with pytest.raises(FormUnknown):
        form_of(document)


DISTRIBUTIONS = [one for one in EXAMPLES.values() if isinstance(one, Distribution)]


@settings(max_examples=40, deadline=None)
@given(st.floats(-4, 4), st.floats(0, 1), st.sampled_from(Sex), st.sampled_from(DISTRIBUTIONS))
def test_value_and_z_are_each_other_s_inverse(z, part, sex, form):
    low, high = form.range(sex)
    x = np.array([low + part * (high - low)])
    value = form.value(np.array([z]), x, sex)
    assert form.z(value, x, sex)[0] == pytest.approx(z, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(-3.5, 3.5), st.floats(0, 1), st.sampled_from(Sex), st.sampled_from(DISTRIBUTIONS))
def test_a_larger_value_has_a_larger_z(z, part, sex, form):
    low, high = form.range(sex)
    x = np.full(2, low + part * (high - low))
    first, second = form.value(np.array([z, z + 0.01]), x, sex)
    assert first < second


def test_who_tails_are_straight_lines_beyond_three():
    """Equal steps of z are equal steps of weight, as long as that from 2 to 3."""
    x = np.full(4, 5.0)
    values = TABLE.value(np.array([2.0, 3.0, 4.0, 5.0]), x, Sex.MALE)
    assert np.diff(values) == pytest.approx(np.full(3, values[1] - values[0]))
    low = TABLE.value(np.array([-2.0, -3.0, -4.0, -4.5]), x, Sex.MALE)
    assert np.diff(low) == pytest.approx([low[1] - low[0]] * 2 + [(low[1] - low[0]) / 2])


def test_a_power_law_is_symmetric_on_the_logarithm():
    form = EXAMPLES["power-law"]
    x = np.full(2, 1.3)
    high, low = form.value(np.array([1.7, -1.7]), x, Sex.FEMALE)
    assert high * low == pytest.approx((67.8 * 1.3**1.38) ** 2)
    assert np.log10(high / low) == pytest.approx(2 * 1.7 * 0.0426)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 182), st.floats(0.5, 9), st.floats(0, 2))
def test_a_larger_spleen_never_lies_lower(x, value, more):
    order = [Position.BELOW, Position.WITHIN, Position.NOT_SAID, Position.ABOVE]
    for kind in ("centile-bands", "upper-limit"):
        form = EXAMPLES[kind]
        at = max(x, form.range(None)[0])
        first, second = form.place(value, at, None), form.place(value + more, at, None)
        assert order.index(first.position) <= order.index(second.position)


def test_a_value_on_a_printed_centile_is_not_beyond_it():
    form = EXAMPLES["centile-bands"]
    said = [form.place(value, 10.0, None) for value in (3.2, 3.3, 4.5, 5.8, 5.81)]
    assert [one.position.value for one in said] == ["below", *["within"] * 3, "above"]
    assert [one.between for one in said] == [(0, 10), (10, 50), (50, 90), (50, 90), (90, 100)]
    assert {one.expected for one in said} == {4.5}
    assert said[0].says == "10th to 90th centile"


def test_centiles_are_named_as_they_are_said():
    form = CentileBands((2.5, 3.0, 22.0), {None: CentileRows((0.0, 1.0), ((1.0, 2.0, 3.0),))})
    assert form.place(2.0, 0.5, None).says == "2.5th to 22nd centile"
    form = CentileBands((3.0, 11.0, 91.0), {None: CentileRows((0.0, 1.0), ((1.0, 2.0, 3.0),))})
    assert form.place(2.0, 0.5, None).says == "3rd to 91st centile"


def test_a_band_begins_at_its_edge():
    form = EXAMPLES["centile-bands"]
    assert form.place(5.0, 90.999, None).expected == 4.5
    assert form.place(5.0, 91.0, None).expected == 5.0
    assert form.place(5.0, 182.0, None).expected == 5.0


def test_a_line_that_says_up_to_ends_at_its_edge():
    """45.953 + 1.064 x months up to 24 months: 24 months belong to the first line."""
    form = catalogue()["kim-2010.kidney-length@1"].form
    edge = 24 * DAYS_PER_MONTH
    assert form.expected(edge) == pytest.approx(45.953 + 1.064 * 24)
    assert form.expected(edge + 1) == pytest.approx(62.173 + 0.203 * (24 + 1 / DAYS_PER_MONTH))
    year = catalogue()["rosenbaum-1984.kidney-length@1"].form
    assert year.expected(DAYS_PER_YEAR) == pytest.approx(67.9 + 2.2)
    assert year.expected(DAYS_PER_YEAR / 2) == pytest.approx(49.8 + 1.55 * 6)


def test_a_line_without_a_range_does_not_say_where_a_value_lies():
    place = catalogue()["kim-2010.kidney-length@1"].form.place(200.0, 1000.0, None)
    assert place.position is Position.NOT_SAID
    assert (place.low, place.high, place.between) == (None, None, None)


def test_the_range_around_a_line_is_symmetric():
    form = EXAMPLES["line"]
    place = form.place(50.0, 6.0, None)
    assert (place.low, place.expected, place.high) == pytest.approx((43.9, 47.9, 51.9))
    assert form.place(43.8, 6.0, None).position is Position.BELOW
    assert form.place(52.0, 6.0, None).position is Position.ABOVE


def test_both_ends_of_a_printed_range_belong_to_it():
    form = EXAMPLES["printed-range"]
    said = [form.place(value, 7.0, None).position.value for value in (1.03, 1.04, 1.64, 1.65)]
    assert said == ["below", "within", "within", "above"]


def test_a_range_with_one_end_only_judges_that_side():
    form = PrintedRange((0.0, 10.0, 20.0), ((None, 2.26), (1.0, None)), "limit", (1.5, 2.0))
    said = [form.place(value, x, None) for value, x in ((0.1, 5), (2.3, 5), (0.9, 15), (99, 15))]
    assert [one.position.value for one in said] == ["within", "above", "below", "within"]
    assert [one.expected for one in said] == [1.5, 1.5, 2.0, 2.0]
    assert json.dumps(form_of(form.as_json()).as_json()) == json.dumps(form.as_json())


def test_between_two_printed_ages_a_value_between_their_limits_is_not_judged():
    form = EXAMPLES["upper-limit"]
    assert [form.place(6.2, x, None).position.value for x in (91.0, 100.0, 182.0, 365.0)] == [
        "above",
        "not-said",
        "within",
        "within",
    ]


@pytest.mark.parametrize("kind", ["parameter-table", "power-law"])
def test_a_form_that_differs_by_sex_refuses_without_one(kind):
    form = EXAMPLES[kind]
    assert form.by_sex()
    x = np.array([form.range(None)[0]])
    with pytest.raises((FormRefused, TableRefused), match="no sex was given"):
        form.natural(x, None)


def test_a_sex_without_numbers_is_refused():
    form = PowerLaw(0.3, 2.0, {Sex.MALE: 77.5}, 1.38, 0.0426)
    with pytest.raises(FormRefused, match="no numbers for this sex"):
        form.natural(np.array([1.0]), Sex.FEMALE)


BAD = {
    "mean falls below zero": lambda: Polynomial(20, 40, (-1.0, 30.0, 0.0), (0.0, 1.0)),
    "SD falls below zero": lambda: Polynomial(20, 40, (1.0, 0.0), (0.1, -2.5)),
    "range turned round": lambda: Polynomial(40, 20, (1.0, 0.0), (1.0,)),
    "SD of zero": lambda: PowerLaw(0.3, 2.0, {None: 70.0}, 1.4, 0.0),
    "no factor": lambda: PowerLaw(0.3, 2.0, {}, 1.4, 0.05),
    "ages fall": lambda: MeanSd(Rows.AT, {None: MeanSdRows((2.0, 1.0), (1, 1), (1, 1))}),
    "SD missing": lambda: MeanSd(Rows.AT, {None: MeanSdRows((1.0, 2.0), (1, 1), (1,))}),
    "edge missing": lambda: MeanSd(Rows.BANDS, {None: MeanSdRows((1.0, 2.0), (1, 1), (1, 1))}),
    "no rows": lambda: MeanSd(Rows.AT, {}),
    "centiles fall": lambda: CentileBands(
        (50.0, 10.0), {None: CentileRows((0.0, 1.0), ((1.0, 2.0),))}
    ),
    "values fall": lambda: CentileBands(
        (10.0, 50.0), {None: CentileRows((0.0, 1.0), ((2.0, 1.0),))}
    ),
    "centile above 100": lambda: CentileBands(
        (10.0, 150.0), {None: CentileRows((0.0, 1.0), ((1.0, 2.0),))}
    ),
    "limits fall": lambda: UpperLimit({None: LimitRows((1.0, 2.0), (6.0, 5.0), 3.0)}),
    "ends before last age": lambda: UpperLimit({None: LimitRows((1.0, 2.0), (5.0, 6.0), 2.0)}),
    "log without error": lambda: LogPolynomial(0.25, 2.0, (0.1,), 0.0),
    "log without coefficients": lambda: LogPolynomial(0.25, 2.0, (), 0.1),
    "range without ends": lambda: PrintedRange((0.0, 1.0), ((None, None),), "x"),
    "middle missing": lambda: PrintedRange((0.0, 1.0), ((1.0, 2.0),), "x", (1.0, 2.0)),
    "range empty": lambda: PrintedRange((0.0, 1.0), ((2.0, 2.0),), "x"),
    "line below zero": lambda: Line((0.0, 10.0), (Piece(1.0, -1.0, 1.0),)),
    "range of zero": lambda: Line((0.0, 10.0), (Piece(1.0, 1.0, 1.0),), 0.0),
}


@pytest.mark.parametrize("why", sorted(BAD))
def test_a_form_that_is_not_usable_is_refused(why):
    with pytest.raises(FormRefused):
        BAD[why]()


@pytest.mark.parametrize("tables", [{}, {"X": 1}, {"all": 1, "F": 2}])
def test_sexes_written_otherwise_are_refused(tables):
    with pytest.raises(FormRefused):
        form_of({**EXAMPLES["power-law"].as_json(), "factor": tables})


def test_the_range_without_a_sex_is_what_both_sexes_cover():
    form = catalogue()["linden-2019.la-max-volume@1"].form
    assert form.range(Sex.MALE) == (0.2, 2.2)
    assert form.range(Sex.FEMALE) == (0.2, 2.0)
    assert form.range(None) == (0.2, 2.0)
