"""How much a child's value changed between two days, and whether measuring alone explains it.

For two readings with a standard error of measurement s each, their difference has the standard
error ``sqrt(2) s``, and 95 % of repeated readings of one unchanged child differ by less than
``1.96 sqrt(2) s`` (the repeatability coefficient; Bland and Altman, BMJ 1996; 313: 744). A
technical error of measurement, ``sqrt(sum d^2 / 2n)`` of n children measured twice (Ulijaszek and
Kerr, Br J Nutr 1999; 82: 165-177), is such an s.

How much normal children change is not in it: no norm of velocity is claimed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar, Final

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput
from tongying.norms.axis import DAYS_PER_YEAR
from tongying.norms.forms.form import Distribution
from tongying.norms.measure import in_unit
from tongying.norms.norm import Norm
from tongying.norms.score.result import ChildFacts, Measured, MeasureMismatch, MethodMismatch, Score
from tongying.norms.score.score import score
from tongying.norms.score.site_shift import at_site
from tongying.norms.uncertainty import Z_90

REPEATABILITY_Z: Final = 1.96
"""95 % of differences of an unchanged child lie within so many of their standard errors."""

NO_VELOCITY_NORM: Final = Caveat(
    "norms.no-velocity-norm",
    "How much normal children change is not known here: only the measuring error is considered.",
)
ERROR_UNKNOWN: Final = Caveat(
    "norms.measurement-error-unknown",
    "The error of this measurement is not known, so whether the change is real cannot be said.",
)
TWO_SITES: Final = Caveat(
    "norms.two-sites",
    "The two values were measured at different hospitals, which may differ more than one does.",
)


class NotLater(BadInput):
    """The second value was not measured on a later day than the first."""

    code: ClassVar[str] = "norms.not-later"


class NormsDiffer(BadInput):
    """The two values stand in different norms, so their scores cannot be subtracted."""

    code: ClassVar[str] = "norms.norms-differ"


class MeasurementErrorRefused(BadInput):
    """A measurement error is not a number above zero."""

    code: ClassVar[str] = "norms.measurement-error-refused"


@dataclass(frozen=True, slots=True)
class MeasurementError:
    """The standard error of one reading.

    Attributes
    ----------
    error : float
        Standard error, or technical error, of measurement; above zero.
    unit : str
    source : str
        Where it was found, such as the readers' own repeated measurements.

    Raises
    ------
    MeasurementErrorRefused
        If the error is not a number above zero.
    """

    error: float
    unit: str
    source: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.error) and self.error > 0):
            raise MeasurementErrorRefused("A measurement error must be a number above zero.")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A value on a day; height and weight of the child are those of the day."""

    measured: Measured
    child: ChildFacts
    on: date


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two days.

    Attributes
    ----------
    earlier, later : Score
    days : int
    value_change, per_year : float
        In the norm's unit, and per year of 365.25 days.
    value_interval, per_year_interval : tuple of float or None
        90 %, from the measuring error alone; None where it is not known.
    z_change : float or None
        None where the norm does not know the whole distribution.
    z_interval : tuple of float or None
        90 %, from the measuring error alone: the norm's own error is mostly common to both.
    smallest_real : float or None
        Changes of the value below it are explained by measuring alone in 95 of 100.
    exceeds_error : bool or None
        None: nothing is claimed.
    caveats : tuple of Caveat
    """

    earlier: Score
    later: Score
    days: int
    value_change: float
    per_year: float
    value_interval: tuple[float, float] | None
    per_year_interval: tuple[float, float] | None
    z_change: float | None
    z_interval: tuple[float, float] | None
    smallest_real: float | None
    exceeds_error: bool | None
    caveats: tuple[Caveat, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the change as a JSON object."""
        return {
            "earlier": self.earlier.as_json(),
            "later": self.later.as_json(),
            "days": self.days,
            "value_change": self.value_change,
            "per_year": self.per_year,
            "value_interval": _listed(self.value_interval),
            "per_year_interval": _listed(self.per_year_interval),
            "z_change": self.z_change,
            "z_interval": _listed(self.z_interval),
            "smallest_real": self.smallest_real,
            "exceeds_error": self.exceeds_error,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }


def change(
    earlier: Occasion,
    later: Occasion,
    norms: Mapping[str, Norm],
    *,
    norm: str | None = None,
    error: MeasurementError | None = None,
) -> Change:
    """Return the change between two values of one child in one norm.

    Every refusal of `tongying.norms.score.score.score` may come from either value.

    Parameters
    ----------
    earlier, later : Occasion
    norms : mapping of str to Norm
    norm : str, optional
        Id of the norm; without it each value chooses, and both must choose the same.
    error : MeasurementError, optional
        Of one reading; without it nothing is claimed about whether the change is real.

    Raises
    ------
    NotLater
        If the second value is of the same day, or of an earlier one.
    MeasureMismatch
        If the values are of different measures.
    MethodMismatch
        If the values were measured in different ways.
    NormsDiffer
        If the values stand in different norms.
    """
    _check(earlier, later)
    first = score(earlier.measured, earlier.child, earlier.on, norms, norm=norm)
    second = score(later.measured, later.child, later.on, norms, norm=norm)
    if first.norm != second.norm:
        raise NormsDiffer(
            "The two values stand in different norms, so their scores cannot be compared;"
            " name one norm."
        )
    days = (later.on - earlier.on).days
    years = days / DAYS_PER_YEAR
    difference = second.value - first.value
    single = None if error is None else in_unit(error.error, error.unit, first.unit)
    half = None if single is None else Z_90 * math.sqrt(2.0) * single
    smallest = None if single is None else REPEATABILITY_Z * math.sqrt(2.0) * single
    z_change = None if first.z is None or second.z is None else second.z - first.z
    z_half = None
    if z_change is not None and single is not None:
        used = norms[first.norm]
        z_half = Z_90 * math.hypot(
            _z_error(used, first, earlier, single), _z_error(used, second, later, single)
        )
    return Change(
        first,
        second,
        days,
        difference,
        difference / years,
        _around(difference, half),
        _around(difference / years, None if half is None else half / years),
        z_change,
        _around(z_change, z_half),
        smallest,
        None if smallest is None else abs(difference) > smallest,
        _caveats(earlier, later, error),
    )


def _check(earlier: Occasion, later: Occasion) -> None:
    if later.on == earlier.on:
        raise NotLater("Both values were measured on the same day, so there is no change in time.")
    if later.on < earlier.on:
        raise NotLater("The second value was measured before the first.")
    if earlier.measured.measure != later.measured.measure:
        raise MeasureMismatch("The two values are of different measures.")
    if earlier.measured.method != later.measured.method:
        raise MethodMismatch("The two values were measured in different ways.")


def _z_error(norm: Norm, scored: Score, occasion: Occasion, single: float) -> float:
    """Return how far one standard error of measurement moves a score."""
    form = norm.form
    if not isinstance(form, Distribution):
        return 0.0
    sex = occasion.child.sex if form.by_sex() else None
    here = at_site(norm, form, sex, occasion.measured.site)
    above, below = (here.z(scored.value + side * single, scored.x, sex) for side in (1.0, -1.0))
    return abs(above - below) / 2.0


def _caveats(
    earlier: Occasion, later: Occasion, error: MeasurementError | None
) -> tuple[Caveat, ...]:
    sites = {occasion.measured.site for occasion in (earlier, later)}
    said = (
        (error is None, ERROR_UNKNOWN),
        (len(sites) > 1, TWO_SITES),
        (True, NO_VELOCITY_NORM),
    )
    return tuple(caveat for holds, caveat in said if holds)


def _around(middle: float | None, half: float | None) -> tuple[float, float] | None:
    if middle is None or half is None or not math.isfinite(half):
        return None
    return middle - half, middle + half


def _listed(interval: tuple[float, float] | None) -> list[float] | None:
    return list(interval) if interval else None
