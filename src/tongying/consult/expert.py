"""What the desk knows of an expert: licence, fields, ages, load and measured pace."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongying.consult.specialty import Specialty
from tongying.kernel.ids import HospitalCode, UserId


@dataclass(frozen=True, slots=True)
class Licence:
    """A doctor's licence to practise; `until` is its last valid day."""

    number: str
    until: date

    def valid_on(self, day: date) -> bool:
        """Say whether it is valid on a day."""
        return day <= self.until


@dataclass(frozen=True, slots=True)
class Pace:
    """How long an expert takes from acceptance to signature: a log-normal law.

    Attributes
    ----------
    median_minutes : float
    sigma : float
        Standard deviation of the natural logarithm of the minutes.
    count : int
        Own signed cases it rests on; 0 means that only the alliance's prior speaks.
    """

    median_minutes: float
    sigma: float
    count: int = 0


@dataclass(frozen=True, slots=True)
class Expert:
    """An expert as the assignment sees them.

    Attributes
    ----------
    id : UserId
    name : str
    hospital : HospitalCode
    licence : Licence or None
        None where none is recorded: unknown, not absent.
    specialties : frozenset of Specialty
        Empty where unknown.
    modalities : frozenset of str
        DICOM modality codes they read; empty where unknown.
    age_from_days, age_until_days : int or None
        Ages they take, in completed days, both ends included; None is unbounded.
    load_cap : int or None
        Most cases open with them at a time; None where none is set.
    pace : Pace
    recent_minutes : float
        Work done in the fairness window (the past 7 days), in expected minutes.
    """

    id: UserId
    name: str
    hospital: HospitalCode
    licence: Licence | None
    specialties: frozenset[Specialty]
    modalities: frozenset[str]
    age_from_days: int | None
    age_until_days: int | None
    load_cap: int | None
    pace: Pace
    recent_minutes: float = 0.0
