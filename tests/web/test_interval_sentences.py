"""What reference intervals say reaches the reader in Chinese, with its numbers."""

from __future__ import annotations

import re

import numpy as np
import pytest
from django.utils import translation
from scipy import stats

from tongying.kernel.errors import TongyingError
from tongying.norms.intervals.ep28 import IntervalMethod, reference_interval
from tongying.norms.intervals.indirect import indirect_interval
from tongying.norms.intervals.outliers import reed
from tongying.norms.intervals.partition import partition
from tongying.norms.intervals.ranks import ranks_of
from tongying.norms.intervals.verification import verify
from tongying.web.pages.sentences import said

EVEN = stats.norm.ppf((np.arange(150) + 0.5) / 150)


def said_by_results() -> list[str]:
    rough = reference_interval(np.exp(1.2 * EVEN[:90]), seed=1, method=IntervalMethod.ROBUST)
    wild = np.append(EVEN[:80], 40.0)
    found = [
        *(one.sentence for one in rough.caveats),
        *(one.sentence for one in reference_interval(EVEN[:30], seed=1).caveats),
        *(one.sentence for one in reference_interval(wild, seed=1).caveats),
        *partition(EVEN, EVEN).sentences,
        *partition(EVEN, EVEN + 2).sentences,
        *partition(EVEN[:100], EVEN).sentences,
    ]
    for far in (0, 9):
        values = np.append(np.zeros(20 - far), np.full(far, 9.0))
        for second in (False, True):
            found += verify(values, -1.0, 1.0, second_round=second).sentences
    rng = np.random.default_rng(8)
    mixed = np.concatenate([rng.normal(100, 10, 2500), rng.uniform(120, 400, 2500)])
    found += [one.sentence for one in indirect_interval(mixed, seed=1, draws=0).caveats]
    return found


def said_by_refusals() -> list[str]:
    ask = [
        lambda: reference_interval(np.array([]), seed=1),
        lambda: reference_interval(np.array([np.nan]), seed=1),
        lambda: reference_interval(np.zeros(60), seed=1),
        lambda: reference_interval(EVEN, seed=1, method=IntervalMethod.BOX_COX),
        lambda: ranks_of(20),
        lambda: reed(np.ones(3)),
        lambda: partition(EVEN[:5], EVEN),
        lambda: partition(np.ones(50), EVEN),
        lambda: verify(np.ones(5), 0.0, 2.0),
        lambda: verify(np.ones(20), 2.0, 0.0),
        lambda: indirect_interval(EVEN, seed=1),
        lambda: indirect_interval(np.tile(EVEN, 10), seed=1),
        lambda: indirect_interval(np.tile([1.0, 2.0], 900), seed=1),
    ]
    found = []
    for one in ask:
        with pytest.raises(TongyingError) as caught:
            one()
        found.append(caught.value.sentence)
    return found


def test_every_sentence_is_chinese_and_keeps_its_numbers():
    sentences = said_by_results() + said_by_refusals()
    assert len(set(sentences)) > 25
    with translation.override("zh-hans"):
        for sentence in sentences:
            told = said(sentence)
            assert re.search(r"[\u4e00-\u9fff]{4}", told), sentence
            numbers = re.findall(r"\d+(?:\.\d+)?", sentence)
            assert sorted(re.findall(r"\d+(?:\.\d+)?", told)) == sorted(numbers), sentence
