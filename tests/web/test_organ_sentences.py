"""Every sentence of the measurements of bowel, heart, tumour and chest has Chinese words."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

import tongying
from tongying.measure.heart import segmental
from tongying.web.pages.measure_sentences import told
from tongying.web.pages.organ_sentences import ORGANS

MEASURE = Path(tongying.__file__).parent / "measure"
MODULES = sorted(
    [
        *(
            path
            for area in ("bowel", "heart", "tumour", "chest")
            for path in (MEASURE / area).glob("*.py")
        ),
        *(
            MEASURE / f"{name}.py"
            for name in (
                "adult_rules",
                "cross",
                "numbers",
                "told",
                "caliper_set",
                "slices",
                "masked",
            )
        ),
    ]
)
SPEAKS = {
    "AdultRuleRefused",
    "AdultRuleUnknown",
    "BodySizeUnknown",
    "Caveat",
    "MarksMissing",
    "MarksRefused",
    "NumbersRefused",
    "SegmentsContradict",
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def sentences(path: Path) -> Iterator[str]:
    """Yield what a module says, names put in as ``Seven``."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SPEAKS and node.args:
            said = node.args[-1]
            if isinstance(said, ast.Constant):
                yield said.value
            elif isinstance(said, ast.JoinedStr):
                yield "".join(
                    str(part.value) if isinstance(part, ast.Constant) else "Seven"
                    for part in said.values
                )


SAID = sorted(
    {sentence for path in MODULES for sentence in sentences(path)}
    | {sentence for _, sentence in segmental._CONTRADICTIONS}
)


def test_the_sentences_are_found():
    assert len(SAID) > 40
    assert any("Seven" in sentence for sentence in SAID)


@pytest.mark.parametrize("sentence", SAID)
def test_every_sentence_is_told_in_chinese(sentence):
    with translation.override("zh-hans"):
        words = told(sentence)
    assert words is not None
    assert CHINESE.search(words)


def test_no_sentence_is_kept_that_nobody_says():
    patterns = {re.sub(r"%\(\w+\)s", "Seven", one) for one in ORGANS}
    assert patterns - set(SAID) == set()


def test_the_name_of_a_rule_stays_in_the_sentence():
    with translation.override("zh-hans"):
        words = told("X is a rule for adults and is not used below 18 years.")
    assert words == "X 是成人规则，不用于 18 岁以下儿童。"
