"""Concepts of measurements and their place among normal children (docs/decisions/0004-norms.md).

What is measured has no common code in the standard's tables for most measures: those concepts are
the measures' own ids in our scheme. A code is never given another meaning.
"""

from __future__ import annotations

from typing import Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.dicom.writers.derived import SCHEME
from tongying.norms.forms.form import Position
from tongying.norms.measure import Measure

PROCEDURE: Final = Code("NRM001", SCHEME, "Measurement against reference values of normal children")
NORMALITY: Final = {
    Position.WITHIN: codes.SCT.Normal,
    Position.ABOVE: Code("371879000", "SCT", "Abnormally High"),
    Position.BELOW: Code("371880002", "SCT", "Abnormally Low"),
    Position.NOT_SAID: Code("371934000", "SCT", "Normality Undetermined"),
}
"""CID 222, Normality Code."""
Z_SCORE: Final = codes.DCM.ZScoreOfMeasurement
CENTILE: Final = codes.DCM.PercentileRankingOfMeasurement
EXPECTED: Final = Code("373099004", "SCT", "Median Value of population")
LOWER_LIMIT: Final = Code("385524004", "SCT", "Normal Range Lower Limit")
UPPER_LIMIT: Final = Code("371933006", "SCT", "Normal Range Upper Limit")
NO_UNITS: Final = Code("1", "UCUM", "no units")
PERCENT: Final = Code("%", "UCUM", "Percent")
COMMENT: Final = codes.DCM.Comment
SITES: Final = {
    "kidney": codes.SCT.Kidney,
    "liver": codes.SCT.Liver,
    "spleen": codes.SCT.Spleen,
    "heart": codes.SCT.Heart,
    "brain": codes.SCT.Brain,
    "thymus": codes.SCT.Thymus,
    "hip": codes.SCT.HipJoint,
}
"""Finding site of an area of measures; an area that is not here is not one place of the body."""
SIDES: Final = {"R": codes.SCT.Right, "L": codes.SCT.Left}


def name_of(measure: Measure) -> Code:
    """Return the concept of a measure: its id in our scheme."""
    return Code(measure.id, SCHEME, measure.english[:64])


def unit_of(unit: str) -> Code:
    """Return a UCUM unit as a concept.

    Examples
    --------
    >>> unit_of("cm3").scheme_designator, unit_of("1").meaning
    ('UCUM', 'no units')
    """
    return NO_UNITS if unit == "1" else Code(unit, "UCUM", unit)
