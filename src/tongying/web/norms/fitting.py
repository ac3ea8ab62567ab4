"""A promised fit as the worker sees it: begin, tell, end in exactly one way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import transaction

from tongying.kernel.audit import Action
from tongying.kernel.errors import BadInput, NotFound
from tongying.norms.fit.rows import FitRow
from tongying.norms.fit.settings import FitSettings, settings_from
from tongying.web import now as clock
from tongying.web.jobs.models import OutboxRow
from tongying.web.norms.fits import frozen_entries, note
from tongying.web.norms.models import NormFitRow
from tongying.web.norms.sources import entries_of, fit_row
from tongying.web.norms.states import OPEN, FitState

SYSTEM: Final = "system"
PARTS: Final = 1000
"""Progress is kept in thousandths."""


class FitMissing(NotFound):
    """The worker was promised a fit that is not there."""

    code: ClassVar[str] = "norms.fit-missing"


class NothingToFit(BadInput):
    """All the values that were to be fitted were withdrawn or excluded meanwhile."""

    code: ClassVar[str] = "norms.nothing-to-fit"


@dataclass(frozen=True, slots=True)
class FitTask:
    """What is to be fitted.

    Attributes
    ----------
    rows : list of FitRow
    codes : tuple of str
        Of the entries the rows were made from, in the same order.
    settings : FitSettings
    """

    rows: list[FitRow]
    codes: tuple[str, ...]
    settings: FitSettings


def begin(number: int) -> FitTask | None:
    """Mark a fit as running, freeze its entries and say what to do; None if it has ended.

    Taken up again after a crash it goes on with the entries that were frozen then.

    Raises
    ------
    FitMissing
        If there is no such fit.
    NothingToFit
        If no value is left.
    """
    with transaction.atomic():
        row = NormFitRow.objects.select_for_update().filter(pk=number).first()
        if row is None:
            raise FitMissing("There is no such fit.")
        if row.state not in OPEN:
            return None
        if row.frozen is None:
            row.frozen = list(entries_of(row.settings).values_list("code", flat=True))
        row.state = FitState.RUNNING.value
        row.save(update_fields=["state", "frozen"])
    entries = frozen_entries(row.frozen)
    # A child withdrawn between two tries of the worker is left out by the second one.
    entries = [one for one in entries if one.subject.withdrawn_at is None]
    if not entries:
        raise NothingToFit("No value is left that could be fitted.")
    return FitTask(
        rows=[fit_row(one) for one in entries],
        codes=tuple(one.code for one in entries),
        settings=settings_from(row.settings),
    )


def tell(number: int, share: float, doing: str) -> None:
    """Note how far a fit is, for the page that waits.

    Parameters
    ----------
    number : int
    share : float
        0 to 1.
    doing : str
        Stable words of the core.
    """
    job = NormFitRow.objects.filter(pk=number).values_list("job_id", flat=True).first()
    done = round(PARTS * min(max(share, 0.0), 1.0))
    OutboxRow.objects.filter(pk=job).update(
        progress={"done": done, "total": PARTS, "note": doing, "at": clock.now().isoformat()}
    )


def end_done(number: int, result: dict[str, Any], given: tuple[str, ...]) -> None:
    """Keep what came out; done twice it is the same.

    Parameters
    ----------
    number : int
    result : dict
        Candidates, diagnostics, the draft's document, and ``used``: the codes of the entries that
        entered the curve.
    given : tuple of str
        Codes of the entries that were handed in.
    """
    now = clock.now()
    with transaction.atomic():
        row = NormFitRow.objects.select_for_update().get(pk=number)
        if row.state not in OPEN:
            return
        row.state, row.finished_at = FitState.DONE.value, now
        row.result, row.frozen = result, list(given)
        row.save(update_fields=["state", "finished_at", "result", "frozen"])
        note(row, SYSTEM, Action.CREATE, now, what="done", n=str(len(result["used"])))


def end_failed(number: int, sentence: str, code: str) -> None:
    """Note that nothing came out, and why; nothing can be released from it."""
    now = clock.now()
    with transaction.atomic():
        row = NormFitRow.objects.select_for_update().filter(pk=number).first()
        if row is None or row.state not in OPEN:
            return
        row.state, row.finished_at, row.failure = FitState.FAILED.value, now, sentence
        row.save(update_fields=["state", "finished_at", "failure"])
        note(row, SYSTEM, Action.REFUSE, now, code=code)
