"""Rows of notices. None of them holds patient data."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member


class NoticeRow(models.Model):
    """A notice to one person."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notices")
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=24)
    """Key of a sentence; the page words it."""
    values = models.JSONField(default=dict)
    """Values of the sentence: a case number, a percentage, a time; never a name."""
    url = models.CharField(max_length=200, blank=True)
    pressing = models.BooleanField(default=False)
    """Whether it breaks through quiet hours."""
    key = models.CharField(max_length=100, unique=True)
    """What it is about; a second notice of the same key is not made."""
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    """When it was read, or when what it calls for was done by somebody."""
    sent_by = models.JSONField(default=dict)
    """For each way out (``push``, ``mail``) when it went, or why it did not."""

    class Meta:
        """A person's unread notices."""

        indexes = [models.Index(fields=["member", "read_at"], name="notice_unread")]


class PushSubscription(models.Model):
    """A browser that takes web pushes for a member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="subscriptions")
    endpoint = models.CharField(max_length=500, unique=True)
    p256dh = models.CharField(max_length=200)
    auth = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
