"""From rows of referrals, panels, outcomes and critical findings to FHIR's values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tongying.consult.outcome import OutcomeKind
from tongying.consult.panel_rules import SeatState
from tongying.consult.people import Viewer
from tongying.web.cases.models import CaseRow
from tongying.web.desk.models import CriticalRow
from tongying.web.fhir import rows as case_rows
from tongying.web.fhir.referral_values import (
    FhirCritical,
    FhirOutcome,
    FhirPanelTime,
    FhirPerson,
    FhirReferral,
    FhirSeat,
)
from tongying.web.fhir.values import FhirCase
from tongying.web.panels.models import SeatRow
from tongying.web.people.models import Member
from tongying.web.referrals.models import OutcomeRow, ReferralRow
from tongying.web.referrals.rows import referral_of


def referral_values(viewer: Viewer, rows: Sequence[ReferralRow]) -> list[FhirReferral]:
    """Return referrals; rows must come through `sources.referrals`."""
    cases = _cases(viewer, (row.case for row in rows))
    return [_referral(row, cases[row.case_id]) for row in rows]


def panel_values(viewer: Viewer, rows: Sequence[CaseRow]) -> list[FhirPanelTime]:
    """Return the appointments of booked panels."""
    seats: dict[int, list[FhirSeat]] = defaultdict(list)
    taken = SeatRow.objects.filter(panel__case__in=rows).exclude(member=None)
    for seat in taken.select_related("panel", "member").order_by("pk"):
        person = _person(seat.member)
        if person is not None:
            seats[seat.panel.case_id].append(FhirSeat(person, SeatState(seat.state)))
    return [
        FhirPanelTime(about, row.booked_for, tuple(seats[row.pk]))
        for row, about in zip(rows, case_rows.case_values(viewer, rows), strict=True)
        if row.booked_for is not None
    ]


def outcome_values(viewer: Viewer, rows: Sequence[OutcomeRow]) -> list[FhirOutcome]:
    """Return pieces of outcomes; ``referral__case`` and ``recorded_by`` must have been fetched."""
    cases = _cases(viewer, (row.referral.case for row in rows))
    return [
        FhirOutcome(
            id=row.pk,
            about=cases[row.referral.case_id],
            referral_id=row.referral_id,
            kind=OutcomeKind(row.kind),
            happened_on=row.happened_on,
            text=row.text,
            recorded_by=FhirPerson(row.recorded_by_id, row.recorded_by.name),
            recorded_at=row.recorded_at,
            seen_at=row.seen_at,
        )
        for row in rows
    ]


def critical_values(viewer: Viewer, rows: Sequence[CriticalRow]) -> list[FhirCritical]:
    """Return critical findings; the case and the three people must have been fetched along."""
    cases = _cases(viewer, (row.case for row in rows))
    return [
        FhirCritical(
            id=row.pk,
            about=cases[row.case_id],
            finding=row.finding,
            category=row.category,
            found_at=row.found_at,
            reported_by=FhirPerson(row.reported_by_id, row.reported_by.name),
            receiver=FhirPerson(row.receiver_id, row.receiver.name),
            acknowledged_at=row.acknowledged_at,
            acknowledged_by=_person(row.acknowledged_by),
            read_back=row.read_back,
        )
        for row in rows
    ]


def _cases(viewer: Viewer, rows: Iterable[CaseRow]) -> dict[int, FhirCase]:
    distinct = {row.pk: row for row in rows}
    found = case_rows.case_values(viewer, list(distinct.values()))
    return {about.case.id: about for about in found}


def _referral(row: ReferralRow, about: FhirCase) -> FhirReferral:
    outcomes = sorted(row.outcomes.all(), key=lambda one: one.pk)
    return FhirReferral(
        id=row.pk,
        about=about,
        referral=referral_of(row),
        number=f"{about.number}-R{row.pk}",
        reason=row.reason,
        needs=row.needs,
        transport=row.transport,
        airway_risk=row.airway_risk,
        risk_note=row.risk_note,
        documents=tuple(row.documents),
        place=row.place,
        answer_reason=row.answer_reason,
        receiving_name=row.receiving.name,
        doctor=_person(row.doctor),
        referred_by=FhirPerson(row.referred_by_id, row.referred_by.name),
        answered_at=row.answered_at,
        arrived_at=row.arrived_at,
        closed_at=row.closed_at,
        changed_at=row.changed_on,  # annotated by `sources.referrals`
        procedures=tuple(one.pk for one in outcomes if one.kind == OutcomeKind.PROCEDURE.value),
        outcomes=tuple(one.pk for one in outcomes),
    )


def _person(member: Member | None) -> FhirPerson | None:
    return None if member is None else FhirPerson(member.pk, member.name)
