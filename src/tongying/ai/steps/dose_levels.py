"""Diagnostic reference levels of CT in Chinese children, by part and age.

The 75th percentile of a survey in 40 hospitals (2016), for four bands of age. Read at second hand
(an abstract), so it needs sign-off; a hospital's own levels come before it. A level is for a group:
one child above it is a reason to look, not a fault.

References
----------
.. [1] Survey of CT doses of Chinese children, 40 hospitals, 2016: head CTDIw 36.5/43.4/49.1/51.1
   mGy and DLP 488/635/723/852 mGy cm; chest CTDIvol 6.1/6.4/6.8/9.6, DLP 108/136/187/293; abdomen
   CTDIvol 10.5/10.3/11.4/13.0, DLP 251/284/353/523 (0-<1, 1-<5, 5-<10, 10-<15 years).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from tongying.dicom.acquisition.facts import BodyPart

SOURCE: Final = "survey of 40 Chinese hospitals, 2016 (75th percentile); needs sign-off"
SOURCE_ZH: Final = "全国40家医院2016年调查第75百分位，待签核"
YEAR_DAYS: Final = 365.25
BANDS_YEARS: Final = ((0, 1), (1, 5), (5, 10), (10, 15))
_LEVELS: Final = {
    BodyPart.HEAD: ((36.5, 488.0), (43.4, 635.0), (49.1, 723.0), (51.1, 852.0)),
    BodyPart.CHEST: ((6.1, 108.0), (6.4, 136.0), (6.8, 187.0), (9.6, 293.0)),
    BodyPart.ABDOMEN: ((10.5, 251.0), (10.3, 284.0), (11.4, 353.0), (13.0, 523.0)),
}


@dataclass(frozen=True, slots=True)
class DoseLevel:
    """What three of four surveyed hospitals stay below.

    Attributes
    ----------
    part : BodyPart
    years : tuple of int
        From this age to before that one.
    ctdi_mgy : float
        CTDIvol of the body (32 cm phantom not stated), CTDIw of the head.
    dlp_mgy_cm : float
    weighted : bool
        Whether the figure is CTDIw, which equals CTDIvol at pitch 1 only.
    """

    part: BodyPart
    years: tuple[int, int]
    ctdi_mgy: float
    dlp_mgy_cm: float
    weighted: bool


def dose_level(part: BodyPart, age_days: int) -> DoseLevel | None:
    """Return the level for a part and an age; None where the survey has none.

    Examples
    --------
    >>> dose_level(BodyPart.CHEST, 4 * 365).ctdi_mgy, dose_level(BodyPart.CHEST, 16 * 366)
    (6.4, None)
    """
    rows = _LEVELS.get(part)
    if rows is None or age_days < 0:
        return None
    for years, (ctdi, dlp) in zip(BANDS_YEARS, rows, strict=True):
        if age_days < math.ceil(years[1] * YEAR_DAYS):
            return DoseLevel(part, years, ctdi, dlp, weighted=part is BodyPart.HEAD)
    return None
