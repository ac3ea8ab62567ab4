"""Body surface by the named formulas, Haycock's by default.

Haycock's and Du Bois' are computed where they already stand; the others here. Constants were read
in secondary sources (harderworld.com, globalrph.com; Redlarski G et al. Sci Rep 2016; 6: 27966
compares 25 formulas), so each needs sign-off. Schlich's constants were not found in a source.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tongying.imaging.suv import SurfaceFormula
from tongying.imaging.suv import body_surface_m2 as of_suv
from tongying.kernel.caveat import Caveat
from tongying.norms.score.body_surface import WEIGHT_KG, body_surface_m2, height
from tongying.norms.score.result import ValueImpossible

GRAMS_PER_KG: Final = 1000.0
NEWBORN_BELOW_KG: Final = 3.0
"""Needs sign-off."""
NOT_SMALL: Final = Caveat(
    "measure.surface-small-child",
    "This formula was not made from newborns: at this weight formulas differ; compare Haycock's.",
)


class Formula(StrEnum):
    """How body surface is computed."""

    HAYCOCK = "haycock"
    MOSTELLER = "mosteller"
    DU_BOIS = "du-bois"
    BOYD = "boyd"
    GEHAN_GEORGE = "gehan-george"

    @property
    def english(self) -> str:
        """The formula's name."""
        return _TOLD[self][0]

    @property
    def source(self) -> str:
        """Citation."""
        return _TOLD[self][1]


_TOLD: Final = {
    Formula.HAYCOCK: (
        "Haycock 1978",
        "Haycock GB, Schwartz GJ, Wisotsky DH. J Pediatr 1978; 93: 62-66",
    ),
    Formula.MOSTELLER: ("Mosteller 1987", "Mosteller RD. N Engl J Med 1987; 317: 1098"),
    Formula.DU_BOIS: ("Du Bois 1916", "Du Bois D, Du Bois EF. Arch Intern Med 1916; 17: 863-871"),
    Formula.BOYD: (
        "Boyd 1935",
        "Boyd E. The growth of the surface area of the human body. University of Minnesota 1935",
    ),
    Formula.GEHAN_GEORGE: (
        "Gehan and George 1970",
        "Gehan EA, George SL. Cancer Chemother Rep 1970; 54: 225-235",
    ),
}


@dataclass(frozen=True, slots=True)
class Surface:
    """A body surface and how it was computed.

    Attributes
    ----------
    square_metres : float
    formula : Formula
    source : str
    caveats : tuple of Caveat
    """

    square_metres: float
    formula: Formula
    source: str
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the surface as a JSON object."""
        return {
            "square_metres": self.square_metres,
            "formula": self.formula.value,
            "source": self.source,
            "caveats": [one.as_json() for one in self.caveats],
        }


def surface(
    *,
    height_cm: float,
    weight_kg: float,
    formula: Formula = Formula.HAYCOCK,
) -> Surface:
    """Return the body surface.

    Parameters
    ----------
    height_cm, weight_kg : float
    formula : Formula

    Raises
    ------
    ValueImpossible
        If the height or weight is not that of a child.

    Examples
    --------
    >>> round(surface(height_cm=100.0, weight_kg=16.0).square_metres, 3)
    0.669
    >>> surface(height_cm=90.0, weight_kg=16.0, formula=Formula.MOSTELLER).square_metres
    0.6324555320336759
    """
    if not WEIGHT_KG[0] <= weight_kg <= WEIGHT_KG[1]:
        raise ValueImpossible("The weight is not possible in a child: it, or its unit, is wrong.")
    tall = height(height_cm)
    match formula:
        case Formula.HAYCOCK:
            value = body_surface_m2(tall, weight_kg)
        case Formula.DU_BOIS:
            value = of_suv(
                weight_kg=weight_kg, height_m=tall / 100.0, formula=SurfaceFormula.DU_BOIS
            )
        case Formula.MOSTELLER:
            value = math.sqrt(tall * weight_kg / 3600.0)
        case Formula.GEHAN_GEORGE:
            value = 0.0235 * tall**0.42246 * weight_kg**0.51456
        case Formula.BOYD:
            grams = weight_kg * GRAMS_PER_KG
            value = 0.0003207 * tall**0.3 * grams ** (0.7285 - 0.0188 * math.log10(grams))
    small = formula is not Formula.HAYCOCK and weight_kg < NEWBORN_BELOW_KG
    return Surface(value, formula, formula.source, (NOT_SMALL,) if small else ())
