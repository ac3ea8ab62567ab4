"""What the case page needs to show the joint panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise

from tongying.consult.case import Urgency
from tongying.consult.panel_rules import OPEN_PANEL, PanelMove, SeatState
from tongying.consult.people import Viewer
from tongying.consult.specialty import Specialty
from tongying.consult.states import Move
from tongying.web.cases.shown import CaseView
from tongying.web.pages.panel_words import lack_words
from tongying.web.pages.words import SPECIALTY_WORDS
from tongying.web.panels import store
from tongying.web.panels.shown import PanelView


@dataclass(frozen=True, slots=True)
class SpecialtyChoice:
    """A specialty that can be given a seat."""

    value: str
    label: str | Promise


def panel_context(viewer: Viewer, view: CaseView) -> dict[str, Any]:
    """Return the context of the panel's part of a case's page.

    Parameters
    ----------
    viewer : Viewer
    view : CaseView
    """
    panel = store.show(viewer, view.case.id)
    invites = PanelMove.INVITE in panel.moves if panel else store.may_open(viewer, view.case)
    is_open = panel is not None and panel.state in OPEN_PANEL
    return {
        "panel": panel,
        "panel_open": is_open,
        "panel_ready": panel is not None and not panel.missing,
        "panel_lacks": [lack_words(one) for one in panel.missing] if panel and is_open else [],
        "invites": invites,
        "free_specialties": free_specialties(panel) if invites else [],
        "proposes": panel is not None and PanelMove.PROPOSE in panel.moves,
        "proposal": (panel.conclusion if panel else "") or view.draft.answer,
        "books": Move.BOOK in view.moves and view.case.question.urgency is Urgency.BOOKED,
        "booked_input": _for_input(view),
        "panel_place": _place(viewer, panel),
    }


def free_specialties(panel: PanelView | None) -> list[SpecialtyChoice]:
    """Return the specialties whose seat has nobody on it."""
    taken = {
        seat.specialty
        for seat in (panel.seats if panel else ())
        if seat.member is not None and seat.state is not SeatState.EXCUSED
    }
    return [
        SpecialtyChoice(one.value, SPECIALTY_WORDS[one]) for one in Specialty if one not in taken
    ]


def _for_input(view: CaseView) -> str:
    """Return the appointment as a browser's date and time field wants it."""
    at = view.case.booked_for
    return f"{timezone.localtime(at):%Y-%m-%dT%H:%M}" if at else ""


def _place(viewer: Viewer, panel: PanelView | None) -> str:
    """Return what a panellist has to do on the panel: ``"write"``, ``"answer"`` or nothing."""
    own = None if panel is None else panel.own
    if own is None:
        return ""
    if PanelMove.SIGN_OWN in own.moves:
        return "write"
    return "answer" if PanelMove.AGREE in own.moves and not own.answered else ""
