"""A case's panel as its opinion is signed, and as the case ends without one."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.utils import timezone

from tongying.consult.case import Case
from tongying.consult.desk import Act
from tongying.consult.document_panel import DocumentPanel, DocumentSeat, same_words
from tongying.consult.panel import Seat, cancelled, is_open, missing_to_close
from tongying.consult.panel_moves import PanelAct, PanelNotReady, apply_panel
from tongying.consult.panel_rules import PanelMove, PanelState, SeatState
from tongying.consult.people import Viewer
from tongying.consult.states import TERMINAL, Move, State
from tongying.kernel.errors import Conflict
from tongying.web.cases.models import CaseEvent, CaseRow
from tongying.web.panels.rows import panel_of, panel_row_of, write_panel
from tongying.web.panels.store import EVENTS, note
from tongying.web.panels.telling import tell_concluded
from tongying.web.people.models import Member


class AnswerNotConclusion(Conflict):
    """The answer to be signed is not the conclusion on which the panel gave its verdicts."""

    code: ClassVar[str] = "panel.answer-differs"


def check_panel_allows_signing(row: CaseRow, act: Act) -> None:
    """Raise while a case's panel keeps its opinion from being signed.

    Raises
    ------
    PanelNotReady
        If the panel is open and something is missing; it says what.
    AnswerNotConclusion
        If the answer is not the panel's conclusion.
    """
    panel_row = panel_row_of(row) if act.move is Move.SIGN else None
    panel = None if panel_row is None else panel_of(panel_row)
    if panel is None or not is_open(panel):
        return
    if lacks := missing_to_close(panel):
        raise PanelNotReady(lacks)
    answer = "" if act.opinion is None else act.opinion.answer
    if not same_words(answer, panel.conclusion):
        raise AnswerNotConclusion("The answer must be the joint conclusion; change it there.")


def panel_follows(viewer: Viewer, row: CaseRow, act: Act, before: Case, now: datetime) -> None:
    """Close or cancel a case's open panel where a move ends the case's work on it.

    Call it in the move's transaction, before the signed document is made.
    """
    ended = State(row.state) in TERMINAL
    if act.move is not Move.SIGN and not ended:
        return
    panel_row = panel_row_of(row)
    panel = None if panel_row is None else panel_of(panel_row)
    if panel_row is None or panel is None or not is_open(panel):
        return
    if act.move is Move.SIGN:
        move = PanelMove.CLOSE
        after = apply_panel(viewer, before, panel, PanelAct(move), now)
    else:
        move, after = PanelMove.CANCEL, cancelled(panel)
    write_panel(panel_row, panel, after, viewer=viewer, now=now)
    CaseEvent.objects.create(
        case=row, at=now, actor_id=viewer.user or None, move=EVENTS[move], state=row.state
    )
    note(row, viewer, panel_row, move, now)
    if move is PanelMove.CLOSE:
        tell_concluded(row, after, now)


def document_panel(row: CaseRow) -> DocumentPanel | None:
    """Return a case's closed panel as the signed document carries it; None where there is none."""
    panel_row = panel_row_of(row)
    panel = None if panel_row is None else panel_of(panel_row)
    if panel is None or panel.state is not PanelState.CLOSED:
        return None
    people = {one.pk: one for one in Member.objects.filter(seats__panel=panel_row).select_related()}
    return DocumentPanel(
        conclusion=panel.conclusion,
        version=panel.version,
        seats=tuple(
            _document_seat(one, None if one.member is None else people[one.member])
            for one in panel.seats
        ),
    )


def _document_seat(seat: Seat, member: Member | None) -> DocumentSeat:
    signed = seat.state is SeatState.SIGNED
    return DocumentSeat(
        specialty=seat.specialty,
        person=member.name if member else "",
        title=member.title if member else "",
        hospital=member.hospital.name if member else "",
        required=seat.required,
        state=seat.state,
        # A draft is nobody's opinion.
        opinion=seat.opinion if signed else "",
        signed_at=timezone.localtime(seat.signed_at) if seat.signed_at else None,
        excuse=seat.excuse,
        verdict=seat.verdict,
        verdict_at=timezone.localtime(seat.verdict_at) if seat.verdict_at else None,
        dissents=seat.dissents,
    )
