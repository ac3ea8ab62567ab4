"""Why a plan gives a case to an expert, as short stable keys; the pages word them."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.accepted import Held
from tongying.consult.crew import Crew
from tongying.consult.eligibility import OpenCase
from tongying.consult.expert import Expert
from tongying.consult.positions import Busy, Positions
from tongying.consult.watch import Mask, Watch

MOMENT = 1e-6
"""Minutes that are the rounding of times, not time."""


def held_reasons(held: Held) -> tuple[str, ...]:
    """Return why a case stays where it is: its expert has accepted it."""
    pace = f"pace:{held.median:.0f}"
    return ("accepted", "waiting", pace) if held.case.waiting else ("accepted", pace)


def placed_reasons(
    case: OpenCase, crew: Crew, may_take: Mask, busy: Busy, column: int
) -> tuple[list[str], list[str]]:
    """Return what speaks for an expert, and what is in doubt, beside time.

    Parameters
    ----------
    case : OpenCase
    crew : Crew
    may_take : array of bool
        Whom the case may go to.
    busy : Busy
    column : int
        The expert's, in the crew.
    """
    expert = crew.experts[column]
    speak = ["kept"] if case.assignee == expert.id else []
    others = int(may_take.sum()) - 1
    if not others:
        speak.append("only-one")
    if case.specialty in expert.specialties:
        speak.append(f"specialty:{case.specialty}")
    speak += [f"modality:{one}" for one in sorted(case.modalities & expert.modalities)]
    load = busy.load[column]
    if others and load <= busy.load[may_take].min():
        speak.append(f"lightest-load:{load:.0f}")
    speak.append(f"pace:{expert.pace.median_minutes:.0f}")
    return speak, _doubts(case, expert)


def time_reasons(
    watch: Watch, positions: Positions, position: int, now: float, starts_at: datetime
) -> list[str]:
    """Return the reasons that lie in duty and time.

    Parameters
    ----------
    watch : Watch
    positions : Positions
    position : int
        Where the case is placed.
    now : float
        Minutes since the epoch.
    starts_at : datetime
        When the work on it begins; times of day are those of its zone.
    """
    window, column = int(positions.window[position]), int(positions.expert[position])
    begins = float(watch.begins[window, column])
    if not watch.known[column]:
        found = ["duty-unknown"]
    elif begins > now:
        shift = datetime.fromtimestamp(begins * 60, tz=starts_at.tzinfo)
        found = [f"off-duty-until:{shift:%H:%M}"]
        if positions.begin[position] - positions.offset[position] < MOMENT:
            return found
    else:
        found = ["on-call" if positions.on_call[position] else "on-duty"]
    free = positions.begin[position] <= 0
    return [*found, "free-now" if free else f"free-at:{starts_at:%H:%M}"]


def _doubts(case: OpenCase, expert: Expert) -> list[str]:
    doubts = [] if expert.licence is not None else ["licence-unknown"]
    if case.specialty is None or not expert.specialties:
        doubts.append("specialty-unknown")
    if not expert.modalities:
        doubts.append("modality-unknown")
    return doubts
