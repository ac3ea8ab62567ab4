"""How long work says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[float, str], None]
"""Called with the share that is done, 0 to 1, and what is being done."""


def silent(done: float, what: str) -> None:
    """Tell nobody."""


def part_of(progress: Progress, begin: float, end: float) -> Progress:
    """Return a progress of a part of the work: its 0 to 1 is `begin` to `end` of the whole.

    Examples
    --------
    >>> seen = []
    >>> part_of(lambda done, what: seen.append((done, what)), 0.5, 1.0)(0.5, "interval")
    >>> seen
    [(0.75, 'interval')]
    """

    def tell(done: float, what: str) -> None:
        progress(begin + (end - begin) * done, what)

    return tell
