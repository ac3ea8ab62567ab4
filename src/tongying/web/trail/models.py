"""Rows of the audit trail."""

from __future__ import annotations

from django.db import models


class AuditRow(models.Model):
    """One audit event, chained to the one before."""

    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=10)
    kind = models.CharField(max_length=20)
    target = models.CharField(max_length=200)
    hospital = models.CharField(max_length=32)
    detail = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)

    class Meta:
        """A hospital lists its own events, newest first; a child's are found by target."""

        indexes = [
            models.Index(fields=["hospital", "-id"], name="trail_hospital"),
            models.Index(fields=["kind", "target"], name="trail_target"),
        ]
