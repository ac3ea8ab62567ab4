"""Promising work in the transaction that makes it necessary."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tongying.web.jobs.models import OutboxRow


def promise(kind: str, payload: dict[str, Any]) -> int:
    """Write down a piece of work in the caller's transaction and return its number.

    The worker finds it there; the work itself must bear being done twice.
    """
    return OutboxRow.objects.create(kind=kind, payload=payload, created_at=timezone.now()).pk
