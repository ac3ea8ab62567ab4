"""Rows of truth, frozen sets, evaluations, monitors, incidents, failures, needs and products."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.ai.models import ModelRow, RunRow
from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Study


class VendorRow(models.Model):
    """A company or group that makes models. Its people see their own aggregates only."""

    code = models.CharField(max_length=32, primary_key=True)
    name = models.CharField(max_length=200)
    size_band = models.CharField(max_length=20, blank=True)
    """Such as ``1-49``, ``50-499``, ``500+`` people; empty where nobody says."""
    contact = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()


class VendorMember(models.Model):
    """Which vendor a member of the role ``vendor`` speaks for."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="vendor_of")
    vendor = models.ForeignKey(VendorRow, on_delete=models.PROTECT, related_name="members")


class TruthRow(models.Model):
    """What turned out to be so, for one kind of finding of a study; the last one counts."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="ai_truths")
    kind = models.CharField(max_length=60)
    """Of the models' findings, such as ``lung-nodule``."""
    present = models.BooleanField()
    places = models.JSONField(default=list)
    """Of each: centre_mm and diameter_mm, where known."""
    level = models.CharField(max_length=20)
    """surgery, pathology, genetics, follow-up, panel, report, made (by code)."""
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """Looked up by study and kind."""

        indexes = [models.Index(fields=["study", "kind", "id"], name="ai_truth_of_study")]


class FrozenSet(models.Model):
    """Studies with their truth, fixed: what evaluations are compared on."""

    code = models.CharField(max_length=26, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=60)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    need = models.ForeignKey(
        "NeedRow", null=True, on_delete=models.PROTECT, related_name="data_sets"
    )
    items = models.JSONField()
    """Of each: study (row), truth, age_days, sex, manufacturer, hospital."""
    digest = models.CharField(max_length=64)
    synthetic = models.BooleanField(default=False)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class EvaluationRow(models.Model):
    """Figures of a model, alone or against another, on a frozen set or on what ran here."""

    code = models.CharField(max_length=26, unique=True)
    model = models.ForeignKey(ModelRow, on_delete=models.PROTECT, related_name="evaluations")
    against = models.ForeignKey(ModelRow, null=True, on_delete=models.PROTECT, related_name="+")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    frozen = models.ForeignKey(FrozenSet, null=True, on_delete=models.PROTECT, related_name="+")
    """None: on the runs at the hospital up to `made_at`."""
    result = models.JSONField()
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class AlarmRow(models.Model):
    """What a monitor said; open until somebody answers it."""

    model = models.ForeignKey(ModelRow, on_delete=models.PROTECT, related_name="alarms")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    monitor = models.CharField(max_length=20)
    """input, output, concordance, refusals."""
    variable = models.CharField(max_length=60, blank=True)
    value = models.FloatField()
    limit = models.FloatField()
    sentence = models.CharField(max_length=300)
    at = models.DateTimeField()
    answered_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        """Open ones of a model first; an answer has author, time and words."""

        indexes = [models.Index(fields=["model", "hospital", "-at"], name="ai_alarms_of_model")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_by__isnull=True, answered_at__isnull=True)
                | (Q(answered_by__isnull=False, answered_at__isnull=False) & ~Q(answer="")),
                name="ai_alarm_answered_whole",
            ),
        ]


class IncidentRow(models.Model):
    """Something went wrong with a model, or nearly."""

    code = models.CharField(max_length=26, unique=True)
    model = models.ForeignKey(ModelRow, on_delete=models.PROTECT, related_name="incidents")
    run = models.ForeignKey(RunRow, null=True, on_delete=models.PROTECT, related_name="incidents")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    severity = models.CharField(max_length=10)
    """near-miss, minor, serious."""
    what = models.TextField()
    reported_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    closed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)


class FailureRow(models.Model):
    """A failure of a model that people can learn from."""

    code = models.CharField(max_length=26, unique=True)
    run = models.ForeignKey(RunRow, on_delete=models.PROTECT, related_name="failures")
    item = models.CharField(max_length=80)
    """As in a review."""
    kind = models.CharField(max_length=20)
    """false-positive, false-negative, wrong-size, wrong-place, wrong-child, other."""
    lesson = models.TextField()
    teachable = models.BooleanField(default=False)
    """Whether teaching may use it (de-identified); a person said so."""
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class NeedRow(models.Model):
    """A clinical need and what became of it: data set, pilot, training."""

    code = models.CharField(max_length=26, unique=True)
    title = models.CharField(max_length=200)
    why = models.TextField()
    step = models.CharField(max_length=30)
    disease = models.CharField(max_length=100, blank=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    raised_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    owner = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=12)
    """raised, accepted, data, pilot, training, met, declined."""


class NeedVote(models.Model):
    """Somebody has the same need."""

    need = models.ForeignKey(NeedRow, on_delete=models.CASCADE, related_name="votes")
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        """One each."""

        constraints = [models.UniqueConstraint(fields=["need", "by"], name="need_vote_once")]


class NeedStep(models.Model):
    """What happened to a need; append-only."""

    need = models.ForeignKey(NeedRow, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=12)
    words = models.CharField(max_length=500)
    link_kind = models.CharField(max_length=12, blank=True)
    """set, model, course, case; empty without one."""
    link = models.CharField(max_length=120, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class ProductRow(models.Model):
    """A product on the market or of a group, whether or not it is installed here."""

    code = models.CharField(max_length=26, unique=True)
    name = models.CharField(max_length=200)
    vendor = models.ForeignKey(VendorRow, on_delete=models.PROTECT, related_name="products")
    card_id = models.CharField(max_length=60, blank=True)
    """Of the model that runs here; empty where none does."""
    step = models.CharField(max_length=30)
    disease = models.CharField(max_length=100, blank=True)
    registration = models.CharField(max_length=100, blank=True)
    registration_class = models.CharField(max_length=10, blank=True)
    """II, III, or empty."""
    paediatric = models.CharField(max_length=10, default="unknown")
    """yes, no, unknown: whether the registration names children."""
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()


class ProductUse(models.Model):
    """A hospital uses a product, since and until when."""

    product = models.ForeignKey(ProductRow, on_delete=models.PROTECT, related_name="uses")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    until = models.DateField(null=True)
    told_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
