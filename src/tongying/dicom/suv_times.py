"""From which moment to which the dose has decayed.

References
----------
QIBA FDG-PET profile, vendor-neutral pseudo-code for SUV: the series time, if it is not after the
acquisition time; else GE's private scan time; else the acquisition time of a bed position, moved
back by its frame reference time and on to its moment of average count rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tongying.dicom.suv_headers import Injection, Timing
from tongying.dicom.suv_refusals import SuvLack, SuvRefused
from tongying.kernel.caveat import Caveat

DAY_KNOWN_BELOW_S: Final = 12 * 3600.0
"""Nuclides that live longer are imaged days after injection: without its date the day would be
guessed (decision of this project, needs sign-off)."""
LONGEST_HALF_LIVES: Final = 10.0
"""After ten half-lives 0.1 % is left; such a header is wrong (needs sign-off)."""
PRIVATE_AGREES_S: Final = 12 * 3600.0
"""A private scan time further than this from the acquisition was altered, as by shifted dates."""
BACK_COMPUTED: Final = ("SIEMENS", "PHILIPS")
"""Whose acquisition time is the start of the bed position; GE's is the start of the scan."""


@dataclass(frozen=True, slots=True)
class Decay:
    """How long the dose decayed before the moment the image stands for.

    Attributes
    ----------
    injected_at, scan_start : datetime
        Local time.
    elapsed_s : float
    caveats : tuple of Caveat
    """

    injected_at: datetime
    scan_start: datetime
    elapsed_s: float
    caveats: tuple[Caveat, ...]


def find_decay(
    timing: Timing, injection: Injection, *, half_life_s: float, manufacturer: str
) -> Decay:
    """Return the time of decay of an image corrected to the start of the scan.

    Parameters
    ----------
    timing, injection
        From the header.
    half_life_s : float
        Above 0.
    manufacturer : str
        Upper case.

    Raises
    ------
    SuvRefused
        If a time is missing, or the times contradict each other.
    """
    scan, caveats = _scan_start(timing, half_life_s, manufacturer)
    injected, more = _injected(injection, scan, half_life_s)
    elapsed_s = (scan - injected).total_seconds()
    if elapsed_s < 0:
        raise SuvRefused(SuvLack.BEFORE)
    if elapsed_s > LONGEST_HALF_LIVES * half_life_s:
        raise SuvRefused(SuvLack.LONG)
    return Decay(injected, scan, elapsed_s, (*caveats, *more))


def mean_count_time_s(duration_s: float, half_life_s: float) -> float:
    """Return when in a frame the count rate is the frame's average.

    Examples
    --------
    >>> round(mean_count_time_s(180.0, 6586.2), 2)
    89.86
    """
    rate = math.log(2.0) / half_life_s
    during = rate * duration_s
    return math.log(during / -math.expm1(-during)) / rate


def _scan_start(
    timing: Timing, half_life_s: float, manufacturer: str
) -> tuple[datetime, tuple[Caveat, ...]]:
    series, acquired = timing.series, timing.acquisition
    if series is None or acquired is None:
        raise SuvRefused(SuvLack.SCAN)
    if series <= acquired:
        return series, ()
    if timing.ge_scan is not None:
        if abs((timing.ge_scan - acquired).total_seconds()) > PRIVATE_AGREES_S:
            raise SuvRefused(SuvLack.SCAN_CONTRADICTS)
        return timing.ge_scan, (_PRIVATE_TIME,)
    offset_s, duration_s = timing.frame_reference_s, timing.frame_duration_s
    if not offset_s or not duration_s or offset_s < 0 or duration_s < 0:
        raise SuvRefused(SuvLack.SCAN_UNKNOWN)
    if not manufacturer.startswith(BACK_COMPUTED):
        raise SuvRefused(SuvLack.SCAN_UNKNOWN)
    back_s = offset_s - mean_count_time_s(duration_s, half_life_s)
    return acquired - timedelta(seconds=back_s), (_COMPUTED_TIME,)


def _injected(
    injection: Injection, scan: datetime, half_life_s: float
) -> tuple[datetime, tuple[Caveat, ...]]:
    if injection.started is not None:
        clock = injection.start_time
        differs = clock is not None and clock.replace(
            microsecond=0
        ) != injection.started.time().replace(microsecond=0)
        return injection.started, (_TIMES_DIFFER,) if differs else ()
    if injection.start_time is None:
        raise SuvRefused(SuvLack.START)
    if half_life_s >= DAY_KNOWN_BELOW_S:
        raise SuvRefused(SuvLack.START_DATE)
    same_day = datetime.combine(scan.date(), injection.start_time)
    if same_day <= scan:
        return same_day, (_DAY_ASSUMED,)
    return same_day - timedelta(days=1), (_MIDNIGHT,)


_PRIVATE_TIME: Final = Caveat(
    "suv.scan-time-private",
    "The series was made after the scan; its start is taken from the manufacturer's private time.",
)
_COMPUTED_TIME: Final = Caveat(
    "suv.scan-time-computed",
    "The series was made after the scan; its start is computed from the frame reference time.",
)
_TIMES_DIFFER: Final = Caveat(
    "suv.injection-times-differ",
    "The header has two times of injection that differ; the one with its day is used.",
)
_DAY_ASSUMED: Final = Caveat(
    "suv.injection-day-assumed",
    "The header has no day of injection; the day of the scan is assumed.",
)
_MIDNIGHT: Final = Caveat(
    "suv.injection-before-midnight",
    "The time of injection lies after that of the scan; the day before is assumed.",
)
