"""What the header of a PET image says about dose, body and time.

Nothing is judged here: what is missing, empty or not a number is None.

References
----------
DICOM PS3.3 C.8.9.1 to C.8.9.4 (PET series, isotope, image); C.7.1.3 and C.7.2.2 (patient).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

from pydicom.dataset import Dataset

from tongying.imaging.suv import Sex

GE_CREATOR: Final = "GEMS_PETD_01"
PHILIPS_CREATOR: Final = "Philips PET Private Group"
_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):?(\d\d)(?::?(\d\d)(?:\.(\d{1,6}))?)?", re.ASCII)
_DATETIME = re.compile(r"(\d{8})(\d{4}(?:\d\d(?:\.\d{1,6})?)?)([+-]\d{4})?", re.ASCII)
_AGE = re.compile(r"(\d{3})([DWMY])", re.ASCII)
_NUCLIDE = re.compile(
    r"\^?(?P<before>\d{1,3}m?)\^?\s*-?(?P<name>[A-Z][a-z]*)"
    r"|(?P<name2>[A-Z][a-z]*)\s*-?\s*\^?(?P<after>\d{1,3}m?)\^?"
)
_YEAR_DAYS: Final = 365.25
_AGE_DAYS: Final = {"D": 1.0, "W": 7.0, "M": _YEAR_DAYS / 12, "Y": _YEAR_DAYS}
_SYMBOL: Final = {
    "Carbon": "C",
    "Nitrogen": "N",
    "Oxygen": "O",
    "Fluorine": "F",
    "Copper": "Cu",
    "Gallium": "Ga",
    "Rubidium": "Rb",
    "Zirconium": "Zr",
    "Iodine": "I",
}


@dataclass(frozen=True, slots=True)
class Patient:
    """The body, as the scanner was told.

    Attributes
    ----------
    weight_kg, height_m : float or None
    sex : Sex or None
        None also where it is neither male nor female.
    age_days : float or None
        At the study, from (0010,1010) or the birth date.
    """

    weight_kg: float | None
    height_m: float | None
    sex: Sex | None
    age_days: float | None


@dataclass(frozen=True, slots=True)
class Injection:
    """What was given, from the one item of (0054,0016).

    Attributes
    ----------
    items : int
        How many radiopharmaceuticals the header describes.
    dose_bq, half_life_s : float or None
    started : datetime or None
        (0018,1078), in the local time of the other attributes.
    start_time : time or None
        (0018,1072), without a day.
    nuclide : str or None
        Such as ``"F-18"``, if its code or name says so.
    """

    items: int
    dose_bq: float | None
    half_life_s: float | None
    started: datetime | None
    start_time: time | None
    nuclide: str | None


@dataclass(frozen=True, slots=True)
class Timing:
    """When the series was made and when the image was taken.

    Attributes
    ----------
    series, acquisition : datetime or None
    ge_scan : datetime or None
        Private (0009,100D) of GE: the time to which decay was corrected.
    frame_reference_s, frame_duration_s : float or None
    """

    series: datetime | None
    acquisition: datetime | None
    ge_scan: datetime | None
    frame_reference_s: float | None
    frame_duration_s: float | None


@dataclass(frozen=True, slots=True)
class PetHeader:
    """All that uptake values are computed from.

    Attributes
    ----------
    modality, manufacturer, units, suv_type, decay_correction : str
        Upper case; empty if absent.
    corrections : frozenset of str
        (0028,0051).
    philips_suv, philips_activity : float or None
        Private (7053,1000) and (7053,1009); ``nan`` if present but not a number.
    patient : Patient
    injection : Injection
    timing : Timing
    """

    modality: str
    manufacturer: str
    units: str
    suv_type: str
    decay_correction: str
    corrections: frozenset[str]
    philips_suv: float | None
    philips_activity: float | None
    patient: Patient
    injection: Injection
    timing: Timing


def read_pet_header(template: Dataset) -> PetHeader:
    """Return what the header says, unjudged."""
    return PetHeader(
        modality=_word(template, "Modality"),
        manufacturer=_word(template, "Manufacturer"),
        units=_word(template, "Units"),
        suv_type=_word(template, "SUVType"),
        decay_correction=_word(template, "DecayCorrection"),
        corrections=frozenset(
            part.strip().upper() for part in _texts(template.get("CorrectedImage")) if part.strip()
        ),
        philips_suv=_scale(template, 0x00),
        philips_activity=_scale(template, 0x09),
        patient=_patient(template),
        injection=_injection(template),
        timing=_timing(template),
    )


def _patient(template: Dataset) -> Patient:
    sex = _word(template, "PatientSex")
    return Patient(
        weight_kg=_number(template.get("PatientWeight")),
        height_m=_number(template.get("PatientSize")),
        sex=Sex(sex) if sex in ("M", "F") else None,
        age_days=_age_days(template),
    )


def _age_days(template: Dataset) -> float | None:
    born = _date(_text(template.get("PatientBirthDate")))
    seen = _date(_text(template.get("StudyDate"))) or _date(_text(template.get("SeriesDate")))
    if born and seen and seen >= born:
        return float((seen - born).days)
    match = _AGE.fullmatch(_text(template.get("PatientAge")))
    return int(match[1]) * _AGE_DAYS[match[2]] if match else None


def _injection(template: Dataset) -> Injection:
    items = template.get("RadiopharmaceuticalInformationSequence") or []
    if len(items) != 1:
        return Injection(len(items), None, None, None, None, None)
    item = items[0]
    local = _offset(_text(template.get("TimezoneOffsetFromUTC")))
    return Injection(
        items=1,
        dose_bq=_number(item.get("RadionuclideTotalDose")),
        half_life_s=_number(item.get("RadionuclideHalfLife")),
        started=_datetime(_text(item.get("RadiopharmaceuticalStartDateTime")), local),
        start_time=_time(_text(item.get("RadiopharmaceuticalStartTime"))),
        nuclide=_nuclide(item),
    )


def _nuclide(item: Dataset) -> str | None:
    for code in item.get("RadionuclideCodeSequence") or []:
        match = _NUCLIDE.search(_text(code.get("CodeMeaning")))
        if match:
            name = match["name"] or match["name2"]
            mass = match["before"] or match["after"]
            return f"{_SYMBOL.get(name, name)}-{mass}"
    return None


def _timing(template: Dataset) -> Timing:
    frame_ms = _number(template.get("FrameReferenceTime"))
    duration_ms = _number(template.get("ActualFrameDuration"))
    local = _offset(_text(template.get("TimezoneOffsetFromUTC")))
    scanned = _private(template, (0x0009, GE_CREATOR), 0x0D)
    return Timing(
        series=_together(template, "Series"),
        acquisition=_together(template, "Acquisition"),
        ge_scan=_datetime(_text(scanned), local),
        frame_reference_s=None if frame_ms is None else frame_ms / 1000.0,
        frame_duration_s=None if duration_ms is None else duration_ms / 1000.0,
    )


def _together(template: Dataset, what: str) -> datetime | None:
    day = _date(_text(template.get(f"{what}Date")))
    clock = _time(_text(template.get(f"{what}Time")))
    return datetime.combine(day, clock) if day and clock else None


def _scale(template: Dataset, element: int) -> float | None:
    value = _private(template, (0x7053, PHILIPS_CREATOR), element)
    if value is None or not _text(value):
        return None
    number = _number(value)
    return math.nan if number is None else number


def _private(template: Dataset, place: tuple[int, str], element: int) -> Any:
    group, creator = place
    for reserved in range(0x10, 0x100):
        owner = template.get((group, reserved))
        if owner is not None and _text(owner.value).lower() == creator.lower():
            found = template.get((group, (reserved << 8) | element))
            if found is not None:
                return found.value
    return None


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if isinstance(value, bytes):
        return value.decode("ascii", "replace").split("\\")
    if isinstance(value, str):
        return value.split("\\")
    try:
        return [str(part) for part in value]
    except TypeError:
        return [str(value)]


def _text(value: Any) -> str:
    parts = _texts(value)
    return parts[0].strip(" \0") if parts else ""


def _word(template: Dataset, keyword: str) -> str:
    return _text(template.get(keyword)).upper()


def _number(value: Any) -> float | None:
    try:
        number = float(_text(value))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _date(text: str) -> date | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:  # 31 February
        return None


def _time(text: str) -> time | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    try:
        micro = int((match[4] or "").ljust(6, "0"))
        return time(int(match[1]), int(match[2]), int(match[3] or 0), micro)
    except ValueError:  # 24:61
        return None


def _datetime(text: str, local: timezone | None) -> datetime | None:
    match = _DATETIME.fullmatch(text)
    if not match:
        return None
    day, clock, offset = _date(match[1]), _time(match[2]), _offset(match[3] or "")
    if day is None or clock is None:
        return None
    told = datetime.combine(day, clock)
    if offset is None or local is None:
        return told
    return told.replace(tzinfo=offset).astimezone(local).replace(tzinfo=None)


def _offset(text: str) -> timezone | None:
    match = re.fullmatch(r"([+-])(\d\d)(\d\d)", text)
    if not match:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    if minutes > 14 * 60:
        return None
    shift = timedelta(minutes=minutes if match[1] == "+" else -minutes)
    return timezone(shift) if shift else UTC
