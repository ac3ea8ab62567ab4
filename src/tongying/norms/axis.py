"""What a norm runs along: age, corrected age, gestational age, or a size of the body."""

from __future__ import annotations

from enum import StrEnum


class AxisKind(StrEnum):
    """The quantity along which a norm's values change, and its unit.

    `CORRECTED_AGE` is the corrected age until 24 months in a child born before 37 weeks, and the
    chronological age otherwise (`tongying.kernel.age.corrected_age_on`).
    """

    AGE = "age"
    CORRECTED_AGE = "corrected-age"
    GESTATIONAL_AGE = "gestational-age"
    POSTMENSTRUAL_AGE = "postmenstrual-age"
    HEIGHT = "height"
    BODY_SURFACE = "body-surface"
    NONE = "none"

    @property
    def unit(self) -> str:
        """UCUM unit of the axis: days, weeks, cm, m2; 1 where there is no axis."""
        return {
            AxisKind.AGE: "d",
            AxisKind.CORRECTED_AGE: "d",
            AxisKind.GESTATIONAL_AGE: "wk",
            AxisKind.POSTMENSTRUAL_AGE: "wk",
            AxisKind.HEIGHT: "cm",
            AxisKind.BODY_SURFACE: "m2",
            AxisKind.NONE: "1",
        }[self]


DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = 365.25 / 12
