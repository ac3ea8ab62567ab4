"""Finds every message id that the web asks to have translated, in Python and in templates."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

from babel.messages.extract import extract
from django.utils.translation.template import templatize

WEB = Path(__file__).resolve().parents[2] / "src" / "tongying" / "web"
CATALOGUE = WEB / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"

KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "fixed": None,
    "_": None,
    "_l": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "_p": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
"""As the modules of the web import them."""

_LITERAL = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_CALL = re.compile(rf"(?<![A-Za-z])(n?p?gettext|_)\(({_LITERAL}(?:\s*,\s*{_LITERAL})*)")


class Message(NamedTuple):
    """A message id; context and plural are empty where there are none."""

    context: str
    id: str
    plural: str


def in_python(path: Path) -> set[Message]:
    """Return the messages of a module."""
    found = set()
    with path.open("rb") as file:
        for _line, message, _comments, context in extract("python", file, keywords=KEYWORDS):
            singular, plural = message if isinstance(message, tuple) else (message, "")
            if singular:
                found.add(Message(context or "", singular, plural))
    return found


def in_template(path: Path) -> set[Message]:
    """Return the messages of a template."""
    found = set()
    for call in _CALL.finditer(templatize(path.read_text(), origin=str(path))):
        texts = list(ast.literal_eval(f"({call[2]},)"))
        context = texts.pop(0) if "pgettext" in call[1] else ""
        found.add(Message(context, texts[0], texts[1] if len(texts) > 1 else ""))
    return found


def all_messages() -> dict[Message, list[str]]:
    """Return every message with the files it is in."""
    found: dict[Message, list[str]] = {}
    for path in sorted([*WEB.rglob("*.py"), *WEB.rglob("*.html")]):
        if path.suffix == ".html" and "documents" in path.parts:
            continue
        messages = in_python(path) if path.suffix == ".py" else in_template(path)
        for message in messages:
            found.setdefault(message, []).append(path.relative_to(WEB).as_posix())
    return found
