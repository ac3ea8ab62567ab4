"""Which run is next, who runs it, and what becomes of runs whose worker is gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When

from tongying.web import now as clock
from tongying.web import prepared
from tongying.web.ai.events import note
from tongying.web.ai.models import RunRow
from tongying.web.ai.perform import (
    OUTSIDE,
    OVERDUE,
    WORDS,
    end_asked,
    end_failed,
    is_to_end,
    row_of,
)
from tongying.web.ai.states import OPEN_RUNS, RunState

SILENT_SECONDS: Final = 60
"""A worker that gave no sign of life for so long is gone."""
FEW_ATTEMPTS: Final = 3
"""Begun so often without an end, a run goes behind all others; its deadline ends it."""


def take_next(worker: str, now: datetime) -> int | None:
    """Take the run that is next: the most urgent, whose earlier steps have ended.

    Parameters
    ----------
    worker : str
        Who takes it.
    now : datetime
    """
    for (number,) in prepared.rows("ai-next", [RunState.WAITING.value], _waiting, tail=" LIMIT 5"):
        with transaction.atomic():
            taken = RunRow.objects.filter(pk=number, state=RunState.WAITING.value).update(
                state=RunState.RUNNING.value,
                worker=worker,
                seen_at=now,
                started_at=now,
                attempt=F("attempt") + 1,
                progress={},
            )
            if taken:
                return int(number)
    return None


def _waiting(given: Sequence[Any]) -> QuerySet[Any, Any]:
    """Return the runs that may begin, the most urgent first."""
    earlier = RunRow.objects.filter(
        study=OuterRef("study"), state__in=OPEN_RUNS, order__lt=OuterRef("order"), order__gt=0
    ).exclude(trigger="person")
    rows = RunRow.objects.filter(state=given[0]).filter(Q(order=0) | ~Exists(earlier))
    late = Case(When(attempt__gte=FEW_ATTEMPTS, then=Value(1)), default=Value(0))
    return rows.order_by(late, "urgency", "asked_at", "pk").values_list("pk")


def take_up(worker: str, now: datetime) -> int:
    """Let go of runs whose worker is gone: of this name, or silent for a minute; return how many.

    Parameters
    ----------
    worker : str
        Which begins anew.
    now : datetime
    """
    lost = Q(worker=worker) | Q(seen_at__lt=now - timedelta(seconds=SILENT_SECONDS))
    return _let_go(Q(state=RunState.RUNNING.value) & lost)


def take_up_silent(now: datetime) -> int:
    """Let go of runs whose worker gave no sign of life for a minute; return how many."""
    silent = Q(seen_at__lt=now - timedelta(seconds=SILENT_SECONDS))
    return _let_go(Q(state=RunState.RUNNING.value) & silent)


def give_back(number: int) -> None:
    """Let go of a run because the worker ends in good order; this attempt does not count."""
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state == RunState.RUNNING.value:
            row.state, row.worker = RunState.WAITING.value, ""
            row.attempt = max(0, row.attempt - 1)
            row.save(update_fields=["state", "worker", "attempt"])


def end_overdue(now: datetime) -> int:
    """End whatever is open past its deadline; return how many."""
    rows = RunRow.objects.filter(state__in=OPEN_RUNS, deadline__lt=now)
    numbers = list(rows.values_list("pk", flat=True)[:100])
    for number in numbers:
        end_failed(number, OVERDUE, WORDS[OVERDUE])
    return len(numbers)


def end_outside() -> int:
    """End what performers outside were to do, where it is cancelled or its model stopped."""
    rows = RunRow.objects.filter(state=RunState.RUNNING.value, worker=OUTSIDE)
    numbers = [one for one in rows.values_list("pk", flat=True) if is_to_end(one)]
    for number in numbers:
        end_asked(number)
    return len(numbers)


def _let_go(which: Q) -> int:
    numbers = list(RunRow.objects.filter(which).values_list("pk", flat=True))
    count = 0
    for number in numbers:
        with transaction.atomic():
            row = row_of(number, lock=True)
            if row.state != RunState.RUNNING.value:
                continue
            row.state, row.worker = RunState.WAITING.value, ""
            row.save(update_fields=["state", "worker"])
            note(row.study, "retried", clock.now(), run=row, attempt=row.attempt)
            count += 1
    return count
