"""The page of one child: its records at the hospital, which of them are joined, and likely ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from django.db.models import Q

from tongying.consult.people import Role, Viewer
from tongying.kernel.errors import NotAllowed
from tongying.web.cases.rows import shown_child
from tongying.web.cases.shown import ShownChild
from tongying.web.records.children import ChildUnknown, same_child
from tongying.web.records.fetal_page import FetalShown, fetal_shown
from tongying.web.records.filing import filed_elsewhere
from tongying.web.records.models import Child, ChildLink
from tongying.web.records.timeline import TimelineLine, lines_of
from tongying.web.trail import store as trail

MOST_LIKELY: Final = 20


class RecordsNotYours(NotAllowed):
    """A child's records are joined and parted by the coordinator or administrator."""

    code: ClassVar[str] = "child.records-not-yours"


@dataclass(frozen=True, slots=True)
class Link:
    """A join of two records, standing or undone."""

    id: int
    child: ShownChild
    same_as: ShownChild
    reason: str
    made_by: str
    made_at: datetime
    undone_by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChildView:
    """A child's records.

    Attributes
    ----------
    child : ShownChild
        The record that was asked for.
    records : tuple of ShownChild
        All records joined to it, itself first.
    studies : tuple of TimelineLine
        The child's studies of the hospital, fetal ones too, newest first.
    links : tuple of Link
        Newest first, undone ones too.
    likely : tuple of ShownChild
        Records of the same hospital with the same name or date of birth that are not joined.
    fetal : tuple of FetalShown
        Studies under the mother that are filed with the child, newest first, undone ones too.
    filed_with_children : int
        Studies under these records that are filed with a child as fetal ones.
    """

    child: ShownChild
    records: tuple[ShownChild, ...]
    studies: tuple[TimelineLine, ...]
    links: tuple[Link, ...]
    likely: tuple[ShownChild, ...]
    fetal: tuple[FetalShown, ...]
    filed_with_children: int


def may_join(viewer: Viewer) -> bool:
    """Say whether the viewer joins and parts records."""
    return viewer.role in (Role.COORDINATOR, Role.ADMIN)


def child_view(viewer: Viewer, child_id: int) -> ChildView:
    """Return a child's records and note the reading.

    Raises
    ------
    ChildUnknown
        If the record is not of the viewer's hospital.
    RecordsNotYours
        If the viewer is neither coordinator nor administrator.
    """
    child = Child.objects.filter(pk=child_id, hospital_id=viewer.hospital).first()
    if child is None:
        raise ChildUnknown("There is no such child in your hospital.")
    if not may_join(viewer):
        raise RecordsNotYours("Only a coordinator or administrator joins or parts records.")
    trail.note_read(viewer.login, "child", str(child.pk), viewer.hospital, door="page")
    joined = same_child(child.pk)
    records = {row.pk: row for row in Child.objects.filter(pk__in=joined)}
    return ChildView(
        child=shown_child(child, None),
        records=tuple(
            shown_child(row, None)
            for row in sorted(records.values(), key=lambda row: (row.pk != child.pk, row.pk))
        ),
        studies=tuple(line for line in lines_of(viewer, child.pk) if line.row.own),
        links=_links(joined),
        likely=_likely(child, joined),
        fetal=fetal_shown(joined),
        filed_with_children=filed_elsewhere(viewer, child.pk),
    )


def _links(joined: list[int]) -> tuple[Link, ...]:
    rows = ChildLink.objects.filter(Q(child_id__in=joined) | Q(same_as_id__in=joined))
    return tuple(
        Link(
            id=row.pk,
            child=shown_child(row.child, None),
            same_as=shown_child(row.same_as, None),
            reason=row.reason,
            made_by=row.made_by.name,
            made_at=row.made_at,
            undone_by=row.undone_by.name if row.undone_by else "",
            undone_at=row.undone_at,
        )
        for row in rows.select_related("child", "same_as", "made_by", "undone_by").order_by("-pk")
    )


def _likely(child: Child, joined: list[int]) -> tuple[ShownChild, ...]:
    alike = Q()
    if child.name_search:
        alike |= Q(name_search=child.name_search)
    if child.birth_date is not None:
        alike |= Q(birth_date=child.birth_date)
    if not alike:
        return ()
    rows = Child.objects.filter(alike, hospital_id=child.hospital_id).exclude(pk__in=joined)
    # Same name first: the date of birth alone says less.
    found = sorted(rows[:200], key=lambda row: (row.name_search != child.name_search, row.pk))
    return tuple(shown_child(row, None) for row in found[:MOST_LIKELY])
