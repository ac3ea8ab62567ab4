"""What measurements, doses and contradictions say, in the reader's language."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.utils import translation

import tongying.measure
from tongying.measure.contradictions import Told, contradictions
from tongying.measure.hip.graf_type import graf_type
from tongying.measure.plane import Plane
from tongying.measure.recipe import ChildKnown, Drawing, MarksMissing, MarksRefused, SideUnknown
from tongying.measure.registry import RecipeUnknown, carry_out, recipe_of
from tongying.web.pages import measure_sentences
from tongying.web.pages.sentences import said

MEASURE = Path(tongying.measure.__file__).parent
MODULES = (
    "plane.py",
    "geometry.py",
    "registry.py",
    "told.py",
    "cross.py",
    "three_diameters.py",
    "contradictions.py",
    *(
        str(path.relative_to(MEASURE))
        for area in (
            "abdomen",
            "body",
            "brain",
            "fetal",
            "hip",
            "kidney",
            "limb",
            "spine",
            "thyroid",
        )
        for path in sorted((MEASURE / area).glob("*.py"))
    ),
)
SPEAKING = {"Caveat", "Contradiction"}


def sentences_of(module: str) -> set[str]:
    """Return the fixed sentences of a module: raised, or of a caveat or contradiction."""
    tree = ast.parse((MEASURE / module).read_text("utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            found |= _texts(node.exc.args)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in SPEAKING:
            found |= _texts(node.args[1:])
        elif isinstance(node, ast.Dict):
            found |= _texts(node.values)
    return {one for one in found if one.endswith((".", "?")) and " " in one}


def _texts(nodes: list[ast.expr]) -> set[str]:
    return {
        one.value
        for node in nodes
        for one in [node]
        if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_fixed_sentence_is_kept(module):
    assert {one for one in sentences_of(module) if measure_sentences.told(one) is None} == set()


def test_the_search_finds_sentences():
    assert len({one for module in MODULES for one in sentences_of(module)}) > 50


@pytest.mark.parametrize("sentence", sorted(measure_sentences.FIXED))
def test_every_sentence_has_a_chinese_one(sentence):
    with translation.override("zh-hans"):
        assert translation.gettext(sentence) != sentence


def refusal(error, recipe, marks, side=""):
    plane = Plane.calibrated(column_mm=1.0, row_mm=1.0, source="test")
    with pytest.raises(error) as caught:
        carry_out(recipe_of(recipe), Drawing(marks, plane, side=side))
    return caught.value.sentence


def test_marks_and_measurements_are_named_in_the_readers_language():
    missing = refusal(MarksMissing, "kidney-length", {})
    few = refusal(MarksRefused, "spleen-length", {"calipers": ((1, 1),)})
    sideless = refusal(SideUnknown, "kidney-length", {"calipers": ((0, 0), (50, 0))})
    with translation.override("zh-hans"):
        assert said(missing) == "请先标记：肾上极与肾下极。"
        assert said(few) == "经脾门切面：脾脏最长径两端：需要 2 个点，现有 1 个。"
        assert said(sideless) == "肾脏长径：请注明是右侧还是左侧。"
    with translation.override("en"):
        assert said(missing) == missing == "Mark this first: Upper and lower pole of the kidney."


def test_the_type_by_the_age_since_birth_is_told():
    twin = ChildKnown(age_days=98, corrected_age_days=56)
    caveats = {one.code: one.sentence for one in graf_type(55.0, 60.0, twin).caveats}
    with translation.override("zh-hans"):
        assert said(caveats["hip.type-by-birth-age"]) == "若按出生后日龄，则为 IIb 型。"


def test_the_units_of_an_age_are_told():
    with translation.override("zh-hans"):
        told = said("The age was said in months, but it fits the date of birth in years.")
    assert told == "所述年龄单位为“月”，但按“岁”才与出生日期相符。"


def test_an_unknown_recipe_and_a_sentence_of_nobody():
    with pytest.raises(RecipeUnknown) as caught:
        recipe_of("no-such")
    with translation.override("zh-hans"):
        assert said(caught.value.sentence) == "没有名为 'no-such' 的测量。"
    assert measure_sentences.told("A sentence nobody knows.") is None
    assert contradictions(Told()) == ()
