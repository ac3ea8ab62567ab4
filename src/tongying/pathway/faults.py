"""What is wrong with the text of a pathway, each with its line and in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from tongying.kernel.errors import BadInput


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in a line of the text.

    Attributes
    ----------
    line : int
        From 1.
    sentence, chinese : str
        What is wrong and what would be right.
    """

    line: int
    sentence: str
    chinese: str

    def as_json(self) -> dict[str, Any]:
        """Return the fault as a JSON object."""
        return {"line": self.line, "sentence": self.sentence, "chinese": self.chinese}


class TextRefused(BadInput):
    """A text that somebody wrote as data cannot be followed.

    Parameters
    ----------
    name : str
        Of the text, such as a file's name.
    faults : tuple of Fault
        Every fault that was found, in the order of lines.
    """

    code: ClassVar[str] = "text.refused"

    def __init__(self, name: str, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"{name[:80]}, line {first.line}: {first.sentence}{more}")
        self.name = name
        self.faults = faults


class PathwayRefused(TextRefused):
    """The text of a pathway cannot be followed."""

    code: ClassVar[str] = "pathway.refused"


class Faults:
    """The faults found so far; a text is read to its end before it is refused."""

    def __init__(self) -> None:
        self._found: list[Fault] = []

    def add(self, line: int, sentence: str, chinese: str) -> None:
        """Note one."""
        self._found.append(Fault(line, sentence, chinese))

    def check(self, name: str) -> None:
        """Raise if there are any.

        Raises
        ------
        PathwayRefused
            If a fault was noted.
        """
        if self._found:
            raise PathwayRefused(name, tuple(sorted(set(self._found))))
