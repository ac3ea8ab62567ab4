"""Queries that are compiled once: Django writes the SQL, later runs only bind the values.

Compiling a query set costs a millisecond or two, several times what the database takes. Here a
query of one shape is built once with stand-ins for its values; wherever a stand-in came out among
the SQL's parameters, the value goes. The rules (who may see what, above all) stay written once, as
query sets.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

MOST_KEPT = 1000
"""Compiled queries kept; beyond, all are forgotten and compiled again as they come."""

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Around a text stand-in's number. Private use: no rule holds them as a literal."""
_FIRST_INT = 31_000
"""Integer stand-ins count from here: they fit into every integer column."""

Value = str | int | float | date | time


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A query of one shape.

    `parameters` holds literals as they are and, for a value, its number with what the lookup puts
    around it.
    """

    sql: str
    parameters: tuple[Any, ...]
    compiler: Any
    converters: dict[int, Any]


@dataclass(frozen=True, slots=True)
class _Bound:
    number: int
    before: str = ""
    after: str = ""


_compiled: dict[Hashable, _Compiled] = {}


def rows(
    shape: Hashable,
    values: Sequence[Value],
    build: Callable[[Sequence[Any]], QuerySet[Any, Any]],
    *,
    tail: str = "",
    tail_values: Sequence[int] = (),
) -> list[tuple[Any, ...]]:
    """Return the rows of a query.

    Parameters
    ----------
    shape : hashable
        Tells apart what `build` makes of its arguments; the types of `values` need not be in it.
    values : sequence
        What changes from run to run.
    build : callable
        Takes as many stand-ins as there are values and returns a query set of ``values_list``. It
        may put them into lookups, but must not look at them.
    tail : str, optional
        SQL after the query, such as ``LIMIT %s OFFSET %s``.
    tail_values : sequence of int, optional
        Its parameters.
    """
    key = (connection.vendor, shape, tuple([type(value) for value in values]))
    found = _compiled.get(key)
    if found is None:
        if len(_compiled) >= MOST_KEPT:
            _compiled.clear()
        found = _compiled[key] = _compile(values, build)
    parameters = [
        _adapted(values[one.number], one) if type(one) is _Bound else one
        for one in found.parameters
    ]
    with connection.cursor() as cursor:
        cursor.execute(found.sql + tail, [*parameters, *tail_values])
        fetched = cursor.fetchall()
    if found.converters:
        converted = found.compiler.apply_converters(fetched, found.converters)
        return [tuple(row) for row in converted]
    return fetched


def _compile(
    values: Sequence[Value], build: Callable[[Sequence[Any]], QuerySet[Any, Any]]
) -> _Compiled:
    stand_ins = [_stand_in(value, number) for number, value in enumerate(values)]
    compiler = build(stand_ins).query.get_compiler(using=connection.alias)
    sql, literal = compiler.as_sql()
    numbers = {_adapted(one, _Bound(number)): number for number, one in enumerate(stand_ins)}
    parameters = tuple(_parameter(one, numbers) for one in literal)
    bound = {one.number for one in parameters if isinstance(one, _Bound)}
    if bound != set(range(len(values))):
        raise ValueError("a value has no place in the query that was built for it")
    columns = [expression for expression, _, _ in compiler.select]
    return _Compiled(sql, parameters, compiler, compiler.get_converters(columns))


def _stand_in(value: Value, number: int) -> Value:
    if isinstance(value, str):
        return f"{_OPEN}{number}{_CLOSE}"
    if isinstance(value, date):
        return date(1, 1, 1) + timedelta(days=number)
    if isinstance(value, time):
        return time(0, 0, 0, number + 1)
    if isinstance(value, float):
        return _FIRST_INT + number + 0.5
    return _FIRST_INT + number


def _parameter(literal: Any, numbers: dict[Any, int]) -> Any:
    if isinstance(literal, str) and _OPEN in literal:
        before, _, rest = literal.partition(_OPEN)
        number, _, after = rest.partition(_CLOSE)
        return _Bound(int(number), before, after)
    if literal in numbers:
        return _Bound(numbers[literal])
    return literal


def _adapted(value: Value, bound: _Bound) -> Any:
    """Return a value as the driver takes it, with what its lookup puts around it."""
    if isinstance(value, str):
        if bound.before or bound.after:
            value = connection.ops.prep_for_like_query(value)
            return f"{bound.before}{value}{bound.after}"
        return value
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    if isinstance(value, time):
        return connection.ops.adapt_timefield_value(value)
    return value
