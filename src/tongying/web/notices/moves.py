"""Who is told of an ordinary move of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tongying.consult.case import Urgency
from tongying.consult.desk import Act
from tongying.consult.people import Role
from tongying.consult.states import Move
from tongying.web.cases.models import CaseRow
from tongying.web.notices.kinds import Kind
from tongying.web.notices.models import NoticeRow
from tongying.web.notices.store import tell
from tongying.web.people.models import Member

TOLD: Final[dict[Move, Kind]] = {
    Move.SUBMIT: Kind.CASE_NEW,
    Move.RESUBMIT: Kind.CASE_NEW,
    Move.ASSIGN: Kind.CASE_ASSIGNED,
    Move.OFFER: Kind.CASE_OFFERED,
    Move.CLAIM: Kind.CASE_TAKEN,
    Move.DECLINE: Kind.CASE_DECLINED,
    Move.RETURN: Kind.CASE_RETURNED,
    Move.REFUSE: Kind.CASE_REFUSED,
    Move.WITHDRAW: Kind.CASE_WITHDRAWN,
    Move.BOOK: Kind.CASE_BOOKED,
    Move.ASK_DATA: Kind.DATA_ASKED,
    Move.SUPPLY: Kind.DATA_SUPPLIED,
    Move.SIGN: Kind.CASE_SIGNED,
    Move.AMEND: Kind.AMENDED,
}
"""The notice of each move; the others (edit, write, accept, open …) are nobody else's business."""


_TO_DESK = (Kind.CASE_NEW, Kind.CASE_DECLINED, Kind.CASE_OFFERED)
_TO_EXPERT = (Kind.CASE_ASSIGNED, Kind.DATA_SUPPLIED)
_TO_COUNTY = (Kind.CASE_RETURNED, Kind.DATA_ASKED)
SETTLES: Final[dict[Move, tuple[Kind, ...]]] = {
    Move.OFFER: (Kind.CASE_OFFERED,),
    Move.CLAIM: _TO_DESK,
    Move.ASSIGN: (*_TO_DESK, *_TO_EXPERT),
    Move.RETURN: _TO_DESK,
    Move.REFUSE: _TO_DESK,
    Move.RESUBMIT: _TO_COUNTY,
    Move.ACCEPT: _TO_EXPERT,
    Move.DECLINE: _TO_EXPERT,
    Move.ASK_DATA: _TO_EXPERT,
    Move.SUPPLY: _TO_COUNTY,
    Move.SIGN: _TO_EXPERT,
    Move.WITHDRAW: (*_TO_DESK, *_TO_EXPERT, *_TO_COUNTY),
    Move.AMEND: (Kind.CASE_SIGNED, Kind.AMENDED),
    Move.ACKNOWLEDGE: (Kind.CASE_SIGNED, Kind.AMENDED),
}
"""What calls for something that has been done by this move; nobody is to be called for it any more,
neither on the bell nor by a mail that quiet hours hold back."""


def notify_move(row: CaseRow, act: Act, now: datetime) -> None:
    """Tell the people concerned of a move, in its transaction, after the row is saved.

    Parameters
    ----------
    row : CaseRow
        As it is after the move.
    act : Act
    now : datetime
    """
    settled = SETTLES.get(act.move, ())
    if settled:
        calls = NoticeRow.objects.filter(case=row, kind__in=[one.value for one in settled])
        calls.filter(read_at=None).update(read_at=now)
    kind = TOLD.get(act.move)
    if kind is None:
        return
    values: dict[str, str] = {}
    if kind is Kind.CASE_NEW:
        values["hospital"] = row.asking.name
    if kind is Kind.CASE_BOOKED and row.booked_for is not None:
        values["time"] = row.booked_for.isoformat()
    tell(
        _audience(row, act),
        kind.value,
        values,
        key=f"{kind.value}:{row.pk}:{row.revision}",
        case=row,
        pressing=row.urgency == Urgency.EMERGENCY.value,
        at=now,
    )


def _audience(row: CaseRow, act: Act) -> list[Member]:
    match act.move:
        case Move.SUBMIT | Move.RESUBMIT:
            # Where the platform assigns by itself the desk hears of what it could not assign.
            return [] if row.answering.assigns_itself else _desk(row)
        case Move.CLAIM | Move.DECLINE:
            return _desk(row)
        case Move.ASSIGN | Move.SUPPLY:
            return _assignee(row)
        case Move.OFFER:
            return list(Member.objects.filter(pk__in=act.offered))
        case Move.WITHDRAW:
            return _assignee(row) or _desk(row)
        case Move.BOOK:
            seated = Member.objects.filter(seats__panel__case=row)
            return [*_asking(row), *_assignee(row), *seated]
        case _:
            return _asking(row)


def _desk(row: CaseRow) -> list[Member]:
    return list(
        Member.objects.filter(
            hospital_id=row.answering_id, role=Role.COORDINATOR.value, is_active=True
        )
    )


def _assignee(row: CaseRow) -> list[Member]:
    return list(Member.objects.filter(pk=row.assignee_id)) if row.assignee_id else []


def _asking(row: CaseRow) -> list[Member]:
    """Return the author, or their colleagues where the author no longer works there."""
    author = Member.objects.filter(pk=row.author_id, is_active=True)
    return list(author) or list(
        Member.objects.filter(hospital_id=row.asking_id, role=Role.REQUESTER.value, is_active=True)
    )
