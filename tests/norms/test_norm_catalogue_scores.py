"""Every published norm answers through the score, and the right one of several is taken."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tongying.norms.axis import AxisKind
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.forms.form import Distribution, Position
from tongying.norms.method import MeasuringMethod
from tongying.norms.norm import Norm
from tongying.norms.score.body_surface import body_surface_m2
from tongying.norms.score.result import AgeOutside, ChildFacts, Measured, SexUnknown, SizeUnknown
from tongying.norms.score.score import score
from tongying.norms.sex import Sex

DAY = date(2026, 5, 1)
ULTRASOUND = MeasuringMethod(tool="ultrasound")


def child_at(norm: Norm, sex: Sex | None = Sex.FEMALE) -> ChildFacts:
    """Return a child in the middle of a norm's range."""
    low, high = norm.form.range(sex)
    x = (low + high) / 2
    match norm.axis:
        case AxisKind.GESTATIONAL_AGE:
            return ChildFacts(sex=sex, gestational_age_days=x * 7)
        case AxisKind.HEIGHT:
            return ChildFacts(sex=sex, height_cm=x)
        case AxisKind.BODY_SURFACE:
            return ChildFacts(sex=sex, height_cm=120.0, weight_kg=weight_for(x))
    return ChildFacts(sex=sex, age_days=x)


def weight_for(surface: float) -> float:
    """Return the weight at 120 cm of a body surface, by halving."""
    low, high = 1.0, 240.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if body_surface_m2(120.0, middle) < surface else (low, middle)
    return low


@pytest.mark.parametrize("norm", sorted(catalogue()))
def test_every_norm_answers_a_possible_value(norm):
    one = catalogue()[norm]
    for sex in Sex:
        child = child_at(one, sex)
        answered = score(
            Measured(one.measure, typical(one, sex), one.unit, one.method),
            child,
            DAY,
            catalogue(),
            norm=norm,
        )
        assert answered.norm == norm
        assert answered.foreign == one.population.foreign
        assert not answered.signed_off
        assert "norms.unsigned" in {doubt.code for doubt in answered.caveats}
        if isinstance(one.form, Distribution):
            assert answered.centile == pytest.approx(50.0, abs=0.01)
            assert answered.position is Position.WITHIN
        else:
            assert answered.z is None
            assert answered.centile is None


def typical(norm: Norm, sex: Sex) -> float:
    """Return the middle value in the middle of the range, or a printed one."""
    low, high = norm.form.range(sex)
    x = (low + high) / 2
    if isinstance(norm.form, Distribution):
        return float(norm.form.value(np.zeros(1), np.array([x]), sex)[0])
    place = norm.form.place(1.0, x, sex)
    return next(v for v in (place.expected, place.high, place.low) if v is not None)


@pytest.mark.parametrize("norm", sorted(catalogue()))
def test_every_norm_refuses_outside_its_range_and_without_a_sex_it_needs(norm):
    one = catalogue()[norm]
    measured = Measured(one.measure, typical(one, Sex.MALE), one.unit, one.method)
    outside = {
        AxisKind.GESTATIONAL_AGE: ChildFacts(sex=Sex.MALE, gestational_age_days=44 * 7),
        AxisKind.HEIGHT: ChildFacts(sex=Sex.MALE, height_cm=229.0),
        AxisKind.BODY_SURFACE: ChildFacts(sex=Sex.MALE, height_cm=45.0, weight_kg=1.0),
    }.get(one.axis, ChildFacts(sex=Sex.MALE, age_days=9000.0))
    with pytest.raises(AgeOutside):
        score(measured, outside, DAY, catalogue(), norm=norm)
    if one.form.by_sex():
        with pytest.raises(SexUnknown):
            score(measured, child_at(one, None), DAY, catalogue(), norm=norm)


@pytest.mark.parametrize(
    ("measure", "value", "unit", "child", "norm"),
    [
        ("height", 97.0, "cm", ChildFacts(sex=Sex.MALE, age_days=1200), "china-2013.height@1"),
        ("weight", 50, "kg", ChildFacts(sex=Sex.MALE, age_days=6700), "cdc-2000.weight@1"),
        ("kidney-length", 70, "mm", ChildFacts(age_days=1500), "kim-2010.kidney-length@1"),
        (
            "kidney-length",
            70,
            "mm",
            ChildFacts(age_days=1500, height_cm=101),
            "kim-2010.kidney-length-by-height@1",
        ),
        (
            "kidney-length-right",
            70,
            "mm",
            ChildFacts(height_cm=101),
            "kjr-korea.kidney-length-right@1",
        ),
        ("spleen-length", 7, "cm", ChildFacts(sex=Sex.MALE, age_days=800), "rosenberg-1991"),
        ("bile-duct-diameter", 1.2, "mm", ChildFacts(age_days=800), "feng-2017"),
        ("thymus-width", 3.2, "cm", ChildFacts(sex=Sex.MALE, age_days=800), "thymus-us-140"),
    ],
)
def test_the_norm_that_says_most_is_taken_first(measure, value, unit, child, norm):
    method = None if measure in {"height", "weight"} else ULTRASOUND
    said = score(Measured(measure, value, unit, method), child, DAY, catalogue())
    assert said.norm.startswith(norm)
    assert said.position is not Position.NOT_SAID or "kim-2010" in norm


def test_a_size_that_no_norm_can_do_without_is_still_asked_for():
    heart = Measured("lv-edv", 80.0, "mL", MeasuringMethod(tool="cine MRI"))
    with pytest.raises(SizeUnknown):
        score(heart, ChildFacts(sex=Sex.MALE, age_days=3000), DAY, catalogue())
