"""Sentences with places in them, recognised in what a core says and told in another language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.translation import gettext

_PLACE = re.compile(r"%\((\w+)\)s")


class Templates:
    """Sentences of a core, some with places such as ``%(what)s``.

    Parameters
    ----------
    sentences : iterable of str
        Each a message id. Where two fit, the one with more words of its own is told.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self._plain = frozenset(sentences)
        self._patterns = tuple(
            (_pattern(one), one)
            for one in sorted(self._plain, key=lambda one: -len(_PLACE.sub("", one)))
            if _PLACE.search(one)
        )

    def told(self, sentence: str) -> str | None:
        """Return a sentence in the reader's language; None where it is none of these.

        What stands in a place is told too where it is a message of its own.
        """
        if sentence in self._plain:
            return gettext(sentence)
        for pattern, template in self._patterns:
            match = pattern.fullmatch(sentence)
            if match:
                values = {name: gettext(one) for name, one in match.groupdict().items() if one}
                return gettext(template) % values
        return None


def _pattern(template: str) -> re.Pattern[str]:
    """Return a pattern that reads the places of a template."""
    parts = _PLACE.split(template)
    # Odd parts are the names of the places between the fixed words.
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if number % 2 else re.escape(part.replace("%%", "%"))
            for number, part in enumerate(parts)
        )
    )
