"""Rows of pathways."""

from __future__ import annotations

from django.db import models

from tongying.web.cases.models import CaseRow, OpinionRow
from tongying.web.people.models import Hospital, Member


class PathwayText(models.Model):
    """A pathway that a hospital added, as it was written. Never changed: a new version follows.

    Those that ship with the platform are not here.
    """

    pathway = models.CharField(max_length=60)
    """The pathway's own id."""
    version = models.PositiveIntegerField()
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+")
    """Whose it is: its own doctors and the cases it asks or answers follow it."""
    text = models.TextField()
    digest = models.CharField(max_length=64)
    added_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        """One text for a version of a pathway."""

        constraints = [
            models.UniqueConstraint(
                fields=["pathway", "version", "hospital"], name="pathway_version_once"
            ),
            models.CheckConstraint(
                condition=models.Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | (
                    models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)
                    & ~models.Q(withdrawn_reason="")
                ),
                name="pathway_withdrawn_whole",
            ),
        ]


class CasePathway(models.Model):
    """The pathway that a case follows; one stands at a time."""

    case = models.ForeignKey(CaseRow, on_delete=models.PROTECT, related_name="pathways")
    pathway = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    """Of the text that was in force when it was chosen; the case keeps to it."""
    text = models.TextField()
    """That text, so that the case can be read when the pathway has moved on."""
    chosen_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """A case follows one pathway at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(ended_at__isnull=True),
                name="one_pathway_of_a_case",
            )
        ]


class StructuredAnswer(models.Model):
    """The fields of a pathway as somebody answers them for a case.

    Written again and again until the opinion is signed, then frozen with it.
    """

    follows = models.ForeignKey(CasePathway, on_delete=models.PROTECT, related_name="answers")
    part = models.CharField(max_length=10)
    """intake (by who asks), report (by who answers)."""
    answers = models.JSONField(default=dict)
    """Field id, or field id and ``.R`` or ``.L`` -> answer as text or list of texts, as typed; once
    frozen also measured values as numbers, and grades as `tongying.measure.recipe.Grade.as_json`.
    """
    revision = models.PositiveIntegerField(default=0)
    written_by = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    opinion = models.ForeignKey(OpinionRow, null=True, on_delete=models.PROTECT, related_name="+")
    """With which it was frozen; None while it may still change."""
    sr_uid = models.CharField(max_length=64, blank=True)
    """SOP Instance UID of the report it went out as."""

    class Meta:
        """One open answer for a part of a case's pathway."""

        constraints = [
            models.UniqueConstraint(
                fields=["follows", "part"],
                condition=models.Q(opinion__isnull=True),
                name="one_open_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(part__in=["intake", "report"]), name="answer_part"
            ),
        ]
