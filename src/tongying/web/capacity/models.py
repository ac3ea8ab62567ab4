"""Rows of capacity runs."""

from __future__ import annotations

from django.db import models

from tongying.web.jobs.models import OutboxRow
from tongying.web.people.models import Hospital, Member


class CapacityRun(models.Model):
    """A scenario that somebody asked to simulate, and what came out."""

    code = models.CharField(max_length=26, unique=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    name = models.CharField(max_length=100)
    scenario = models.TextField()
    """The scenario as TOML: whoever has it can run it again, with the same seeds."""
    job = models.OneToOneField(OutboxRow, null=True, on_delete=models.SET_NULL, related_name="+")
    result = models.JSONField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """A run is listed by its hospital, newest first; a result and its time go together."""

        indexes = [models.Index(fields=["hospital", "-created_at"], name="capacity_listed")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result__isnull=True, finished_at__isnull=True)
                | models.Q(result__isnull=False, finished_at__isnull=False),
                name="capacity_result_time",
            )
        ]
