"""Rows of measurements and of the drawings they follow from."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study


class DrawingRow(models.Model):
    """Marks on one image, as a person drew them here or saved them from the viewer.

    Never changed: a better one replaces it. One that is not understood is kept with the reason, so
    that a person can say what it is.
    """

    code = models.CharField(max_length=26, unique=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """Of the study."""
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="drawings")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="drawings")
    series_uid = models.CharField(max_length=64)
    sop_uid = models.CharField(max_length=64, db_index=True)
    """Of the image that was drawn on."""
    frame = models.PositiveIntegerField(default=1)
    recipe = models.CharField(max_length=60, blank=True)
    """Of `tongying.measure.registry.recipes`; empty where it is not understood."""
    recipe_version = models.CharField(max_length=20, blank=True)
    side = models.CharField(max_length=1, blank=True)
    marks = models.JSONField()
    """Name of the step -> points [column, row] from the centre of the first pixel."""
    calibration = models.JSONField()
    """The plane's sizes, where they come from and what is doubtful about them."""
    result = models.JSONField()
    """`tongying.measure.recipe.Result.as_json`: values, grades, refusals as they were told then."""
    label = models.CharField(max_length=200, blank=True)
    """As it was written in the viewer."""
    problem_code = models.CharField(max_length=60, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    """Why nothing was measured; empty where something was."""
    source = models.CharField(max_length=10)
    """sr, drawn."""
    source_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the SR it was read from."""
    tracking_uid = models.CharField(max_length=64, blank=True)
    """Of the group in the SR: the same drawing saved again is the same drawing."""
    drawn_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField()
    replaced_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="replaces"
    )
    sr_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the report it was written into."""

    class Meta:
        """Drawings of an image are looked up by it, those of an SR once."""

        indexes = [models.Index(fields=["study", "drawn_at"], name="drawing_of_study")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(side__in=["", "R", "L"]), name="drawing_side"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["sr", "drawn"]), name="drawing_source"
            ),
            models.CheckConstraint(
                condition=~models.Q(recipe="") | ~models.Q(problem=""),
                name="drawing_understood_or_why_not",
            ),
        ]


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
    """typed, sr (read from a report), drawn (on our own page), model."""
    drawing = models.ForeignKey(
        DrawingRow, null=True, on_delete=models.PROTECT, related_name="measurements"
    )
    """The marks it follows from; None for what was typed."""
    caveats = models.JSONField(default=list)
    """What was doubtful when it was measured: objects with code and sentence."""
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
                condition=models.Q(source__in=["typed", "sr", "drawn", "model"]),
                name="measured_source",
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


class AffirmedRow(models.Model):
    """What contradicted something else and was said to be right: it is not asked about again."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="affirmed")
    said = models.CharField(max_length=80)
    """`tongying.web.measurements.doubting.Doubt.said`, such as ``weight=38kg@2026-03-01``."""
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Each statement once."""

        constraints = [models.UniqueConstraint(fields=["child", "said"], name="affirmed_once")]
