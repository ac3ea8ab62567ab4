"""A norm as a table that a spreadsheet opens: centiles and parameters along its axis."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from typing import Final

import numpy as np
from scipy.special import ndtri

from tongying.norms.axis import AxisKind
from tongying.norms.distributions.registry import FAMILIES
from tongying.norms.forms.form import Distribution, Partial
from tongying.norms.forms.parameter_table import ParameterTable
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm
from tongying.norms.release.steps import edges
from tongying.norms.score.certainty import near_at, of_sex
from tongying.norms.sex import Sex

CENTILES: Final = (3, 5, 10, 25, 50, 75, 90, 95, 97)
MOST_ROWS: Final = 250
"""A norm's own rows are printed up to so many, so that its numbers can be taken from the table."""
DIGITS: Final = 10


def csv_table(norm: Norm, *, x: Sequence[float] | None = None) -> str:
    """Return the table; lines that begin with ``#`` say what it is.

    Parameters
    ----------
    norm : Norm
        With its digest.
    x : sequence of float, optional
        Places on the axis; by default the norm's own rows, or usual steps where they are too many.
        Places outside a sex's range are left out.
    """
    out = StringIO()
    for name, text in _header(norm):
        out.write(f"# {name}: {' '.join(text.split())}\n")
    writer = csv.writer(out, lineterminator="\n")
    form = norm.form
    parameters = _parameters(form) if isinstance(form, Distribution) else ()
    middle = (
        tuple(f"P{centile}" for centile in CENTILES) + parameters
        if isinstance(form, Distribution)
        else ("low", "middle", "high", "limits")
    )
    writer.writerow(("sex", f"{norm.axis.value} ({norm.axis.unit})", *middle, "n near"))
    for sex in tuple(Sex) if form.by_sex() else (None,):
        for place in _places(norm, sex, x):
            cells = (
                _of_distribution(form, place, sex)
                if isinstance(form, Distribution)
                else _of_partial(norm, place, sex)
            )
            writer.writerow((sex or "", _number(place), *cells, _near(norm, place, sex)))
    return out.getvalue()


def _header(norm: Norm) -> list[tuple[str, str]]:
    measure, citation = measure_of(norm.measure), norm.citation
    people = ", ".join(f"{one.name} {one.on.isoformat()}" for one in norm.signed_off)
    lines = [
        ("norm", norm.id),
        ("sha256", norm.sha256),
        ("measure", f"{measure.english} / {measure.chinese}"),
        ("unit", norm.unit),
        ("method", norm.method.says()),
        ("population", f"{norm.population.english} / {norm.population.chinese}"),
        ("n", "not stated" if norm.population.n is None else str(norm.population.n)),
        ("route", norm.route.value),
        ("source", "made here" if citation is None else citation.text),
        ("signed off", people or "needs sign-off"),
    ]
    return lines + [("note", caveat.sentence) for caveat in norm.caveats]


def _places(norm: Norm, sex: Sex | None, x: Sequence[float] | None) -> list[float]:
    if norm.axis is AxisKind.NONE:
        return [0.0]
    low, high = norm.form.range(sex)
    if x is not None:
        return [float(place) for place in x if low <= place <= high]
    if isinstance(norm.form, ParameterTable):
        tables = norm.form.tables
        own = tables[sex if sex in tables else None].x
        if len(own) <= MOST_ROWS:
            return [float(place) for place in own]
    return [float(place) for place in edges(norm.axis, low, high)]


def _parameters(form: Distribution) -> tuple[str, ...]:
    family = FAMILIES.get(form.family)
    if family is not None:
        return family.parameters
    low, _ = form.range(None if not form.by_sex() else Sex.FEMALE)
    natural = form.natural(np.array([low]), None if not form.by_sex() else Sex.FEMALE)
    return tuple(f"{form.family} {number}" for number in range(1, len(natural) + 1))


def _of_distribution(form: Distribution, place: float, sex: Sex | None) -> list[str]:
    z = ndtri(np.array(CENTILES) / 100.0)
    here = np.full(len(z), place)
    values = form.value(z, here, sex)
    natural = form.natural(here[:1], sex)[:, 0]
    return [_number(float(number)) for number in (*values, *natural)]


def _of_partial(norm: Norm, place: float, sex: Sex | None) -> list[str]:
    form, measure = norm.form, measure_of(norm.measure)
    if not isinstance(form, Partial):
        return ["", "", "", ""]
    # The limits do not depend on the value that is placed between them.
    said = form.place((measure.low + measure.high) / 2.0, place, sex)
    return [*(_number(one) for one in (said.low, said.expected, said.high)), said.says]


def _near(norm: Norm, place: float, sex: Sex | None) -> str:
    grid = of_sex(norm.uncertainty, sex) if norm.uncertainty else None
    return "" if grid is None else str(near_at(grid, place))


def _number(value: float | None) -> str:
    if value is None or not np.isfinite(value):
        return ""
    return f"{value:.{DIGITS}g}"
