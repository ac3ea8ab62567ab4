"""Rows of referrals, outcomes and what they lead to."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member


class ReferralRow(models.Model):
    """A child is referred to another hospital. Rules live in `consult.referral`."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="referrals")
    receiving = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="referrals")
    doctor = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="receives")
    """Who receives the child, named at acceptance."""
    referred_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="refers")
    state = models.CharField(max_length=12)
    """Value of `consult.referral.ReferralState`."""
    reason = models.TextField()
    urgency = models.CharField(max_length=10)
    needs = models.CharField(max_length=20, blank=True)
    """``bed``, ``theatre`` or ``clinic``."""
    transport = models.CharField(max_length=20, blank=True)
    airway_risk = models.CharField(max_length=10, blank=True)
    """``none``, ``present`` or empty where nobody has said."""
    risk_note = models.TextField(blank=True)
    documents = models.JSONField(default=list)
    """What travels along: kinds of documents, ``images`` among them."""
    appointment_at = models.DateTimeField(null=True)
    place = models.CharField(max_length=100, blank=True)
    answer_reason = models.TextField(blank=True)
    code = models.CharField(max_length=26, unique=True)
    """On the parents' slip."""
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    images_ready_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        """The chase list and the receiving hospital's list."""

        indexes = [
            models.Index(fields=["receiving", "state"], name="referral_receiving"),
            models.Index(fields=["state", "sent_at"], name="referral_chase"),
        ]


class ReferralEvent(models.Model):
    """What happened to a referral."""

    referral = models.ForeignKey(ReferralRow, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    move = models.CharField(max_length=16)
    state = models.CharField(max_length=12)
    note = models.TextField(blank=True)


class OutcomeRow(models.Model):
    """A piece of the outcome: arrival, procedure, pathology, genetics, discharge, follow-up."""

    referral = models.ForeignKey(ReferralRow, on_delete=models.CASCADE, related_name="outcomes")
    kind = models.CharField(max_length=12)
    happened_on = models.DateField()
    text = models.TextField()
    recorded_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    seen_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    seen_at = models.DateTimeField(null=True)
    """When the referring side has read it."""


class ComparisonRow(models.Model):
    """The signed opinion set against the outcome: for quality review and teaching."""

    referral = models.OneToOneField(ReferralRow, on_delete=models.CASCADE, related_name="compared")
    agreement = models.CharField(max_length=12)
    """Value of `consult.outcome.Agreement`."""
    truth = models.CharField(max_length=12)
    """Value of `consult.outcome.Truth`: the highest level of evidence."""
    management_changed = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    teaching_offered_at = models.DateTimeField(null=True)
    teaching_offered_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    review_opened_at = models.DateTimeField(null=True)
    """When quality review was asked for."""
