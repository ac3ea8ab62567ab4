"""Rows of workitems (UPS)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from tongying.web.cases.models import CaseRow
from tongying.web.people.models import Hospital, Member


class WorkItem(models.Model):
    """A Unified Procedure Step. One of a case follows the case; others stand by themselves.

    A step in progress never goes back (PS3.4 CC.1.1): where a case that is being read is given to
    somebody else, its step ends as CANCELED and a new one replaces it.
    """

    uid = models.CharField(max_length=64, unique=True)
    case = models.ForeignKey(CaseRow, null=True, on_delete=models.CASCADE, related_name="workitems")
    current = models.BooleanField(default=True)
    """Whether it is the step that follows the case now; False once it is replaced."""
    replaces = models.OneToOneField(
        "self", null=True, on_delete=models.RESTRICT, related_name="replaced_by"
    )
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="workitems")
    """Whose worklist it is on."""
    state = models.CharField(max_length=12)
    """Procedure Step State: ``SCHEDULED``, ``IN PROGRESS``, ``COMPLETED``, ``CANCELED``."""
    transaction_uid = models.CharField(max_length=64, blank=True)
    """Known to the performer alone; never given out."""
    performer = models.ForeignKey(
        Member, null=True, on_delete=models.PROTECT, related_name="workitems"
    )
    attributes = models.JSONField(default=dict)
    """DICOM JSON: all of a workitem that stands by itself; of a case's, what its performer told of
    the progress."""
    created_by = models.ForeignKey(Member, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    """When it was claimed."""
    ended_at = models.DateTimeField(null=True)
    """When it reached a final state."""

    class Meta:
        """A hospital's worklist by state; one step follows a case."""

        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(current=True), name="workitem_current_once"
            ),
        ]
        indexes = [models.Index(fields=["hospital", "state"], name="workitem_list")]
