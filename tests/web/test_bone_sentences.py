"""Every sentence of the measurements of limbs and spine has Chinese words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import tongying
from tongying.measure.limb.bone_age import ENDS
from tongying.web.pages.bone_sentences import BONES
from tongying.web.pages.measure_sentences import told
from tongying.web.pages.sentences import said

MEASURE = Path(tongying.__file__).parent / "measure"
MODULES = sorted(path for area in ("limb", "spine") for path in (MEASURE / area).glob("*.py"))
SPEAKS = {
    "BoneAgeMethodMissing",
    "Caveat",
    "LevelUnknown",
    "MarksMissing",
    "MarksRefused",
    "NumbersRefused",
    "SideUnknown",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sentences(path: Path) -> Iterator[str]:
    """Yield what a module says, numbers put in as ``7``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SPEAKS and node.args:
            words = node.args[-1]
            if isinstance(words, ast.Constant):
                yield words.value
            elif isinstance(words, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "7"
                    for part in words.values
                )


SAID = sorted(
    {sentence for path in MODULES for sentence in sentences(path)}
    | {beyond for _, beyond in ENDS.values()}
)


def test_the_sentences_are_found():
    assert len(SAID) > 20
    assert any("7 to 7" in sentence for sentence in SAID)


@pytest.mark.parametrize("sentence", SAID)
def test_every_sentence_is_told_in_chinese(sentence):
    with translation.override("zh-hans"):
        words = told(sentence)
    assert words is not None
    assert CHINESE.search(words)


@pytest.mark.parametrize("sentence", SAID)
def test_every_sentence_stands_among_those_of_the_bones(sentence):
    assert any(re.sub(r"%\(\w+\)s", "7", one) == sentence for one in BONES)


def test_the_stages_stay_in_the_sentence():
    with translation.override("zh-hans"):
        words = said("This scale of maturity has the stages 1 to 8.")
    assert words == "该成熟度分期为 1～8 期。"


def test_no_sentence_of_bones_is_kept_that_nobody_says():
    text = "".join(
        path.read_text("utf-8")
        for area in ("hip", "limb", "spine")
        for path in sorted((MEASURE / area).glob("*.py"))
    )
    # A sentence broken over lines is joined again before it is looked for.
    joined = re.sub(r'"\s*\n\s*f?"', "", text)
    unsaid = {one for one in BONES if re.split(r"%\(\w+\)s", one)[0] not in joined}
    assert unsaid == set()
