"""Typed values as JSON and back: cards, requests and answers cross processes and lie in files.

Nothing is ever constructed but what the type says: no pickle, no class named by the text.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np

from tongying.kernel.errors import BadInput

T = TypeVar("T")


class PlainRefused(BadInput):
    """The JSON is not what the type says."""

    code: ClassVar[str] = "ai.plain-refused"


def plain(value: Any) -> Any:
    """Return a value of dataclasses, enums, dates, paths, sets and tuples as JSON values.

    Sets are sorted, so that equal values give equal text.

    Raises
    ------
    PlainRefused
        If something in it is none of these.

    Examples
    --------
    >>> plain(frozenset({"b", "a"})), plain(date(2026, 2, 28))
    (['a', 'b'], '2026-02-28')
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, int | float):
        return value
    if isinstance(value, Path | date):
        return str(value) if isinstance(value, Path) else value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(plain(item) for item in value)
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    raise PlainRefused(f"A {type(value).__name__} cannot be written as JSON.")


def typed(kind: type[T], value: Any) -> T:
    """Return JSON values as what a type says; the opposite of `plain`.

    Parameters
    ----------
    kind : type
        A dataclass, or anything that stands in one's annotations.
    value : Any
        Of `json.loads`.

    Raises
    ------
    PlainRefused
        If the value is not of that shape.

    Examples
    --------
    >>> typed(tuple[int, ...], [1, 2])
    (1, 2)
    """
    return cast(T, _typed(kind, value))


def _typed(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if kind is Any:
        return value
    if origin in (Union, types.UnionType):
        return _of_union(get_args(kind), value)
    if origin in (tuple, frozenset):
        return _of_items(origin, get_args(kind), value)
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, dict):
            raise PlainRefused("A table was expected.")
        inner = get_args(kind)[1]
        return {key: _typed(inner, item) for key, item in value.items()}
    if isinstance(kind, type):
        return _of_class(kind, value)
    raise PlainRefused(f"{kind} cannot be read from JSON.")


def _of_union(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and type(None) in kinds:
        return None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _typed(kind, value)
        except PlainRefused:
            continue
    raise PlainRefused("A value is of none of the kinds that may stand there.")


def _of_items(origin: Any, kinds: tuple[Any, ...], value: Any) -> Any:
    if not isinstance(value, list):
        raise PlainRefused("A list was expected.")
    if origin is frozenset or (len(kinds) == 2 and kinds[1] is Ellipsis):
        return origin(_typed(kinds[0], item) for item in value)
    if len(kinds) != len(value):
        raise PlainRefused(f"{len(kinds)} values were expected, not {len(value)}.")
    return tuple(_typed(kind, item) for kind, item in zip(kinds, value, strict=True))


def _of_class(kind: type[Any], value: Any) -> Any:
    if is_dataclass(kind):
        return _of_dataclass(kind, value)
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind in (str, bool, int) and type(value) is kind:
        return value
    if isinstance(value, str):
        try:
            if issubclass(kind, Enum) or issubclass(kind, Path):
                return kind(value)
            if issubclass(kind, date):
                return kind.fromisoformat(value)
        except ValueError:
            raise PlainRefused(f"{value[:40]!r} is no {kind.__name__}.") from None
    raise PlainRefused(f"A {kind.__name__} was expected.")


def _of_dataclass(kind: type[Any], value: Any) -> Any:
    if not isinstance(value, dict):
        raise PlainRefused("A table was expected.")
    hints = get_type_hints(kind)
    names = {one.name for one in fields(kind)}
    if not value.keys() <= names:
        raise PlainRefused(f"{kind.__name__} does not know {sorted(value.keys() - names)[0][:40]}.")
    try:
        return kind(**{name: _typed(hints[name], item) for name, item in value.items()})
    except TypeError:
        raise PlainRefused(f"A part of {kind.__name__} is missing.") from None
