"""A value against the reference values of normal children, or the reason why it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from tongying.kernel.caveat import Caveat
from tongying.norms.axis import AxisKind
from tongying.norms.distributions.registry import centile_of
from tongying.norms.forms.form import Distribution, Partial, Position
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm
from tongying.norms.score import doubts
from tongying.norms.score.certainty import near_at, of_sex, z_error_at
from tongying.norms.score.choice import choose, others_listed
from tongying.norms.score.result import (
    AgeOutside,
    AgeUnknown,
    ChildFacts,
    Measured,
    NormUnknown,
    Score,
    SexUnknown,
    SiteUncalibrated,
    SizeUnknown,
    TooFewNear,
)
from tongying.norms.score.site_shift import AtSite, at_site
from tongying.norms.score.standing import Standing, standing
from tongying.norms.score.value import check_method, value_in
from tongying.norms.sex import Sex
from tongying.norms.uncertainty import Z_90

LIMIT_Z = 1.959963984540054
"""97.5th centile: the usual limits of reference, 2.5th to 97.5th (CLSI EP28-A3c)."""
_LIMITS = np.array([-LIMIT_Z, 0.0, LIMIT_Z])
LIMITS_SAY = "2.5th to 97.5th centile"
FAR_OUTSIDE_Z = 4.0
"""Beyond it a centile is a guess about a tail that nobody has seen; needs sign-off."""
TOLERANCE = 1e-9
"""Of the ends of a range, for ages that were computed."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A checked value at a checked place of a norm."""

    norm: Norm
    value: float
    x: float
    sex: Sex | None
    site: str | None
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a form says about it."""

    z: float | None
    centile: float | None
    z_interval: tuple[float, float] | None
    expected: float | None
    low: float | None
    high: float | None
    limits_say: str
    between: tuple[float, float] | None
    position: Position
    n_near: int | None
    caveats: tuple[Caveat, ...]


def score(
    measured: Measured,
    child: ChildFacts,
    on: date | None,
    norms: Mapping[str, Norm],
    *,
    norm: str | None = None,
) -> Score:
    """Return a value's place among normal children.

    Where no norm is named, the one that comes first is taken (Chinese before foreign, released
    before published, signed before unsigned) among those made by the value's method whose range
    covers the child and whose age or size is known; the others are listed in a caveat. A site that
    is not calibrated, an unknown sex or too few children nearby are refused, and never answered
    from another norm instead.

    Parameters
    ----------
    measured : Measured
    child : ChildFacts
    on : date or None
        Day of the measurement.
    norms : mapping of str to Norm
        Norms in force, by their id.
    norm : str, optional
        Id of the norm to use.

    Raises
    ------
    NormUnknown
        If no norm has this id, or none is about this measure.
    MeasureMismatch
        If the named norm is about another measure.
    MethodMismatch
        If the value was measured in another way than the norm's.
    MeasureUnknown
        If there is no such measure.
    UnitMismatch
        If the unit cannot be turned into the norm's.
    ValueImpossible
        If the value, height or weight is not that of a child.
    AgeUnknown
        If the age or gestation the norm needs is not known.
    AgeRefused
        If the measurement lies before the birth, or the gestation is not possible.
    AgeOutside
        If the child stands outside the norm's range.
    SexUnknown
        If the norm differs between the sexes and the child's is not known.
    SizeUnknown
        If the norm needs a height or weight that is not known.
    SiteUncalibrated
        If the norm differs between sites and is not calibrated for this one.
    TooFewNear
        If too few children of this age stand behind the norm.
    """
    if norm is not None:
        if norm not in norms:
            raise NormUnknown("There is no norm with this id in force.")
        return score_against(norms[norm], measured, child, on)
    value_in(measured)
    refusal: AgeOutside | AgeUnknown | SizeUnknown | None = None
    chosen = choose(measured, norms)
    for place, one in enumerate(chosen):
        try:
            return score_against(
                one, measured, child, on, caveats=others_listed(chosen[place + 1 :])
            )
        except (AgeOutside, AgeUnknown, SizeUnknown) as error:
            refusal = refusal or error
    raise refusal or NormUnknown("There is no norm of this measure.")


def score_against(
    norm: Norm,
    measured: Measured,
    child: ChildFacts,
    on: date | None,
    *,
    caveats: tuple[Caveat, ...] = (),
) -> Score:
    """Return a value's place in one norm; `score` says what is refused.

    Parameters
    ----------
    norm : Norm
    measured : Measured
    child : ChildFacts
    on : date or None
        Day of the measurement.
    caveats : tuple of Caveat
        What the score shall carry besides its own.

    Raises
    ------
    MeasureMismatch
        If the norm is about another measure.
    SexUnknown
        If the norm differs between the sexes and the child's is not known.
    AgeOutside
        If the child stands outside the norm's range.
    """
    value = value_in(measured, norm)
    unstated = check_method(measured, norm)
    sex = _sex(norm, child)
    place = standing(norm.axis, child, on)
    check_range(norm, place.x, sex)
    question = _Question(
        norm, value, place.x, sex, measured.site, _caveats(norm, place, unstated, caveats)
    )
    answer = (
        _of_distribution(question, norm.form)
        if isinstance(norm.form, Distribution)
        else _of_partial(question)
    )
    return _score(question, answer)


def check_range(norm: Norm, x: float, sex: Sex | None) -> None:
    """Check that a place lies in the norm's range.

    Raises
    ------
    AgeOutside
        If it does not.
    """
    low, high = norm.form.range(sex)
    if norm.axis is AxisKind.NONE or low - TOLERANCE <= x <= high + TOLERANCE:
        return
    raise AgeOutside(
        f"The child stands outside this norm, which covers {low:g} to {high:g} {norm.axis.unit}"
        f" of {norm.axis.value}."
    )


def _sex(norm: Norm, child: ChildFacts) -> Sex | None:
    if not norm.form.by_sex():
        return None
    if child.sex is None:
        raise SexUnknown("This norm differs between girls and boys, and the sex is not known.")
    return child.sex


def _caveats(
    norm: Norm, place: Standing, unstated: tuple[Caveat, ...], more: tuple[Caveat, ...]
) -> tuple[Caveat, ...]:
    kept: dict[str, Caveat] = {}
    for caveat in (*norm.caveats, *doubts.of_norm(norm), *place.caveats, *unstated, *more):
        kept.setdefault(caveat.code, caveat)
    return tuple(kept.values())


def _of_distribution(question: _Question, form: Distribution) -> _Answer:
    norm, value, x, sex = question.norm, question.value, question.x, question.sex
    here = at_site(norm, form, sex, question.site)
    n_near = _enough(question)
    low, expected, high = (_known(float(one)) for one in here.values(_LIMITS, x, sex))
    z = here.z(value, x, sex)
    caveats: list[Caveat] = []
    if low is not None and low <= 0.0 <= measure_of(norm.measure).low:
        low = None
        caveats.append(doubts.NO_LOWER_LIMIT)
    interval = None
    if np.isfinite(z):
        error = _z_error(question, here, z)
        interval = None if error is None else (z - Z_90 * error, z + Z_90 * error)
        if interval is None:
            caveats.append(doubts.INTERVAL_UNKNOWN)
        if abs(z) > FAR_OUTSIDE_Z:
            caveats.append(doubts.far_outside(z > 0))
        return _Answer(
            z,
            centile_of(z),
            interval,
            expected,
            low,
            high,
            LIMITS_SAY,
            None,
            _position(z),
            n_near,
            tuple(caveats),
        )
    # Beyond the end of the transform there is a side, but no score.
    above = z > 0 if not np.isnan(z) else expected is not None and value > expected
    position = Position.ABOVE if above else Position.BELOW
    caveats.append(doubts.BEYOND_TRANSFORM)
    return _Answer(
        None, None, None, expected, low, high, LIMITS_SAY, None, position, n_near, tuple(caveats)
    )


def _of_partial(question: _Question) -> _Answer:
    form = question.norm.form
    if question.norm.sites is not None:
        raise SiteUncalibrated(
            "This norm differs between hospitals, and its form cannot be shifted to one of them."
        )
    if not isinstance(form, Partial):
        raise NormUnknown("This norm has no form that a value can be compared with.")
    place = form.place(question.value, question.x, question.sex)
    return _Answer(
        None,
        None,
        None,
        place.expected,
        place.low,
        place.high,
        place.says,
        place.between,
        place.position,
        _enough(question),
        (doubts.NO_DISTRIBUTION,),
    )


def _enough(question: _Question) -> int | None:
    """Return how many children are near, None where nobody counted; refuse too few."""
    uncertainty = question.norm.uncertainty
    grid = of_sex(uncertainty, question.sex) if uncertainty else None
    if uncertainty is None or grid is None:
        return None
    near = near_at(grid, question.x)
    if near < uncertainty.fewest_near:
        raise TooFewNear(
            f"Only {near} normal children near this age stand behind this norm;"
            f" {uncertainty.fewest_near} are needed."
        )
    return near


def _z_error(question: _Question, here: AtSite, z: float) -> float | None:
    uncertainty = question.norm.uncertainty
    grid = of_sex(uncertainty, question.sex) if uncertainty else None
    if grid is None:
        return None
    own = z_error_at(grid, question.x, z)
    return float(np.hypot(own, here.z_error(question.value, question.x, question.sex)))


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _position(z: float) -> Position:
    if z < -LIMIT_Z:
        return Position.BELOW
    return Position.ABOVE if z > LIMIT_Z else Position.WITHIN


def _score(question: _Question, answer: _Answer) -> Score:
    norm, interval = question.norm, answer.z_interval
    return Score(
        measure=norm.measure,
        value=question.value,
        unit=norm.unit,
        x=question.x,
        z=answer.z,
        centile=answer.centile,
        z_interval=interval,
        centile_interval=(centile_of(interval[0]), centile_of(interval[1])) if interval else None,
        expected=answer.expected,
        low=answer.low,
        high=answer.high,
        limits_say=answer.limits_say,
        between=answer.between,
        position=answer.position,
        n_near=answer.n_near,
        norm=norm.id,
        population=norm.population.english,
        source=norm.citation.text if norm.citation else "",
        foreign=norm.population.foreign,
        signed_off=bool(norm.signed_off),
        caveats=(*question.caveats, *answer.caveats),
    )
