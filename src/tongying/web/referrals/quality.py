"""Opinions against outcomes, for the coordinators of a hospital."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q

from tongying.consult.outcome import DISCREPANCIES, Agreement, Truth
from tongying.consult.people import Role, Viewer
from tongying.consult.proportion import wilson
from tongying.kernel.errors import NotAllowed
from tongying.web.cases.rows import number_of
from tongying.web.referrals.models import ComparisonRow, ReferralRow
from tongying.web.referrals.shown import QualityLine, QualityView, ShownComparison


class QualityNotYours(NotAllowed):
    """Only coordinators look at the quality of their hospital's opinions."""

    code: ClassVar[str] = "quality.not-yours"


def quality(viewer: Viewer) -> QualityView:
    """Return how the opinions that a hospital gave or was given stood up to outcomes.

    Raises
    ------
    QualityNotYours
        If the viewer is no coordinator.
    """
    if viewer.role is not Role.COORDINATOR:
        raise QualityNotYours("The quality page is for coordinators.")
    theirs = Q(referral__case__answering_id=viewer.hospital) | Q(
        referral__case__asking_id=viewer.hospital
    )
    rows = list(
        ComparisonRow.objects.filter(theirs)
        .select_related("referral__case__asking", "by", "teaching_offered_by")
        .order_by("-at", "-pk")
    )
    found = [(row, Agreement(row.agreement)) for row in rows]
    comparable = sum(agreement is not Agreement.CANNOT_COMPARE for _, agreement in found)
    counts = {one: sum(agreement is one for _, agreement in found) for one in Agreement}
    known = [row.management_changed for row in rows if row.management_changed is not None]
    return QualityView(
        counts=tuple(
            (
                one,
                count,
                None if one is Agreement.CANNOT_COMPARE else wilson(count, comparable),
            )
            for one, count in counts.items()
        ),
        compared=len(found),
        comparable=comparable,
        changed=wilson(sum(known), len(known)),
        discrepancies=tuple(_line(row) for row, agreement in found if agreement in DISCREPANCIES),
        teaching=tuple(_line(row) for row in rows if row.teaching_offered_at is not None),
    )


def shown_comparison(row: ReferralRow) -> ShownComparison | None:
    """Return a referral's comparison, or None where there is none yet."""
    compared = (
        ComparisonRow.objects.filter(referral=row)
        .select_related("by", "teaching_offered_by")
        .first()
    )
    return None if compared is None else _comparison(compared)


def _line(row: ComparisonRow) -> QualityLine:
    case = row.referral.case
    return QualityLine(
        referral_id=row.referral_id,
        case_id=case.pk,
        number=number_of(case),
        asking_name=case.asking.name,
        comparison=_comparison(row),
    )


def _comparison(row: ComparisonRow) -> ShownComparison:
    offered_by = row.teaching_offered_by
    return ShownComparison(
        agreement=Agreement(row.agreement),
        truth=Truth(row.truth),
        management_changed=row.management_changed,
        note=row.note,
        by=row.by.name,
        at=row.at,
        review_opened_at=row.review_opened_at,
        teaching_offered_at=row.teaching_offered_at,
        teaching_offered_by=offered_by.name if offered_by else "",
    )
