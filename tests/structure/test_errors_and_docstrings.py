"""Every refusal has a code of its own and is promised where it is raised."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest

import tongying
from tongying.kernel.errors import TongyingError

CORES = ("kernel", "consult", "norms", "dicom", "archive", "measure", "pathway", "ai")
ROOT = Path(tongying.__file__).parent
NOT_IMPORTED = {"tongying.services.worker", "tongying.services.demo"}
"""They set durable work up when imported."""
KINDS = {"TongyingError", "BadInput", "NotFound", "NotAllowed", "Conflict"}


def errors() -> list[type[TongyingError]]:
    for module in pkgutil.walk_packages(tongying.__path__, "tongying."):
        parts = module.name.split(".")
        if module.name in NOT_IMPORTED or "migrations" in parts:
            continue
        importlib.import_module(module.name)
    found, waiting = [], [TongyingError]
    while waiting:
        kind = waiting.pop()
        found.append(kind)
        waiting += kind.__subclasses__()
    return sorted(
        {one for one in found if one.__module__.startswith("tongying.")},
        key=lambda one: (one.__module__, one.__name__),
    )


def test_every_error_has_a_code_of_its_own():
    found = errors()
    assert len(found) > 60
    assert [one.__qualname__ for one in found if "code" not in vars(one)] == []
    codes = Counter(one.code for one in found)
    assert [code for code, count in codes.items() if count > 1] == []
    assert all(
        re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.[a-z0-9]+(-[a-z0-9]+)*", code) for code in codes
    )


def test_every_error_says_what_it_means():
    assert [
        one.__qualname__ for one in errors() if not (vars(one).get("__doc__") or "").strip()
    ] == []


@pytest.mark.parametrize("core", CORES)
def test_public_functions_promise_what_they_raise(core):
    """A refusal raised in a public function's own body stands under Raises (numpydoc)."""
    known = {one.__name__ for one in errors()} - KINDS
    broken = [
        f"{path.name}:{function.lineno} {function.name}: {name}"
        for path in sorted((ROOT / core).rglob("*.py"))
        for function in public_functions(ast.parse(path.read_text()))
        for name in raised_in(function) & known
        if name not in section(ast.get_docstring(function) or "", "Raises")
    ]
    assert broken == []


@pytest.mark.parametrize("core", CORES)
def test_public_functions_of_many_arguments_describe_them(core):
    """Nobody takes more than six; who takes five or more says under Parameters what each is."""
    broken = []
    for path in sorted((ROOT / core).rglob("*.py")):
        for function in public_functions(ast.parse(path.read_text())):
            spec = function.args
            names = [
                one.arg
                for one in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)
                if one.arg not in ("self", "cls")
            ]
            described = section(ast.get_docstring(function) or "", "Parameters")
            assert len(names) <= 6, f"{path.name}: {function.name} takes {len(names)}"
            if len(names) >= 5:
                broken += [
                    f"{path.name}: {function.name}({name})"
                    for name in names
                    if not re.search(rf"\b{name}\b", described)
                ]
    assert broken == []


def test_the_check_of_promises_bites():
    source = '''
def open(name):
    """Open.

    Raises
    ------
    NotThis
        Never.
    """
    if name:
        raise FileGone("x")
'''
    (function,) = public_functions(ast.parse(source))
    assert raised_in(function) == {"FileGone"}
    assert "NotThis" in section(ast.get_docstring(function) or "", "Raises")
    assert "FileGone" not in section(ast.get_docstring(function) or "", "Raises")


def public_functions(tree: ast.Module) -> list[ast.FunctionDef]:
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found.append(node)
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            found += [
                one
                for one in node.body
                if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")
            ]
    return found


def raised_in(function: ast.FunctionDef) -> set[str]:
    return {
        node.exc.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and isinstance(node.exc.func, ast.Name)
    }


def section(docstring: str, title: str) -> str:
    """Return a numpydoc section's text."""
    match = re.search(rf"(?ms)^{title}\n-+\n(.*?)(?=^\S[^\n]*\n-+\n|\Z)", docstring)
    return match.group(1) if match else ""
