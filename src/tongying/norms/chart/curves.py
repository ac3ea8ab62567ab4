"""The numbers of a chart: centile curves with their bands, or the limits a norm prints."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.special import ndtri

from tongying.norms.arrays import FloatArray, IntArray
from tongying.norms.axis import AxisKind
from tongying.norms.forms.form import Distribution, Partial
from tongying.norms.norm import Norm
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import Z_90, SexUncertainty

CENTILES: Final = (3.0, 10.0, 25.0, 50.0, 75.0, 90.0, 97.0)
BANDED: Final = (3.0, 50.0, 97.0)
STEPS: Final = 161
PRINTED_STEPS: Final = 801
"""Printed limits go up in steps, which must look like steps."""


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One line of a chart.

    Attributes
    ----------
    label : str
        Such as ``3`` for the third centile, or ``low``, ``middle``, ``high`` of printed limits.
    y : FloatArray
        (g,), NaN where there is none.
    low, high : FloatArray or None
        90 % interval of the curve.
    """

    label: str
    y: FloatArray
    low: FloatArray | None = None
    high: FloatArray | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """What is drawn.

    Attributes
    ----------
    x : FloatArray
        (g,), the axis' unit.
    curves : tuple of Curve
    counts : tuple of (float, float, int)
        From, to, children: where the norm says how many stand behind it.
    whole : bool
        Whether the norm knows the whole distribution.
    says : str
        What printed limits are; empty for curves.
    """

    x: FloatArray
    curves: tuple[Curve, ...]
    counts: tuple[tuple[float, float, int], ...]
    whole: bool
    says: str = ""


def curves_of(norm: Norm, sex: Sex | None) -> Curves:
    """Return the curves of a norm for a sex, over its whole range.

    Parameters
    ----------
    norm : Norm
    sex : Sex or None
        Needed where the norm differs between the sexes.
    """
    form = norm.form
    asked = sex if form.by_sex() else None
    low, high = form.range(asked)
    whole = isinstance(form, Distribution)
    x = _grid(norm.axis, low, high, STEPS if whole else PRINTED_STEPS)
    if isinstance(form, Distribution):
        known = norm.uncertainty.by_sex.get(asked) if norm.uncertainty else None
        lines = tuple(_curve(form, x, asked, centile, known) for centile in CENTILES)
        return Curves(x, lines, _counts(norm, known), whole=True)
    assert isinstance(form, Partial)  # noqa: S101 -- a form is one or the other
    places = [form.place(1.0, float(at), asked) for at in x]
    rows = {
        "low": np.array([np.nan if one.low is None else one.low for one in places]),
        "middle": np.array([np.nan if one.expected is None else one.expected for one in places]),
        "high": np.array([np.nan if one.high is None else one.high for one in places]),
    }
    lines = tuple(Curve(name, row) for name, row in rows.items() if np.isfinite(row).any())
    return Curves(x, lines, (), whole=False, says=places[0].says)


def _grid(axis: AxisKind, low: float, high: float, steps: int) -> FloatArray:
    if axis in {AxisKind.AGE, AxisKind.CORRECTED_AGE}:
        # Infancy changes fastest, so it gets the most points.
        return np.asarray(low + (high - low) * np.linspace(0.0, 1.0, steps) ** 1.6)
    return np.linspace(low, high, steps)


def _curve(
    form: Distribution,
    x: FloatArray,
    sex: Sex | None,
    centile: float,
    known: SexUncertainty | None,
) -> Curve:
    z = np.full(len(x), float(ndtri(centile / 100.0)))
    y = form.value(z, x, sex)
    if known is None or centile not in BANDED:
        return Curve(f"{centile:g}", y)
    error = np.array([_error(known, float(at), float(z[0])) for at in x])
    return Curve(
        f"{centile:g}",
        y,
        form.value(z - Z_90 * error, x, sex),
        form.value(z + Z_90 * error, x, sex),
    )


def _error(known: SexUncertainty, x: float, z: float) -> float:
    rows = np.array([np.interp(z, known.z, row) for row in known.z_error])
    return float(np.interp(x, known.x, rows))


def _counts(norm: Norm, known: SexUncertainty | None) -> tuple[tuple[float, float, int], ...]:
    """Return how many stand near, at steps of twice the window, so that no child counts twice."""
    if known is None or norm.uncertainty is None:
        return ()
    near = norm.uncertainty.near
    low, high = float(known.x[0]), float(known.x[-1])
    edges = np.arange(low, high + 2 * near, 2 * near)
    near_counts: IntArray = known.n_near
    return tuple(
        (
            float(left),
            float(min(right, high)),
            round(float(np.interp((left + right) / 2, known.x, near_counts))),
        )
        for left, right in pairwise(edges)
        if left < high
    )
