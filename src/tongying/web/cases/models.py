"""Rows of cases, opinions and documents."""

from __future__ import annotations

from django.db import models

from tongying.consult.case import Confidence, Urgency
from tongying.consult.states import State
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study


class CaseRow(models.Model):
    """A case. The rules live in `tongying.consult`; this is how it is kept."""

    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in State])
    asking = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="asked")
    answering = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="answered")
    author = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="cases")
    assignee = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="assigned"
    )
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="cases")
    text = models.TextField(blank=True)
    provisional_diagnosis = models.TextField(blank=True)
    confidence = models.CharField(max_length=10, blank=True)
    urgency = models.CharField(max_length=10, blank=True)
    history = models.TextField(blank=True)
    weight_kg = models.FloatField(null=True)
    height_cm = models.FloatField(null=True)
    measured_on = models.DateField(null=True)
    gestation_weeks = models.PositiveSmallIntegerField(null=True)
    gestation_days = models.PositiveSmallIntegerField(null=True)
    specialty = models.CharField(max_length=16, blank=True)
    reason = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    draft_answer = models.TextField(blank=True)
    draft_findings = models.TextField(blank=True)
    draft_advice = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    """Grows with every change, so that a stale page cannot overwrite a newer one."""
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    booked_for = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    given_back_at = models.DateTimeField(null=True)
    """When an expert last gave it back: the time to assign it runs anew from there."""
    accepted_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    """When the first version was signed: the promise is kept or broken then."""
    amended_at = models.DateTimeField(null=True)
    """When an amendment was last signed."""
    acknowledged_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    """When it ended without an acknowledgement (withdrawn, refused)."""
    stopped_at = models.DateTimeField(null=True)
    """Since when the clocks stand still; None while they run."""
    paused_seconds = models.FloatField(default=0)
    """How long they stood still, over finished pauses."""
    round = models.PositiveSmallIntegerField(default=0)
    """Grows with every assignment: the steps after it are timed anew."""
    against_local = models.CharField(max_length=16, blank=True)
    """Value of `consult.disagreement.Disagreement`; empty where it was not coded."""
    wake_at = models.DateTimeField(null=True)
    """When the platform must look at the case again: the next rung of a ladder."""
    looked_at = models.DateTimeField(null=True)
    """When the forecast last looked at it while a breach could still be foreseen in time."""

    class Meta:
        """States, urgencies and confidences are the rules' own words."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=[s.value for s in State]), name="case_state"
            ),
            models.CheckConstraint(
                condition=models.Q(urgency__in=["", *[u.value for u in Urgency]]),
                name="case_urgency",
            ),
            models.CheckConstraint(
                condition=models.Q(confidence__in=["", *[c.value for c in Confidence]]),
                name="case_confidence",
            ),
        ]
        indexes = [
            models.Index(fields=["asking", "state"], name="case_asking"),
            models.Index(fields=["answering", "state"], name="case_answering"),
            models.Index(fields=["assignee", "state"], name="case_assignee"),
            models.Index(fields=["due_at"], name="case_due"),
            models.Index(fields=["wake_at"], name="case_wake"),
        ]


class CaseStudy(models.Model):
    """A study that a case shows: its subject, or a prior."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="studies")
    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="cases")
    prior = models.BooleanField(default=False)

    class Meta:
        """Each study once, one subject."""

        constraints = [
            models.UniqueConstraint(fields=["case", "study"], name="case_study_once"),
        ]


class KeyImage(models.Model):
    """An image the asking doctor or the expert points at."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="key_images")
    study_uid = models.CharField(max_length=64)
    series_uid = models.CharField(max_length=64)
    sop_uid = models.CharField(max_length=64)
    frame = models.PositiveIntegerField(default=1)
    caption = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")

    class Meta:
        """Each frame once."""

        constraints = [
            models.UniqueConstraint(fields=["case", "sop_uid", "frame"], name="key_image_once"),
        ]


class CaseEvent(models.Model):
    """What happened to a case: the timeline that everybody on it reads."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    """None where the platform itself acted."""
    move = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    """The state afterwards."""
    reason = models.TextField(blank=True)
    assignee = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")


class OpinionRow(models.Model):
    """A signed opinion. Never changed: an amendment is a new version."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="opinions")
    version = models.PositiveIntegerField()
    answer = models.TextField()
    findings = models.TextField(blank=True)
    advice = models.TextField(blank=True)
    amendment_reason = models.TextField(blank=True)
    signer = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="opinions")
    signed_at = models.DateTimeField()
    digest = models.CharField(max_length=64)
    """SHA-256 of the document's canonical content."""
    content = models.BinaryField()
    """The canonical content itself, from which every document is made."""
    verify_code = models.CharField(max_length=26, unique=True)
    acknowledged_by = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        """One opinion a version."""

        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="opinion_version_once"),
        ]


class DocumentRow(models.Model):
    """A document made from a signed opinion, kept in the content store."""

    opinion = models.ForeignKey(OpinionRow, on_delete=models.PROTECT, related_name="documents")
    kind = models.CharField(max_length=20)
    """``pdf-zh``, ``pdf-en``, ``dicom-pdf``, ``dicom-sr`` or ``dicom-kos``."""
    digest = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField()
    sop_uid = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        """One of a kind per opinion."""

        constraints = [
            models.UniqueConstraint(fields=["opinion", "kind"], name="document_once"),
        ]
