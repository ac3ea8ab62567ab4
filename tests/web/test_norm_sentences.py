"""Every sentence of the cores of reference values has Chinese words, numbers and all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation

import tongying
from tongying.norms.axis import AxisKind
from tongying.norms.fit import diagnose
from tongying.norms.fit.q_statistics import QGroup, QStatistics
from tongying.norms.fit.worm import Worm
from tongying.web.pages import norm_sentences
from tongying.web.pages.sentences import BY_CODE, said

ROOT = Path(tongying.__file__).parent
FOLDERS = ("norms", "web/norms")
SKIPPED = frozenset({"norms/chart", "norms/tables"})
SPEAKS = frozenset({"Caveat", "Finding", "require", "RowRefusal", "_Wrong", "_reason", "Fault"})
OPENS_NO_PAGE = frozenset(
    {
        # Said to whoever changes a table of the program, before it is shipped.
        "norms/catalogue/loading.py",
    }
)
TOLD_ELSEWHERE = frozenset({"norms/ledger", "norms/fit/diagnose.py"})
"""The ledger's own pages tell its faults; findings are put together, and told below."""
PARTS = ("tool", "version of the tool", "protocol", "measuring rule")


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place not in OPENS_NO_PAGE and not place.startswith((*SKIPPED, *TOLD_ELSEWHERE)):
                yield path


def errors_of(tree: ast.Module) -> set[str]:
    """Names of classes with a ``code``, and names that read like one."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(
            isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == "code"
            for line in node.body
        )
    }


ERRORS = {name for path in modules() for name in errors_of(ast.parse(path.read_text()))}


def texts(node: ast.expr) -> Iterator[str]:
    """Yield the sentences an expression may be, its values put in as ``7``."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values
        )
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def spoken(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        if name not in ERRORS | SPEAKS:
            continue
        arguments = [*node.args, *(one.value for one in node.keywords)]
        for text in (text for one in arguments for text in texts(one)):
            if text.startswith("The value was measured with another 7"):
                found |= {text.replace("7", part) for part in PARTS}
            elif re.match(r"[A-Z7“].* .*[.]$", text, re.DOTALL):
                found.add(text)
    return found


@pytest.mark.parametrize("path", list(modules()), ids=lambda one: one.relative_to(ROOT).as_posix())
def test_every_sentence_is_said_in_chinese(path: Path) -> None:
    codes = set(re.findall(r'code: ClassVar\[str\] = "([^"]+)"', path.read_text()))
    with translation.override("zh-hans"):
        untold = sorted(one for one in spoken(path) if said(one) == one)
    assert untold == [] or codes <= set(BY_CODE)


def test_the_enumeration_finds_refusals_caveats_and_numbers() -> None:
    found = set().union(*(spoken(path) for path in modules()))
    assert len(found) > 120
    assert any("7" in one for one in found)


@pytest.mark.parametrize("size", [0.4, -0.4])
def test_every_finding_of_a_fit_is_said_in_chinese(size: float) -> None:
    edge = np.linspace(-2.0, 2.0, 500)
    found = []
    for low, high in ((30.0, 400.0), (800.0, 3000.0)):
        for k in range(4):
            cubic = [0.0] * 4
            cubic[k] = size
            worm = Worm(low, high, edge, edge, edge, tuple(cubic), 0.1)
            found += diagnose._of_worms((worm,), AxisKind.AGE)
        group = QGroup(low, high, 50, (size, size, size, size))
        q = QStatistics((group,), (9.0,) * 4, (5.0,) * 4, (0.001,) * 4)
        found += diagnose._of_q(q, AxisKind.AGE)
    below = diagnose.Share(9, 100, 0.05, 0.15)
    found += diagnose._of_shares(below, below)
    assert len(found) == 18
    with translation.override("zh-hans"):
        for one in found:
            words = said(one.sentence)
            assert words != one.sentence
            assert re.findall("[A-Za-z]{3,}", words) == [], words
            assert re.findall(r"\d+\.\d+", words) == re.findall(r"\d+\.\d+", one.sentence)


def test_numbers_and_names_are_kept() -> None:
    with translation.override("zh-hans"):
        told = said("The fit of bct did not converge in 60 steps.")
        assert told == "bct 分布的拟合在 60 步内未收敛。"
        outside = "The child stands outside this norm, which covers 0 to 6574.5 d of age."
        assert said(outside) == "该儿童不在此参考值的适用范围内（年龄 0 天 至 18 岁）。"
    assert norm_sentences.told("A sentence nobody knows.") is None
