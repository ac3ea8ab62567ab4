"""Why no uptake value is given: each reason with a stable code and one sentence."""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from tongying.kernel.errors import BadInput


class SuvLack(Enum):
    """What a header lacks; the value is (code, sentence)."""

    NOT_PET = (
        "suv.not-pet",
        "Uptake values are computed from PET series only.",
    )
    UNITS_MISSING = (
        "suv.units-missing",
        "The units of the PET image (0054,1001) are missing; no uptake value is computed.",
    )
    UNITS = (
        "suv.units-unsupported",
        "The units of the PET image (0054,1001) are not Bq/ml, an uptake value or scaled counts.",
    )
    COUNTS = (
        "suv.counts-without-scale",
        "The PET image holds counts and no scale of its manufacturer; it has no uptake value.",
    )
    ALREADY = (
        "suv.already-scaled",
        "The image's numbers are uptake values already, but its header says otherwise.",
    )
    TYPE = (
        "suv.type-ambiguous",
        "The image holds uptake values of a type (0054,1006) that cannot be turned into this one.",
    )
    ATTENUATION = (
        "suv.attenuation-not-corrected",
        "The image is not corrected for attenuation (0028,0051); it has no uptake value.",
    )
    DECAY = (
        "suv.decay-not-corrected",
        "The image is not corrected for decay (0028,0051 or 0054,1102); it has no uptake value.",
    )
    DECAY_MISSING = (
        "suv.decay-correction-missing",
        "The header does not say to which time decay was corrected (0054,1102).",
    )
    TRACER = (
        "suv.radiopharmaceutical-missing",
        "The header does not describe the radiopharmaceutical (0054,0016).",
    )
    TRACERS = (
        "suv.several-radiopharmaceuticals",
        "The header describes more than one radiopharmaceutical (0054,0016).",
    )
    DOSE = (
        "suv.dose-missing",
        "The injected dose (0018,1074) is missing or zero; enter it at the scanner and send again.",
    )
    DOSE_IMPLAUSIBLE = (
        "suv.dose-implausible",
        "The injected dose (0018,1074) is not plausible in becquerel; its unit may be wrong.",
    )
    HALF_LIFE = (
        "suv.half-life-missing",
        "The half-life of the radionuclide (0018,1075) is missing or zero.",
    )
    HALF_LIFE_WRONG = (
        "suv.half-life-contradicts",
        "The half-life (0018,1075) is not that of the radionuclide named in the header.",
    )
    WEIGHT = (
        "suv.weight-missing",
        "The weight (0010,1030) is missing or zero; an uptake value needs it.",
    )
    WEIGHT_IMPLAUSIBLE = (
        "suv.weight-implausible",
        "The weight (0010,1030) is not plausible in kilograms; its unit may be wrong.",
    )
    HEIGHT = (
        "suv.height-missing",
        "The height (0010,1020) is missing or zero; SUL and SUVbsa need it.",
    )
    HEIGHT_IMPLAUSIBLE = (
        "suv.height-implausible",
        "The height (0010,1020) is not plausible in metres; its unit may be wrong.",
    )
    SEX = (
        "suv.sex-missing",
        "The sex (0010,0040) is not male or female; the formulas of lean body mass need it.",
    )
    START = (
        "suv.injection-time-missing",
        "The time of injection (0018,1078 or 0018,1072) is missing.",
    )
    START_DATE = (
        "suv.injection-date-missing",
        "The day of injection (0018,1078) is missing, and the radionuclide lives too long to"
        " assume it.",
    )
    SCAN = (
        "suv.scan-time-missing",
        "The time of the scan (series and acquisition date and time) is missing.",
    )
    SCAN_UNKNOWN = (
        "suv.scan-time-unknown",
        "The series was made after the scan, and no private time of the scan tells to when decay"
        " was corrected.",
    )
    SCAN_CONTRADICTS = (
        "suv.scan-time-contradicts",
        "The private time of the scan contradicts the acquisition time; one of them was altered.",
    )
    BEFORE = (
        "suv.scan-before-injection",
        "By the header the scan began before the injection.",
    )
    LONG = (
        "suv.uptake-time-implausible",
        "By the header the scan began implausibly long after the injection.",
    )
    LEAN = (
        "suv.lean-mass-outside",
        "The formula of lean body mass gives no meaningful mass for this weight and height.",
    )
    SCALE = (
        "suv.vendor-scale-invalid",
        "The manufacturer's private scale (7053,1000 or 7053,1009) is zero or not a number.",
    )


class SuvRefused(BadInput):
    """No uptake value can be computed from this header; the code says what it lacks.

    Parameters
    ----------
    lack : SuvLack
    """

    code: ClassVar[str] = "suv.refused"

    def __init__(self, lack: SuvLack) -> None:
        code, sentence = lack.value
        super().__init__(sentence, code)
        self.lack = lack
