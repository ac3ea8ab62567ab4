"""An answer by its name, as the kind that an aid reads; None where it is not answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from tongying.kernel.errors import BadInput
from tongying.pathway.aids.aid import Value

NONE = "none"
"""The option that says that none of several is there; without it an empty list is no answer."""


class AnswerUnfit(BadInput):
    """An answer is of another kind than an aid reads, or contradicts itself."""

    code: ClassVar[str] = "pathway.answer-unfit"


def number(values: Mapping[str, Value], name: str) -> float | None:
    """Return a number.

    Raises
    ------
    AnswerUnfit
        If it is something else.
    """
    value = values.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise AnswerUnfit(f"The answer {name!r} is no number.")
    return float(value)


def yes(values: Mapping[str, Value], name: str) -> bool | None:
    """Return yes or no.

    Raises
    ------
    AnswerUnfit
        If it is something else.
    """
    value = values.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise AnswerUnfit(f"The answer {name!r} is neither yes nor no.")


def chosen(values: Mapping[str, Value], name: str) -> str | None:
    """Return the id of an option.

    Raises
    ------
    AnswerUnfit
        If it is something else.
    """
    value = values.get(name)
    if value is None or isinstance(value, str):
        return value
    raise AnswerUnfit(f"The answer {name!r} is no option.")


def several(values: Mapping[str, Value], name: str) -> frozenset[str] | None:
    """Return the ids of options; empty where the option ``none`` is chosen.

    Raises
    ------
    AnswerUnfit
        If it is something else, or ``none`` is chosen beside others.
    """
    value = values.get(name)
    if value is None or value == frozenset():
        return None
    if not isinstance(value, frozenset):
        raise AnswerUnfit(f"The answer {name!r} is no list of options.")
    if NONE in value:
        if len(value) > 1:
            raise AnswerUnfit(f"The answer {name!r} says none and something at once.")
        return frozenset()
    return value
