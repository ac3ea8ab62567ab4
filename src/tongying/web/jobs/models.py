"""Rows of the outbox: work promised in the transaction that made it necessary."""

from __future__ import annotations

from django.db import models


class OutboxRow(models.Model):
    """A piece of work that a worker must do, once."""

    kind = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True)
    """Not handed to the worker until then; None: at once."""
    enqueued_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    progress = models.JSONField(default=dict)
    """``done``, ``total`` and a short ``note``, for the page that waits for it."""
    failure = models.TextField(blank=True)

    class Meta:
        """The sweep looks for rows that are not yet with the worker."""

        indexes = [models.Index(fields=["enqueued_at"], name="outbox_waiting")]
