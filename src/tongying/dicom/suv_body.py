"""Whether weight, height and sex of a header are good enough, and what is doubtful about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from tongying.dicom.suv_headers import Patient
from tongying.dicom.suv_refusals import SuvLack, SuvRefused
from tongying.imaging.suv import (
    Sex,
    SuvFormulaRefused,
    SuvKind,
    lean_mass_james_kg,
    lean_mass_janmahasatian_kg,
)
from tongying.kernel.caveat import Caveat

LEAST_WEIGHT_KG, LARGEST_WEIGHT_KG = 0.3, 300.0
LEAST_HEIGHT_M, LARGEST_HEIGHT_M = 0.2, 2.5
"""Outside these the unit is wrong: grams, centimetres."""
ADULT_DAYS: Final = 18 * 365.25
INFANT_DAYS: Final = 365.25
WEIGHT_GOOD_DAYS: Final = 30
"""Decision of this project (issue: a weight older than 30 days warns, 7 in infants)."""
INFANT_WEIGHT_GOOD_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class CheckedBody:
    """A body that a formula may be used on; height 0 and sex None where it needs none.

    Attributes
    ----------
    weight_kg, height_m : float
    sex : Sex or None
    """

    weight_kg: float
    height_m: float
    sex: Sex | None


def checked_patient(patient: Patient, kind: SuvKind) -> CheckedBody:
    """Return the body if it has what a kind of uptake value needs.

    Raises
    ------
    SuvRefused
        If weight, height or sex is missing, zero or not plausible.
    """
    weight, height = patient.weight_kg, patient.height_m
    if not weight:
        raise SuvRefused(SuvLack.WEIGHT)
    if not LEAST_WEIGHT_KG <= weight <= LARGEST_WEIGHT_KG:
        raise SuvRefused(SuvLack.WEIGHT_IMPLAUSIBLE)
    if kind is SuvKind.BODY_WEIGHT:
        return CheckedBody(weight, 0.0, None)
    if not height:
        raise SuvRefused(SuvLack.HEIGHT)
    if not LEAST_HEIGHT_M <= height <= LARGEST_HEIGHT_M:
        raise SuvRefused(SuvLack.HEIGHT_IMPLAUSIBLE)
    if kind.is_lean and patient.sex is None:
        raise SuvRefused(SuvLack.SEX)
    return CheckedBody(weight, height, patient.sex)


def lean_mass_kg(body: CheckedBody, kind: SuvKind) -> float:
    """Return the lean body mass by the formula the kind names.

    Raises
    ------
    SuvRefused
        If the sex is unknown, or the formula gives no mass between 0 and the weight.
    """
    if body.sex is None:
        raise SuvRefused(SuvLack.SEX)
    formula = lean_mass_james_kg if kind is SuvKind.LEAN_JAMES else lean_mass_janmahasatian_kg
    try:
        mass = formula(weight_kg=body.weight_kg, height_m=body.height_m, sex=body.sex)
    except SuvFormulaRefused as error:
        raise SuvRefused(SuvLack.LEAN) from error
    if mass > body.weight_kg:
        raise SuvRefused(SuvLack.LEAN)
    return mass


def body_caveats(
    patient: Patient, kind: SuvKind, *, weighed_on: date | None, seen_on: date | None
) -> tuple[Caveat, ...]:
    """Return what a reader must know about the body behind an uptake value.

    Parameters
    ----------
    patient : Patient
    kind : SuvKind
    weighed_on, seen_on : date or None
        When the weight was taken; when the images were.
    """
    found = []
    child = patient.age_days is None or patient.age_days < ADULT_DAYS
    if child and kind is SuvKind.BODY_WEIGHT:
        found.append(_GROWS)
    if child and kind.is_lean:
        found.append(_ADULT_FORMULA)
    if weighed_on is not None and seen_on is not None:
        infant = patient.age_days is not None and patient.age_days < INFANT_DAYS
        limit = INFANT_WEIGHT_GOOD_DAYS if infant else WEIGHT_GOOD_DAYS
        if abs((seen_on - weighed_on).days) > limit:
            found.append(_OLD_INFANT_WEIGHT if infant else _OLD_WEIGHT)
    return tuple(found)


_GROWS: Final = Caveat(
    "suv.grows-with-weight",
    "SUVbw of children grows with their weight; compare SUVbsa or SUL beside it.",
)
_ADULT_FORMULA: Final = Caveat(
    "suv.lean-formula-of-adults",
    "The formula of lean body mass was made from adults; SUVbsa depends less on a child's weight.",
)
_OLD_WEIGHT: Final = Caveat(
    "suv.weight-old",
    "The weight was taken more than 30 days from the scan.",
)
_OLD_INFANT_WEIGHT: Final = Caveat(
    "suv.weight-old-infant",
    "The weight of this infant was taken more than 7 days from the scan.",
)
