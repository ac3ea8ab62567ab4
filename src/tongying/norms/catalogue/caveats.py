"""The doubts that published norms carry, by their code; tables name the codes only.

Whom a norm was made from, who signed it and how its numbers were seen is told with every score
(`tongying.norms.score.doubts`); here stands what is particular to a source.
"""

from __future__ import annotations

from typing import ClassVar, Final

from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

PROVISIONAL_BELOW = 120
RAW_BELOW = 40
"""Children behind an interval (CLSI EP28-A3c: 120 for a non-parametric one; below 40 raw data)."""


class CaveatUnknown(BadInput):
    """A table names a doubt that has no sentence."""

    code: ClassVar[str] = "norms.caveat-unknown"


FEW: Final = Caveat(
    "norms.few-children",
    "Fewer than 120 children stand behind this norm: it is provisional.",
)
VERY_FEW: Final = Caveat(
    "norms.very-few-children",
    "Fewer than 40 children stand behind this norm: it is no more than their raw values.",
)
COUNT_UNKNOWN: Final = Caveat(
    "norms.count-unknown", "How many children stand behind this norm is not stated in its source."
)

_SENTENCES: Final[dict[str, str]] = {
    "norms.ages-together": (
        "One norm for all ages of its range, though the value may change with age."
    ),
    "norms.between-printed-ages": (
        "Between two printed ages the source gives no limit: a value between the limits of the"
        " younger and the older age is not judged."
    ),
    "norms.bmi-far-above": (
        "Above the 95th centile this source's body mass index is not meant for grading how far"
        " above it lies."
    ),
    "norms.fetal-landmarks": (
        "Measured between landmarks on 3-D reconstructed T2-weighted images; a distance on single"
        " slices may differ."
    ),
    "norms.length-then-height-36m": (
        "Lying length up to 3.0 years and standing height after it: a child of 3.0 years is"
        " compared with the length, one older with the height."
    ),
    "norms.length-then-height-731d": (
        "Lying length up to 730 days and standing height from 731 days on; the source takes 0.7 cm"
        " between the two."
    ),
    "norms.log10-assumed": (
        "The paper's standard deviation is taken as one of the decimal logarithm; this was not"
        " checked in the paper."
    ),
    "norms.lying-length": "This is the length lying down; a standing height is shorter.",
    "norms.per-body-surface": (
        "Divided by body surface: small and large children are not quite comparable."
    ),
    "norms.paper-not-named": (
        "The program in which these coefficients were read does not name the paper behind them."
    ),
    "norms.middle-only": (
        "The source prints the expected value only, so where this value lies among normal children"
        " is not said."
    ),
    "norms.normal-assumed": (
        "The source prints a mean and a standard deviation; the centile assumes a normal"
        " distribution."
    ),
    "norms.pdff-no-threshold": (
        "No single threshold of liver fat is diagnostic in one child; this is the range of"
        " volunteers without liver disease."
    ),
    "norms.printed-centiles": "Only the printed centiles are known; between them nothing is said.",
    "norms.puberty-10-mm": (
        "In this source 3.3 % of healthy children, all at puberty, had a pituitary higher than"
        " 10 mm."
    ),
    "norms.range-assumed": (
        "The source does not print the whole range its numbers hold for; the range here was set"
        " cautiously and needs sign-off."
    ),
    "norms.range-computed": (
        "The range of body surface was computed from the lowest and highest height and weight of"
        " the source's children."
    ),
    "norms.range-of-regions": (
        "The limits are the lowest and the highest mean of several regions, not limits for one"
        " region."
    ),
    "norms.replaced-values": (
        "Where these tables were read, implausible numbers of the paper had been replaced by"
        " interpolated ones."
    ),
    "norms.segmentation-protocol": (
        "A volume holds only for the same segmentation protocol: cortex and brainstem of another"
        " protocol differed from it by 1 to 9 standard deviations."
    ),
    "norms.sexes-together": "The source does not tell the sexes apart.",
    "norms.size-at-birth": (
        "These are sizes at birth by weeks of gestation, not growth after a preterm birth."
    ),
    "norms.standing-height": "This is the height standing; a length lying down is longer.",
    "norms.standing-radiograph": (
        "Measured on standing whole-spine radiographs; angles of a supine pelvis may differ."
    ),
    "norms.straight-between": (
        "Between the printed ages mean and standard deviation are joined by straight lines; the"
        " source prints none."
    ),
    "norms.term-newborn": "Term newborns on the 3rd to 7th day of life.",
    "norms.upper-limit-only": "The source prints an upper limit only.",
}
CODES: Final = frozenset(_SENTENCES)


def caveat_of(code: str) -> Caveat:
    """Return the doubt of a code.

    Raises
    ------
    CaveatUnknown
        If it has no sentence.
    """
    try:
        return Caveat(code, _SENTENCES[code])
    except KeyError:
        raise CaveatUnknown(f"No doubt about a norm is called {code[:60]!r}.") from None


def of_count(n: int | None) -> tuple[Caveat, ...]:
    """Return the doubt that follows from how many children stand behind a norm.

    Examples
    --------
    >>> [one.code for one in of_count(102)], of_count(4000)
    (['norms.few-children'], ())
    """
    if n is None:
        return (COUNT_UNKNOWN,)
    if n < RAW_BELOW:
        return (VERY_FEW,)
    return (FEW,) if n < PROVISIONAL_BELOW else ()
