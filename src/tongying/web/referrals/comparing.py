"""The signed opinion set against the outcome, and what a comparison leads to."""

from __future__ import annotations

from django.db import transaction

from tongying.consult.access import relations
from tongying.consult.case import Case
from tongying.consult.outcome import Comparison, check_comparison, opens_review
from tongying.consult.people import Relation, Viewer
from tongying.consult.referral_moves import ReferralNotFound, ReferralNotYours
from tongying.web import now as clock
from tongying.web.cases.rows import case_of
from tongying.web.referrals.models import ComparisonRow
from tongying.web.referrals.rows import referral_of
from tongying.web.referrals.writing import add_event, audit, grow, locked

COMPARE, TEACHING = "compare", "teaching"
"""What a referral's timeline says happened."""


def compare(viewer: Viewer, referral_id: int, comparison: Comparison) -> None:
    """Set the signed opinion against the outcome; a discrepancy opens quality review.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer.
    ReferralNotYours
        If they have neither signed the opinion nor keep its desk.
    NothingToCompare, ComparisonRefused
        As `tongying.consult.outcome.check_comparison`.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        _check_compares(viewer, case_of(row.case))
        truth = check_comparison(comparison, referral_of(row).outcomes)
        agreement = comparison.agreement
        if agreement is None:  # pragma: no cover - refused above
            raise AssertionError(comparison)
        now = clock.now()
        before = ComparisonRow.objects.filter(referral=row).first()
        opened = before.review_opened_at if before else None
        ComparisonRow.objects.update_or_create(
            referral=row,
            defaults={
                "agreement": agreement.value,
                "truth": truth.value,
                "management_changed": comparison.management_changed,
                "note": comparison.note.strip(),
                "by_id": viewer.user,
                "at": now,
                "review_opened_at": opened or (now if opens_review(agreement) else None),
            },
        )
        grow(row)
        add_event(row, viewer, COMPARE, now, agreement.value)
        audit(row, viewer, COMPARE, now)


def offer_teaching(viewer: Viewer, referral_id: int) -> None:
    """Offer a compared case for teaching; a second offer changes nothing.

    Raises
    ------
    ReferralNotFound
        If the referral does not exist for the viewer, or nothing has been compared.
    ReferralNotYours
        If they have neither signed the opinion nor keep its desk.
    """
    with transaction.atomic():
        row = locked(viewer, referral_id)
        _check_compares(viewer, case_of(row.case))
        compared = ComparisonRow.objects.filter(referral=row).first()
        if compared is None:
            raise ReferralNotFound("The opinion has not been compared with the outcome yet.")
        if compared.teaching_offered_at is not None:
            return
        now = clock.now()
        compared.teaching_offered_at = now
        compared.teaching_offered_by_id = viewer.user
        compared.save(update_fields=["teaching_offered_at", "teaching_offered_by"])
        add_event(row, viewer, TEACHING, now)
        audit(row, viewer, TEACHING, now)


def may_compare(viewer: Viewer, case: Case) -> bool:
    """Say whether a viewer sets the opinion against the outcome: who signed, or the desk."""
    return bool(relations(viewer, case) & {Relation.ASSIGNEE, Relation.DESK})


def _check_compares(viewer: Viewer, case: Case) -> None:
    if not may_compare(viewer, case):
        raise ReferralNotYours("The expert who signed or the desk compares.")
