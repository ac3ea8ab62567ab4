"""The distributions: against other programs, and by the laws every one of them must keep."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betainc, ndtr, ndtri, stdtr

from tongying.norms.distributions.registry import FAMILIES, FamilyUnknown, centile_of, family_of

ORACLE = json.loads((Path(__file__).parent / "oracles" / "fit_oracle.json").read_text())
LIMITS = {
    "normal": [(-50.0, 50.0), (0.1, 20.0)],
    "bccg": [(0.01, 1e4), (0.02, 0.4), (-2.0, 2.0)],
    "bct": [(0.01, 1e4), (0.02, 0.4), (-2.0, 2.0), (2.5, 100.0)],
    "shash": [(-50.0, 50.0), (0.1, 20.0), (-1.0, 1.0), (0.6, 1.8)],
}


@st.composite
def naturals(draw, family: str) -> np.ndarray:
    return np.array([[draw(st.floats(low, high))] for low, high in LIMITS[family]])


@pytest.mark.parametrize("name", FAMILIES)
@given(data=st.data(), z=st.floats(-2.4, 2.4))
@settings(max_examples=60, deadline=None)
def test_values_and_scores_are_each_others_inverse(name, data, z):
    family = FAMILIES[name]
    natural = data.draw(naturals(name))
    value = family.value(np.array([z]), natural)
    if np.isnan(value[0]):
        reach = 1.0 / (natural[1, 0] * abs(natural[2, 0]))
        score = z if name == "bccg" else abs(np.sign(z)) * 40.0
        assert abs(score) >= reach * 0.999 or name == "bct"
        return
    back = family.z(value, natural)
    assert back[0] == pytest.approx(z, abs=2e-6)


@pytest.mark.parametrize("name", FAMILIES)
@given(data=st.data())
@settings(max_examples=30, deadline=None)
def test_links_and_their_inverses(name, data):
    family = FAMILIES[name]
    natural = data.draw(naturals(name))
    assert family.natural(family.predictors(natural)) == pytest.approx(natural, rel=1e-12)


@pytest.mark.parametrize("name", FAMILIES)
@given(data=st.data(), z=st.floats(-2.0, 2.0))
@settings(max_examples=60, deadline=None)
def test_gradients_are_those_of_the_density(name, data, z):
    family = FAMILIES[name]
    natural = data.draw(naturals(name))
    value = family.value(np.array([z]), natural)
    if np.isnan(value[0]):
        return
    predictors = family.predictors(natural)
    _, gradient = family.likelihood(value, predictors)
    for k in range(len(predictors)):
        scale = natural[1, 0] if k == 0 else 1.0
        step = 1e-5 * scale
        up, down = predictors.copy(), predictors.copy()
        up[k] += step
        down[k] -= step
        high, low = family.likelihood(value, up)[0][0], family.likelihood(value, down)[0][0]
        numeric = (high - low) / (2.0 * step)
        assert gradient[k, 0] * scale == pytest.approx(numeric * scale, rel=2e-4, abs=2e-5)


@pytest.mark.parametrize(
    ("name", "natural"),
    [
        ("normal", [3.0, 2.0]),
        ("bccg", [10.0, 0.12, -0.7]),
        ("bccg", [10.0, 0.15, 0.0]),
        ("bccg", [10.0, 0.45, 1.5]),
        ("bccg", [10.0, 0.45, -1.5]),
        ("bct", [10.0, 0.12, -0.7, 6.0]),
        ("bct", [10.0, 0.4, 1.2, 3.0]),
        ("shash", [3.0, 2.0, 0.5, 0.8]),
        ("shash", [3.0, 2.0, -0.5, 1.6]),
    ],
)
def test_densities_sum_to_all_but_what_is_not_taken_out(name, natural):
    """The Box-Cox families leave out what lies beyond 1/(nu sigma): their mass is its rest."""
    family = FAMILIES[name]
    predictors = family.predictors(np.array(natural)[:, None])

    def density(t: float) -> float:
        value = np.exp(t) if family.positive else t
        log_density = family.likelihood(np.array([value]), predictors)[0][0]
        return float(np.exp(log_density)) * (value if family.positive else 1.0)

    low, high, middle = (-30.0, 30.0, np.log(10.0)) if family.positive else (-300.0, 300.0, 3.0)
    mass = sum(
        quad(density, begin, end, limit=400, epsabs=1e-11)[0]
        for begin, end in ((low, middle), (middle, high))
    )
    expected = 1.0
    if family.positive and natural[2] != 0.0:
        reach = 1.0 / (natural[1] * abs(natural[2]))
        expected = float(ndtr(reach) if name == "bccg" else stdtr(natural[3], reach))
    assert mass == pytest.approx(expected, abs=1e-6)


def within_reach(name: str, natural: list[float]) -> tuple[float, float]:
    """Return what lies below the reach of the power transform, and within it."""
    if name not in ("bccg", "bct") or natural[2] == 0.0:
        return 0.0, 1.0
    reach = 1.0 / (natural[1] * abs(natural[2]))
    inside = float(ndtr(reach) if name == "bccg" else stdtr(natural[3], reach))
    return (1.0 - inside if natural[2] > 0 else 0.0), inside


@pytest.mark.parametrize("name", FAMILIES)
def test_densities_scores_and_centiles_are_those_of_gamlss(name):
    """It takes what lies beyond the reach out of the Box-Cox families; here that is put back."""
    family = FAMILIES[name]
    for point in ORACLE["points"][name]:
        natural = np.array(point["natural"])[:, None]
        value = np.array([point["value"]])
        below, inside = within_reach(name, point["natural"])
        log_density, _ = family.likelihood(value, family.predictors(natural))
        assert log_density[0] - np.log(inside) == pytest.approx(point["log_density"], abs=1e-8)
        z = ndtri(below + inside * point["below"])
        assert family.z(value, natural)[0] == pytest.approx(z, abs=1e-8)
        p97 = family.value(np.array([ndtri(below + inside * 0.97)]), natural)[0]
        assert p97 == pytest.approx(point["p97"], rel=1e-8)


def test_the_lms_example_of_the_cdc():
    """A boy of nine months who weighs 9.7 kg (CDC, growth charts, data table notes)."""
    natural = np.array([[9.476500305], [0.11218624], [-0.1600954]])
    bccg = FAMILIES["bccg"]
    assert bccg.z(np.array([9.7]), natural)[0] == pytest.approx(0.207, abs=5e-4)
    assert bccg.value(np.array([-1.645]), natural)[0] == pytest.approx(7.90, abs=5e-3)


@pytest.mark.parametrize("name", ["bccg", "bct"])
@pytest.mark.parametrize("nu", [1e-3, 1e-4, 9.9e-5, 1e-6, 1e-9, 0.0])
def test_nothing_jumps_where_the_power_is_nearly_zero(name, nu):
    family = FAMILIES[name]
    rest = [[8.0]] if name == "bct" else []
    near = np.array([[10.0], [0.2], [nu], *rest])
    zero = np.array([[10.0], [0.2], [0.0], *rest])
    for value in (5.0, 10.0, 20.0):
        y = np.array([value])
        assert family.z(y, near)[0] == pytest.approx(family.z(y, zero)[0], abs=10 * nu + 1e-9)
        ours, flat = (family.likelihood(y, family.predictors(natural)) for natural in (near, zero))
        assert ours[0][0] == pytest.approx(flat[0][0], abs=30 * nu + 1e-9)
        assert ours[1][:, 0] == pytest.approx(flat[1][:, 0], abs=60 * nu + 1e-7)


def test_the_t_becomes_normal_and_the_tails_stay_finite():
    bct, bccg = FAMILIES["bct"], FAMILIES["bccg"]
    normal = np.array([[10.0], [0.1], [0.5]])
    nearly = np.array([[10.0], [0.1], [0.5], [1e7]])
    value = np.array([14.0])
    assert bct.z(value, nearly)[0] == pytest.approx(bccg.z(value, normal)[0], abs=1e-4)
    far = bct.z(np.array([10.0 * np.exp(3.0)]), np.array([[10.0], [0.1], [0.0], [6.0]]))
    beyond = 0.5 * betainc(3.0, 0.5, 6.0 / (6.0 + 30.0**2))
    assert far[0] == pytest.approx(-ndtri(beyond), abs=1e-9)


def test_unknown_families_are_refused():
    with pytest.raises(FamilyUnknown) as refused:
        family_of("gamma")
    assert refused.value.error_code == "norms.family-unknown"
    assert centile_of(-1.8807936) == pytest.approx(3.0, abs=1e-5)
