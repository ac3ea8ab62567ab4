"""Who was chosen to answer, and why: kept beside every assignment."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.case import Case
from tongying.consult.desk import Act
from tongying.consult.states import Move
from tongying.kernel.ids import UserId
from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import DecisionRow, OfferRow


def keep_decision(row: CaseRow, act: Act, before: Case, by: UserId | None, now: datetime) -> None:
    """Keep offers and the decision of an assignment or claim, in the caller's transaction."""
    if act.move is Move.OFFER:
        row.offers.all().delete()
        OfferRow.objects.bulk_create(
            OfferRow(case=row, member_id=member, at=now) for member in sorted(act.offered)
        )
        return
    if row.state != before.state.value:
        row.offers.all().delete()
    if act.move is Move.ASSIGN:
        DecisionRow.objects.create(
            case=row,
            at=now,
            by_id=by,
            expert_id=row.assignee_id,
            proposed_id=act.proposed,
            why=list(act.why),
            obstacles=list(act.overridden),
            override_reason="" if act.proposed == act.assignee else act.reason.strip(),
        )
    elif act.move is Move.CLAIM:
        DecisionRow.objects.create(
            case=row, at=now, by_id=by, expert_id=row.assignee_id, why=["claimed"]
        )
