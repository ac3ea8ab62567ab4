"""Axes: what they measure, in which unit, from where to where, and round ticks."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Ticks stand at multiples of these times a power of ten."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a chart.

    Attributes
    ----------
    label : str
        What it measures, with the unit: ``"Share within 6 h (%)"``.
    low, high : float
        The values at its ends.
    ticks : tuple of (float, str)
        Where a tick stands and what is written there.
    """

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    def __post_init__(self) -> None:
        """Refuse an axis without length."""
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high):
            raise ValueError("an axis runs from a smaller to a larger finite value")

    def place(self, value: float, start: float, end: float) -> float:
        """Return where a value stands between two ends in drawing units."""
        return start + (value - self.low) / (self.high - self.low) * (end - start)


def plain(value: float) -> str:
    """Write a number as short as it is: ``5``, ``0.25``, ``12,000``.

    Examples
    --------
    >>> plain(5.0), plain(0.25), plain(12000.0)
    ('5', '0.25', '12,000')
    """
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def nice_axis(
    label: str,
    values: Sequence[float],
    *,
    from_zero: bool = True,
    most: int = 6,
    text: Callable[[float], str] = plain,
) -> Axis:
    """Return an axis with round ticks that holds all the values.

    Parameters
    ----------
    label : str
        With the unit.
    values : sequence of float
        None at all gives an axis from 0 to 1.
    from_zero : bool, optional
        Whether it begins (or ends) at zero; bars need it.
    most : int, optional
        At most about this many ticks.
    text : callable, optional
        How a tick is written.

    Examples
    --------
    >>> axis = nice_axis("cases", [3.0, 47.0])
    >>> axis.low, axis.high, [word for _, word in axis.ticks]
    (0.0, 50.0, ['0', '10', '20', '30', '40', '50'])
    """
    held = [*values, 0.0] if from_zero else list(values)
    low, high = (min(held), max(held)) if held else (0.0, 1.0)
    if low == high:
        low, high = (low, low + 1.0) if from_zero and low >= 0 else (low - 0.5, high + 0.5)
    step = _step((high - low) / max(1, most - 1))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    at = [round(number * step, 10) for number in range(first, last + 1)]
    return Axis(label, at[0], at[-1], tuple((value, text(value)) for value in at))


def fixed_axis(
    label: str,
    low: float,
    high: float,
    *,
    step: float,
    text: Callable[[float], str] = plain,
) -> Axis:
    """Return an axis from end to end with a tick at every step.

    Parameters
    ----------
    label : str
        With the unit.
    low, high : float
        The ends, whatever the values are.
    step : float
        From tick to tick.
    text : callable, optional
        How a tick is written.

    Examples
    --------
    >>> [word for _, word in fixed_axis("hour", 0, 24, step=6).ticks]
    ['0', '6', '12', '18', '24']
    """
    count = math.floor((high - low) / step + 1e-9)
    at = [round(low + number * step, 10) for number in range(count + 1)]
    return Axis(label, low, high, tuple((value, text(value)) for value in at))


def percent(value: float) -> str:
    """Write a share between 0 and 1 as a percentage without its sign.

    Examples
    --------
    >>> percent(0.25), percent(1.0)
    ('25', '100')
    """
    return plain(round(value * 100, 1))


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(one * power for one in STEPS if one * power >= least * (1 - 1e-9))
