"""Faults put in are found; clean studies are left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from injected_faults import CT_FAULTS, MR_FAULTS
from made_acquisitions import clean_ct, clean_mr, write

from tongying.ai.card.catalogue import card_of
from tongying.ai.quality.check import check_files
from tongying.ai.quality.kinds import KINDS

CLEAN = 20
_CASES = [("MR", name) for name in MR_FAULTS] + [("CT", name) for name in CT_FAULTS]


def test_at_least_thirty_kinds_are_put_in() -> None:
    assert len({kind for kind, _ in (*MR_FAULTS.values(), *CT_FAULTS.values())}) >= 30


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], set[str]]:
    """Return the kinds found in a study with one fault, by modality and fault."""
    folder = tmp_path_factory.mktemp("faults")
    found = {}
    for number, (modality, name) in enumerate(_CASES):
        _, fault = (MR_FAULTS if modality == "MR" else CT_FAULTS)[name]
        images = clean_mr(number) if modality == "MR" else clean_ct(number)
        paths = write(fault(images, np.random.default_rng(number)), folder / str(number))
        found[modality, name] = {one.kind for one in check_files(paths)}
    return found


@pytest.mark.parametrize(("modality", "name"), _CASES, ids=lambda one: one.replace(" ", "-"))
def test_a_fault_put_in_is_found(
    modality: str, name: str, looked_at: dict[tuple[str, str], set[str]]
) -> None:
    kind, _ = (MR_FAULTS if modality == "MR" else CT_FAULTS)[name]
    assert kind in looked_at[modality, name]


def test_a_fault_put_in_raises_few_others(looked_at: dict[tuple[str, str], set[str]]) -> None:
    """Of other kinds for one fault: under one on average."""
    others = [len(found) - 1 for found in looked_at.values()]
    assert max(others) <= 5
    assert sum(others) / len(others) < 1


def test_clean_studies_are_left_alone(tmp_path: Path) -> None:
    """At most one clean study of twenty may be flagged at all (K45: 5 %)."""
    flagged = []
    for seed in range(CLEAN):
        images = clean_mr(seed) if seed % 2 else clean_ct(seed)
        found = check_files(write(images, tmp_path / str(seed)))
        flagged += [[one.english for one in found]] if found else []
    assert len(flagged) <= CLEAN * 0.05, flagged


def test_every_kind_stands_on_the_card_in_the_same_words() -> None:
    card = card_of("acquisition-quality")
    assert {key: (words.english, words.chinese) for key, words in card.findings} == {
        key: (one.english, one.chinese) for key, one in KINDS.items()
    }
