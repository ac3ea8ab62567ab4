"""Whether right and left agree: as drawn, in the image's header, and in what it is called."""

from __future__ import annotations

import re
from typing import Final

from tongying.measure.contradiction import Contradiction

IMAGE: Final = Contradiction(
    "contradiction.side-image",
    "It was drawn as one side, but the image says that it shows the other side.",
)
NAME: Final = Contradiction(
    "contradiction.side-name",
    "It was drawn as one side, but the label or description names the other side only.",
)
HEADER_NAME: Final = Contradiction(
    "contradiction.side-header-name",
    "The image says that it shows one side, but the label or description names the other side"
    " only.",
)
_WORDS: Final = {
    "R": re.compile(
        r"右|(?<![A-Za-z])(?:right|rt)(?![A-Za-z])|(?<![A-Za-z0-9])r(?![A-Za-z0-9])",
        re.IGNORECASE,
    ),
    "L": re.compile(
        r"左|(?<![A-Za-z])(?:left|lt)(?![A-Za-z])|(?<![A-Za-z0-9])l(?![A-Za-z0-9])",
        re.IGNORECASE,
    ),
}
"""A lone letter counts unless a number follows, as in R2*."""
_VERTEBRA: Final = re.compile(r"(?<![A-Za-z])[Ll]\s*[1-6](?!\d)")
"""L1 to L6 are lumbar vertebrae, and no left side."""
SIDES: Final = frozenset({"R", "L"})


def sides_named(text: str) -> frozenset[str]:
    """Return the sides that a text names, in Chinese or English.

    Examples
    --------
    >>> sorted(sides_named("左髋冠状面")), sorted(sides_named("Hip Rt and Lt")), sides_named("L4/5")
    (['L'], ['L', 'R'], frozenset())
    """
    plain = _VERTEBRA.sub(" ", text)
    return frozenset(side for side, word in _WORDS.items() if word.search(plain))


def doubts_of_side(drawn: str, header: str, names: tuple[str, ...]) -> tuple[Contradiction, ...]:
    """Return where right and left do not agree; a text that names both sides says nothing."""
    found = []
    if drawn in SIDES and header in SIDES and drawn != header:
        found.append(IMAGE)
    named = [sides_named(text) for text in names]
    only = {next(iter(sides)) for sides in named if len(sides) == 1}
    if drawn in SIDES and only - {drawn}:
        found.append(NAME)
    elif drawn not in SIDES and header in SIDES and only - {header}:
        found.append(HEADER_NAME)
    return tuple(found)
