"""Rows of uploads: what a person brings in through the browser, with every file's outcome."""

from __future__ import annotations

from django.db import models

from tongying.archive.arrival import Fate
from tongying.web.people.models import Member


class Upload(models.Model):
    """One go of uploading: a folder, some files, or a zip."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="uploads")
    created_at = models.DateTimeField()
    code = models.CharField(max_length=26, unique=True)


class UploadFile(models.Model):
    """A file being uploaded in pieces, which may be cut off and taken up again (tus 1.0)."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="files")
    code = models.CharField(max_length=26, unique=True)
    name = models.CharField(max_length=500)
    length = models.BigIntegerField()
    modified = models.BigIntegerField(null=True)
    """The sender's modification time in ms: tells a file from another of its name and length."""
    offset = models.BigIntegerField(default=0)
    """Bytes that are safely on the disk."""
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """No more bytes than announced."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__gte=0, offset__lte=models.F("length")),
                name="upload_offset",
            )
        ]


class UploadOutcome(models.Model):
    """What became of one file (a zip has many)."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="outcomes")
    file = models.ForeignKey(UploadFile, on_delete=models.PROTECT, related_name="outcomes")
    position = models.PositiveIntegerField(default=0)
    """Place of a member in its zip; 0 for a file that came by itself."""
    name = models.CharField(max_length=500)
    fate = models.CharField(max_length=12, choices=[(f.value, f.value) for f in Fate])
    code = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)
    study_uid = models.CharField(max_length=64, blank=True)
    caveats = models.JSONField(default=list)

    class Meta:
        """One outcome a file, also when the work is done twice."""

        constraints = [
            models.UniqueConstraint(fields=["file", "position"], name="upload_outcome_once"),
        ]
        indexes = [models.Index(fields=["upload", "fate"], name="upload_fates")]
