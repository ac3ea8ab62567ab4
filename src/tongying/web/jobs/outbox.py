"""Promising work in the transaction that makes it necessary."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from tongying.web.jobs.models import OutboxRow


def promise(kind: str, payload: dict[str, Any], *, not_before: datetime | None = None) -> int:
    """Write down a piece of work in the caller's transaction and return its number.

    The worker finds it there; the work itself must bear being done twice.

    Parameters
    ----------
    kind : str
        Key of `jobs.store.HANDLERS`.
    payload : dict
    not_before : datetime, optional
        The worker leaves it alone until then.
    """
    return OutboxRow.objects.create(
        kind=kind, payload=payload, created_at=timezone.now(), not_before=not_before
    ).pk
