"""Labels: every one that is offered is understood, in both languages and however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.measure.labels import (
    CHINESE,
    ENGLISH,
    Label,
    LabelAmbiguous,
    LabelMissing,
    LabelUnknown,
    labels,
    understood,
)
from tongying.measure.recipe import Mark, Sided
from tongying.measure.registry import recipes

ALL = [(language, one) for language in (CHINESE, ENGLISH) for one in labels(language)]


def test_every_step_of_every_recipe_has_one_label_a_side() -> None:
    wanted = sum(
        len(one.steps) * (2 if one.sided is Sided.ONE else 1) for one in recipes().values()
    )
    for language in (CHINESE, ENGLISH):
        texts = [one.text for one in labels(language)]
        assert len(texts) == len(set(texts)) == wanted


@given(st.sampled_from(ALL), st.sampled_from(["{}", " {} ", "{}。"]), st.booleans())
def test_what_is_offered_is_understood(
    offered: tuple[str, Label], written: str, upper: bool
) -> None:
    one = offered[1]
    text = written.format(one.text)
    if upper:
        text = text.upper()
    assert understood([text], mark=one.mark) == one.meaning


@pytest.mark.parametrize(
    ("text", "mark", "recipe", "side"),
    [
        ("肾脏长径 左", Mark.LINE, "kidney-length", "L"),
        ("左肾脏长径", Mark.LINE, "kidney-length", "L"),
        ("右侧 肾脏长径", Mark.LINE, "kidney-length", "R"),
        ("Kidney length R", Mark.LINE, "kidney-length", "R"),
        ("right kidney length", Mark.LINE, "kidney-length", "R"),
        ("kidney-length", Mark.LINE, "kidney-length", ""),
        ("息肉最大径", Mark.LINE, "polyp-diameter", ""),
        ("POLYP, longest diameter", Mark.LINE, "polyp-diameter", ""),
        ("右肺动脉内径", Mark.LINE, "right-pulmonary-artery", ""),
        ("Cobb 角", Mark.TWO_LINES, "cobb-angle", ""),
    ],
)
def test_names_as_readers_write_them(text: str, mark: Mark, recipe: str, side: str) -> None:
    found = understood([text], mark=mark)
    assert (found.recipe, found.side) == (recipe, side)


def test_the_side_of_the_report_counts_where_the_label_says_none() -> None:
    assert understood(["肾脏长径"], side="R").side == "R"
    assert understood(["肾脏长径 左"], side="R").side == "L"


def test_the_first_text_that_is_understood_counts() -> None:
    assert understood(["复查", "息肉最大径"]).recipe == "polyp-diameter"


def test_nothing_unknown_and_several_are_refused_by_name() -> None:
    with pytest.raises(LabelMissing):
        understood([" ", "—"])
    with pytest.raises(LabelUnknown):
        understood(["这里有点奇怪"])
    with pytest.raises(LabelAmbiguous):
        understood(["基线 右"], mark=Mark.LINE)


@given(st.text(max_size=40))
def test_any_text_is_understood_or_refused(text: str) -> None:
    try:
        found = understood([text])
    except (LabelMissing, LabelUnknown, LabelAmbiguous):
        return
    assert found.recipe in recipes()
