"""Rows of measurements."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study


class MeasurementRow(models.Model):
    """A value measured on a child. Never changed: a better one replaces it, or it is struck.

    Its z and centile are not kept here: they are told from the norm in force whenever it is shown,
    and frozen where they leave (an opinion's sentence, an SR).
    """

    code = models.CharField(max_length=26, unique=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """Where it was measured: the site of a norm."""
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="measurements")
    study = models.ForeignKey(
        Study, null=True, on_delete=models.PROTECT, related_name="measurements"
    )
    """None for what is not measured on images, as a height."""
    case = models.ForeignKey(
        CaseRow, null=True, on_delete=models.PROTECT, related_name="measurements"
    )
    measure = models.CharField(max_length=60)
    """Of `tongying.norms.measure.measures`."""
    side = models.CharField(max_length=1, blank=True)
    """R, L, or empty where the measure has no side or it is not known."""
    value = models.FloatField()
    unit = models.CharField(max_length=20)
    """As entered; the measure's own unit follows from it."""
    measured_on = models.DateField()
    tool = models.CharField(max_length=100, blank=True)
    tool_version = models.CharField(max_length=40, blank=True)
    protocol = models.CharField(max_length=100, blank=True)
    rule = models.CharField(max_length=200, blank=True)
    """The parts of a `tongying.norms.method.MeasuringMethod`; empty where nobody said."""
    norm = models.CharField(max_length=120, blank=True)
    """The norm the person chose; empty for the one that fits."""
    gestational_age_days = models.PositiveSmallIntegerField(null=True)
    """On the day, of a child not yet born."""
    source = models.CharField(max_length=10)
    """typed, sr, model."""
    source_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the SR it was read from."""
    entered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    struck_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    struck_at = models.DateTimeField(null=True)
    struck_reason = models.CharField(max_length=300, blank=True)
    sr_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the report it was written into."""

    class Meta:
        """A child's values are listed by measure and day; a struck one says who and why."""

        indexes = [
            models.Index(fields=["child", "measure", "measured_on"], name="measured_of_child")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=["", "R", "L"]), name="measured_side"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["typed", "sr", "model"]), name="measured_source"
            ),
            models.CheckConstraint(
                condition=models.Q(struck_by__isnull=True, struck_at__isnull=True)
                | (
                    models.Q(struck_by__isnull=False, struck_at__isnull=False)
                    & ~models.Q(struck_reason="")
                ),
                name="measured_struck_whole",
            ),
        ]
