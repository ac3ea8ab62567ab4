"""What a run comes to: quantiles on both clocks, shares in time, the queue, the use of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from tongying.consult.board import gini
from tongying.consult.capacity.scenario import HOURS
from tongying.consult.capacity.simulate import MONDAY, Run, Span
from tongying.consult.capacity.staffing import Staff
from tongying.consult.case import Urgency
from tongying.consult.clock import Course, Step, deadline, service_time, wall_time
from tongying.consult.roster import Duty
from tongying.consult.service_hours import ServiceHours

FOUR_HOURS, SIX_HOURS = timedelta(hours=4), timedelta(hours=6)
"""The two ends of the promise in source C."""
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of one run.

    Attributes
    ----------
    cases, unsigned : int
        Measured cases, and those still open when the run ended; these count as late, with the time
        that had passed.
    wall_hours, service_hours : tuple of float
        P50, P90, P95 from submission to signature, by either clock.
    within_4h, within_6h : float
        Shares by wall time.
    kept : mapping of Urgency to (float, int)
        Share signed by its own deadline, and of how many.
    kept_all : float
    wait_minutes : float
        Mean from submission to acceptance.
    waited : float
        Share that waited at all for somebody to accept.
    queue_by_hour : tuple of float
        Mean cases that nobody had accepted, by hour of the day.
    arrivals_by_hour, late_by_hour : tuple of float
        Cases a day that came, and that came and were answered too late, by hour of submission.
    utilisation : tuple of float
        Reading over rostered time at the desk, one each; more than 1 where people stay on.
    gini : float
        Of the minutes read.
    """

    cases: int
    unsigned: int
    wall_hours: tuple[float, float, float]
    service_hours: tuple[float, float, float]
    within_4h: float
    within_6h: float
    kept: dict[Urgency, tuple[float, int]]
    kept_all: float
    wait_minutes: float
    waited: float
    queue_by_hour: tuple[float, ...]
    arrivals_by_hour: tuple[float, ...]
    late_by_hour: tuple[float, ...]
    utilisation: tuple[float, ...]
    gini: float


def measure(run: Run, staff: Staff, span: Span, hours: ServiceHours) -> Measured | None:
    """Return the figures of a run, or None where no case was measured.

    Parameters
    ----------
    run : Run
    staff : Staff
    span : Span
    hours : ServiceHours
        The frame of the service clock.
    """
    if not run.courses:
        return None
    now = run.ended
    courses = [course for _, course in run.courses]
    wall = np.array([wall_time(one, now).total_seconds() for one in courses]) / HOUR_S
    service = np.array([service_time(one, hours, now).total_seconds() for one in courses]) / HOUR_S
    signed = np.array([Step.SIGNED in one.reached for one in courses])
    kept = np.array([_kept(one, run) for one in courses])
    urgency = np.array([one.urgency.value for one in courses])
    days = (span.ends - span.begins) / (HOURS * 60)
    came = np.array([int(one.at_minute // 60) % HOURS for one, _ in run.courses])
    return Measured(
        cases=len(courses),
        unsigned=int((~signed).sum()),
        wall_hours=_quantiles(wall),
        service_hours=_quantiles(service),
        within_4h=float((signed & (wall <= FOUR_HOURS.total_seconds() / HOUR_S)).mean()),
        within_6h=float((signed & (wall <= SIX_HOURS.total_seconds() / HOUR_S)).mean()),
        kept={
            one: (float(kept[urgency == one.value].mean()), int((urgency == one.value).sum()))
            for one in Urgency
            if (urgency == one.value).any()
        },
        kept_all=float(kept.mean()),
        wait_minutes=float(np.mean(run.waits)) if run.waits else 0.0,
        waited=float(np.mean(np.array(run.waits) > 1e-9)) if run.waits else 0.0,
        queue_by_hour=_by_hour(run.queue),
        arrivals_by_hour=tuple((np.bincount(came, minlength=HOURS) / days).tolist()),
        late_by_hour=tuple((np.bincount(came[~kept], minlength=HOURS) / days).tolist()),
        utilisation=_utilisation(run, staff, span),
        gini=gini(list(run.busy_minutes.values())) or 0.0,
    )


def _kept(course: Course, run: Run) -> bool:
    signed = course.reached.get(Step.SIGNED)
    due = deadline(course, Step.SIGNED, run.ended)
    return signed is not None and due is not None and signed <= due


def _quantiles(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float, float]:
    p50, p90, p95 = np.quantile(values, (0.5, 0.9, 0.95)).tolist()
    return p50, p90, p95


def _by_hour(queue: Sequence[tuple[float, int]]) -> tuple[float, ...]:
    hours = np.array([int(minute // 60) % HOURS for minute, _ in queue])
    lengths = np.array([length for _, length in queue], dtype=float)
    counts = np.bincount(hours, minlength=HOURS)
    sums = np.bincount(hours, weights=lengths, minlength=HOURS)
    return tuple((sums / np.maximum(counts, 1)).tolist())


def _utilisation(run: Run, staff: Staff, span: Span) -> tuple[float, ...]:
    begins = MONDAY + timedelta(minutes=span.begins)
    ends = MONDAY + timedelta(minutes=span.ends)
    rostered = dict.fromkeys(run.busy_minutes, 0.0)
    for shift in staff.shifts:
        inside = (min(shift.ends, ends) - max(shift.begins, begins)).total_seconds() / 60
        if shift.duty is Duty.DESK and inside > 0:
            rostered[shift.member] += inside
    return tuple(
        run.busy_minutes[one] / minutes for one, minutes in rostered.items() if minutes > 0
    )
