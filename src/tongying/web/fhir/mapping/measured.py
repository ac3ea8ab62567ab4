"""A measurement of a child with its place among normal children, as an Observation.

References
----------
HL7 FHIR R4, http://hl7.org/fhir/R4/observation.html; v3 ObservationInterpretation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tongying.dicom.writers.measurement_concepts import SITES
from tongying.norms.axis import AxisKind
from tongying.norms.forms.form import Position
from tongying.norms.score.result import Score
from tongying.norms.sex import Sex
from tongying.web.fhir.mapping.elements import (
    DCM,
    LOINC,
    SNOMED,
    UCUM,
    URN,
    Json,
    concept,
    instant,
    reference,
    without_empty,
)
from tongying.web.fhir.mapping.question import OBSERVATION_CATEGORY
from tongying.web.measurements.shown import Shown

MEASURE: Final = f"{URN}:measure"
"""Code system of the measures' own ids."""
PREFIX: Final = "measured"
"""Begins the resource id of a measurement."""
LOINC_OF: Final = {
    "height": ("8302-2", "Body height"),
    "weight": ("29463-7", "Body weight"),
    "bmi": ("39156-5", "Body mass index (BMI) [Ratio]"),
    "head-circumference": ("9843-4", "Head Occipital-frontal circumference"),
}
"""Measures that LOINC has a code for."""
INTERPRETATION: Final = {
    Position.BELOW: ("L", "Low"),
    Position.WITHIN: ("N", "Normal"),
    Position.ABOVE: ("H", "High"),
}
_V3: Final = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
_MEANING: Final = "http://terminology.hl7.org/CodeSystem/referencerange-meaning"
_SEXES: Final = {Sex.FEMALE: ("248152002", "Female"), Sex.MALE: ("248153007", "Male")}
_SIDES: Final = {"R": "right", "L": "left"}
_DIGITS: Final = 6


@dataclass(frozen=True, slots=True)
class FhirMeasured:
    """A measurement that a viewer sees.

    Attributes
    ----------
    shown : Shown
    child_name : str
    study : int or None
        Key of the study it was measured on.
    """

    shown: Shown
    child_name: str
    study: int | None


def measured_id(code: str) -> str:
    """Return the resource id of a measurement."""
    return f"{PREFIX}-{code}"


def measured_observation(found: FhirMeasured) -> Json:
    """Return a measurement as an Observation; a struck one is entered in error."""
    one, score = found.shown, found.shown.score
    value, unit = (one.value, one.unit) if score is None else (score.value, score.unit)
    english = one.known.english if one.known else one.measure
    codings = [(LOINC, *LOINC_OF[one.measure])] if one.measure in LOINC_OF else []
    last = one.struck.at if one.struck else one.entered_at
    return without_empty(
        {
            "resourceType": "Observation",
            "id": measured_id(one.code),
            "meta": {"lastUpdated": instant(last)},
            "basedOn": [reference("ServiceRequest", one.case)] if one.case else [],
            "partOf": [reference("ImagingStudy", found.study)] if found.study else [],
            "status": "entered-in-error" if one.struck else "final",
            "category": [concept("", (OBSERVATION_CATEGORY, "imaging", "Imaging"))]
            if found.study
            else [],
            "code": concept(english, *codings, (MEASURE, one.measure, english)),
            "subject": reference("Patient", one.child, found.child_name),
            "effectiveDateTime": one.measured_on.isoformat(),
            "issued": instant(one.entered_at),
            "performer": [reference("PractitionerRole", one.entered_by_id, one.entered_by)],
            "valueQuantity": _quantity(value, unit),
            "interpretation": _interpretation(score),
            "note": [{"text": text} for text in _notes(one)],
            "bodySite": _site(one),
            "method": concept(one.method.says()) if one.method else None,
            "referenceRange": _range(one) if score else [],
            "component": _components(score) if score else [],
        }
    )


def _interpretation(score: Score | None) -> list[Json]:
    if score is None or score.position not in INTERPRETATION:
        return []
    return [concept("", (_V3, *INTERPRETATION[score.position]))]


def _range(one: Shown) -> list[Json]:
    score = one.score
    if score is None or (score.low is None and score.high is None):
        return []
    population: list[Json] = [concept(score.population)]
    if one.norm is not None and one.norm.form.by_sex() and one.sex is not None:
        population.append(concept("", (SNOMED, *_SEXES[one.sex])))
    return [
        without_empty(
            {
                "low": None if score.low is None else _quantity(score.low, score.unit),
                "high": None if score.high is None else _quantity(score.high, score.unit),
                "type": concept("", (_MEANING, "normal", "Normal Range")),
                "appliesTo": population,
                "age": _age(one),
                "text": f"{score.limits_say}; {score.norm}",
            }
        )
    ]


def _age(one: Shown) -> Json | None:
    """Return the age the limits hold for: the child's on the day, where the norm runs along age."""
    if one.score is None or one.norm is None:
        return None
    if one.norm.axis not in (AxisKind.AGE, AxisKind.CORRECTED_AGE):
        return None
    days = _quantity(one.score.x, "d")
    return {"low": days, "high": days}


def _components(score: Score) -> list[Json]:
    parts = (
        ((DCM, "121416", "Z-Score of measurement"), score.z, "1"),
        ((DCM, "121415", "Percentile Ranking of measurement"), score.centile, "%"),
        ((SNOMED, "373099004", "Median Value of population"), score.expected, score.unit),
    )
    return [
        {"code": concept("", code), "valueQuantity": _quantity(value, unit)}
        for code, value, unit in parts
        if value is not None
    ]


def _notes(one: Shown) -> list[str]:
    notes = []
    if one.struck is not None:
        notes.append(f"Struck: {one.struck.reason}")
    if one.refused is not None:
        notes.append(f"Not scored ({one.refused.code}): {one.refused.sentence}")
    score = one.score
    if score is not None:
        digest = f", sha256 {one.norm.sha256}" if one.norm and one.norm.sha256 else ""
        source = f"; {score.source}" if score.source else ""
        notes.append(f"Norm {score.norm}{digest}{source}")
        if score.centile_interval is not None:
            low, high = score.centile_interval
            notes.append(f"90 % interval of the centile: {low:.3g} to {high:.3g}")
        if score.n_near is not None:
            notes.append(f"Normal children near this age: {score.n_near}")
        notes += [caveat.sentence for caveat in score.caveats]
    return notes


def _site(one: Shown) -> Json | None:
    site = SITES.get(one.known.area) if one.known else None
    side = _SIDES.get(one.side, "")
    if site is None:
        return concept(side) if side else None
    words = f"{site.meaning}, {side}" if side else site.meaning
    return concept(words, (SNOMED, site.value, site.meaning))


def _quantity(value: float, unit: str) -> Json:
    return {
        "value": float(f"{value:.{_DIGITS}g}"),
        "unit": unit,
        "system": UCUM,
        "code": unit,
    }
