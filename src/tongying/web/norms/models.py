"""Rows of the ledger of normal children, of fits and of releases."""

from __future__ import annotations

from django.db import models

from tongying.web.jobs.models import OutboxRow
from tongying.web.people.models import Hospital, Member
from tongying.web.records.models import Child, Study


class InclusionRule(models.Model):
    """Who counts as a normal child, in words, versioned. Never changed once used."""

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    route = models.CharField(max_length=10)
    """direct or indirect: `tongying.norms.norm.Route`."""
    title = models.CharField(max_length=200)
    text = models.TextField()
    tolerance_percent = models.FloatField()
    """How far two readers may lie apart, as a share of their mean."""
    limits = models.JSONField(default=dict)
    """By measure an absolute limit instead, in the measure's unit."""
    tolerance_source = models.CharField(max_length=200, blank=True)
    """Where tolerance and limits come from; empty: needs sign-off."""
    made_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    """No more children by this version."""

    class Meta:
        """A version once."""

        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="inclusion_rule_once"),
            models.CheckConstraint(
                condition=models.Q(route__in=["direct", "indirect"]), name="inclusion_rule_route"
            ),
        ]


class NormSubject(models.Model):
    """A child of the ledger: what a norm may know of it, and what was agreed with the guardian.

    A subject from a study has its child; one from a table has none. Withdrawn, never deleted.
    """

    code = models.CharField(max_length=26, unique=True)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """The site."""
    label = models.CharField(max_length=60)
    """The site's own number of the subject, without the child's name."""
    child = models.ForeignKey(
        Child, null=True, on_delete=models.PROTECT, related_name="norm_subjects"
    )
    born = models.DateField(null=True)
    """None where a table gave ages only."""
    sex = models.CharField(max_length=1)
    gestation_days = models.PositiveSmallIntegerField(null=True)
    rule = models.ForeignKey(InclusionRule, on_delete=models.PROTECT, related_name="subjects")
    consent = models.CharField(max_length=20)
    """given, waived (by the ethics committee, for the indirect route)."""
    consent_on = models.DateField(null=True)
    consent_reference = models.CharField(max_length=200)
    """Number of the form or of the ethics committee's decision."""
    enrolled_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """A site's number once; a child once in a rule; a withdrawal whole."""

        constraints = [
            models.UniqueConstraint(fields=["hospital", "label"], name="norm_subject_once"),
            models.UniqueConstraint(
                fields=["child", "rule"],
                condition=models.Q(withdrawn_at__isnull=True, child__isnull=False),
                name="norm_subject_child_once",
            ),
            models.CheckConstraint(condition=models.Q(sex__in=["F", "M"]), name="norm_subject_sex"),
            models.CheckConstraint(
                condition=models.Q(consent__in=["given", "waived"]), name="norm_subject_consent"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="norm_subject_withdrawn_whole",
            ),
        ]


class NormEntry(models.Model):
    """One quantity to be measured on one subject on one day, by two readers."""

    code = models.CharField(max_length=26, unique=True)
    subject = models.ForeignKey(NormSubject, on_delete=models.PROTECT, related_name="entries")
    study = models.ForeignKey(Study, null=True, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=60)
    side = models.CharField(max_length=1, blank=True)
    age_days = models.FloatField()
    """On the day; from the dates where both are known."""
    measured_on = models.DateField(null=True)
    height_cm = models.FloatField(null=True)
    weight_kg = models.FloatField(null=True)
    tool = models.CharField(max_length=100)
    tool_version = models.CharField(max_length=40, blank=True)
    protocol = models.CharField(max_length=100, blank=True)
    reader_rule = models.CharField(max_length=200, blank=True)
    quality = models.CharField(max_length=10)
    """passed, failed, waiting."""
    quality_reason = models.CharField(max_length=300, blank=True)
    quality_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    quality_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=14)
    """waiting (for readers), disputed, agreed, excluded; `tongying.norms.ledger.reading`."""
    value = models.FloatField(null=True)
    """Agreed, in the measure's unit; null until then."""
    made_at = models.DateTimeField()

    class Meta:
        """A subject's quantity once a day and method; a value exactly where it is agreed."""

        constraints = [
            models.UniqueConstraint(
                fields=["subject", "measure", "side", "age_days", "tool", "tool_version"],
                name="norm_entry_once",
            ),
            models.CheckConstraint(
                condition=models.Q(quality__in=["waiting", "passed", "failed"]),
                name="norm_entry_quality",
            ),
            models.CheckConstraint(
                condition=models.Q(state="agreed", value__isnull=False)
                | models.Q(state__in=["waiting", "disputed", "excluded"], value__isnull=True),
                name="norm_entry_value",
            ),
        ]


class NormReading(models.Model):
    """What one reader measured. Never changed; a reader reads an entry once."""

    entry = models.ForeignKey(NormEntry, on_delete=models.PROTECT, related_name="readings")
    kind = models.CharField(max_length=12)
    """reader, adjudicator."""
    reader = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    reader_name = models.CharField(max_length=100)
    """The reader's log-in name; as the table gave it, where the reader has no account."""
    entered_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    """The reader, or who brought the table and so knows the value."""
    value = models.FloatField()
    """In the measure's unit."""
    at = models.DateTimeField()

    class Meta:
        """A reader once; an adjudicator once."""

        constraints = [
            models.UniqueConstraint(fields=["entry", "reader_name"], name="norm_reading_once"),
            models.UniqueConstraint(
                fields=["entry"],
                condition=models.Q(kind="adjudicator"),
                name="norm_adjudication_once",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["reader", "adjudicator"]), name="norm_reading_kind"
            ),
        ]


class NormFitRow(models.Model):
    """A fit that somebody asked for: what was chosen, how far it is, what came out."""

    code = models.CharField(max_length=26, unique=True)
    measure = models.CharField(max_length=60)
    settings = models.JSONField()
    """Route, rule, method, axis, families, sites, seed: all that decides the outcome."""
    asked_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    job = models.OneToOneField(OutboxRow, null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10)
    """waiting, running, done, failed."""
    finished_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    result = models.JSONField(null=True)
    """Candidates with BIC, diagnostics, and the draft of the norm's document."""
    frozen = models.JSONField(null=True)
    """The codes of the entries it used."""

    class Meta:
        """An end has its time."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["waiting", "running"], finished_at__isnull=True)
                | models.Q(state__in=["done", "failed"], finished_at__isnull=False),
                name="norm_fit_ended",
            )
        ]


class NormReleaseRow(models.Model):
    """A norm made here. Its document never changes; its state moves draft, published, closed."""

    norm_id = models.CharField(max_length=120, unique=True)
    """With its version, as ``tongying.kidney-length@2``."""
    measure = models.CharField(max_length=60)
    document = models.TextField()
    """The canonical JSON, byte for byte what the digest is of."""
    sha256 = models.CharField(max_length=64, unique=True)
    fit = models.ForeignKey(NormFitRow, on_delete=models.PROTECT, related_name="releases")
    drafted_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    state = models.CharField(max_length=10)
    """draft, published, closed."""
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    entries = models.ManyToManyField(NormEntry, related_name="releases")

    class Meta:
        """A state has its times."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="draft", published_at__isnull=True, closed_at__isnull=True)
                | models.Q(state="published", published_at__isnull=False, closed_at__isnull=True)
                | models.Q(state="closed", closed_at__isnull=False),
                name="norm_release_times",
            )
        ]


class NormSignature(models.Model):
    """One of the persons who stand for a norm, made here or published elsewhere."""

    norm_id = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    """Of the document that was signed: a changed document is unsigned."""
    signed_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()
    statement = models.CharField(max_length=300)

    class Meta:
        """A person signs a document once."""

        constraints = [
            models.UniqueConstraint(
                fields=["norm_id", "sha256", "signed_by"], name="norm_signature_once"
            )
        ]


class NormSite(models.Model):
    """A site that was calibrated to a release from a few normal children of its own."""

    release = models.ForeignKey(NormReleaseRow, on_delete=models.PROTECT, related_name="sites")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    sex = models.CharField(max_length=1, blank=True)
    effect = models.FloatField()
    error = models.FloatField()
    n = models.PositiveIntegerField()
    entries = models.ManyToManyField(NormEntry, related_name="+")
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """A site is calibrated once at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["release", "hospital", "sex"],
                condition=models.Q(undone_at__isnull=True),
                name="norm_site_once",
            )
        ]
