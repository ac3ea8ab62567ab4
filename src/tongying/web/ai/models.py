"""Rows of models, runs, what they found, and what readers said before and after."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Series, Study
from tongying.web.workitems.models import WorkItem


class ModelRow(models.Model):
    """A version of a model that is installed here. Never changed: a new version is a new row.

    Those that ship with the platform have rows too, made when they are first needed.
    """

    card_id = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    vendor = models.CharField(max_length=100)
    card = models.TextField()
    """The text, as read."""
    card_sha256 = models.CharField(max_length=64)
    bundled = models.BooleanField()
    folder = models.CharField(max_length=200, blank=True)
    """Of the pack, below the data directory; empty for a built-in or a service."""
    installed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    """None: shipped."""
    installed_at = models.DateTimeField()
    removed_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        """A version once."""

        constraints = [
            models.UniqueConstraint(fields=["card_id", "version"], name="ai_model_once"),
        ]


class StandingRow(models.Model):
    """Where a model stands at a hospital: every move, append-only; the last one holds."""

    model = models.ForeignKey(ModelRow, on_delete=models.PROTECT, related_name="standings")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    standing = models.CharField(max_length=12)
    """off, shadow, trial, clinical, stopped (kill switch)."""
    before = models.CharField(max_length=12, blank=True)
    by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    """None: the platform stopped it."""
    at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    evidence = models.JSONField(default=dict)
    """What the approver was shown: cases per age band, figures with intervals, evaluation codes."""

    class Meta:
        """The last one of a model at a hospital is looked up often."""

        indexes = [models.Index(fields=["model", "hospital", "-id"], name="ai_standing_last")]
        constraints = [
            models.CheckConstraint(
                condition=Q(standing__in=["off", "shadow", "trial", "clinical", "stopped"]),
                name="ai_standing_known",
            ),
        ]


class RuleText(models.Model):
    """Rules of a hospital as written: which study triggers which steps. Never changed."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        """The last version of a hospital holds; an empty one turns its rules off."""

        constraints = [
            models.UniqueConstraint(fields=["hospital", "version"], name="ai_rules_once"),
        ]


class RunRow(models.Model):
    """One model on one study: asked for, run or refused, ended in exactly one way."""

    code = models.CharField(max_length=26, unique=True)
    model = models.ForeignKey(ModelRow, on_delete=models.PROTECT, related_name="runs")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """Of the study, which receives the results."""
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="ai_runs")
    prior = models.ForeignKey(Study, null=True, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.PROTECT, related_name="ai_runs")
    standing = models.CharField(max_length=12)
    """Of the model when the run was asked for: it decides who may ever see the result."""
    trigger = models.CharField(max_length=120)
    """``rule:<id>@<version>`` or ``person``."""
    step = models.CharField(max_length=30)
    order = models.PositiveSmallIntegerField(default=0)
    """Place among the steps of its trigger; a later one waits for the earlier ones to end."""
    urgency = models.PositiveSmallIntegerField(default=5)
    """0 first."""
    asked_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    deadline = models.DateTimeField()
    """It has ended by then, one way or another."""
    state = models.CharField(max_length=12)
    """waiting, running, done, refused, failed, cancelled."""
    attempt = models.PositiveSmallIntegerField(default=0)
    again_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="again")
    """The run that this one repeats."""
    cancel_asked_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    cancel_asked_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    series_uids = models.JSONField(default=list)
    """Read, the admitted one first."""
    input_digest = models.CharField(max_length=64, blank=True)
    """SHA-256 over the digests of the files that were read, and of what was given besides."""
    code_version = models.CharField(max_length=40, blank=True)
    admission = models.JSONField(default=dict)
    """`tongying.ai.gate.admission.Admission.as_json`."""
    refusal_code = models.CharField(max_length=60, blank=True)
    refusal = models.TextField(blank=True)
    """Why it was refused or failed, one sentence."""
    result = models.JSONField(null=True)
    """findings, values, flags, texts, caveats; of the answer's canonical JSON."""
    result_digest = models.CharField(max_length=64, blank=True)
    seconds = models.FloatField(null=True)
    peak_mb = models.FloatField(null=True)
    objects_made = models.JSONField(default=list)
    """Of each: kind (SEG, SR, PM), series_uid, sop_uid, digest."""
    worker = models.CharField(max_length=60, blank=True)
    """Who runs it; a worker that begins anew under the same name takes it up again."""
    seen_at = models.DateTimeField(null=True)
    """When that worker last gave a sign of life."""
    progress = models.JSONField(default=dict)
    """``fraction`` and ``what``, for the page that waits."""
    workitem = models.OneToOneField(
        WorkItem, null=True, on_delete=models.PROTECT, related_name="ai_run"
    )
    """The UPS it is claimed and finished through."""

    class Meta:
        """Listed by study; what is open is watched for its deadline; one that ended has a time."""

        indexes = [
            models.Index(fields=["study", "asked_at"], name="ai_run_of_study"),
            models.Index(fields=["state", "deadline"], name="ai_run_open"),
            models.Index(fields=["model", "hospital", "finished_at"], name="ai_run_of_model"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | Q(
                    state__in=["done", "refused", "failed", "cancelled"],
                    finished_at__isnull=False,
                ),
                name="ai_run_ended_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["refused", "failed"]) | ~Q(refusal_code=""),
                name="ai_run_why",
            ),
        ]


class StepEvent(models.Model):
    """What happened to a study on its way through the steps; append-only."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="ai_events")
    run = models.ForeignKey(RunRow, null=True, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    kind = models.CharField(max_length=30)
    """arrived, complete, triggered, nothing-triggered, asked, started, retried, done, refused,
    failed, cancelled, grew, shown, reviewed."""
    what = models.JSONField(default=dict)

    class Meta:
        """A study's events in order."""

        indexes = [models.Index(fields=["study", "id"], name="ai_events_of_study")]


class ReadRow(models.Model):
    """A reader's own read of a study, before or after AI was shown; append-only."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="ai_reads")
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.PROTECT, related_name="ai_reads")
    reader = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(max_length=6)
    """before, after."""
    verdict = models.CharField(max_length=12)
    """normal, abnormal, unsure."""
    confidence = models.PositiveSmallIntegerField(null=True)
    """0 to 100 that something is abnormal, as the reader says; for reader studies."""
    text = models.TextField(blank=True)
    findings = models.JSONField(default=list)
    """Kinds that the reader names, of the models' findings, with place where it was marked."""
    runs_shown = models.JSONField(default=list)
    """Codes of the runs that were visible when this was written; empty before."""
    at = models.DateTimeField()

    class Meta:
        """A reader commits once before; the last one after counts."""

        indexes = [models.Index(fields=["study", "reader", "at"], name="ai_reads_of_study")]
        constraints = [
            models.UniqueConstraint(
                fields=["study", "reader"], condition=Q(phase="before"), name="ai_read_before_once"
            ),
            models.CheckConstraint(
                condition=Q(phase__in=["before", "after"]), name="ai_read_phase"
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=["normal", "abnormal", "unsure"]), name="ai_read_verdict"
            ),
        ]


class ReviewRow(models.Model):
    """What a reader said of a finding, flag or value of a run; the last of a reader counts."""

    run = models.ForeignKey(RunRow, on_delete=models.PROTECT, related_name="reviews")
    item = models.CharField(max_length=80)
    """``finding:3``, ``flag:motion``, ``value:brain-volume``; ``missed`` for one not found."""
    decision = models.CharField(max_length=8)
    """accept, edit, reject."""
    edited = models.JSONField(default=dict)
    """What was changed, for ``edit``; where and what, for ``missed``."""
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sr_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the report it was written into."""

    class Meta:
        """Listed with its run."""

        indexes = [models.Index(fields=["run", "item", "id"], name="ai_reviews_of_run")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision__in=["accept", "edit", "reject"]), name="ai_review_decision"
            ),
        ]


class MadeSeries(models.Model):
    """A series that a model made, or a reader's review of one: who reads sees it after their read.

    `tongying.web.records.visible.series_condition` is the rule.
    """

    series = models.OneToOneField(Series, on_delete=models.CASCADE, related_name="ai_made")
    shadow = models.BooleanField(default=False)
    """Stored by a performer outside for a model that nobody is to see: it exists for nobody."""


class Watched(models.Model):
    """A study whose steps have not been decided on: looked at again when it may be complete."""

    study = models.OneToOneField(Study, on_delete=models.CASCADE, related_name="ai_watch")
    changed_at = models.DateTimeField()
    """Of the study, when it was last looked at."""
    look_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)
    """When rules were last applied to it as it was then."""
    instances = models.PositiveIntegerField(default=0)
    """How many it had then; more since means that it grew."""
