"""Which cases wait for a specialist's word on a panel."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from tongying.consult.panel_rules import CASE_STATES, OPEN_PANEL, PanelState, SeatState
from tongying.consult.people import Viewer
from tongying.web.panels.models import SeatRow

_CASES = [state.value for state in CASE_STATES]
_OPEN = [state.value for state in OPEN_PANEL]


def waiting_seats(viewer: Viewer) -> QuerySet[SeatRow]:
    """Return the query of a specialist's seats that wait for their opinion or their verdict."""
    unsigned = Q(state=SeatState.INVITED.value, panel__state__in=_OPEN)
    unanswered = Q(
        state=SeatState.SIGNED.value,
        panel__state=PanelState.CONCLUDING.value,
        verdict_version__lt=F("panel__conclusion_version"),
    )
    mine = SeatRow.objects.filter(member_id=viewer.user, panel__case__state__in=_CASES)
    return mine.filter(unsigned | unanswered)
