"""Every sentence of the cores that bring images together has Chinese words."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest
from django.utils import translation

import tongying
from tongying.web.pages.fusion_sentences import FUSION
from tongying.web.pages.sentences import said

ROOT = Path(tongying.__file__).parent
MODULES = (
    "dicom.fusion.identity",
    "dicom.fusion.run",
    "dicom.fusion.shown",
    "dicom.fusion.tables",
    "imaging.fusion",
    "imaging.inversion",
    "imaging.grid",
    "imaging.volume",
    "imaging.transform",
    "imaging.quality.body",
    "imaging.quality.verdict",
)
SPEAKS = ("Caveat", "Reason", "NoBody", "NotInvertible", "OtherChild")
DIFFERENT = ("dates of birth", "sexes")


def spoken(module: str) -> set[str]:
    """Sentences of caveats, reasons and refusals, thresholds put in as the module has them."""
    names = vars(importlib.import_module(f"tongying.{module}"))
    found: set[str] = set()
    path = ROOT.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if not name.endswith((*SPEAKS, "Refused", "Impossible")):
            continue
        for argument in node.args:
            if isinstance(argument, ast.Constant) and " " in str(argument.value):
                found.add(str(argument.value))
            elif isinstance(argument, ast.JoinedStr):
                expression = compile(ast.Expression(argument), str(path), "eval")
                found |= {
                    eval(expression, {**names, "what": what})  # noqa: S307 - our own source
                    for what in DIFFERENT
                }
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_sentence_is_in_the_list(module):
    assert spoken(module) - FUSION == set()


def test_the_list_holds_no_sentence_that_nobody_says():
    extra = {
        "The mask and the image do not have the same size.",
        "The images tell too little of each other to deform one after the other; use the rigid"
        " result.",
    }
    assert FUSION - extra - set().union(*(spoken(module) for module in MODULES)) == set()


def test_all_are_said_in_chinese():
    with translation.override("zh-hans"):
        assert [sentence for sentence in FUSION if said(sentence) == sentence] == []
