"""Into which groups the studies of an evaluation fall: age band, sex, vendor, site."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tongying.norms.sex import Sex

UNKNOWN: Final = "unknown"
"""A group of its own; nobody is put where he might belong."""
DAYS_OF_YEARS: Final = {2: 731, 6: 2192, 12: 4383, 18: 6575}
"""Years of 365.25 days, rounded up, as model cards count them."""


class AgeBand(StrEnum):
    """Bands in which figures are told (domain rule of silent trials)."""

    INFANT = "<2"
    YOUNG = "2-5"
    SCHOOL = "6-11"
    ADOLESCENT = "12-17"
    GROWN = "18+"


class Stratum(StrEnum):
    """What studies are divided by."""

    AGE_BAND = "age_band"
    SEX = "sex"
    MANUFACTURER = "manufacturer"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Case:
    """One study of an evaluation.

    Attributes
    ----------
    study : str
    child : str
        Studies of one child are no independent evidence.
    truth : bool
        Whether the finding was there.
    called : bool or None
        What the model decided; None where it was refused or did not answer.
    score : float or None
        How sure it was, higher speaks for the finding.
    reader : bool or None
        What a reader decided without the model.
    age_days : int or None
    sex : Sex or None
    manufacturer, site : str
        Empty where unknown.
    """

    study: str
    child: str
    truth: bool
    called: bool | None = None
    score: float | None = None
    reader: bool | None = None
    age_days: int | None = None
    sex: Sex | None = None
    manufacturer: str = ""
    site: str = ""


def age_band(age_days: int) -> AgeBand:
    """Return the band of an age.

    Examples
    --------
    >>> age_band(730).value, age_band(2192).value, age_band(6574).value
    ('<2', '6-11', '12-17')
    """
    upto = zip(DAYS_OF_YEARS.values(), AgeBand, strict=False)
    return next((band for days, band in upto if age_days < days), AgeBand.GROWN)


def group_of(case: Case, stratum: Stratum) -> str:
    """Return the group of a study, or ``unknown``."""
    if stratum is Stratum.AGE_BAND:
        return UNKNOWN if case.age_days is None else age_band(case.age_days).value
    if stratum is Stratum.SEX:
        return UNKNOWN if case.sex is None else case.sex.value
    name = case.manufacturer if stratum is Stratum.MANUFACTURER else case.site
    return name or UNKNOWN


def groups(cases: Iterable[Case], stratum: Stratum) -> dict[str, tuple[Case, ...]]:
    """Return the groups that have studies; age bands in order, others by name, unknown last."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(group_of(case, stratum), []).append(case)
    order = [band.value for band in AgeBand] if stratum is Stratum.AGE_BAND else sorted(found)
    named = [name for name in order if name in found and name != UNKNOWN]
    last = [UNKNOWN] if UNKNOWN in found else []
    return {name: tuple(found[name]) for name in (*named, *last)}
