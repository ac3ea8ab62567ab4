"""The durable clocks: what has fallen due is done, one case a transaction, and found again later.

Nothing is kept in memory. A case's `wake_at` says when it must be looked at; a process that was
down looks at everything that fell due meanwhile, and the rows of the alerts keep it from being
done twice.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Final

from django.db import DatabaseError, transaction

from tongying.kernel.errors import TongyingError
from tongying.web.cases.models import CaseRow
from tongying.web.desk.alerts import fire_due
from tongying.web.desk.progress import note_done
from tongying.web.trail import store as trail

SWEEP: Final = "sweep"
"""Name of the `SweepRow` that says until when every case has been looked at."""
ONE_CASE_FAILS: Final = (TongyingError, DatabaseError, LookupError, ValueError)
"""What a single case's row can come to grief on: a refusal, the database, an unknown value."""

_log = logging.getLogger("tongying.desk")


def sweep(now: datetime) -> int:
    """Fire everything that has fallen due and return how many rungs fired.

    A case that fails is logged and left for the next time; then the sweep does not say that all is
    done until `now`.

    Parameters
    ----------
    now : datetime
        With time zone.
    """
    fired = failed = 0
    waiting = CaseRow.objects.filter(wake_at__lte=now).order_by("wake_at")
    for case_id in list(waiting.values_list("pk", flat=True)):
        try:
            fired += _sweep_one(case_id, now)
        except ONE_CASE_FAILS:
            failed += 1
            _log.exception("the clocks of case %s could not be looked at", case_id)
    if not failed:
        note_done(SWEEP, now)
    return fired


def _sweep_one(case_id: int, now: datetime) -> int:
    with transaction.atomic():
        trail.hold()
        row = CaseRow.objects.select_for_update().get(pk=case_id)
        if row.wake_at is None or row.wake_at > now:
            return 0
        fired = fire_due(row, now)
        row.save(update_fields=["wake_at"])
    return fired
