"""Rows of agreements and rosters."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from tongying.consult.roster import Duty
from tongying.web.people.models import Hospital, Member


class AgreementRow(models.Model):
    """One hospital answers for another, from a day until a day, within a scope."""

    asking = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="agreements_asking")
    answering = models.ForeignKey(
        Hospital, on_delete=models.PROTECT, related_name="agreements_answering"
    )
    valid_from = models.DateField()
    valid_until = models.DateField()
    scope = models.CharField(max_length=50)
    """Values of `consult.agreement.SubAlliance`, separated by spaces."""
    number = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """An agreement ends after it begins and is between two hospitals."""

        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="agreement_span"
            ),
            models.CheckConstraint(condition=~Q(asking=F("answering")), name="agreement_two"),
            models.UniqueConstraint(
                fields=["asking", "answering", "valid_from"], name="agreement_once"
            ),
        ]
        indexes = [models.Index(fields=["answering", "asking"], name="agreement_pair")]


class ShiftRow(models.Model):
    """One person's duty."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="shifts")
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    duty = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Duty])

    class Meta:
        """A shift ends after it begins; overlaps are refused by the store, in one transaction."""

        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="shift_span"),
            models.UniqueConstraint(fields=["member", "begins"], name="shift_once"),
        ]
        indexes = [models.Index(fields=["ends", "begins"], name="shift_time")]
