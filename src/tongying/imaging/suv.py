"""Standardised uptake values: the formulas alone, without any header.

A factor turns an activity concentration in Bq/ml into the uptake that would be 1 if the dose were
spread evenly over the body (its mass, its lean mass or its surface).

References
----------
Janmahasatian S et al. Quantification of lean bodyweight. Clin Pharmacokinet 2005;44:1051-65.
James WPT. Research on obesity. London: HMSO 1976 (128 for men; later prints with 120 are misprints,
DICOM calls the original ``SUVlbm(James128)``).
Du Bois D, Du Bois EF. Arch Intern Med 1916;17:863-71. Haycock GB et al. J Pediatr 1978;93:62-6.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import ClassVar, Final

from tongying.imaging.volume import Quantity
from tongying.kernel.errors import BadInput

GRAMS_PER_KG: Final = 1000.0
CM2_PER_M2: Final = 10_000.0


class SuvFormulaRefused(BadInput):
    """The numbers of the body or the dose lie where a formula has no meaning."""

    code: ClassVar[str] = "imaging.suv-formula"


class Sex(StrEnum):
    """(0010,0040) as far as the lean-mass formulas know it."""

    MALE = "M"
    FEMALE = "F"


class SuvKind(StrEnum):
    """Over what the dose is thought to be spread."""

    BODY_WEIGHT = "bw"
    LEAN_JANMAHASATIAN = "lbm-janmahasatian"
    LEAN_JAMES = "lbm-james"
    BODY_SURFACE = "bsa"

    @property
    def quantity(self) -> Quantity:
        """What the voxels are afterwards."""
        return _QUANTITY[self]

    @property
    def unit(self) -> str:
        """UCUM unit of DICOM context group 85."""
        return _UNIT[self]

    @property
    def is_lean(self) -> bool:
        """Whether it is one of the lean-mass values (SUL)."""
        return self in (SuvKind.LEAN_JANMAHASATIAN, SuvKind.LEAN_JAMES)


class SurfaceFormula(StrEnum):
    """How body surface is computed."""

    DU_BOIS = "Du Bois 1916"
    """What DICOM's SUVbsa (126412) and other programs use: the default, so values compare."""
    HAYCOCK = "Haycock 1978"
    """Measured from premature infants to adults."""


_QUANTITY: Final = {
    SuvKind.BODY_WEIGHT: Quantity.SUV_BW,
    SuvKind.LEAN_JANMAHASATIAN: Quantity.SUV_LBM_JANMAHASATIAN,
    SuvKind.LEAN_JAMES: Quantity.SUV_LBM_JAMES,
    SuvKind.BODY_SURFACE: Quantity.SUV_BSA,
}
_UNIT: Final = {
    SuvKind.BODY_WEIGHT: "g/ml{SUVbw}",
    SuvKind.LEAN_JANMAHASATIAN: "g/ml{SUVlbm(Janma)}",
    SuvKind.LEAN_JAMES: "g/ml{SUVlbm(James128)}",
    SuvKind.BODY_SURFACE: "cm2/ml{SUVbsa}",
}


def lean_mass_janmahasatian_kg(*, weight_kg: float, height_m: float, sex: Sex) -> float:
    """Return lean body mass in kg after Janmahasatian 2005.

    Raises
    ------
    SuvFormulaRefused
        If weight or height is not above 0.

    Examples
    --------
    >>> round(lean_mass_janmahasatian_kg(weight_kg=70, height_m=1.75, sex=Sex.MALE), 2)
    55.86
    """
    _check_positive(weight_kg, height_m)
    index = weight_kg / height_m**2
    base, slope = (6680.0, 216.0) if sex is Sex.MALE else (8780.0, 244.0)
    return 9270.0 * weight_kg / (base + slope * index)


def lean_mass_james_kg(*, weight_kg: float, height_m: float, sex: Sex) -> float:
    """Return lean body mass in kg after James 1976.

    It falls again in the very obese; where it would not be positive it has no meaning.

    Raises
    ------
    SuvFormulaRefused
        If weight or height is not above 0, or the formula gives no mass.

    Examples
    --------
    >>> round(lean_mass_james_kg(weight_kg=70, height_m=1.75, sex=Sex.MALE), 2)
    56.52
    """
    _check_positive(weight_kg, height_m)
    per_cm = weight_kg / (100.0 * height_m)
    share, loss = (1.10, 128.0) if sex is Sex.MALE else (1.07, 148.0)
    mass = share * weight_kg - loss * per_cm**2
    if mass <= 0:
        raise SuvFormulaRefused("The lean-mass formula of James gives no mass for this body.")
    return mass


def body_surface_m2(
    *, weight_kg: float, height_m: float, formula: SurfaceFormula = SurfaceFormula.DU_BOIS
) -> float:
    """Return body surface in m².

    Raises
    ------
    SuvFormulaRefused
        If weight or height is not above 0.

    Examples
    --------
    >>> round(body_surface_m2(weight_kg=70, height_m=1.75), 4)
    1.8481
    >>> round(body_surface_m2(weight_kg=5, height_m=0.58, formula=SurfaceFormula.HAYCOCK), 4)
    0.2883
    """
    _check_positive(weight_kg, height_m)
    height_cm = 100.0 * height_m
    if formula is SurfaceFormula.HAYCOCK:
        return float(0.024265 * weight_kg**0.5378 * height_cm**0.3964)
    return float(0.007184 * weight_kg**0.425 * height_cm**0.725)


def decayed_bq(dose_bq: float, *, elapsed_s: float, half_life_s: float) -> float:
    """Return what is left of a dose.

    Raises
    ------
    SuvFormulaRefused
        If dose or half-life is not above 0.

    Examples
    --------
    >>> decayed_bq(100e6, elapsed_s=6586.2, half_life_s=6586.2)
    50000000.0
    """
    _check_positive(dose_bq, half_life_s)
    return float(dose_bq * 2.0 ** (-elapsed_s / half_life_s))


def factor_by_mass(mass_kg: float, *, dose_bq: float) -> float:
    """Return SUV for 1 Bq/ml, in g/ml, where the dose is spread over a mass.

    Raises
    ------
    SuvFormulaRefused
        If mass or dose is not above 0.

    Examples
    --------
    >>> factor_by_mass(20.0, dose_bq=50e6)
    0.0004
    """
    _check_positive(mass_kg, dose_bq)
    return mass_kg * GRAMS_PER_KG / dose_bq


def _check_positive(*values: float) -> None:
    if not all(math.isfinite(value) and value > 0 for value in values):
        raise SuvFormulaRefused("Uptake values need a weight, a height and a dose above zero.")
