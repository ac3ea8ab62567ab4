"""A score, its interval and its caveats; each refusal once, by its code."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_norms import CALIPER, FOREIGN, certainty, norm, published, sites, table

from tongying.kernel.age import AgeRefused
from tongying.kernel.errors import TongyingError
from tongying.norms.axis import AxisKind
from tongying.norms.forms.form import Position
from tongying.norms.forms.parameter_table import ParameterTable, SexTable, Tails
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.measure import MeasureUnknown, UnitMismatch
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm, Origin, Route, SignOff
from tongying.norms.score.result import (
    AgeOutside,
    AgeUnknown,
    ChildFacts,
    Measured,
    MeasureMismatch,
    MethodMismatch,
    NormUnknown,
    Score,
    SexUnknown,
    SiteUncalibrated,
    SizeUnknown,
    TooFewNear,
    ValueImpossible,
)
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

GIRL = ChildFacts(born=date(2020, 1, 1), sex=Sex.FEMALE)
ON = date(2021, 2, 4)
"""400 days after the girl's birth: M 64, S .10, L -1."""


def length(value: float, unit: str = "mm", **parts: object) -> Measured:
    return Measured("kidney-length", value, unit, **({"method": CALIPER} | parts))  # type: ignore[arg-type]


def scored(
    value: float, *, of: Norm | None = None, child: ChildFacts = GIRL, **parts: object
) -> Score:
    chosen = of or norm()
    return score(length(value, **parts), child, ON, {chosen.id: chosen}, norm=chosen.id)


def codes(result: Score) -> list[str]:
    return [caveat.code for caveat in result.caveats]


def test_lms_score_by_hand():
    """((70.4/64)^-1 - 1) / (-1 x 0.1) = (1/1.1 - 1) / -0.1 = 0.909091; Phi = 81.8 %."""
    result = scored(70.4)
    assert result.z == pytest.approx(0.9090909090909091, abs=1e-12)
    assert result.centile == pytest.approx(81.834893, abs=1e-6)
    assert (result.x, result.expected, result.unit) == (400.0, 64.0, "mm")
    # M (1 + L S z)^(1/L) at z of 1.959964 and -1.959964: 64 / (1 -+ 0.1959964).
    assert result.high == pytest.approx(64 / (1 - 0.1959963984540054), abs=1e-9)
    assert result.low == pytest.approx(64 / (1 + 0.1959963984540054), abs=1e-9)
    assert result.position is Position.WITHIN
    assert result.limits_say == "2.5th to 97.5th centile"


def test_lms_score_of_the_cdc_example():
    """A boy of 9.7 kg, L -0.1600954, M 9.476500305, S 0.11218624: z 0.207, 58th centile.

    The example is printed on CDC's page of growth chart data files.
    """
    row = SexTable(np.array([9.5 * 30.4375]), np.array([[9.476500305], [0.11218624], [-0.1600954]]))
    form = ParameterTable("bccg", {Sex.MALE: row})
    weight = published(
        "cdc.example@1", measure="weight", unit="kg", form=form, method=MeasuringMethod()
    )
    result = score(
        Measured("weight", 9.7, "kg"),
        ChildFacts(sex=Sex.MALE, age_days=9.5 * 30.4375),
        None,
        {weight.id: weight},
    )
    assert result.z == pytest.approx(0.207, abs=5e-4)
    assert result.centile == pytest.approx(58, abs=0.5)


def test_logarithm_where_skewness_is_nothing():
    """At the last row L is 0: z = ln(y/M)/S = ln(1.2)/0.12."""
    old = ChildFacts(age_days=6600.0, sex=Sex.FEMALE)
    result = scored(132.0, child=old)
    assert result.z == pytest.approx(math.log(1.2) / 0.12, abs=1e-12)


def test_rows_are_joined_by_straight_lines():
    """Half way between the first two rows: M 56, S .075, L 0, z of 56 exp(.075) is 1."""
    half = ChildFacts(age_days=200.0, sex=Sex.FEMALE)
    assert scored(56 * math.exp(0.075), child=half).z == pytest.approx(1.0, abs=1e-9)


def test_interval_of_the_centile():
    """At z = 0 the grid's error is .05: 90 % interval is 50 % -+ Phi(1.645 x .05)."""
    result = scored(64.0)
    assert result.z_interval == pytest.approx((-0.08224268, 0.08224268), abs=1e-8)
    assert result.centile_interval == pytest.approx((46.72269, 53.27731), abs=1e-5)
    assert result.n_near == 60
    far = scored(64 / (1 - 0.1))  # z = 1: half way between .05 and .15
    assert far.z_interval is not None
    assert far.z_interval[1] - far.z_interval[0] == pytest.approx(2 * 1.6448536 * 0.10, abs=1e-6)
    further = scored(64 / (1 - 0.3))  # z = 3: the error goes on rising beyond the grid, to .20
    assert further.z_interval is not None
    assert further.z_interval[1] == pytest.approx(3 + 1.6448536 * 0.20, abs=1e-6)


def test_no_interval_where_nobody_knows_it():
    result = scored(64.0, of=published())
    assert result.centile_interval is None
    assert result.n_near is None
    assert "norms.interval-unknown" in codes(result)


def test_what_the_reader_must_know_of_the_norm():
    told = codes(scored(64.0, of=published(population=FOREIGN, route=Route.INDIRECT)))
    assert told[:3] == ["norms.foreign", "norms.unsigned", "norms.indirect"]
    signed = norm(signed_off=(SignOff("A", ON), SignOff("B", ON)))
    result = scored(64.0, of=signed)
    assert (result.signed_off, result.foreign, codes(result)) == (True, False, [])


def test_unit_is_converted_and_the_score_stays():
    assert scored(7.04, unit="cm").z == pytest.approx(scored(70.4).z, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.floats(30.0, 120.0), st.floats(30.0, 120.0))
def test_score_rises_with_the_value(one: float, other: float):
    low, high = sorted((one, other))
    first, second = scored(low).z, scored(high).z
    assert first is not None
    assert second is not None
    assert first <= second


@settings(max_examples=40, deadline=None)
@given(st.floats(-3.0, 3.0), st.floats(0.0, 6600.0), st.sampled_from(list(Sex)))
def test_value_of_a_score_scores_it_again(z: float, age: float, sex: Sex):
    form = table()
    value = float(form.value(np.array([z]), np.array([age]), sex)[0])
    result = scored(value, child=ChildFacts(age_days=age, sex=sex))
    assert result.z == pytest.approx(z, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(st.floats(3.0, 12.0))
def test_units_do_not_matter(value_cm: float):
    assert scored(value_cm, unit="cm").z == pytest.approx(scored(value_cm * 10).z, abs=1e-9)


def test_far_outside_is_said_and_never_a_nan():
    result = scored(64 / (1 - 0.45))  # z = 4.5
    assert result.z == pytest.approx(4.5)
    assert "norms.far-outside" in codes(result)
    assert "above" in result.caveats[-1].sentence
    assert result.position is Position.ABOVE
    assert result.centile is not None
    assert 99.99 < result.centile < 100.0


def test_beyond_the_transform_only_the_side_is_known():
    """L of -9 and S of 1: no value reaches z above 1/9; a score of infinity is no score."""
    form = table("bccg", ((0.0, 60.0, 1.0, -9.0), (6600.0, 60.0, 1.0, -9.0)), None)
    result = scored(30.0, of=published(form=form))
    assert result.z is not None
    assert result.low is not None
    assert result.high is None  # 1 + L S z is below nothing there
    heavy = table("bct", ((0.0, 60.0, 1e-9, 1.0, 200.0), (6600.0, 60.0, 1e-9, 1.0, 200.0)), None)
    gone = scored(90.0, of=published(form=heavy))
    assert (gone.z, gone.centile, gone.centile_interval) == (None, None, None)
    assert gone.position is Position.ABOVE
    assert "norms.beyond-transform" in codes(gone)
    assert "NaN" not in str(gone.as_json())


def test_who_tails_are_straight():
    """Beyond z = 3 each further SD is as wide as that between 2 and 3 (WHO, weights)."""
    form = table(tails=Tails.WHO_WEIGHT)
    two, three = 64 / (1 - 0.2), 64 / (1 - 0.3)
    result = scored(three + 0.5 * (three - two), of=norm(form=form))
    assert result.z == pytest.approx(3.5, abs=1e-9)


def test_norm_that_prints_limits_only():
    form = UpperLimit({None: LimitRows((0.0, 400.0), (60.0, 80.0), 6600.0)})
    result = scored(130.0, of=published(form=form))
    assert (result.z, result.centile, result.z_interval) == (None, None, None)
    assert result.position is Position.ABOVE
    assert "norms.no-distribution" in codes(result)


def test_site_moves_the_middle_and_widens_the_interval():
    """An effect of .04 on log M: 70.4 at AWAY is 70.4 exp(-.04) among all sites."""
    calibrated = norm(sites=sites(), uncertainty=certainty(error=0.05))
    away, home = (scored(70.4, of=calibrated, site=site) for site in ("AWAY", "HOME"))
    moved = (1 - (70.4 / 64 * math.exp(-0.04)) ** -1) / 0.1
    assert away.z == pytest.approx(moved, abs=1e-12)
    assert away.expected == pytest.approx(64 * math.exp(0.04), abs=1e-9)
    assert home.z == pytest.approx(0.9090909, abs=1e-6)
    assert away.z_interval is not None
    half = (away.z_interval[1] - away.z_interval[0]) / 2 / 1.6448536269514722
    own = 0.05 + moved / 2 * 0.10
    # dz/deffect = (y/M)^L / S at L of -1.
    site = 0.01 * (70.4 / 64 * math.exp(-0.04)) ** -1 / 0.1
    assert half == pytest.approx(math.hypot(own, site), rel=1e-4)


REFUSED: list[tuple[type[TongyingError], str, dict[str, object]]] = [
    (MeasureMismatch, "norms.measure-mismatch", {"measured": Measured("spleen-length", 70, "mm")}),
    (MeasureUnknown, "norms.measure-unknown",
     {"measured": Measured("nothing", 70, "mm"), "norm": None}),
    (UnitMismatch, "norms.unit-mismatch", {"measured": length(70.0, "mL")}),
    (ValueImpossible, "norms.value-impossible", {"measured": length(70.0, "m")}),
    (ValueImpossible, "norms.value-impossible", {"measured": length(math.nan)}),
    (MethodMismatch, "norms.method-mismatch",
     {"measured": length(70.0, method=MeasuringMethod("mr"))}),
    (NormUnknown, "norms.norm-unknown", {"norm": "another@1"}),
    (SexUnknown, "norms.sex-unknown", {"child": ChildFacts(born=GIRL.born)}),
    (AgeUnknown, "norms.age-unknown", {"child": ChildFacts(sex=Sex.FEMALE)}),
    (AgeRefused, "age.refused", {"on": date(2019, 12, 31)}),
    (AgeRefused, "age.refused", {"child": ChildFacts(age_days=-1.0, sex=Sex.FEMALE)}),
    (AgeOutside, "norms.age-outside", {"on": date(2040, 1, 1)}),
    (SizeUnknown, "norms.size-unknown", {"of": {"axis": AxisKind.HEIGHT}}),
    (SizeUnknown, "norms.size-unknown", {"of": {"axis": AxisKind.BODY_SURFACE}}),
    (AgeUnknown, "norms.age-unknown", {"of": {"axis": AxisKind.GESTATIONAL_AGE}}),
    (AgeUnknown, "norms.age-unknown", {"of": {"axis": AxisKind.POSTMENSTRUAL_AGE}}),
    (SiteUncalibrated, "norms.site-uncalibrated", {"of": {"sites": sites()}}),
    (SiteUncalibrated, "norms.site-uncalibrated",
     {"of": {"sites": sites()}, "measured": length(70.0, site="NEW")}),
    (TooFewNear, "norms.too-few", {"of": {"uncertainty": certainty(near=19)}}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "code", "parts"), REFUSED)
def test_refusals(kind: type[TongyingError], code: str, parts: dict[str, object]):
    used = norm(**parts.get("of", {}))  # type: ignore[arg-type]
    named = parts.get("norm", used.id)
    with pytest.raises(kind) as refused:
        score(
            parts.get("measured", length(70.0)),  # type: ignore[arg-type]
            parts.get("child", GIRL),  # type: ignore[arg-type]
            parts.get("on", ON),  # type: ignore[arg-type]
            {used.id: used},
            norm=named,  # type: ignore[arg-type]
        )
    assert refused.value.error_code == code


def test_refusal_sentences_hold_nothing_of_the_child():
    with pytest.raises(AgeOutside) as refused:
        scored(70.0, child=ChildFacts(age_days=6789.0, sex=Sex.FEMALE))
    assert "6789" not in refused.value.sentence
    assert "6600" in refused.value.sentence


def test_choice_without_a_name():
    foreign = published("a.foreign@1", population=FOREIGN)
    chinese = published("b.chinese@1")
    signed = published("c.signed@1", signed_off=(SignOff("A", ON),))
    released = norm("d.released@1")
    older = norm("d.released@0")
    every = {one.id: one for one in (foreign, chinese, signed, released, older)}
    order = []
    while every:
        result = score(length(70.4), GIRL, ON, every)
        order.append(result.norm)
        stem = result.norm.partition("@")[0]
        every = {id_: one for id_, one in every.items() if id_.partition("@")[0] != stem}
    assert order == ["d.released@1", "c.signed@1", "b.chinese@1", "a.foreign@1"]


def test_choice_names_the_others():
    pair = {one.id: one for one in (norm("a@1"), norm("b@1"))}
    told = {caveat.code: caveat.sentence for caveat in score(length(70.4), GIRL, ON, pair).caveats}
    assert told["norms.others"] == "Other norms of this measure: b@1."


def test_choice_passes_over_a_norm_that_does_not_reach_the_age():
    young = norm(
        "young@1", form=table("bccg", ((0.0, 48.0, 0.05, 1.0), (300.0, 60.0, 0.1, 1.0)), None)
    )
    other = published("other@1", population=FOREIGN)
    assert score(length(70.4), GIRL, ON, {one.id: one for one in (young, other)}).norm == "other@1"
    with pytest.raises(AgeOutside):
        score(length(70.4), GIRL, ON, {young.id: young})


def test_choice_passes_over_a_norm_whose_axis_is_not_known():
    tall = norm("a.height@1", axis=AxisKind.HEIGHT)
    both = {one.id: one for one in (tall, norm("b@1"))}
    assert score(length(70.4), GIRL, ON, both).norm == "b@1"
    with pytest.raises(SizeUnknown):
        score(length(70.4), GIRL, ON, {tall.id: tall})


def test_choice_never_answers_from_another_norm_instead_of_refusing():
    first = norm("first@1", sites=sites())
    second = published("second@1", population=FOREIGN)
    with pytest.raises(SiteUncalibrated):
        score(length(70.4, site="NEW"), GIRL, ON, {one.id: one for one in (first, second)})


def test_choice_without_a_method():
    named = {"a@1": norm("a@1")}
    with pytest.raises(MethodMismatch, match="not stated"):
        score(length(70.4, method=None), GIRL, ON, named)
    with pytest.raises(MethodMismatch, match="No norm of this measure"):
        score(length(70.4, method=MeasuringMethod("mr")), GIRL, ON, named)
    with pytest.raises(NormUnknown):
        score(length(70.4), GIRL, ON, {})
    assert "norms.method-assumed" in codes(scored(70.4, method=None))
    free = replace(norm("free@1"), method=MeasuringMethod(), origin=Origin.RELEASED)
    assert score(length(70.4, method=None), GIRL, ON, {"free@1": free}).norm == "free@1"
