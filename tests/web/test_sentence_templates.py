"""Sentences with places, told in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from tongying.pathway.aids.registry import AidUnknown, aid_of
from tongying.pathway.catalogue import PathwayUnknown, pathway_of
from tongying.web.pages.sentence_templates import Templates
from tongying.web.pages.sentences import refusal_sentence

PLACES = Templates(["The %(what)s is 5 %% wrong.", "Plain.", "The %(what)s is %(how)s wrong."])


def test_a_sentence_is_recognised_with_what_stands_in_it():
    with translation.override("en"):
        assert PLACES.told("The angle is 5 % wrong.") == "The angle is 5 % wrong."
        assert PLACES.told("The angle is quite wrong.") == "The angle is quite wrong."
        assert PLACES.told("Plain.") == "Plain."


@pytest.mark.parametrize("sentence", ["", "Plain", "The angle is right.", "x The a is b wrong."])
def test_another_sentence_is_none_of_these(sentence):
    assert PLACES.told(sentence) is None


def test_what_is_not_known_is_said_in_chinese():
    with pytest.raises(PathwayUnknown) as unknown, translation.override("zh-hans"):
        pathway_of("elbow")
    with pytest.raises(AidUnknown) as no_aid:
        aid_of("nobody")
    with translation.override("zh-hans"):
        assert refusal_sentence(unknown.value) == "没有名为 'elbow' 的路径。"
        assert refusal_sentence(no_aid.value) == "没有名为 'nobody' 的辅助判断工具。"
