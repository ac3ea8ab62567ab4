"""What one viewer may know of a case's panel now, and whom they could invite."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tongying.consult.case import Case
from tongying.consult.desk import CaseNotFound
from tongying.consult.panel import (
    Panel,
    Seat,
    may_read_opinions,
    missing_to_close,
    missing_to_conclude,
)
from tongying.consult.panel_moves import check_panel_move, may_panel_move
from tongying.consult.panel_rules import PANEL_RULES, PanelMove, SeatState
from tongying.consult.people import Role, Viewer
from tongying.consult.specialty import Specialty
from tongying.web import now as clock
from tongying.web.alliance.models import ShiftRow
from tongying.web.cases.models import CaseRow
from tongying.web.cases.rows import case_of, number_of, shown_member
from tongying.web.cases.shown import ShownMember
from tongying.web.panels.invitees import invitees_of
from tongying.web.panels.models import ConclusionRow, PanelRow
from tongying.web.panels.rows import panel_of, panel_row_of
from tongying.web.panels.shown import Invitee, PanelView, SeatView
from tongying.web.people.models import Member
from tongying.web.records.visible import cases_for
from tongying.web.trail import store as trail

MOST_INVITEES = 40
"""So many names one search shows; a longer list is to be narrowed by its words."""
_ON_PANEL = tuple(
    move
    for move in PANEL_RULES
    if not PANEL_RULES[move].seat and move not in (PanelMove.INVITE, PanelMove.CLOSE)
)
_DUTY_RANK = {"desk": 0, "on-call": 1, "off": 3}
"""On duty first; whose duty is unknown stands before whoever is known to be off."""
_ON_SEAT = tuple(move for move in PANEL_RULES if PANEL_RULES[move].seat)


def show(viewer: Viewer, case_id: int) -> PanelView | None:
    """Return a case's panel as the viewer may know it now; None where there is none.

    Reading others' opinions is recorded.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    """
    case_row = _visible(viewer, case_id)
    row = panel_row_of(case_row)
    if row is None:
        return None
    case, panel = case_of(case_row), panel_of(row)
    reads = may_read_opinions(viewer, case, panel)
    if reads:
        trail.note_read(
            viewer.login, "panel", number_of(case_row), case_row.asking_id, door="panel"
        )
    people = {
        one.pk: shown_member(one)
        for one in Member.objects.filter(seats__panel=row).select_related("hospital")
    }
    revisions = dict(row.seats.values_list("specialty", "revision"))
    seats = tuple(
        _seat(viewer, case, panel, one, people, revisions.get(one.specialty.value, 0))
        for one in panel.seats
    )
    sits = may_panel_move(viewer, case, panel, PanelMove.INVITE)
    moves = tuple(one for one in _ON_PANEL if may_panel_move(viewer, case, panel, one))
    return PanelView(
        state=panel.state,
        seats=seats,
        own=next((one for one in seats if one.mine), None),
        reads=reads,
        conclusion=panel.conclusion if reads else "",
        version=panel.version,
        proposed_at=_proposed_at(row),
        missing=missing_to_close(panel),
        can_conclude=not missing_to_conclude(panel),
        moves=(PanelMove.INVITE, *moves) if sits else moves,
        revision=row.revision,
    )


def may_open(viewer: Viewer, case: Case) -> bool:
    """Say whether the viewer may open a panel on a case that has none."""
    return may_panel_move(viewer, case, Panel(), PanelMove.INVITE)


def find(
    viewer: Viewer, case_id: int, *, specialty: Specialty | None, text: str
) -> tuple[Invitee, ...]:
    """Return who could be invited, those of the specialty first, on duty first among them.

    Without words, only those of the specialty are listed where there are any.

    Parameters
    ----------
    viewer : Viewer
    case_id : int
    specialty : Specialty or None
        The seat to fill.
    text : str
        Words of the person's name, log-in, hospital or sub-specialty; may be empty.

    Raises
    ------
    CaseNotFound
        If the case does not exist for the viewer.
    PanelMoveNotYours, PanelOutOfPlace
        If the viewer may not invite now.
    """
    case_row = _visible(viewer, case_id)
    row = panel_row_of(case_row)
    panel = Panel() if row is None else panel_of(row)
    check_panel_move(viewer, case_of(case_row), panel, PanelMove.INVITE)
    now = clock.now()
    today = timezone.localdate(now)
    found = list(invitees_of(case_row, today, specialty, text)[:MOST_INVITEES])
    numbers = [one.pk for one in found]
    known = set(ShiftRow.objects.filter(member_id__in=numbers).values_list("member_id", flat=True))
    serving = dict(
        ShiftRow.objects.filter(member_id__in=numbers, begins__lte=now, ends__gt=now).values_list(
            "member_id", "duty"
        )
    )
    seated = {one.member for one in panel.seats if one.state is not SeatState.EXCUSED}
    invitees = [
        Invitee(
            member=shown_member(one),
            specialties=(fields := specialties_of(one)),
            fits=specialty in fields,
            duty=serving.get(one.pk, "off" if one.pk in known else ""),
            seated=one.pk in seated,
        )
        for one in found
    ]
    fitting = [one for one in invitees if one.fits]
    shown = fitting if fitting and not text.strip() else invitees
    return tuple(sorted(shown, key=lambda one: (not one.fits, _DUTY_RANK.get(one.duty, 2))))


def specialties_of(member: Member) -> tuple[Specialty, ...]:
    """Return a member's specialties, as far as they are recorded."""
    return tuple(Specialty(one) for one in member.specialties.split())


def _visible(viewer: Viewer, case_id: int) -> CaseRow:
    row = cases_for(viewer).filter(pk=case_id).select_related("answering").first()
    if row is None:
        raise CaseNotFound("There is no such case.")
    return row


def _seat(
    viewer: Viewer,
    case: Case,
    panel: Panel,
    seat: Seat,
    people: dict[int, ShownMember],
    revision: int,
) -> SeatView:
    mine = viewer.role is Role.EXPERT and seat.member == viewer.user
    open_to = mine or (seat.state is SeatState.SIGNED and may_read_opinions(viewer, case, panel))
    current = seat.verdict_version == panel.version and panel.version > 0
    signed = seat.state is SeatState.SIGNED
    return SeatView(
        specialty=seat.specialty,
        member=None if seat.member is None else people[seat.member],
        required=seat.required,
        state=seat.state,
        mine=mine,
        sealed=signed and not open_to,
        opinion=seat.opinion if open_to else "",
        signed_at=seat.signed_at,
        excuse=seat.excuse if current or not signed else "",
        answered=signed and current,
        verdict=seat.verdict if open_to and current else None,
        verdict_at=seat.verdict_at if current else None,
        dissents=seat.dissents if open_to else (),
        revision=revision,
        moves=tuple(
            one for one in _ON_SEAT if may_panel_move(viewer, case, panel, one, seat.specialty)
        ),
    )


def _proposed_at(row: PanelRow) -> datetime | None:
    return (
        ConclusionRow.objects.filter(panel=row, version=row.conclusion_version)
        .values_list("at", flat=True)
        .first()
    )
