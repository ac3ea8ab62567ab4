"""A norm as a FHIR R4 ObservationDefinition: one qualified interval for each band and sex.

FHIR knows intervals, not curves: each interval holds the norm's limits at the middle of its band,
and says so in its condition. Bands follow each other without sharing a day.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from tongying.norms.axis import AxisKind
from tongying.norms.forms.form import Distribution, Partial
from tongying.norms.measure import measure_of
from tongying.norms.norm import Norm
from tongying.norms.release.steps import edges
from tongying.norms.score.score import LIMIT_Z, LIMITS_SAY
from tongying.norms.sex import Sex

NORM_ID: Final = "urn:x-tongying:norm"
NORM_DIGEST: Final = "urn:x-tongying:norm-sha256"
"""The platform's own identifier systems, as `tongying.web.fhir` names its others."""
UCUM: Final = "http://unitsofmeasure.org"
MEANING: Final = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
GENDER: Final = {Sex.FEMALE: "female", Sex.MALE: "male"}
DAYS_PER_WEEK: Final = 7
DIGITS: Final = 6
"""Significant digits of a limit."""


@dataclass(frozen=True, slots=True)
class _Band:
    """From `low` to `high`, both in it; limits are those at `middle`."""

    low: float
    high: float
    middle: float


def observation_definition(
    norm: Norm, *, coding: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the resource.

    Parameters
    ----------
    norm : Norm
        With its digest.
    coding : mapping of str to str, optional
        Code of the measure: ``system``, ``code``, ``display``.
    """
    measure = measure_of(norm.measure)
    code: dict[str, Any] = {"text": measure.english}
    if coding is not None:
        code["coding"] = [dict(coding)]
    unit = {"coding": [{"system": UCUM, "code": norm.unit}], "text": norm.unit}
    identifiers = [{"system": NORM_ID, "value": norm.id}]
    if norm.sha256:
        identifiers.append({"system": NORM_DIGEST, "value": norm.sha256})
    resource = {
        "resourceType": "ObservationDefinition",
        "identifier": identifiers,
        "code": code,
        "permittedDataType": ["Quantity"],
        "multipleResultsAllowed": False,
        "method": {"text": norm.method.says()},
        "preferredReportName": measure.english,
        "quantitativeDetails": {"unit": unit, "customaryUnit": unit},
    }
    intervals = [
        interval
        for sex in (tuple(Sex) if norm.form.by_sex() else (None,))
        for band in _bands(norm, sex)
        if (interval := _interval(norm, sex, band)) is not None
    ]
    return resource | ({"qualifiedInterval": intervals} if intervals else {})


def _bands(norm: Norm, sex: Sex | None) -> list[_Band]:
    if norm.axis is AxisKind.NONE:
        return [_Band(0.0, 0.0, 0.0)]
    cut = [float(edge) for edge in edges(norm.axis, *norm.form.range(sex))]
    if len(cut) == 1:
        return [_Band(cut[0], cut[0], cut[0])]
    bands = []
    for number, (low, high) in enumerate(pairwise(cut)):
        last = number == len(cut) - 2
        bands.append(_Band(low, high if last else _before(norm.axis, high), (low + high) / 2.0))
    return bands


def _before(axis: AxisKind, edge: float) -> float:
    """Return the end of a band whose neighbour begins at an edge: the day before, in days."""
    match axis:
        case AxisKind.AGE | AxisKind.CORRECTED_AGE:
            return math.ceil(edge) - 1.0
        case AxisKind.GESTATIONAL_AGE | AxisKind.POSTMENSTRUAL_AGE:
            return (math.ceil(edge * DAYS_PER_WEEK) - 1.0) / DAYS_PER_WEEK
        case _:
            return edge


def _interval(norm: Norm, sex: Sex | None, band: _Band) -> dict[str, Any] | None:
    low, high, says = _limits(norm, sex, band.middle)
    ends = {
        name: _quantity(value, norm.unit)
        for name, value in (("low", low), ("high", high))
        if value is not None
    }
    if not ends:
        return None
    interval: dict[str, Any] = {
        "category": "reference",
        "range": ends,
        "context": {"coding": [{"system": MEANING, "code": "normal", "display": "Normal Range"}]},
        "appliesTo": [{"text": norm.population.english}],
        "condition": _condition(norm, band, says),
    }
    if sex is not None:
        interval["gender"] = GENDER[sex]
    match norm.axis:
        case AxisKind.AGE | AxisKind.CORRECTED_AGE:
            interval["age"] = _range(band.low, band.high)
        case AxisKind.GESTATIONAL_AGE:
            interval["gestationalAge"] = _range(band.low * DAYS_PER_WEEK, band.high * DAYS_PER_WEEK)
        case _:
            pass
    return interval


def _limits(norm: Norm, sex: Sex | None, middle: float) -> tuple[float | None, float | None, str]:
    form = norm.form
    if isinstance(form, Distribution):
        with np.errstate(all="ignore"):
            ends = form.value(np.array([-LIMIT_Z, LIMIT_Z]), np.full(2, middle), sex)
        low, high = (float(end) if np.isfinite(end) else None for end in ends)
        if low is not None and low <= 0.0 <= measure_of(norm.measure).low:
            # Below nothing there is no limit: a printed normal distribution may reach there.
            low = None
        return low, high, LIMITS_SAY
    if isinstance(form, Partial):
        measure = measure_of(norm.measure)
        place = form.place((measure.low + measure.high) / 2.0, middle, sex)
        return place.low, place.high, place.says
    return None, None, ""


def _condition(norm: Norm, band: _Band, says: str) -> str:
    parts = [says]
    if norm.axis is not AxisKind.NONE:
        parts.append(f"at {band.middle:.6g} {norm.axis.unit} of {norm.axis.value}")
    match norm.axis:
        case AxisKind.CORRECTED_AGE:
            parts.append("age corrected until 24 months in children born before 37 weeks")
        case AxisKind.POSTMENSTRUAL_AGE | AxisKind.HEIGHT | AxisKind.BODY_SURFACE:
            parts.append(f"for {band.low:.6g} to {band.high:.6g} {norm.axis.unit}")
        case _:
            pass
    if norm.sites is not None:
        parts.append("before the effect of the hospital, which this norm asks for")
    return "; ".join(parts)


def _range(low_days: float, high_days: float) -> dict[str, Any]:
    return {"low": _quantity(low_days, "d"), "high": _quantity(high_days, "d")}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": float(f"{value:.{DIGITS}g}"), "unit": unit, "system": UCUM, "code": unit}
