"""The rules that hold until a hospital writes its own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from tongying.ai.rules.definition import Complete, Rules
from tongying.ai.rules.reading import read_rules
from tongying.pathway.definition import Words

FILE: Final = "default.yaml"
NO_RULES: Final = Rules(Words("No rules", "无规则"), Complete(300, 3600), ())
"""Of a hospital that turned them off: nothing is ever triggered."""


@cache
def shipped_text() -> str:
    """Return the text of the rules that ship."""
    return (files("tongying.ai") / "data" / "rules" / FILE).read_text("utf-8")


@cache
def shipped_rules() -> Rules:
    """Return the rules that ship."""
    return read_rules(shipped_text(), name=FILE)
