"""Rows of the archive's index."""

from __future__ import annotations

from django.db import models

from tongying.web.people.models import Hospital, Member


class Child(models.Model):
    """A child as one hospital knows it: by issuer and local id.

    `clash` tells apart children who were given the same id but have different dates of birth.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="children")
    issuer = models.CharField(max_length=128, blank=True)
    local_id = models.CharField(max_length=128)
    clash = models.PositiveSmallIntegerField(default=0)
    name_alphabetic = models.CharField(max_length=200, blank=True)
    name_ideographic = models.CharField(max_length=200, blank=True)
    name_phonetic = models.CharField(max_length=200, blank=True)
    name_search = models.CharField(max_length=400, blank=True)
    """Lower-case name, pinyin and pinyin initials, for search."""
    birth_date = models.DateField(null=True)
    sex = models.CharField(max_length=1, blank=True)

    class Meta:
        """Issuer-qualified."""

        constraints = [
            models.UniqueConstraint(
                fields=["hospital", "issuer", "local_id", "clash"], name="child_once"
            )
        ]


class ChildLink(models.Model):
    """An alias: two records are the same child. Undone, never deleted."""

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="links")
    same_as = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="linked")
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    undone_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """A child is not its own alias."""

        constraints = [
            models.CheckConstraint(
                condition=~models.Q(child=models.F("same_as")), name="link_of_two"
            )
        ]


class FetalStudy(models.Model):
    """A study filed under the mother that shows this child before birth. Undone, never deleted.

    It is a filing of one study, not a join of records: `tongying.web.records.children.same_child`
    never crosses it, so the mother's other studies stay hers.
    """

    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="fetal_studies")
    study = models.ForeignKey("Study", on_delete=models.PROTECT, related_name="fetal_of")
    birth_order = models.PositiveSmallIntegerField(null=True)
    """1 is twin A; null for a single child or where it is not known."""
    gestation_days = models.PositiveSmallIntegerField(null=True)
    """Gestational age at the study, given by the person; null where it is not known."""
    reason = models.CharField(max_length=300)
    made_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    undone_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        """A child has a fetal study once, a place among multiples belongs to one child."""

        constraints = [
            models.UniqueConstraint(
                fields=["child", "study"],
                condition=models.Q(undone_at__isnull=True),
                name="fetal_study_once",
            ),
            models.UniqueConstraint(
                fields=["study", "birth_order"],
                condition=models.Q(undone_at__isnull=True),
                name="fetal_place_once",
            ),
            models.CheckConstraint(
                condition=models.Q(birth_order__isnull=True)
                | models.Q(birth_order__gte=1, birth_order__lte=8),
                name="fetal_place_small",
            ),
            models.CheckConstraint(
                condition=models.Q(gestation_days__isnull=True)
                | models.Q(gestation_days__gte=28, gestation_days__lt=315),
                name="fetal_gestation_possible",
            ),
            models.CheckConstraint(
                condition=models.Q(undone_by__isnull=True, undone_at__isnull=True)
                | models.Q(undone_by__isnull=False, undone_at__isnull=False),
                name="fetal_undone_whole",
            ),
        ]


class Study(models.Model):
    """A study of one hospital, with what QIDO-RS asks for and its counts."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="studies")
    child = models.ForeignKey(Child, on_delete=models.PROTECT, related_name="studies")
    uid = models.CharField(max_length=64, db_index=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    accession_number = models.CharField(max_length=64, blank=True)
    study_id = models.CharField(max_length=64, blank=True)
    description = models.CharField(max_length=200, blank=True)
    referring_physician = models.CharField(max_length=200, blank=True)
    institution = models.CharField(max_length=200, blank=True)
    patient_age = models.CharField(max_length=4, blank=True)
    weight_kg = models.FloatField(null=True)
    size_m = models.FloatField(null=True)
    modalities = models.CharField(max_length=100, blank=True)
    """Modalities of its series, sorted, joined by a backslash."""
    series_count = models.PositiveIntegerField(default=0)
    instance_count = models.PositiveIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    caveats = models.JSONField(default=list)
    arrived_at = models.DateTimeField()
    """When its first instance arrived."""
    changed_at = models.DateTimeField()

    class Meta:
        """A hospital has a study once."""

        constraints = [
            models.UniqueConstraint(fields=["hospital", "uid"], name="study_once"),
        ]
        indexes = [
            models.Index(fields=["hospital", "-date", "-id"], name="study_by_date"),
            models.Index(fields=["hospital", "-arrived_at"], name="study_by_arrival"),
            models.Index(fields=["accession_number"], name="study_by_accession"),
            models.Index(fields=["child"], name="study_of_child"),
        ]


class Series(models.Model):
    """A series of a study."""

    study = models.ForeignKey(Study, on_delete=models.PROTECT, related_name="series")
    uid = models.CharField(max_length=64, db_index=True)
    modality = models.CharField(max_length=16, blank=True)
    number = models.IntegerField(null=True)
    description = models.CharField(max_length=200, blank=True)
    body_part = models.CharField(max_length=64, blank=True)
    laterality = models.CharField(max_length=16, blank=True)
    protocol = models.CharField(max_length=200, blank=True)
    manufacturer = models.CharField(max_length=200, blank=True)
    station = models.CharField(max_length=64, blank=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    frame_of_reference_uid = models.CharField(max_length=64, blank=True)
    instance_count = models.PositiveIntegerField(default=0)

    class Meta:
        """A study has a series once."""

        constraints = [
            models.UniqueConstraint(fields=["study", "uid"], name="series_once"),
        ]


class Instance(models.Model):
    """An instance and where its bytes and frames are."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="instances")
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """The study's hospital, for uniqueness."""
    uid = models.CharField(max_length=64, db_index=True)
    sop_class_uid = models.CharField(max_length=64)
    transfer_syntax_uid = models.CharField(max_length=64)
    number = models.IntegerField(null=True)
    rows = models.PositiveIntegerField(null=True)
    columns = models.PositiveIntegerField(null=True)
    bits_allocated = models.PositiveSmallIntegerField(null=True)
    frame_count = models.PositiveIntegerField(null=True)
    digest = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField()
    frames = models.BinaryField(null=True)
    bulk = models.JSONField(default=dict)
    caveats = models.JSONField(default=list)
    door = models.CharField(max_length=10)
    sent_by = models.CharField(max_length=80)
    arrived_at = models.DateTimeField()

    class Meta:
        """A hospital has a SOP Instance UID once."""

        constraints = [
            models.UniqueConstraint(fields=["hospital", "uid"], name="instance_once"),
        ]
        indexes = [models.Index(fields=["series", "number"], name="instance_in_series")]


class InstanceMetadata(models.Model):
    """An instance's data set in the DICOM JSON model, as WADO-RS metadata sends it."""

    instance = models.OneToOneField(
        Instance, on_delete=models.PROTECT, primary_key=True, related_name="metadata"
    )
    json = models.BinaryField()


class StoreConflict(models.Model):
    """Other bytes that came under a SOP Instance UID which was here already: kept apart."""

    instance = models.ForeignKey(Instance, on_delete=models.PROTECT, related_name="conflicts")
    name = models.CharField(max_length=300)
    digest = models.CharField(max_length=64, db_index=True)
    bytes = models.BigIntegerField()
    door = models.CharField(max_length=10)
    sent_by = models.CharField(max_length=80)
    arrived_at = models.DateTimeField()

    class Meta:
        """The same conflicting bytes are noted once."""

        constraints = [
            models.UniqueConstraint(fields=["instance", "digest"], name="conflict_once"),
        ]
