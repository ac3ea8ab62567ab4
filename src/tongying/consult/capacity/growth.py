"""Workload per head from two growth rates: by how much a year, when it doubles, how often by then.

Rates are percent a year and compound; they are the only inputs.
"""

from __future__ import annotations

import math
from typing import ClassVar

from tongying.kernel.errors import BadInput

DEMAND_PERCENT = 20.0
"""Growth of the demand for imaging a year (source C, first paragraph: about 20 %)."""
STAFF_PERCENT = 4.1
"""Growth of the number of imaging doctors a year (source C, first paragraph)."""
NONE_LEFT = -100.0


class GrowthRefused(BadInput):
    """A growth rate at which nothing would be left."""

    code: ClassVar[str] = "capacity.growth"


def factor(percent: float, years: float) -> float:
    """Return by what something is multiplied after some years of compound growth.

    Parameters
    ----------
    percent : float
        Growth a year, more than -100.
    years : float

    Raises
    ------
    GrowthRefused
        If the rate is not a number above -100.

    Examples
    --------
    >>> round(factor(20.0, 5), 3)
    2.488
    """
    if not (math.isfinite(percent) and percent > NONE_LEFT):
        raise GrowthRefused("A growth rate must be a number above -100 percent a year.")
    return float((1 + percent / 100) ** years)


def workload_factor(demand_percent: float, staff_percent: float, years: float) -> float:
    """Return by what the workload of one head is multiplied after some years.

    Examples
    --------
    After 5 and 7 years of demand +20 % and staff +4.1 % a year:

    >>> round(workload_factor(20.0, 4.1, 5), 2), round(workload_factor(20.0, 4.1, 7), 2)
    (2.04, 2.7)
    """
    return factor(demand_percent, years) / factor(staff_percent, years)


def workload_growth_percent(demand_percent: float, staff_percent: float) -> float:
    """Return the growth of the workload of one head, in percent a year.

    Examples
    --------
    >>> round(workload_growth_percent(20.0, 4.1), 1)
    15.3
    """
    return (workload_factor(demand_percent, staff_percent, 1.0) - 1) * 100


def doubling_years(growth_percent: float) -> float | None:
    """Return after how many years something growing by a rate has doubled; None if it never does.

    Examples
    --------
    >>> round(doubling_years(workload_growth_percent(20.0, 4.1)), 1)
    4.9
    >>> doubling_years(0.0) is None
    True
    """
    once = math.log(factor(growth_percent, 1.0))
    return math.log(2) / once if once > 0 else None
