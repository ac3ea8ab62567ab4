"""Rows of what the desk and the clocks do to a case."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member


class OfferRow(models.Model):
    """An unassigned case is offered to an expert."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="offers")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="offers")
    at = models.DateTimeField()

    class Meta:
        """Each expert once."""

        constraints = [models.UniqueConstraint(fields=["case", "member"], name="offer_once")]


class PauseRow(models.Model):
    """The clocks of a case stood still, waiting for county data."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="pauses")
    begins = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    reason = models.TextField()

    class Meta:
        """One pause at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends=None), name="one_pause_at_a_time"
            ),
        ]


class DecisionRow(models.Model):
    """Who was chosen to answer, by whom, who had been proposed, and why."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="decisions")
    at = models.DateTimeField()
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    """None where the platform assigned by itself."""
    expert = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    proposed = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    why = models.JSONField(default=list)
    """Keys of `consult.assignment.Placement.why`, for the one who was proposed."""
    obstacles = models.JSONField(default=list)
    """Soft obstacles of the one chosen that the desk overrode."""
    override_reason = models.TextField(blank=True)


class AlertRow(models.Model):
    """A rung of an escalation ladder was reached, or a breach is foreseen. Fires exactly once."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=10)
    """``rung``, ``forecast`` or ``critical``."""
    step = models.CharField(max_length=16)
    round = models.PositiveSmallIntegerField()
    percent = models.PositiveSmallIntegerField()
    """50, 75, 90 or 100; 0 for a forecast."""
    due_at = models.DateTimeField()
    """The deadline it is about, as it stood when it fired."""
    fell_due_at = models.DateTimeField()
    """When it should have fired."""
    fired_at = models.DateTimeField()
    owner = models.CharField(max_length=10)
    """Value of `consult.states.Owner`: who had to act then."""
    told = models.ManyToManyField(Member, related_name="alerts_told")
    acknowledged_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        """Each rung of each ladder once."""

        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "step", "round", "percent"], name="alert_once"
            ),
        ]
        indexes = [models.Index(fields=["acknowledged_at", "fired_at"], name="alert_open")]


class CriticalRow(models.Model):
    """A critical finding: six stored fields, and a receiver who must acknowledge."""

    case = models.ForeignKey(CaseRow, on_delete=models.CASCADE, related_name="criticals")
    finding = models.TextField()
    category = models.CharField(max_length=8)
    """``minutes``, ``hours`` or ``days``: within what time the receiver must act."""
    found_at = models.DateTimeField()
    reported_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="criticals")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    read_back = models.TextField(blank=True)
    """What the receiver understood, in their own words."""
    due_at = models.DateTimeField()
    """By when the receiver must have acknowledged."""
    wake_at = models.DateTimeField(null=True, db_index=True)
    told_rung = models.PositiveSmallIntegerField(default=0)
    """The highest rung of its ladder that has been told: 0, 50, 75, 90 or 100."""


class SweepRow(models.Model):
    """Until when the platform's durable clocks have looked at everything."""

    name = models.CharField(max_length=20, primary_key=True)
    done_until = models.DateTimeField()
