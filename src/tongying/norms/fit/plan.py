"""What a curve is made of: family, transform of age, and how freely each parameter may bend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

DAYS_SHIFT: Final = 30.0
"""Added to an age in days before the power is taken: a month, so that the first days do not
stretch the axis without end. A choice of ours; the power is chosen by BIC."""


@dataclass(frozen=True, slots=True)
class Bend:
    """How one parameter may vary along the axis.

    Attributes
    ----------
    intervals : int
        Spline intervals; 0 for a constant.
    order : int
        Order of the difference penalty: with 2 the smoothest curve is a line, with 1 a constant.
    """

    intervals: int
    order: int = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """One candidate model.

    Attributes
    ----------
    family : str
        See `tongying.norms.distributions.registry.FAMILIES`.
    power, shift : float
        Of the axis, see `tongying.norms.fit.basis.Axis`.
    bends : tuple of Bend
        One for each parameter of the family.
    by_site : bool
        Whether the middle of each site may differ (a random effect).
    """

    family: str
    power: float
    shift: float
    bends: tuple[Bend, ...]
    by_site: bool = False


USUAL_BENDS: Final[dict[str, tuple[Bend, ...]]] = {
    "normal": (Bend(14), Bend(8, order=1)),
    "bccg": (Bend(14), Bend(8, order=1), Bend(5, order=1)),
    "bct": (Bend(14), Bend(8, order=1), Bend(5, order=1), Bend(0)),
    "shash": (Bend(14), Bend(8, order=1), Bend(5, order=1), Bend(0)),
}
"""Spread and skewness are smoothest where they are constant, so that few children do not make them
bend; finer bases changed the centiles of simulated truths by less than 0.01 standard deviations."""


def usual_plan(
    family: str, *, power: float = 0.5, shift: float = DAYS_SHIFT, by_site: bool = False
) -> Plan:
    """Return the plan that is tried unless somebody plans otherwise."""
    return Plan(family, power, shift, USUAL_BENDS[family], by_site)
