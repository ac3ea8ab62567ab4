"""How long computations tell that they go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Progress(Protocol):
    """Is told how far a computation has come; may raise to end it."""

    def __call__(self, fraction: float, what: str, /) -> None:
        """Take note.

        Parameters
        ----------
        fraction : float
            0 to 1, never falling.
        what : str
            A stable short name of the stage, such as ``"rigid"``; the web has its words.
        """


def silent(fraction: float, what: str) -> None:
    """Take note of nothing."""


@dataclass(slots=True)
class Share:
    """A part of a longer computation's progress.

    Examples
    --------
    >>> told = []
    >>> part = Share(lambda fraction, what: told.append((fraction, what)), 0.5, 0.7)
    >>> part(0.5, "rigid")
    >>> told
    [(0.6, 'rigid')]
    """

    whole: Callable[[float, str], None]
    begin: float
    end: float

    def __call__(self, fraction: float, what: str) -> None:
        """Pass it on as a fraction of the whole."""
        within = min(max(fraction, 0.0), 1.0)
        self.whole(self.begin + (self.end - self.begin) * within, what)
