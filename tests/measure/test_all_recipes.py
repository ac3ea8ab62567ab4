"""What every recipe promises, whatever it measures."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tongying.measure.all_recipes import ALL
from tongying.measure.plane import Plane
from tongying.measure.recipe import Drawing, MarksMissing, Sided
from tongying.measure.registry import carry_out, recipe_of, recipes, recipes_for
from tongying.norms.measure import measures

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
MODALITIES = {"US", "CT", "MR", "CR", "DX", "RF", "RG", "XA"}


def test_no_two_recipes_have_one_name():
    assert [name for name, count in Counter(one.id for one in ALL).items() if count > 1] == []
    assert list(recipes()) == [one.id for one in ALL]
    for language in ("english", "chinese"):
        names = Counter(getattr(one, language) for one in ALL)
        assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize("recipe", ALL, ids=lambda one: one.id)
def test_a_recipe_is_whole(recipe):
    assert ID.fullmatch(recipe.id)
    assert recipe_of(recipe.id) is recipe
    assert recipe.version
    assert recipe.rule
    assert recipe.source
    assert recipe.area
    assert recipe.english
    assert CHINESE.search(recipe.chinese)
    assert recipe.modalities
    assert recipe.modalities <= MODALITIES
    assert set(recipe.measures) <= set(measures())
    assert len(set(recipe.measures)) == len(recipe.measures)
    assert recipe in recipes_for(recipe.modalities)
    method = recipe.method()
    assert (method.tool, method.version, method.rule) == ("tongying", recipe.version, recipe.rule)
    assert len(method.rule) <= 200


@pytest.mark.parametrize("recipe", ALL, ids=lambda one: one.id)
def test_its_steps_can_be_followed(recipe):
    names = [step.name for step in recipe.steps]
    assert names
    assert len(set(names)) == len(names)
    assert all(ID.fullmatch(name) for name in names)
    with pytest.raises(MarksMissing):
        carry_out(recipe, Drawing({}, Plane.calibrated(column_mm=1, row_mm=1, source="test"), "R"))
    for step in recipe.steps:
        assert step.english
        assert CHINESE.search(step.chinese)
    if recipe.sided is Sided.BOTH:
        assert any(name.endswith(("-right", "-left")) for name in names)
    if recipe.single:
        assert len(recipe.steps) == 1
        assert recipe.single in recipe.measures
