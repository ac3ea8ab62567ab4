"""What a decision aid is: a published rule with the answers it asks for.

An aid asks by name; a pathway that uses it has fields of these names. It gives a `Grade`, which
prompts and never decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from tongying.measure.recipe import ChildKnown, Grade
from tongying.pathway.definition import AnswerKind, Words

Value = str | float | bool | date | frozenset[str]
"""An answer: an option's id or words, a number or a measured value, yes or no, a day, or the ids of
the options chosen."""


@dataclass(frozen=True, slots=True)
class Input:
    """One answer that an aid asks for.

    Attributes
    ----------
    name : str
        Id of the field that answers it.
    kind : AnswerKind
        How it is answered; a number may come from a measurement too.
    must : bool
        Whether the aid says nothing without it. Where it can speak without some of its inputs,
        as when one answer alone settles it, they are not `must` and the aid itself refuses.
    options : frozenset of str
        Of a choice: the only answers the aid understands; empty for any.
    measure : str
        Of a measured value: the measure it must be; empty for any.
    """

    name: str
    kind: AnswerKind
    must: bool = True
    options: frozenset[str] = frozenset()
    measure: str = ""


@dataclass(frozen=True, slots=True)
class Aid:
    """A published rule applied to answers.

    Attributes
    ----------
    id : str
        Stable, such as ``graf``.
    words : Words
        What it gives, such as "Graf type".
    inputs : tuple of Input
    compute : callable
        (values by the name of the input, child) -> Grade. Values that are not answered are not in
        the mapping. The grade's side is set afterwards. Raises errors of the kinds `BadInput` where
        the rule does not speak.
    values : tuple of str
        Every value the grade may take, as the rule writes it; empty where they are not countable.
    """

    id: str
    words: Words
    inputs: tuple[Input, ...]
    compute: Callable[[Mapping[str, Value], ChildKnown], Grade]
    values: tuple[str, ...] = ()
