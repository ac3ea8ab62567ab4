"""Which cases wait for a viewer."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from tongying.consult.people import Role, Viewer
from tongying.consult.states import OWNER, Owner, State
from tongying.web.cases.models import CaseRow
from tongying.web.panels.waiting import waiting_seats
from tongying.web.records.visible import cases_for


def waiting_for(viewer: Viewer) -> QuerySet[CaseRow]:
    """Return the query of cases on which the viewer has to act next."""
    mine = waits_for(viewer)
    return cases_for(viewer).filter(mine)


def waits_for(viewer: Viewer) -> Q:
    """Return the condition under which a visible case waits for a viewer."""
    mine = Q(state__in=_owned_by(Owner.ASSIGNEE), assignee_id=viewer.user)
    if viewer.role is Role.COORDINATOR:
        mine |= Q(state__in=_owned_by(Owner.DESK), answering_id=viewer.hospital)
    if viewer.role is Role.REQUESTER:
        theirs = Q(state__in=_owned_by(Owner.ASKING), asking_id=viewer.hospital)
        mine |= theirs & (~Q(state=State.DRAFT.value) | Q(author_id=viewer.user))
    if viewer.role is Role.EXPERT:
        mine |= Q(pk__in=waiting_seats(viewer).values("panel__case_id"))
    return mine


def _owned_by(owner: Owner) -> list[str]:
    return [state.value for state, one in OWNER.items() if one is owner]
