"""A table of a scenario's TOML: taken key by key, whatever nobody asks for is refused."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from tongying.consult.capacity.scenario import ScenarioRefused

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

UNKNOWN = "The scenario has the key %(path)s, which means nothing here."
MISSING = "The scenario lacks %(path)s."
KIND = "The scenario's %(path)s must be %(kind)s."
BETWEEN = "The scenario's %(path)s must lie between %(low)s and %(high)s."
ONE_OF = "The scenario's %(path)s must be one of: %(choices)s."


class Reader:
    """A table of the scenario and where it stands; whatever is not asked for is refused."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, dict):
            raise ScenarioRefused(KIND, path=path, kind="a table")
        self._left: dict[str, Any] = dict(value)
        self._path = path

    def path(self, key: str) -> str:
        """Return the path of a key."""
        return f"{self._path}.{key}" if self._path else key

    def has(self, key: str) -> bool:
        """Say whether a key is there."""
        return key in self._left

    def take(self, key: str) -> Any:
        """Return a value that must be there.

        Raises
        ------
        ScenarioRefused
            If it is missing.
        """
        if key not in self._left:
            raise ScenarioRefused(MISSING, path=self.path(key))
        return self._left.pop(key)

    def number(self, key: str, low: float, high: float, default: float | None = None) -> float:
        """Return a number between two limits."""
        if default is not None and key not in self._left:
            return default
        return number_of(self.take(key), self.path(key), low, high)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        """Return a whole number between two limits.

        Raises
        ------
        ScenarioRefused
            If it is missing or no such number.
        """
        value = self.number(key, low, high, default)
        if value != int(value):
            raise ScenarioRefused(KIND, path=self.path(key), kind="a whole number")
        return int(value)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a short text.

        Raises
        ------
        ScenarioRefused
            If it is missing or no short text.
        """
        if default is not None and key not in self._left:
            return default
        value = self.take(key)
        if not isinstance(value, str) or not value.strip() or len(value) > 100:
            raise ScenarioRefused(KIND, path=self.path(key), kind="a text of 1 to 100 letters")
        return value.strip()

    def flag(self, key: str) -> bool:
        """Return true or false; missing is false.

        Raises
        ------
        ScenarioRefused
            If it is neither.
        """
        value = self._left.pop(key, False)
        if not isinstance(value, bool):
            raise ScenarioRefused(KIND, path=self.path(key), kind="true or false")
        return value

    def choice(self, key: str, kind: type[E], default: E | None = None) -> E:
        """Return a member of an enum."""
        if default is not None and key not in self._left:
            return default
        return choice_of(self.take(key), self.path(key), kind)

    def many(self, key: str, one: Callable[[Any, str], T], *, needed: bool = False) -> list[T]:
        """Return a list, each item read by a function of the value and its path.

        Raises
        ------
        ScenarioRefused
            If it is no list, or empty where it is needed.
        """
        if not needed and key not in self._left:
            return []
        value = self.take(key)
        if not isinstance(value, list) or (needed and not value):
            raise ScenarioRefused(KIND, path=self.path(key), kind="a list")
        return [one(item, f"{self.path(key)}[{number}]") for number, item in enumerate(value)]

    def table(self, key: str) -> Reader:
        """Return a table that must be there."""
        return Reader(self.take(key), self.path(key))

    def optional(self, key: str) -> Reader:
        """Return a table, empty where there is none."""
        return Reader(self._left.pop(key, {}), self.path(key))

    def items(self) -> list[tuple[str, Any]]:
        """Return all that is left, and leave nothing."""
        found = list(self._left.items())
        self._left = {}
        return found

    def close(self) -> None:
        """Refuse what nobody asked for.

        Raises
        ------
        ScenarioRefused
            If it is there.
        """
        for key in self._left:
            raise ScenarioRefused(UNKNOWN, path=self.path(key))


def number_of(value: Any, path: str, low: float, high: float) -> float:
    """Return a number between two limits, or refuse it by its path.

    Raises
    ------
    ScenarioRefused
        If it is not that.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ScenarioRefused(KIND, path=path, kind="a number")
    if not low <= value <= high:
        raise ScenarioRefused(BETWEEN, path=path, low=f"{low:g}", high=f"{high:g}")
    return float(value)


def whole_of(value: Any, path: str, low: int, high: int) -> int:
    """Return a whole number between two limits, or refuse it by its path.

    Raises
    ------
    ScenarioRefused
        If it is not that.
    """
    found = number_of(value, path, low, high)
    if found != int(found):
        raise ScenarioRefused(KIND, path=path, kind="a whole number")
    return int(found)


def choice_of(value: Any, path: str, kind: type[E]) -> E:
    """Return a member of an enum, or refuse the value by its path.

    Raises
    ------
    ScenarioRefused
        If it is not that.
    """
    choices = [one.value for one in kind]
    if not isinstance(value, str) or value not in choices:
        raise ScenarioRefused(ONE_OF, path=path, choices=", ".join(choices))
    return kind(value)
