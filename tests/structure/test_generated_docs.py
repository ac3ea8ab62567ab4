"""The generated pages say what the code does today."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from tongying.consult.states import RULES, Move, State

REPOSITORY = Path(__file__).resolve().parents[2]
AGAIN = "run `make docs`"


@pytest.fixture(scope="module")
def generator():
    path = REPOSITORY / "scripts" / "generate_docs.py"
    spec = importlib.util.spec_from_file_location("generate_docs", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pages(generator):
    return generator.pages()


PAGES = ["states.md", "permissions.md", "errors.md", "norms.md", "measures.md", "pathways.md"]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(generator, pages, name):
    assert set(pages) == {path.name for path in generator.TARGET.glob("*.md")}
    assert (generator.TARGET / name).read_text(encoding="utf-8") == pages[name], AGAIN


def test_the_diagram_has_every_move_from_every_source(pages):
    text = pages["states.md"]
    arrows = set(re.findall(r"^    (\w+) --> (\w+) : ([\w-]+)$", text, re.MULTILINE))
    assert arrows == {
        (source.value, (rule.target or source).value, move.value)
        for move, rule in RULES.items()
        for source in rule.sources
    }
    assert all(f"| `{state.value}` |" in text for state in State)
    assert all(f"| `{move.value}` |" in text for move in Move)


def test_every_refusal_stands_on_its_page_with_its_status(generator, pages):
    text = pages["errors.md"]
    rows = re.findall(r"^\| `([\w.-]+)` \| `(\w+)` \| (\d+) \|", text, re.MULTILINE)
    assert len(rows) == len(generator.refusals()) > 60
    assert {status for _, _, status in rows} == {"400", "403", "404", "409"}
    assert ("case.not-found", "CaseNotFound", "404") in rows


def test_a_changed_table_makes_the_page_stale(generator, monkeypatch):
    from tongying.consult import states

    changed = {**states.RULES, Move.DISCARD: states.RULES[Move.SUBMIT]}
    monkeypatch.setattr(states, "RULES", changed)
    stale = (generator.TARGET / "states.md").read_text(encoding="utf-8")
    assert generator.states_page(generator.Words()) != stale


def test_both_languages_stand_in_the_tables(pages):
    for name in ("states.md", "permissions.md"):
        text = pages[name]
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        assert len(rows) > 10
        assert sum(bool(re.search(r"[一-鿿]", row)) for row in rows) > 10


def test_the_page_of_norms_lists_every_norm_with_its_source(pages):
    from tongying.norms.catalogue.loading import catalogue

    rows = [line for line in pages["norms.md"].splitlines() if line.startswith("| `")]
    assert [re.match(r"\| `([^`]+)`", row).group(1) for row in rows] == sorted(catalogue())
    assert all(len(re.findall(r"(?<!\\) \| ", row)) == 8 for row in rows)
    assert all(re.search("[一-鿿]", row) and " | needs sign-off" in row for row in rows)
    for norm in catalogue().values():
        assert norm.citation.text in pages["norms.md"]
        assert norm.citation.seen in pages["norms.md"]
