"""Critical findings: reported with one key, and never taken for received before it is said.

Six things are kept: the finding, its category, when it was found, who reported it, who is to
receive it, and when that person acknowledged it with a read-back. Sent is not read: until then the
finding climbs a ladder of people.

References
----------
.. [1] Larson PA et al. Actionable findings and the role of IT support: report of the ACR Actionable
   Reporting Work Group. J Am Coll Radiol 2014;11:552-558 (categories: minutes, hours, days).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from tongying.consult.access import relations
from tongying.consult.case import Case
from tongying.consult.desk import CaseNotFound
from tongying.consult.people import Relation, Role, Viewer
from tongying.consult.states import State
from tongying.kernel.errors import BadInput, Conflict, NotAllowed, TongyingError
from tongying.kernel.ids import UserId


class ReportNotYours(NotAllowed):
    """Somebody other than the expert who reads the case reports a critical finding."""

    code: ClassVar[str] = "critical.not-yours"


class ReportOutOfPlace(Conflict):
    """The case is not being read, or its answer is already acknowledged."""

    code: ClassVar[str] = "critical.out-of-place"


class FindingMissing(BadInput):
    """The finding is not said."""

    code: ClassVar[str] = "critical.finding-missing"


class FoundInFuture(BadInput):
    """The finding is said to be found later than now."""

    code: ClassVar[str] = "critical.found-at"


class ReceiverRefused(BadInput):
    """The receiver is no doctor of the asking hospital who asks questions."""

    code: ClassVar[str] = "critical.receiver"


class AcknowledgeNotYours(NotAllowed):
    """Neither the receiver nor, by then, a colleague of theirs."""

    code: ClassVar[str] = "critical.acknowledge-not-yours"


class AcknowledgeTooEarly(NotAllowed):
    """A colleague acknowledges while the receiver still has time."""

    code: ClassVar[str] = "critical.acknowledge-early"


class AlreadyAcknowledged(Conflict):
    """It was acknowledged before."""

    code: ClassVar[str] = "critical.acknowledged"


class ReadBackMissing(BadInput):
    """The acknowledgement does not say what was understood."""

    code: ClassVar[str] = "critical.read-back"


class Category(StrEnum):
    """Within what time somebody must act on the finding [1]_."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAYS = "days"


ACKNOWLEDGE_WITHIN: dict[Category, timedelta] = {
    Category.MINUTES: timedelta(minutes=15),
    Category.HOURS: timedelta(hours=4),
    Category.DAYS: timedelta(days=3),
}
"""Time for the acknowledgement. The categories are [1]_'s; the times need sign-off."""
COLLEAGUE_PERCENT = 75
"""From this share of the time on a colleague of the receiver may acknowledge. Needs sign-off."""
REPORTED_IN = frozenset({State.READING, State.SIGNED})


class Audience(StrEnum):
    """Who is told on a rung."""

    RECEIVER = "receiver"
    COLLEAGUES = "colleagues"
    """The other requesters of the asking hospital."""
    DESK = "desk"
    """The coordinators of the answering hospital: they telephone."""
    REPORTER = "reporter"
    OFFICE = "office"
    """The administrators of the asking hospital."""


LADDER: dict[int, tuple[Audience, ...]] = {
    50: (Audience.RECEIVER,),
    75: (Audience.RECEIVER, Audience.COLLEAGUES),
    90: (Audience.RECEIVER, Audience.COLLEAGUES, Audience.DESK),
    100: tuple(Audience),
}
"""For each percentage of the time for the acknowledgement, who is told (K05's rungs)."""


@dataclass(frozen=True, slots=True)
class Critical:
    """A critical finding as its rules see it.

    Attributes
    ----------
    category : Category
    reported_at : datetime
        From when the time for the acknowledgement runs.
    receiver : UserId
    acknowledged_at : datetime or None
    """

    category: Category
    reported_at: datetime
    receiver: UserId
    acknowledged_at: datetime | None = None

    @property
    def due_at(self) -> datetime:
        """Return by when it must be acknowledged."""
        return self.reported_at + ACKNOWLEDGE_WITHIN[self.category]

    def at_percent(self, percent: int) -> datetime:
        """Return when a share of the time is used.

        Examples
        --------
        >>> from datetime import UTC
        >>> at = datetime(2026, 3, 1, 8, tzinfo=UTC)
        >>> Critical(Category.HOURS, at, UserId(1)).at_percent(75).isoformat()
        '2026-03-01T11:00:00+00:00'
        """
        return self.reported_at + ACKNOWLEDGE_WITHIN[self.category] * percent / 100


def check_report(viewer: Viewer, case: Case) -> None:
    """Raise unless the viewer may report a critical finding on the case now.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    ReportNotYours
        If the viewer is not the expert who answers it.
    ReportOutOfPlace
        If it is neither being read nor signed and waiting to be acknowledged.
    """
    stands = relations(viewer, case)
    if not stands:
        raise CaseNotFound("There is no such case.")
    if Relation.ASSIGNEE not in stands:
        raise ReportNotYours("Only the expert who reads the case reports a critical finding.")
    if case.state not in REPORTED_IN:
        raise ReportOutOfPlace("A critical finding is reported while the case is read or signed.")


def may_report(viewer: Viewer, case: Case) -> bool:
    """Say whether the viewer may report a critical finding on the case now."""
    try:
        check_report(viewer, case)
    except TongyingError:
        return False
    return True


def check_finding(finding: str, found_at: datetime, now: datetime) -> None:
    """Raise unless a finding is said and was found by now.

    Raises
    ------
    FindingMissing
        If there are no words.
    FoundInFuture
        If it is said to be found later than now.
    """
    if not finding.strip():
        raise FindingMissing("Say what was found.")
    if found_at > now:
        raise FoundInFuture("A finding cannot have been found later than now.")


def check_receiver(case: Case, receiver: Viewer) -> None:
    """Raise unless somebody may be named to receive a critical finding of the case.

    Raises
    ------
    ReceiverRefused
        If they are no requester of the asking hospital.
    """
    if receiver.hospital != case.asking or receiver.role is not Role.REQUESTER:
        raise ReceiverRefused("The receiver must be an asking doctor of the asking hospital.")


def may_receive(case: Case, receiver: Viewer) -> bool:
    """Say whether somebody may be named to receive a critical finding of the case."""
    try:
        check_receiver(case, receiver)
    except TongyingError:
        return False
    return True


def check_acknowledge(viewer: Viewer, case: Case, critical: Critical, now: datetime) -> None:
    """Raise unless the viewer may acknowledge a critical finding now.

    The receiver may at any time; another requester of the asking hospital (or the author) once
    `COLLEAGUE_PERCENT` of the time is used.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    AcknowledgeNotYours
        If the viewer does not ask.
    AlreadyAcknowledged
        If it was acknowledged before.
    AcknowledgeTooEarly
        If the viewer is a colleague and the receiver still has time.
    """
    stands = relations(viewer, case)
    if not stands:
        raise CaseNotFound("There is no such case.")
    if Relation.ASKING not in stands:
        raise AcknowledgeNotYours("Only a doctor who asks acknowledges a critical finding.")
    if critical.acknowledged_at is not None:
        raise AlreadyAcknowledged("This critical finding is acknowledged already.")
    if viewer.user != critical.receiver and now < critical.at_percent(COLLEAGUE_PERCENT):
        raise AcknowledgeTooEarly("The named receiver has still time to acknowledge it.")


def may_acknowledge(viewer: Viewer, case: Case, critical: Critical, now: datetime) -> bool:
    """Say whether the viewer may acknowledge a critical finding now."""
    try:
        check_acknowledge(viewer, case, critical, now)
    except TongyingError:
        return False
    return True


def check_read_back(words: str) -> None:
    """Raise unless the acknowledgement says what was understood.

    Raises
    ------
    ReadBackMissing
        If there are no words.
    """
    if not words.strip():
        raise ReadBackMissing("Say in your own words what you understood.")


def rungs(critical: Critical, *, told: int, now: datetime) -> tuple[int, ...]:
    """Return the rungs that are reached and not told yet, lowest first; none once acknowledged."""
    if critical.acknowledged_at is not None:
        return ()
    return tuple(
        percent for percent in LADDER if percent > told and critical.at_percent(percent) <= now
    )


def next_wake(critical: Critical, *, told: int) -> datetime | None:
    """Return when the next rung is reached, or None where there is none any more."""
    if critical.acknowledged_at is not None:
        return None
    return next((critical.at_percent(one) for one in LADDER if one > told), None)
