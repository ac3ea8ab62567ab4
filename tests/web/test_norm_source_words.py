"""What published norms say on a page is said in Chinese too: doubts, limits, refusals."""

from __future__ import annotations

import re

import pytest
from django.utils import translation

from tongying.norms.catalogue import caveats
from tongying.norms.catalogue.loading import catalogue, norms_of
from tongying.norms.forms.form import Partial
from tongying.norms.forms.line import Line
from tongying.norms.forms.polynomial import Polynomial
from tongying.norms.forms.refusal import FormRefused
from tongying.norms.forms.registry import FormUnknown, form_of
from tongying.web.pages.norm_sentences import told

CHINESE = re.compile("[一-鿿]")


def in_chinese(sentence: str) -> str:
    with translation.override("zh-hans"):
        said = told(sentence)
    assert said is not None, sentence
    return said


def test_every_doubt_of_the_catalogue_is_told_in_chinese():
    doubts = {one.sentence for norm in catalogue().values() for one in norm.caveats}
    doubts |= {caveats.VERY_FEW.sentence}
    assert len(doubts) > 25
    said = {in_chinese(one) for one in doubts}
    assert len(said) == len(doubts)
    assert all(CHINESE.search(one) for one in said)


def test_what_limits_are_is_told_in_chinese():
    limits = set()
    for norm in catalogue().values():
        if isinstance(norm.form, Partial):
            sex = next(iter(norm.form.tables)) if norm.form.by_sex() else None
            low, high = norm.form.range(sex)
            limits |= {norm.form.place(1.0, x, sex).says for x in (low, (low + high) / 3)}
    assert len(limits) >= 8
    assert all(CHINESE.search(in_chinese(one)) for one in limits), limits
    assert in_chinese("2.5th to 97.5th centile").startswith("第 2.5")


@pytest.mark.parametrize(
    "make",
    [
        lambda: Line((1.0, 0.0), ()),
        lambda: Polynomial(20, 10, (1.0,), (1.0,)),
        lambda: Polynomial(10, 20, (-1.0,), (1.0,)),
        lambda: form_of({"kind": "line"}),
    ],
)
def test_refused_forms_are_told_in_chinese(make):
    with pytest.raises(FormRefused) as refused:
        make()
    assert CHINESE.search(in_chinese(refused.value.sentence))


def test_names_are_kept_in_the_chinese_sentence():
    with pytest.raises(FormUnknown) as refused:
        form_of({"kind": "lms"})
    assert "lms" in in_chinese(refused.value.sentence)
    with pytest.raises(caveats.CaveatUnknown) as refused:
        caveats.caveat_of("norms.made-up")
    assert "norms.made-up" in in_chinese(refused.value.sentence)


def test_an_entry_without_a_part_is_told_in_chinese():
    from tongying.norms.catalogue.loading import EntryRefused

    with pytest.raises(EntryRefused) as refused:
        norms_of({"norms": [{}]})
    assert CHINESE.search(in_chinese(refused.value.sentence))
