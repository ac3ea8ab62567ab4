"""Body surface by each named formula, worked out another way, with edge sizes and refusals."""

from __future__ import annotations

from decimal import Decimal, getcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.imaging.suv import SurfaceFormula
from tongying.imaging.suv import body_surface_m2 as of_suv
from tongying.measure.body.surface import Formula, surface
from tongying.norms.score.body_surface import body_surface_m2
from tongying.norms.score.result import ValueImpossible

getcontext().prec = 30
SIZES = (
    # height in cm, weight in kg: smallest preterm to grown
    (32.0, 0.6),
    (50.0, 3.3),
    (76.0, 10.0),
    (110.0, 19.0),
    (140.0, 34.0),
    (175.0, 70.0),
)


def power(base, exponent):
    return (Decimal(str(base)).ln() * Decimal(str(exponent))).exp()


def by_hand(formula, height, weight):
    """Logarithms in 30 digits; the constants as globalrph.com and harderworld.com print them."""
    if formula is Formula.MOSTELLER:
        return (Decimal(str(height)) * Decimal(str(weight)) / 3600).sqrt()
    if formula is Formula.BOYD:
        grams = Decimal(str(weight)) * 1000
        exponent = Decimal("0.7285") - Decimal("0.0188") * grams.log10()
        return Decimal("0.0003207") * power(height, "0.3") * (grams.ln() * exponent).exp()
    factor, of_height, of_weight = {
        Formula.HAYCOCK: ("0.024265", "0.3964", "0.5378"),
        Formula.DU_BOIS: ("0.007184", "0.725", "0.425"),
        Formula.GEHAN_GEORGE: ("0.0235", "0.42246", "0.51456"),
    }[formula]
    return Decimal(factor) * power(height, of_height) * power(weight, of_weight)


@pytest.mark.parametrize("height, weight", SIZES)
@pytest.mark.parametrize("formula", Formula)
def test_each_formula_as_printed(formula, height, weight):
    told = surface(height_cm=height, weight_kg=weight, formula=formula)
    assert told.square_metres == pytest.approx(float(by_hand(formula, height, weight)), rel=1e-9)
    assert (told.formula, told.source) == (formula, formula.source)


@pytest.mark.parametrize(
    "height, weight, square_metres",
    [(50, 4.5, 0.25), (90, 10, 0.5), (100, 36, 1.0), (120, 30, 1.0), (160, 50.625, 1.5)],
)
def test_mosteller_where_the_root_is_whole(height, weight, square_metres):
    told = surface(height_cm=height, weight_kg=weight, formula=Formula.MOSTELLER)
    assert told.square_metres == pytest.approx(square_metres, rel=1e-12)


@given(st.floats(40, 190), st.floats(2, 120))
def test_the_norms_and_the_uptake_values_use_the_same_surface(height, weight):
    default = surface(height_cm=height, weight_kg=weight)
    assert default.formula is Formula.HAYCOCK
    assert default.square_metres == body_surface_m2(height, weight)
    other = surface(height_cm=height, weight_kg=weight, formula=Formula.DU_BOIS)
    assert other.square_metres == pytest.approx(
        of_suv(weight_kg=weight, height_m=height / 100, formula=SurfaceFormula.DU_BOIS)
    )


@given(st.sampled_from(Formula), st.floats(40, 180), st.floats(2, 100), st.floats(1.01, 1.3))
def test_a_larger_child_has_a_larger_surface(formula, height, weight, more):
    small = surface(height_cm=height, weight_kg=weight, formula=formula).square_metres
    taller = surface(height_cm=height * more, weight_kg=weight, formula=formula).square_metres
    heavier = surface(height_cm=height, weight_kg=weight * more, formula=formula).square_metres
    assert small < taller
    assert small < heavier


def test_a_formula_not_made_from_newborns_says_so():
    assert [
        one.code for one in surface(height_cm=40, weight_kg=1.5, formula=Formula.MOSTELLER).caveats
    ] == ["measure.surface-small-child"]
    assert surface(height_cm=40, weight_kg=1.5).caveats == ()
    assert surface(height_cm=50, weight_kg=3.0, formula=Formula.MOSTELLER).caveats == ()


@pytest.mark.parametrize("formula", Formula)
@pytest.mark.parametrize("height, weight", [(1.1, 19), (19, 3), (231, 60), (100, 0.1), (100, 300)])
def test_a_height_in_metres_or_a_weight_in_grams_is_refused(formula, height, weight):
    with pytest.raises(ValueImpossible, match="unit, is wrong"):
        surface(height_cm=height, weight_kg=weight, formula=formula)
