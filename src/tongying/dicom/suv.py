"""From the header of a PET series to the factor that makes uptake values, or a refusal.

Variants: Bq/ml with decay corrected to the start of the scan or to the injection; Philips counts
with a private scale to SUVbw or to Bq/ml; images that hold uptake values already. A value that is
missing, zero or not plausible refuses; nothing is guessed.

References
----------
QIBA FDG-PET profile, vendor-neutral pseudo-code for SUV. DICOM PS3.3 C.8.9.1.
Half-lives: BIPM Monographie-5, Decay Data Evaluation Project.
de Vries ISA et al., 461 paediatric scans: r² of liver SUV with weight 0.65 (SUVbw), 0.09 (SUVbsa).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import numpy as np
from pydicom.dataset import Dataset

from tongying.dicom.suv_body import body_caveats, checked_patient, lean_mass_kg
from tongying.dicom.suv_headers import Injection, Patient, PetHeader, read_pet_header
from tongying.dicom.suv_refusals import SuvLack, SuvRefused
from tongying.dicom.suv_times import find_decay
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.suv import (
    CM2_PER_M2,
    GRAMS_PER_KG,
    Sex,
    SurfaceFormula,
    SuvKind,
    body_surface_m2,
    decayed_bq,
    factor_by_mass,
)
from tongying.imaging.volume import Volume
from tongying.kernel.caveat import Caveat

LEAST_DOSE_BQ: Final = 1e6
"""Smaller ones are MBq written where Bq belong; a newborn gets 14 MBq of FDG (EANM dosage card)."""
LARGEST_DOSE_BQ: Final = 1e10
HALF_LIFE_S: Final = {
    "C-11": 1221.8,
    "N-13": 597.8,
    "O-15": 122.3,
    "F-18": 6584.0,
    "Cu-64": 45721.0,
    "Ga-68": 4069.8,
    "Rb-82": 76.4,
    "Zr-89": 282_280.0,
    "I-124": 360_800.0,
}
"""DDEP. Only to notice a wrong header, such as minutes; never in place of a missing half-life."""
HALF_LIFE_TOLERANCE: Final = 0.03
"""Programs round: headers give fluorine 18 as 6588 s (0.06 % off) and rubidium up to 2 % off."""
_ATTENUATION: Final = "ATTN"
_DECAY: Final = frozenset({"DECY", "DECAY"})
"""The standard's term, and the one of QIBA's text."""
_HELD: Final = {
    "": SuvKind.BODY_WEIGHT,
    "BW": SuvKind.BODY_WEIGHT,
    "LBMJAMES128": SuvKind.LEAN_JAMES,
    "LBMJANMA": SuvKind.LEAN_JANMAHASATIAN,
    "BSA": SuvKind.BODY_SURFACE,
}
"""(0054,1006); absent means body weight (PS3.3 C.8.9.1)."""
_SUV_QUANTITIES: Final = frozenset(kind.quantity for kind in SuvKind)


@dataclass(frozen=True, slots=True)
class SuvInputs:
    """What a factor was computed from.

    Attributes
    ----------
    weight_kg, height_m : float or None
        None where the factor did not need it.
    sex : Sex or None
    spread_over : float or None
        The lean mass in kg, or the body surface in m².
    dose_bq : float or None
        As injected; the residue in the syringe is not taken off.
    dose_at_reference_bq : float or None
        At the moment to which the image's decay is corrected.
    injected_at, scan_start : datetime or None
    half_life_s : float or None
    """

    weight_kg: float | None = None
    height_m: float | None = None
    sex: Sex | None = None
    spread_over: float | None = None
    dose_bq: float | None = None
    dose_at_reference_bq: float | None = None
    injected_at: datetime | None = None
    scan_start: datetime | None = None
    half_life_s: float | None = None


@dataclass(frozen=True, slots=True)
class SuvFactor:
    """What the image's rescaled numbers are multiplied by.

    Attributes
    ----------
    kind : SuvKind
    factor : float
        Uptake for one unit of the image.
    source_unit : str
        (0054,1001) of the image: ``"BQML"``, ``"CNTS"``, ``"GML"`` or ``"CM2ML"``.
    formula : str
        Names the formula, and whose factor it is where a vendor's is used.
    inputs : SuvInputs
    caveats : tuple of Caveat
    """

    kind: SuvKind
    factor: float
    source_unit: str
    formula: str
    inputs: SuvInputs
    caveats: tuple[Caveat, ...]


def suv_factor(
    template: Dataset,
    kind: SuvKind = SuvKind.BODY_WEIGHT,
    *,
    surface: SurfaceFormula = SurfaceFormula.DU_BOIS,
    weighed_on: date | None = None,
) -> SuvFactor:
    """Return the factor of a PET series.

    Parameters
    ----------
    template : Dataset
        Header of one of its images.
    kind : SuvKind
    surface : SurfaceFormula
        For SUVbsa.
    weighed_on : date or None
        When the weight was taken, if the case knows it.

    Raises
    ------
    SuvRefused
        If the header lacks what is needed; the code says what.
    """
    header = read_pet_header(template)
    _check_image(header)
    patient = header.patient
    caveats = body_caveats(patient, kind, weighed_on=weighed_on, seen_on=_seen_on(header))
    if header.units == "BQML":
        made = _from_activity(header, 1.0)
    elif header.units == "CNTS":
        made = _from_counts(header)
    else:
        made = _held(header, kind)
    if made.kind is kind:
        return replace(made, caveats=(*made.caveats, *caveats))
    return _turned(made, patient, kind, surface=surface, caveats=caveats)


def suv_factors(
    template: Dataset,
    *,
    surface: SurfaceFormula = SurfaceFormula.DU_BOIS,
    weighed_on: date | None = None,
) -> dict[SuvKind, SuvFactor | SuvRefused]:
    """Return for every kind its factor, or why there is none.

    Parameters
    ----------
    template : Dataset
        Header of one of the images.
    surface : SurfaceFormula
    weighed_on : date or None
        When the weight was taken, if the case knows it.
    """
    found: dict[SuvKind, SuvFactor | SuvRefused] = {}
    for kind in SuvKind:
        try:
            found[kind] = suv_factor(template, kind, surface=surface, weighed_on=weighed_on)
        except SuvRefused as refusal:
            found[kind] = refusal
    return found


def to_suv(
    source: SourceVolume,
    kind: SuvKind = SuvKind.BODY_WEIGHT,
    *,
    surface: SurfaceFormula = SurfaceFormula.DU_BOIS,
    weighed_on: date | None = None,
) -> Volume:
    """Return the volume in uptake values, with what is doubtful about them.

    Parameters
    ----------
    source : SourceVolume
        Rescaled slice by slice (slopes differ between slices), not yet scaled to uptake unless the
        header's units say so.
    kind : SuvKind
    surface : SurfaceFormula
    weighed_on : date or None

    Raises
    ------
    SuvRefused
        If the header lacks what is needed, or the numbers are uptake values against its word.
    """
    volume = source.volume
    factor = suv_factor(source.template, kind, surface=surface, weighed_on=weighed_on)
    if volume.quantity in _SUV_QUANTITIES and factor.source_unit not in ("GML", "CM2ML"):
        raise SuvRefused(SuvLack.ALREADY)
    return replace(
        volume,
        array=volume.array.astype(np.float32) * np.float32(factor.factor),
        quantity=kind.quantity,
        caveats=(*volume.caveats, *factor.caveats),
    )


def _check_image(header: PetHeader) -> None:
    if header.modality != "PT":
        raise SuvRefused(SuvLack.NOT_PET)
    if not header.units:
        raise SuvRefused(SuvLack.UNITS_MISSING)
    if header.units not in ("BQML", "CNTS", "GML", "CM2ML"):
        raise SuvRefused(SuvLack.UNITS)
    if _ATTENUATION not in header.corrections:
        raise SuvRefused(SuvLack.ATTENUATION)
    if not header.decay_correction:
        raise SuvRefused(SuvLack.DECAY_MISSING)
    if not header.corrections & _DECAY or header.decay_correction not in ("START", "ADMIN"):
        raise SuvRefused(SuvLack.DECAY)


def _seen_on(header: PetHeader) -> date | None:
    seen = header.timing.acquisition or header.timing.series
    return seen.date() if seen else None


def _from_activity(header: PetHeader, scale: float) -> SuvFactor:
    weight = checked_patient(header.patient, SuvKind.BODY_WEIGHT).weight_kg
    dose, half_life = _checked_dose(header.injection)
    inputs = SuvInputs(weight_kg=weight, dose_bq=dose, half_life_s=half_life)
    left = dose
    caveats: tuple[Caveat, ...] = (_TO_INJECTION,)
    if header.decay_correction == "START":
        decay = find_decay(
            header.timing,
            header.injection,
            half_life_s=half_life,
            manufacturer=header.manufacturer,
        )
        left = decayed_bq(dose, elapsed_s=decay.elapsed_s, half_life_s=half_life)
        caveats = decay.caveats
        inputs = replace(inputs, injected_at=decay.injected_at, scan_start=decay.scan_start)
    return SuvFactor(
        SuvKind.BODY_WEIGHT,
        scale * factor_by_mass(weight, dose_bq=left),
        header.units,
        "SUVbw = Bq/ml × weight / decayed dose (QIBA)",
        replace(inputs, dose_at_reference_bq=left),
        (_SYRINGE, *caveats),
    )


def _from_counts(header: PetHeader) -> SuvFactor:
    for scale in (header.philips_suv, header.philips_activity):
        if scale is not None and not scale > 0:
            raise SuvRefused(SuvLack.SCALE)
    if header.philips_suv is not None:
        return SuvFactor(
            SuvKind.BODY_WEIGHT,
            header.philips_suv,
            header.units,
            "SUVbw = counts × Philips SUV scale (7053,1000)",
            SuvInputs(),
            (_BY_VENDOR,),
        )
    if header.philips_activity is None:
        raise SuvRefused(SuvLack.COUNTS)
    made = _from_activity(header, header.philips_activity)
    return replace(
        made, formula="SUVbw = counts × Philips activity scale (7053,1009) × weight / decayed dose"
    )


def _held(header: PetHeader, wanted: SuvKind) -> SuvFactor:
    held = SuvKind.BODY_SURFACE if header.units == "CM2ML" else _HELD.get(header.suv_type)
    if held is None or (held is not wanted and held is not SuvKind.BODY_WEIGHT):
        raise SuvRefused(SuvLack.TYPE)
    if (header.units == "CM2ML") != (held is SuvKind.BODY_SURFACE):
        raise SuvRefused(SuvLack.TYPE)
    assumed = (_TYPE_ASSUMED,) if header.units == "GML" and not header.suv_type else ()
    return SuvFactor(
        held,
        1.0,
        header.units,
        f"{held.quantity.value} as the scanner stored it",
        SuvInputs(),
        (_BY_VENDOR, *assumed),
    )


def _turned(
    made: SuvFactor,
    patient: Patient,
    kind: SuvKind,
    *,
    surface: SurfaceFormula,
    caveats: tuple[Caveat, ...],
) -> SuvFactor:
    """Return SUVbw turned into another kind: only what the dose is spread over changes."""
    body = checked_patient(patient, kind)
    if kind is SuvKind.BODY_SURFACE:
        spread = body_surface_m2(weight_kg=body.weight_kg, height_m=body.height_m, formula=surface)
        ratio = spread * CM2_PER_M2 / (body.weight_kg * GRAMS_PER_KG)
        name = f"body surface by {surface.value}"
    else:
        spread = lean_mass_kg(body, kind)
        ratio = spread / body.weight_kg
        author = "James 1976" if kind is SuvKind.LEAN_JAMES else "Janmahasatian 2005"
        name = f"lean body mass by {author}"
    inputs = replace(
        made.inputs,
        weight_kg=body.weight_kg,
        height_m=body.height_m,
        sex=body.sex if kind.is_lean else None,
        spread_over=spread,
    )
    return SuvFactor(
        kind,
        made.factor * ratio,
        made.source_unit,
        f"{made.formula}; weight replaced by {name}",
        inputs,
        (*made.caveats, *caveats),
    )


def _checked_dose(injection: Injection) -> tuple[float, float]:
    if injection.items == 0:
        raise SuvRefused(SuvLack.TRACER)
    if injection.items > 1:
        raise SuvRefused(SuvLack.TRACERS)
    if not injection.dose_bq:
        raise SuvRefused(SuvLack.DOSE)
    if not LEAST_DOSE_BQ <= injection.dose_bq <= LARGEST_DOSE_BQ:
        raise SuvRefused(SuvLack.DOSE_IMPLAUSIBLE)
    if not injection.half_life_s or injection.half_life_s < 0:
        raise SuvRefused(SuvLack.HALF_LIFE)
    known = HALF_LIFE_S.get(injection.nuclide or "")
    if known and abs(injection.half_life_s / known - 1.0) > HALF_LIFE_TOLERANCE:
        raise SuvRefused(SuvLack.HALF_LIFE_WRONG)
    return injection.dose_bq, injection.half_life_s


_SYRINGE: Final = Caveat(
    "suv.syringe-residue-ignored",
    "What was left in the syringe is not taken off the dose; uptake values may be a little low.",
)
_TO_INJECTION: Final = Caveat(
    "suv.decay-to-injection",
    "Decay is corrected to the time of injection; the dose is used as it was injected.",
)
_BY_VENDOR: Final = Caveat(
    "suv.factor-by-vendor",
    "The uptake values are scaled by the manufacturer; weight and dose were not checked here.",
)
_TYPE_ASSUMED: Final = Caveat(
    "suv.type-assumed",
    "The header does not name the type of uptake value; by the standard it is SUVbw.",
)
