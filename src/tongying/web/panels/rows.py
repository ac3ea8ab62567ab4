"""Between rows and values, for panels."""

from __future__ import annotations

from datetime import datetime

from tongying.consult.panel import Dissent, Panel, Seat
from tongying.consult.panel_rules import PanelState, SeatState, Verdict
from tongying.consult.people import Viewer
from tongying.consult.specialty import Specialty
from tongying.consult.states import Move
from tongying.kernel.ids import UserId
from tongying.web.cases.models import CaseRow
from tongying.web.panels.models import ConclusionRow, PanelRow, SeatRow, VerdictRow


def panel_row_of(case: CaseRow) -> PanelRow | None:
    """Return the row of a case's panel, or None where it has none."""
    return PanelRow.objects.filter(case=case).first()


def panel_of(row: PanelRow) -> Panel:
    """Return the panel that a row keeps."""
    seats = list(row.seats.prefetch_related("verdicts").order_by("pk"))
    return Panel(
        state=PanelState(row.state),
        seats=tuple(_seat(one) for one in seats),
        conclusion=row.conclusion,
        version=row.conclusion_version,
        led_by=_led_by(row, seats),
    )


def _seat(row: SeatRow) -> Seat:
    given = sorted(row.verdicts.all(), key=lambda one: one.pk)
    return Seat(
        specialty=Specialty(row.specialty),
        member=None if row.member_id is None else UserId(row.member_id),
        required=row.required,
        state=SeatState(row.state),
        opinion=row.opinion,
        signed_at=row.signed_at,
        excuse=row.excuse,
        verdict=Verdict(row.verdict) if row.verdict else None,
        verdict_version=row.verdict_version,
        verdict_at=row.verdict_at,
        dissents=tuple(
            Dissent(one.version, one.words, one.at)
            for one in given
            if one.verdict == Verdict.DISSENTS.value
        ),
    )


def _led_by(row: PanelRow, seats: list[SeatRow]) -> frozenset[UserId]:
    """Return who has led the case since the first seat signed."""
    signed = [one.signed_at for one in seats if one.signed_at is not None]
    if not signed:
        return frozenset()
    first = min(signed)
    given = row.case.events.filter(
        move__in=(Move.ASSIGN.value, Move.CLAIM.value), assignee__isnull=False
    ).order_by("at", "pk")
    leaders = list(given.values_list("at", "assignee_id"))
    before = [member for at, member in leaders if at <= first][-1:]
    since = [member for at, member in leaders if at > first]
    return frozenset(UserId(member) for member in (*before, *since) if member is not None)


def write_panel(
    row: PanelRow, before: Panel, after: Panel, *, viewer: Viewer, now: datetime
) -> None:
    """Put a panel into its rows and keep every conclusion and verdict, in the caller's transaction.

    The panel's own revision grows unless only a draft changed.
    """
    old = {one.specialty: one for one in before.seats}
    new = {one.specialty: one for one in after.seats}
    gone = [one.value for one in old if one not in new]
    SeatRow.objects.filter(panel=row, specialty__in=gone).delete()
    only_drafts = not gone and _frame(before) == _frame(after)
    for specialty, seat in new.items():
        if old.get(specialty) == seat:
            continue
        kept = _write_seat(row, seat)
        known = old.get(specialty)
        if seat.verdict is not None and (known is None or known.verdict_at != seat.verdict_at):
            VerdictRow.objects.create(
                seat=kept,
                version=seat.verdict_version,
                verdict=seat.verdict.value,
                words=kept.dissent,
                at=now,
            )
    if after.version != before.version:
        ConclusionRow.objects.create(
            panel=row, version=after.version, text=after.conclusion, at=now, by_id=viewer.user
        )
    row.state = after.state.value
    row.conclusion, row.conclusion_version = after.conclusion, after.version
    if after.state is PanelState.CLOSED:
        row.closed_at = now
    row.revision += 0 if only_drafts else 1
    row.save()


def _frame(panel: Panel) -> tuple[object, ...]:
    """Return what of a panel is not a draft."""
    seats = tuple(
        (one.specialty, one.member, one.required, one.state, one.excuse, one.verdict_at)
        for one in panel.seats
    )
    return panel.state, panel.version, seats


def _write_seat(row: PanelRow, seat: Seat) -> SeatRow:
    kept = SeatRow.objects.filter(panel=row, specialty=seat.specialty.value).first()
    kept = kept or SeatRow(panel=row, specialty=seat.specialty.value)
    kept.member_id = seat.member
    kept.required = seat.required
    kept.state = seat.state.value
    kept.opinion = seat.opinion
    kept.signed_at = seat.signed_at
    kept.excuse = seat.excuse
    kept.verdict = seat.verdict.value if seat.verdict else ""
    kept.verdict_version = seat.verdict_version
    kept.verdict_at = seat.verdict_at
    dissents = seat.verdict is Verdict.DISSENTS
    kept.dissent = seat.dissents[-1].words if dissents else ""
    kept.revision += 1
    kept.save()
    return kept
