"""The choice of distribution and power: by BIC, with every failure kept."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import stdtrit

from tongying.norms.fit import choose as choosing
from tongying.norms.fit.choose import FAMILIES_ALIKE, Choice, choose
from tongying.norms.fit.engine import FitFailed
from tongying.norms.fit.sample import Sample

YEAR = 365.25
FEW = (0.5, 1.0)


def made(kind: str, count: int = 1500, seed: int = 1) -> Sample:
    random = np.random.default_rng(seed)
    age = random.uniform(0.0, 18 * YEAR, count)
    middle = 40 + 60 * (1 - np.exp(-age / YEAR / 3))
    score = random.standard_normal(count)
    if kind == "bct":
        score = stdtrit(4.0, random.uniform(0.001, 0.999, count))
    if kind == "normal":
        return Sample.of(middle + 6.0 * score, age)
    return Sample.of(middle / (1 - np.clip(0.13 * score, -5, 0.9)), age)


@pytest.mark.parametrize("kind", ["normal", "bccg", "bct"])
def test_the_family_that_made_the_values_is_found(kind):
    choice = choose(made(kind), powers=FEW)
    assert choice.best.plan.family == kind
    assert choice.best.bic == min(one.bic for one in choice.candidates if one.bic is not None)


def test_the_power_is_chosen_first_and_then_the_family():
    seen: list[tuple[float, str]] = []
    choice = choose(made("bccg"), progress=lambda share, doing: seen.append((share, doing)))
    tried = [(one.plan.family, one.plan.power) for one in choice.candidates]
    assert len(tried) == len(set(tried)) == 7
    assert {power for family, power in tried if family == "bccg"} == {0.25, 0.5, 0.75, 1.0}
    assert {power for family, power in tried if family != "bccg"} == {choice.best.plan.power}
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] < 1.0
    assert seen[0][1] == "bccg 0.25"
    bics = [one.bic for one in choice.candidates]
    assert bics == sorted(bics)


def test_the_best_power_follows_where_growth_is_fast():
    random = np.random.default_rng(3)
    age = random.uniform(0.0, 18 * YEAR, 1500)
    middle = 350 + 1000 * (1 - np.exp(-age / YEAR / 0.4))
    value = middle * np.exp(0.1 * random.standard_normal(1500))
    assert choose(Sample.of(value, age), families=("bccg",)).best.plan.power <= 0.5


def test_values_below_zero_leave_the_positive_families_out():
    sample = made("normal")
    below = Sample.of(sample.value - 60.0, sample.x)
    choice = choose(below, powers=FEW)
    left_out = {one.plan.family: one.refused for one in choice.candidates if one.bic is None}
    assert set(left_out) == {"bccg", "bct"}
    assert "not above zero" in left_out["bccg"]
    assert choice.best.plan.family == "normal"
    said = choice.as_json()["candidates"]
    assert [one["family"] for one in said if one["refused"]] == ["bccg", "bct"]


def test_failures_are_kept_and_another_family_chooses_the_power(monkeypatch):
    real = choosing.fit

    def without_bccg(sample, plan):
        if plan.family == "bccg":
            raise FitFailed("It did not converge.")
        return real(sample, plan)

    monkeypatch.setattr(choosing, "fit", without_bccg)
    choice = choose(made("normal", 400), families=("normal", "bccg"), powers=FEW)
    assert choice.best.plan.family == "normal"
    failed = [one for one in choice.candidates if one.bic is None]
    assert [one.plan.power for one in failed] == [0.5, 1.0]
    assert {one.refused for one in failed} == {"It did not converge."}
    assert choice.candidates[-1] in failed


@pytest.mark.parametrize("families", [("normal", "bccg"), ()])
def test_nothing_that_converges_releases_nothing(families):
    age = np.arange(400.0)
    with pytest.raises(FitFailed, match="None of"):
        choose(Sample.of(100.0 + age, age), families=families, powers=(1.0,))


def test_families_that_the_data_do_not_tell_apart_are_said():
    random = np.random.default_rng(5)
    age = random.uniform(0.0, 18 * YEAR, 600)
    sample = Sample.of(100 * np.exp(0.02 * random.standard_normal(600)), age)
    close = choose(sample, families=("normal", "bccg"), powers=(1.0,))
    bics = sorted(one.bic for one in close.candidates)
    assert is_alike(close) == (bics[1] - bics[0] < 2.0)
    apart = choose(made("bct"), families=("normal", "bct"), powers=(1.0,))
    assert not is_alike(apart)
    forced = choosing._alike(close.best, [close.best, nearly(close)])
    assert forced[0].code == FAMILIES_ALIKE
    assert "difference of BIC 1.0" in forced[0].sentence


def is_alike(choice: Choice) -> bool:
    return any(one.code == FAMILIES_ALIKE for one in choice.caveats)


def nearly(choice: Choice):
    from dataclasses import replace

    best = choice.best
    other = "bct" if best.plan.family != "bct" else "bccg"
    return replace(best, plan=replace(best.plan, family=other), bic=best.bic + 1.0)


def test_sites_go_through():
    sample = made("normal", 600)
    names = ["A", "B"] * 300
    choice = choose(
        Sample.of(sample.value, sample.x, site=names),
        families=("normal",),
        powers=(1.0,),
        by_site=True,
    )
    assert choice.best.sites == ("A", "B")
    assert choice.as_json()["by_site"] is True
