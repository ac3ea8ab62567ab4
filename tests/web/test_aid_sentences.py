"""What the decision aids refuse and doubt is told in Chinese too."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.utils import translation

import tongying.pathway.aids as package
from tongying.kernel.errors import TongyingError
from tongying.measure.recipe import ChildKnown
from tongying.pathway.aids.registry import aids
from tongying.web.pages.aid_sentences import OF_AIDS
from tongying.web.pages.sentences import said

AIDS = Path(package.__file__).parent
SAID = {"Caveat", "AnswersMissing", "AgeOutsideRule", "AnswerUnfit"}


def _found() -> set[str]:
    """Return every sentence without places that an aid refuses or doubts with."""
    found = set()
    for path in AIDS.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAID:
                last = node.args[-1]
                if isinstance(last, ast.Constant):
                    found.add(last.value)
    return found


def test_every_sentence_of_an_aid_is_kept():
    found = _found()
    assert len(found) > 40
    assert found <= OF_AIDS


@pytest.mark.parametrize("name", sorted(aids()))
def test_an_aid_that_knows_nothing_says_so_in_chinese(name):
    with pytest.raises(TongyingError) as refused:
        aids()[name].compute({}, ChildKnown())
    with translation.override("zh-hans"):
        words = said(refused.value.sentence)
    assert re.search(r"[\u4e00-\u9fff]", words), words
    assert not re.search(r"[a-z]{3}", words.replace("Cobb", "")), words
