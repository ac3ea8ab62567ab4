"""Rows of joint panels."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Member


class PanelRow(models.Model):
    """The joint panel of a case; the case's expert leads it."""

    case = models.OneToOneField(CaseRow, on_delete=models.CASCADE, related_name="panel")
    state = models.CharField(max_length=12)
    """Value of `consult.panel.PanelState`."""
    conclusion = models.TextField(blank=True)
    """The joint conclusion as proposed; signing it makes it the case's opinion."""
    conclusion_version = models.PositiveIntegerField(default=0)
    """Grows with every change of the conclusion: verdicts are on one version."""
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)


class SeatRow(models.Model):
    """One specialty's seat on a panel."""

    panel = models.ForeignKey(PanelRow, on_delete=models.CASCADE, related_name="seats")
    specialty = models.CharField(max_length=16)
    member = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="seats")
    required = models.BooleanField(default=True)
    state = models.CharField(max_length=10)
    """Value of `consult.panel.SeatState`."""
    opinion = models.TextField(blank=True)
    signed_at = models.DateTimeField(null=True)
    excuse = models.TextField(blank=True)
    verdict = models.CharField(max_length=10, blank=True)
    """Value of `consult.panel.Verdict`; empty while not given."""
    verdict_version = models.PositiveIntegerField(default=0)
    dissent = models.TextField(blank=True)
    """Words of the last verdict, where it dissents."""
    verdict_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    """Grows with every change of the seat: seats are written at the same time."""

    class Meta:
        """One seat a specialty, one seat a person."""

        constraints = [
            models.UniqueConstraint(fields=["panel", "specialty"], name="seat_specialty_once"),
            models.UniqueConstraint(
                fields=["panel", "member"], condition=~Q(member=None), name="seat_member_once"
            ),
        ]


class ConclusionRow(models.Model):
    """A joint conclusion as it was proposed. Never changed: the next one is a new version."""

    panel = models.ForeignKey(PanelRow, on_delete=models.CASCADE, related_name="conclusions")
    version = models.PositiveIntegerField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each version once."""

        constraints = [
            models.UniqueConstraint(fields=["panel", "version"], name="conclusion_version_once")
        ]


class VerdictRow(models.Model):
    """A verdict as it was given. Never changed, so that no dissent is lost."""

    seat = models.ForeignKey(SeatRow, on_delete=models.PROTECT, related_name="verdicts")
    version = models.PositiveIntegerField()
    verdict = models.CharField(max_length=10)
    words = models.TextField(blank=True)
    at = models.DateTimeField()
