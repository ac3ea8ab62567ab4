"""The alliance's books as CSV; what is exported imports as unchanged."""

from __future__ import annotations

from tongying.consult.alliance_import import writing
from tongying.consult.alliance_import.columns import Kind
from tongying.consult.people import Viewer
from tongying.web.alliance.importing import ACTS
from tongying.web.alliance.models import ShiftRow
from tongying.web.alliance.rows import local_zone, member_record, shift_record
from tongying.web.alliance.standing import standing_of
from tongying.web.alliance.store import known_agreements, known_hospitals
from tongying.web.people.models import Member


def export_books(kind: Kind, *, only: str = "") -> str:
    """Return a kind of the books as a CSV table.

    Parameters
    ----------
    kind : Kind
    only : str, optional
        Members and shifts of this hospital alone.
    """
    match kind:
        case Kind.HOSPITALS:
            hospitals = sorted(known_hospitals().values(), key=lambda one: one.code)
            return writing.table(kind, map(writing.hospital_cells, hospitals))
        case Kind.AGREEMENTS:
            return writing.table(kind, map(writing.agreement_cells, known_agreements()))
        case Kind.MEMBERS:
            members = Member.objects.order_by("hospital_id", "login")
            if only:
                members = members.filter(hospital_id=only)
            return writing.table(
                kind, (writing.member_cells(member_record(row)) for row in members)
            )
        case Kind.SHIFTS:
            shifts = ShiftRow.objects.select_related("member").order_by("begins", "member__login")
            if only:
                shifts = shifts.filter(member__hospital_id=only)
            zone = local_zone()
            return writing.table(
                kind, (writing.shift_cells(shift_record(row), zone) for row in shifts)
            )


def export_for(viewer: Viewer, kind: Kind) -> str:
    """Return what a viewer looks after of a kind of the books as a CSV table.

    Raises
    ------
    NotYourBooks
        If the viewer does not look after this kind.
    """
    standing_of(viewer).check(ACTS[kind], viewer.hospital)
    return export_books(kind, only=viewer.hospital)
