"""Whether an expert may take a case: every obstacle with its reason.

Hard obstacles cannot be overridden by anybody; soft ones by the desk, with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tongying.consult.case import Urgency
from tongying.consult.expert import Expert
from tongying.consult.roster import Duty, Roster
from tongying.consult.specialty import Specialty
from tongying.kernel.ids import CaseId, HospitalCode, UserId


class Obstacle(StrEnum):
    """Why an expert should not, or cannot, take a case."""

    LICENCE_EXPIRED = "licence-expired"
    LICENCE_UNKNOWN = "licence-unknown"
    OWN_HOSPITAL = "own-hospital"
    DECLINED = "declined"
    SPECIALTY = "specialty"
    MODALITY = "modality"
    AGE = "age"
    OFF_DUTY = "off-duty"
    ON_CALL_ONLY = "on-call-only"
    LOAD = "load"


HARD = frozenset({Obstacle.LICENCE_EXPIRED, Obstacle.OWN_HOSPITAL})
"""Nobody overrides these. An unknown licence is hard where the hospital insists on credentials."""


PRESSING = frozenset({Urgency.EMERGENCY, Urgency.URGENT})
"""What somebody on call takes."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """An open case as the assignment sees it.

    Attributes
    ----------
    id : CaseId
    asking : HospitalCode
    urgency : Urgency
    submitted_at : datetime
    due_at : datetime
        When the signature is due.
    specialty : Specialty or None
        None where nobody has said: any expert will do, and the words say so.
    modalities : frozenset of str
        Modalities of the subject study.
    age_days : int or None
        The child's age at the study; None where unknown.
    assignee : UserId or None
    accepted_at : datetime or None
        When the assignee accepted; such a case is not moved any more.
    waiting : bool
        Whether it waits for county data: it takes no time of its expert now.
    declined : frozenset of UserId
        Experts who declined it already.
    opened_at : datetime or None
        When the assignee opened the images: the work began then. None where that is not recorded.
    """

    id: CaseId
    asking: HospitalCode
    urgency: Urgency
    submitted_at: datetime
    due_at: datetime
    specialty: Specialty | None
    modalities: frozenset[str]
    age_days: int | None
    assignee: UserId | None = None
    accepted_at: datetime | None = None
    waiting: bool = False
    declined: frozenset[UserId] = frozenset()
    opened_at: datetime | None = None

    @property
    def in_hand_since(self) -> datetime | None:
        """Return since when its expert works on it, as far as that is known."""
        return self.accepted_at and (self.opened_at or self.accepted_at)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the answering hospital insists on."""

    credentials_required: bool = False
    """An expert whose licence is not on record cannot be assigned."""


def obstacles(
    case: OpenCase,
    expert: Expert,
    *,
    at: datetime,
    roster: Roster,
    load: int,
    policy: Policy,
) -> tuple[Obstacle, ...]:
    """Return every obstacle to an expert's taking a case at a moment, hard ones first.

    Parameters
    ----------
    case : OpenCase
    expert : Expert
    at : datetime
        With time zone.
    roster : Roster
        Where it does not know the expert, their duty is unknown and no obstacle.
    load : int
        Cases open with the expert now, this one not counted.
    policy : Policy
    """
    found: list[Obstacle] = []
    if expert.hospital == case.asking:
        found.append(Obstacle.OWN_HOSPITAL)
    if expert.licence is None:
        if policy.credentials_required:
            found.append(Obstacle.LICENCE_UNKNOWN)
    elif not expert.licence.valid_on(at.date()):
        found.append(Obstacle.LICENCE_EXPIRED)
    if expert.id in case.declined:
        found.append(Obstacle.DECLINED)
    known = expert.specialties and case.specialty is not None
    if known and case.specialty not in expert.specialties:
        found.append(Obstacle.SPECIALTY)
    if expert.modalities and not case.modalities <= expert.modalities:
        found.append(Obstacle.MODALITY)
    if case.age_days is not None and not _takes_age(expert, case.age_days):
        found.append(Obstacle.AGE)
    duty = _duty_obstacle(case, expert, at, roster)
    if duty is not None:
        found.append(duty)
    if expert.load_cap is not None and load >= expert.load_cap:
        found.append(Obstacle.LOAD)
    return tuple(found)


def is_hard(obstacle: Obstacle, policy: Policy) -> bool:
    """Say whether nobody can override an obstacle."""
    if obstacle is Obstacle.LICENCE_UNKNOWN:
        return policy.credentials_required
    return obstacle in HARD


def hard(found: Iterable[Obstacle], policy: Policy) -> tuple[Obstacle, ...]:
    """Return those of some obstacles that nobody can override."""
    return tuple(one for one in found if is_hard(one, policy))


def _takes_age(expert: Expert, age_days: int) -> bool:
    above = expert.age_from_days is None or age_days >= expert.age_from_days
    below = expert.age_until_days is None or age_days <= expert.age_until_days
    return above and below


def _duty_obstacle(case: OpenCase, expert: Expert, at: datetime, roster: Roster) -> Obstacle | None:
    if not roster.knows(expert.id):
        return None
    shift = roster.shift_at(expert.id, at)
    if shift is None:
        return Obstacle.OFF_DUTY
    if shift.duty is Duty.ON_CALL and case.urgency not in PRESSING:
        return Obstacle.ON_CALL_ONLY
    return None
