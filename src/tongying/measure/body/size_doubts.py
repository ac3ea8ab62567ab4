"""Whether a weight and a height can be those of this child."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from tongying.kernel.age import CORRECT_UNTIL_MONTHS, PRETERM_BELOW_DAYS, TERM_DAYS, age_on
from tongying.measure.contradiction import Contradiction
from tongying.norms.catalogue.loading import catalogue
from tongying.norms.norm import Norm
from tongying.norms.score.result import (
    AgeOutside,
    ChildFacts,
    Measured,
    ValueImpossible,
)
from tongying.norms.score.score import score_against
from tongying.norms.sex import Sex

FAR_Z: Final = 4.0
"""Beyond it a size is asked about again (domain.md section 4, point 7; needs sign-off)."""
JUMP_Z: Final = 3.0
"""So far a size does not move against normal growth within `JUMP_DAYS`; needs sign-off."""
JUMP_DAYS: Final = 183
SHRINK_CM: Final = 2.0
"""A child does not become shorter; two measurers differ less than this; needs sign-off."""
POUND: Final = 2.0
"""A Chinese pound (jin) is half a kilogram."""


class Size(StrEnum):
    """What is measured, as the norms call it."""

    WEIGHT = "weight"
    HEIGHT = "height"

    @property
    def unit(self) -> str:
        """UCUM unit."""
        return "kg" if self is Size.WEIGHT else "cm"


NORM_OF: Final = {Size.WEIGHT: "china-2013.weight@1", Size.HEIGHT: "china-2013.height@1"}
NORM_AT_BIRTH: Final = {Size.WEIGHT: "olsen-2010.weight@1", Size.HEIGHT: "olsen-2010.height@1"}
BODY_MASS: Final = "china-2013.bmi@1"

_FAR: Final = {
    (Size.WEIGHT, True): "The weight is far above that of children of this age: is it this"
    " child's, in kilograms, and typed right?",
    (Size.WEIGHT, False): "The weight is far below that of children of this age: is it this"
    " child's, in kilograms, and typed right?",
    (Size.HEIGHT, True): "The height is far above that of children of this age: is it this"
    " child's, in centimetres, and typed right?",
    (Size.HEIGHT, False): "The height is far below that of children of this age: is it this"
    " child's, in centimetres, and typed right?",
}
_PRETERM: Final = {
    Size.WEIGHT: "The weight is far below that of a child born at term: was this child born"
    " preterm, or is the weight another child's?",
    Size.HEIGHT: "The height is far below that of a child born at term: was this child born"
    " preterm, or is the height another child's?",
}
_JUMP: Final = {
    Size.WEIGHT: "The weight does not follow from the child's earlier weight: is it this child's?",
    Size.HEIGHT: "The height does not follow from the child's earlier height: is it this child's?",
}
_IMPOSSIBLE: Final = {
    Size.WEIGHT: "The weight is not possible in a child: it, or its unit, is wrong.",
    Size.HEIGHT: "The height is not possible in a child: it, or its unit, is wrong.",
}
JIN: Final = Contradiction(
    "contradiction.weight-jin",
    "The weight is far above that of children of this age, and its half is not: was it given in"
    " jin?",
)
TOGETHER: Final = Contradiction(
    "contradiction.weight-height",
    "Weight and height cannot both be this child's: one of them is wrong.",
)


@dataclass(frozen=True, slots=True)
class EarlierSize:
    """A weight or height of another day.

    Attributes
    ----------
    on : date
    what : Size
    value : float
        In kg or cm.
    """

    on: date
    what: Size
    value: float


@dataclass(frozen=True, slots=True)
class Body:
    """A child's size on a day.

    Attributes
    ----------
    born, on : date or None
    sex : Sex or None
    gestation_days : int or None
        At birth.
    weight_kg, height_cm : float or None
    """

    born: date | None = None
    sex: Sex | None = None
    gestation_days: int | None = None
    on: date | None = None
    weight_kg: float | None = None
    height_cm: float | None = None


def doubts_of_size(body: Body, earlier: tuple[EarlierSize, ...]) -> tuple[Contradiction, ...]:
    """Return why weight and height are hardly this child's; nothing without age."""
    found = []
    for what, value in ((Size.WEIGHT, body.weight_kg), (Size.HEIGHT, body.height_cm)):
        if value is None:
            continue
        doubt = _alone(body, what, value) or _against_earlier(body, what, value, earlier)
        if doubt is not None:
            found.append(doubt)
    if not found and _ill_matched(body):
        found.append(TOGETHER)
    return tuple(found)


def _alone(body: Body, what: Size, value: float) -> Contradiction | None:
    try:
        z = _z(body, what, value, body.on)
    except ValueImpossible:
        return Contradiction(f"contradiction.{what.value}-impossible", _IMPOSSIBLE[what])
    if z is None or abs(z) <= FAR_Z:
        return None
    if z > 0 and what is Size.WEIGHT and _near(body, value / POUND):
        return JIN
    if z < 0 and body.gestation_days is None and _young(body):
        return Contradiction(f"contradiction.{what.value}-preterm", _PRETERM[what])
    return Contradiction(f"contradiction.{what.value}-far", _FAR[what, z > 0])


def _near(body: Body, weight_kg: float) -> bool:
    try:
        z = _z(body, Size.WEIGHT, weight_kg, body.on)
    except ValueImpossible:
        return False
    return z is not None and abs(z) <= FAR_Z / 2.0


def _young(body: Body) -> bool:
    """Say whether gestation still matters at this age."""
    return (
        body.born is not None
        and body.on is not None
        and age_on(body.born, body.on).months < CORRECT_UNTIL_MONTHS
    )


def _against_earlier(
    body: Body, what: Size, value: float, earlier: tuple[EarlierSize, ...]
) -> Contradiction | None:
    others = [one for one in earlier if one.what is what and body.on and one.on != body.on]
    if not others or body.on is None:
        return None
    day = body.on
    nearest = min(others, key=lambda one: (abs((one.on - day).days), one.on))
    later = value - nearest.value if nearest.on < day else nearest.value - value
    shrunk = what is Size.HEIGHT and later < -SHRINK_CM
    if shrunk or (abs((nearest.on - day).days) <= JUMP_DAYS and _moved(body, what, value, nearest)):
        return Contradiction(f"contradiction.{what.value}-jump", _JUMP[what])
    return None


def _moved(body: Body, what: Size, value: float, nearest: EarlierSize) -> bool:
    try:
        now, then = _z(body, what, value, body.on), _z(body, what, nearest.value, nearest.on)
    except ValueImpossible:
        return False
    return now is not None and then is not None and abs(now - then) > JUMP_Z


def _ill_matched(body: Body) -> bool:
    if body.weight_kg is None or body.height_cm is None or not body.height_cm > 0:
        return False
    value = body.weight_kg / (body.height_cm / 100.0) ** 2
    norm = catalogue()[BODY_MASS]
    child = _facts(body, body.on)
    if child is None or child.gestational_age_days is not None:
        return False
    try:
        z = _least_far(norm, Measured("bmi", value, norm.unit), child, body)
    except ValueImpossible:
        return True
    return z is not None and abs(z) > FAR_Z


def _z(body: Body, what: Size, value: float, on: date | None) -> float | None:
    """Return the z score nearest to 0 of those that the child's sex allows.

    Raises
    ------
    ValueImpossible
        If the value is not that of a child.
    """
    child = _facts(body, on)
    if child is None:
        return None
    norms = NORM_OF if child.gestational_age_days is None else NORM_AT_BIRTH
    return _least_far(catalogue()[norms[what]], Measured(what.value, value, what.unit), child, body)


def _least_far(norm: Norm, measured: Measured, child: ChildFacts, body: Body) -> float | None:
    found = []
    for sex in (body.sex,) if body.sex is not None else tuple(Sex):
        facts = ChildFacts(
            sex=sex, age_days=child.age_days, gestational_age_days=child.gestational_age_days
        )
        try:
            found.append(score_against(norm, measured, facts, None).z)
        except AgeOutside:
            return None
    known = [z for z in found if z is not None]
    return min(known, key=abs) if known else None


def _facts(body: Body, on: date | None) -> ChildFacts | None:
    """Return the child's age, corrected for a child born preterm; None where it is not known."""
    if body.born is None or on is None or on < body.born:
        return None
    days = (on - body.born).days
    early = body.gestation_days is not None and body.gestation_days < PRETERM_BELOW_DAYS
    if not early or body.gestation_days is None:
        return ChildFacts(age_days=days)
    if age_on(body.born, on).months >= CORRECT_UNTIL_MONTHS:
        return ChildFacts(age_days=days)
    term = body.born + timedelta(days=TERM_DAYS - body.gestation_days)
    if on < term:
        return ChildFacts(gestational_age_days=body.gestation_days + days)
    return ChildFacts(age_days=(on - term).days)
