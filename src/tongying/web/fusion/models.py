"""Rows of fused pairs and of what was measured on them."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow
from tongying.web.jobs.models import OutboxRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Series


class FusionRow(models.Model):
    """A pair of series that somebody asked to bring together, and what came out.

    Identities of the objects it makes follow from `code`, so that a run cut short makes the same
    ones when it is done again.
    """

    code = models.CharField(max_length=26, unique=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """Of the fixed series, whose study receives the results."""
    fixed = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    moving = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.PROTECT, related_name="fusions")
    """The case it was asked from, if any."""
    method = models.CharField(max_length=20)
    """As asked for: auto, rigid, affine, deformable."""
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    job = models.OneToOneField(OutboxRow, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=12)
    """waiting, running, done, failed, cancelled."""
    cancel_asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancel_asked_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    """The sentence, where it was refused or failed."""
    result = models.JSONField(null=True)
    """As ``tongying fuse --json`` answers, with the quality figures."""
    objects_made = models.JSONField(default=dict)
    """Kind of object to its series and SOP Instance UID."""
    judged_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    judged_at = models.DateTimeField(null=True)
    judgement = models.CharField(max_length=12, blank=True)
    """approved or rejected by an expert who looked at it; empty: nobody has."""
    judgement_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """A study's fusions are listed newest first; a judgement has its author and time."""

        indexes = [
            models.Index(fields=["fixed", "-asked_at"], name="fusion_of_fixed"),
            models.Index(fields=["moving", "-asked_at"], name="fusion_of_moving"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="fusion_ended_time",
            ),
            models.CheckConstraint(
                condition=models.Q(judgement="", judged_by__isnull=True, judged_at__isnull=True)
                | models.Q(
                    judgement__in=["approved", "rejected"],
                    judged_by__isnull=False,
                    judged_at__isnull=False,
                ),
                name="fusion_judged_whole",
            ),
            models.CheckConstraint(
                condition=~models.Q(fixed=models.F("moving")), name="fusion_of_two"
            ),
        ]


class FusionTable(models.Model):
    """Values that were computed on a fused pair: joint regions, partial volume, a target."""

    code = models.CharField(max_length=26, unique=True)
    fusion = models.ForeignKey(FusionRow, on_delete=models.PROTECT, related_name="tables")
    kind = models.CharField(max_length=12)
    """joint, partial-volume or target."""
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    job = models.OneToOneField(OutboxRow, null=True, on_delete=models.SET_NULL, related_name="+")
    inputs = models.JSONField(default=dict)
    """Segmentation (SOP Instance UID, segment), resolution of the scanner, thresholds."""
    result = models.JSONField(null=True)
    failure = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Listed with its fusion."""

        indexes = [models.Index(fields=["fusion", "asked_at"], name="fusion_tables")]


class FusionFile(models.Model):
    """A file that a fusion or a table left in the content store: a picture, a displacement."""

    fusion = models.ForeignKey(FusionRow, on_delete=models.PROTECT, related_name="files")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=40)

    class Meta:
        """A name once in its fusion."""

        constraints = [
            models.UniqueConstraint(fields=["fusion", "name"], name="fusion_file_once"),
        ]
