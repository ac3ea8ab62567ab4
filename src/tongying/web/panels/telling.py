"""Whom a panel's moves are told to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tongying.consult.case import Urgency
from tongying.consult.panel import Panel, missing_to_conclude
from tongying.consult.panel_rules import SeatState
from tongying.web.cases.models import CaseRow
from tongying.web.notices.tell import tell
from tongying.web.panels.models import PanelRow
from tongying.web.people.models import Member


def tell_invited(row: CaseRow, panel: PanelRow, member: int, now: datetime) -> None:
    """Tell a specialist that their opinion is asked for."""
    _tell(row, (member,), "panel-invited", f"{panel.revision}", now)


def tell_written(row: CaseRow, panel: PanelRow, before: Panel, after: Panel, now: datetime) -> None:
    """Tell whoever leads the panel, once nothing is missing any more before the conclusion."""
    if row.assignee_id is None or not missing_to_conclude(before) or missing_to_conclude(after):
        return
    _tell(row, (row.assignee_id,), "panel-all-written", f"{panel.revision}", now)


def tell_proposed(row: CaseRow, panel: Panel, now: datetime) -> None:
    """Ask every seat that signed for its verdict on the conclusion as it is now."""
    _tell(row, _signed(panel), "panel-verdict", f"{panel.version}", now)


def tell_concluded(row: CaseRow, panel: Panel, now: datetime) -> None:
    """Tell the panel that its conclusion is signed."""
    others = (one for one in _signed(panel) if one != row.assignee_id)
    _tell(row, others, "panel-concluded", f"{panel.version}", now)


def _signed(panel: Panel) -> tuple[int, ...]:
    return tuple(
        one.member
        for one in panel.seats
        if one.state is SeatState.SIGNED and one.member is not None
    )


def _tell(row: CaseRow, members: Iterable[int], kind: str, turn: str, now: datetime) -> None:
    tell(
        Member.objects.filter(pk__in=list(members)),
        kind,
        {},
        key=f"{kind}:{row.pk}:{turn}",
        case=row,
        url=f"/cases/{row.pk}/#panel",
        pressing=row.urgency == Urgency.EMERGENCY.value,
        at=now,
    )
