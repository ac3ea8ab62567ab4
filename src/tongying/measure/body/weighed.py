"""A child's weight as a table of doses asks for it: possible, dated, and not old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Final

from tongying.dicom.suv_body import (
    ADULT_DAYS,
    INFANT_DAYS,
    INFANT_WEIGHT_GOOD_DAYS,
    WEIGHT_GOOD_DAYS,
)
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.measure.recipe import AgeOutsideRule
from tongying.norms.score.body_surface import WEIGHT_KG

UNSIGNED: Final = Caveat(
    "measure.dose-unsigned",
    "These tables are not signed off for this hospital: the local table decides.",
)
STALE: Final = Caveat(
    "measure.weight-stale",
    "The weight is older than 30 days, or than 7 days below one year: weigh the child again.",
)
UNDATED: Final = Caveat(
    "measure.weight-undated", "It is not known when the child was weighed: weigh the child again."
)


class WeightUnknown(BadInput):
    """A dose is asked for and the child's weight is not known, or is no weight of a child."""

    code: ClassVar[str] = "measure.weight-unknown"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A child's weight.

    Attributes
    ----------
    weight_kg : float or None
    weighed_on : date or None
    age_days : int or None
        On the day of the dose.
    """

    weight_kg: float | None
    weighed_on: date | None = None
    age_days: int | None = None


def checked_weight(weighed: Weighed, on: date) -> tuple[float, tuple[Caveat, ...]]:
    """Return the weight that a table may be asked with, and what is doubtful about it.

    Parameters
    ----------
    weighed : Weighed
    on : date
        Day of the examination.

    Raises
    ------
    WeightUnknown
        If the weight is not known, or is not that of a child.
    AgeOutsideRule
        If the child is 18 years old or older.
    """
    if weighed.age_days is not None and weighed.age_days >= ADULT_DAYS:
        raise AgeOutsideRule("These tables are for children below 18 years.")
    weight = weighed.weight_kg
    if weight is None:
        raise WeightUnknown("The child's weight is not known: weigh the child first.")
    if not WEIGHT_KG[0] <= weight <= WEIGHT_KG[1]:
        raise WeightUnknown("The weight is not possible in a child: it, or its unit, is wrong.")
    if weighed.weighed_on is None:
        return weight, (UNSIGNED, UNDATED)
    infant = weighed.age_days is None or weighed.age_days < INFANT_DAYS
    good = INFANT_WEIGHT_GOOD_DAYS if infant else WEIGHT_GOOD_DAYS
    stale = abs((on - weighed.weighed_on).days) > good
    return weight, (UNSIGNED, STALE) if stale else (UNSIGNED,)
