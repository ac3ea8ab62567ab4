"""The change between two days, and whether measuring alone explains it."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from made_norms import CALIPER, GIRL_ROWS, norm, published, sites, table

from tongying.kernel.errors import TongyingError
from tongying.norms.forms.upper_limit import LimitRows, UpperLimit
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.result import ChildFacts, Measured, MeasureMismatch, MethodMismatch
from tongying.norms.score.velocity import (
    Change,
    MeasurementError,
    MeasurementErrorRefused,
    NormsDiffer,
    NotLater,
    Occasion,
    change,
)
from tongying.norms.sex import Sex

GIRL = ChildFacts(born=date(2020, 1, 1), sex=Sex.FEMALE)
FIRST_DAY = date(2021, 2, 4)
ERROR = MeasurementError(0.1, "cm", "two readers, 40 children")


def on(value: float, days: int = 0, **parts: object) -> Occasion:
    measured = Measured("kidney-length", value, "mm", CALIPER)
    return Occasion(replace(measured, **parts), GIRL, FIRST_DAY + timedelta(days=days))  # type: ignore[arg-type]


def changed(later: float, days: int = 365, of: Norm | None = None, **parts: object) -> Change:
    used = of or norm()
    return change(on(64.0), on(later, days), {used.id: used}, **parts)  # type: ignore[arg-type]


def codes(result: Change) -> list[str]:
    return [caveat.code for caveat in result.caveats]


def test_change_by_hand():
    """6 mm in 365 days with 1 mm of error: 90 % -+ 1.645 x 1.414, smallest real 2.77 mm."""
    result = changed(70.0, error=ERROR)
    assert result.value_change == 6.0
    assert result.per_year == pytest.approx(6.0 * 365.25 / 365)
    assert result.value_interval == pytest.approx((6 - 2.32617, 6 + 2.32617), abs=1e-5)
    assert result.smallest_real == pytest.approx(2.7719, abs=1e-4)
    assert result.exceeds_error is True
    assert result.earlier.z == pytest.approx(0.0, abs=1e-12)
    assert result.z_change == result.later.z


def test_error_of_the_score_change():
    """At z = 0 with L of -1 and S of .1 one mm of 64 is 1/6.4 of z, nearly."""
    result = changed(64.0, days=1, error=ERROR)
    assert result.z_interval is not None
    half = (result.z_interval[1] - result.z_interval[0]) / 2
    assert half == pytest.approx(1.6448536 * math.sqrt(2) / 6.4, rel=2e-3)


@pytest.mark.parametrize(
    ("later", "real"), [(66.7, False), (66.8, True), (61.3, False), (61.2, True)]
)
def test_smallest_real_change(later: float, real: bool):
    assert changed(later, days=10, error=ERROR).exceeds_error is real


def test_nothing_is_claimed_without_the_error():
    result = changed(90.0)
    assert (result.exceeds_error, result.smallest_real, result.value_interval) == (None, None, None)
    assert codes(result) == ["norms.measurement-error-unknown", "norms.no-velocity-norm"]
    assert result.as_json()["z_interval"] is None


def test_no_norm_of_velocity_is_claimed():
    assert codes(changed(70.0, error=ERROR)) == ["norms.no-velocity-norm"]


def test_two_hospitals_are_said():
    used = norm(sites=sites())
    result = change(on(64.0, site="HOME"), on(64.0, 30, site="AWAY"), {used.id: used}, error=ERROR)
    assert "norms.two-sites" in codes(result)
    assert result.z_change is not None
    assert result.z_change < -0.3  # AWAY measures 4 % more


def test_norm_of_limits_only_has_no_score_change():
    limits = published(form=UpperLimit({None: LimitRows((0.0,), (60.0,), 6600.0)}))
    result = changed(70.0, of=limits, error=ERROR)
    assert (result.z_change, result.z_interval, result.exceeds_error) == (None, None, True)


REFUSED: list[tuple[type[TongyingError], str, Occasion, Occasion]] = [
    (NotLater, "norms.not-later", on(64.0), on(65.0)),
    (NotLater, "norms.not-later", on(64.0, 5), on(65.0)),
    (MeasureMismatch, "norms.measure-mismatch", on(64.0), on(64.0, 5, measure="spleen-length")),
    (MethodMismatch, "norms.method-mismatch", on(64.0), on(64.0, 5, method=MeasuringMethod("mr"))),
    (TongyingError, "norms.unit-mismatch", on(64.0), on(64.0, 5, unit="mL")),
]


@pytest.mark.parametrize(("kind", "code", "earlier", "later"), REFUSED)
def test_refusals(kind: type[TongyingError], code: str, earlier: Occasion, later: Occasion):
    used = norm()
    with pytest.raises(kind) as refused:
        change(earlier, later, {used.id: used})
    assert refused.value.error_code == code


def test_scores_of_two_norms_are_not_subtracted():
    young = norm("a.young@1", form=table("bccg", GIRL_ROWS[:2], None))
    both = {"a.young@1": young, "b@1": norm("b@1")}
    with pytest.raises(NormsDiffer):
        change(on(64.0), on(66.0, 365), both)
    assert change(on(64.0), on(66.0, 365), both, norm="b@1").later.norm == "b@1"


@pytest.mark.parametrize("error", [0.0, -1.0, math.nan, math.inf])
def test_impossible_error_is_refused(error: float):
    with pytest.raises(MeasurementErrorRefused):
        MeasurementError(error, "mm", "nobody")
