"""Panels for a viewer: move and show. Every change takes its audit event along."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import transaction
from django.utils import timezone

from tongying.consult.desk import CaseNotFound
from tongying.consult.panel import Panel
from tongying.consult.panel_moves import (
    PanelAct,
    PanelOutOfPlace,
    apply_panel,
    check_panel_move,
)
from tongying.consult.panel_rules import PanelMove
from tongying.consult.people import Viewer
from tongying.kernel.audit import Action, AuditEvent
from tongying.kernel.errors import Conflict, NotFound
from tongying.web import now as clock
from tongying.web.cases.models import CaseEvent, CaseRow
from tongying.web.cases.rows import case_of, number_of
from tongying.web.panels.invitees import check_invitee
from tongying.web.panels.models import PanelRow
from tongying.web.panels.rows import panel_of, panel_row_of, write_panel
from tongying.web.panels.showing import find, may_open, show
from tongying.web.panels.telling import tell_invited, tell_proposed, tell_written
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

EVENTS: dict[PanelMove, str] = {
    PanelMove.INVITE: "panel-invited",
    PanelMove.DROP_SEAT: "panel-dropped",
    PanelMove.SIGN_OWN: "panel-signed",
    PanelMove.EXCUSE: "panel-excused",
    PanelMove.PROPOSE: "panel-proposed",
    PanelMove.AGREE: "panel-answered",
    PanelMove.DISSENT: "panel-answered",
    PanelMove.EXCUSE_VERDICT: "panel-excused",
    PanelMove.REOPEN: "panel-reopened",
    PanelMove.CLOSE: "panel-closed",
    PanelMove.CANCEL: "panel-cancelled",
}
"""The line of the case's timeline. Everybody on the case reads it: it tells no opinion and not
which way a verdict went."""
_DRAFTS = frozenset({PanelMove.WRITE, PanelMove.SIGN_OWN})


class PanelMissing(NotFound):
    """The case has no panel."""

    code: ClassVar[str] = "panel.none"


class StalePanel(Conflict):
    """Somebody changed the panel, or the seat's opinion, since the page was loaded."""

    code: ClassVar[str] = "panel.stale"


def act(viewer: Viewer, case_id: int, act: PanelAct, *, revision: int | None = None) -> Panel:
    """Make a move on a case's panel and return the panel afterwards.

    The first invitation opens it. Closing is not made here: it is the signing of the case.

    Parameters
    ----------
    viewer : Viewer
    case_id : int
    act : PanelAct
    revision : int or None
        The revision that the viewer saw: the seat's for writing and signing one's own opinion, the
        panel's for everything else. None skips the check.

    Raises
    ------
    CaseNotFound, PanelMoveNotYours, SeatUnknown, PanelOutOfPlace, ReasonMissing,
    InvitationIncomplete, SeatTaken, HasRead, PanelWordsMissing, PanelNotReady, ConclusionChanged,
    VerdictGiven
        As `tongying.consult.panel_moves.apply_panel`.
    PanelMissing
        If the case has no panel and this is no invitation.
    StalePanel
        If panel or seat have changed since.
    InviteeRefused
        If the person invited may not sit on this panel.
    """
    with transaction.atomic():
        row = cases_for(viewer).filter(pk=case_id).select_for_update().first()
        if row is None:
            raise CaseNotFound("There is no such case.")
        case, panel_row = case_of(row), panel_row_of(row)
        before = Panel() if panel_row is None else panel_of(panel_row)
        check_panel_move(viewer, case, before, act.move, act.specialty)
        if act.move is PanelMove.CLOSE:
            raise PanelOutOfPlace("The panel is closed by signing the opinion of the case.")
        if panel_row is None and act.move is not PanelMove.INVITE:
            raise PanelMissing("This case has no joint panel.")
        _check_revision(viewer, panel_row, act, revision)
        after = apply_panel(viewer, case, before, act, now := clock.now())
        if act.move is PanelMove.INVITE:
            check_invitee(row, act.member, timezone.localdate(now))
        panel_row = panel_row or PanelRow(case=row, created_at=now)
        if panel_row.pk is None:
            panel_row.state = after.state.value
            panel_row.save()
        write_panel(panel_row, before, after, viewer=viewer, now=now)
        _follow(row, panel_row, act, before, after, now)
        if act.move is not PanelMove.WRITE and before != after:
            _event(row, viewer, act, now)
        note(row, viewer, panel_row, act.move, now)
    return after


def _check_revision(
    viewer: Viewer, row: PanelRow | None, act: PanelAct, revision: int | None
) -> None:
    if revision is None or row is None:
        return
    stored = row.revision
    if act.move in _DRAFTS:
        stored = row.seats.get(member_id=viewer.user).revision
    if revision != stored:
        raise StalePanel("Somebody changed this panel meanwhile; look again first.")


def _follow(
    row: CaseRow, panel: PanelRow, act: PanelAct, before: Panel, after: Panel, now: datetime
) -> None:
    """Do what a move brings with it: notices, and the conclusion as the answer's draft."""
    if act.move is PanelMove.INVITE and act.member is not None:
        tell_invited(row, panel, act.member, now)
    if act.move in (PanelMove.SIGN_OWN, PanelMove.EXCUSE, PanelMove.DROP_SEAT):
        tell_written(row, panel, before, after, now)
    if after.version != before.version:
        tell_proposed(row, after, now)
        row.draft_answer = after.conclusion
        row.revision += 1
        row.changed_at = now
        row.save(update_fields=["draft_answer", "revision", "changed_at"])


def _event(row: CaseRow, viewer: Viewer, act: PanelAct, now: datetime) -> None:
    CaseEvent.objects.create(
        case=row,
        at=now,
        actor_id=viewer.user or None,
        move=EVENTS[act.move],
        state=row.state,
        reason=act.reason.strip(),
        assignee_id=act.member if act.move is PanelMove.INVITE else None,
    )


def note(row: CaseRow, viewer: Viewer, panel: PanelRow, move: PanelMove, now: datetime) -> None:
    """Append a move's audit event, in the caller's transaction."""
    detail = {"move": move.value, "state": panel.state, "revision": str(panel.revision)}
    number = number_of(row)
    trail.append(
        [AuditEvent(now, viewer.login, Action.UPDATE, "panel", number, row.asking_id, detail)]
    )


__all__ = ["PanelMissing", "StalePanel", "act", "find", "may_open", "note", "show"]
