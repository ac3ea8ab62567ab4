"""Telling people of an alert, and the trail of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from tongying.consult.case import Urgency
from tongying.kernel.audit import Action, AuditEvent
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import number_of
from tongying.web.desk.audience import page_for, sees
from tongying.web.desk.models import AlertRow
from tongying.web.notices.store import tell
from tongying.web.people.models import Member
from tongying.web.trail import store as trail

PLATFORM: Final = "system"
"""The actor of what the platform does by itself."""


def announce(
    alert: AlertRow, row: CaseRow, people: Iterable[Member], kind: str, values: dict[str, str]
) -> None:
    """Tell people of an alert; whoever may not see the case gets no way to it."""
    told = list(people)
    seeing = sees(row, told)
    pressing = row.urgency == Urgency.EMERGENCY.value
    key, at = f"alert:{alert.pk}", alert.fired_at
    inside = [one for one in told if one.pk in seeing]
    tell(inside, kind, values, key=key, case=row, pressing=pressing, at=at)
    for one in told:
        if one.pk not in seeing:
            tell([one], kind, values, key=key, url=page_for(one), pressing=pressing, at=at)


def note_alert(
    alert: AlertRow,
    row: CaseRow,
    *,
    actor: str = PLATFORM,
    at: datetime | None = None,
    action: Action = Action.EXECUTE,
) -> None:
    """Write the audit event of an alert, in the caller's transaction; without a time, its own."""
    detail = {"alert": f"{alert.kind}/{alert.step}/{alert.percent}", "owner": alert.owner}
    moment = at or alert.fired_at
    trail.append([AuditEvent(moment, actor, action, "case", number_of(row), row.asking_id, detail)])
