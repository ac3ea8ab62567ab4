"""Fitting a norm in the worker: from the agreed values of the ledger to a draft, or a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tongying.kernel.errors import TongyingError
from tongying.norms.fit.fitted import FittedNorm
from tongying.norms.fit.run import fit_norm
from tongying.norms.release.document import document_of
from tongying.web.jobs.store import take_on
from tongying.web.norms import fitting
from tongying.web.norms.fits import NORM_FIT

KINDS: Final = frozenset({NORM_FIT})
"""Work that takes minutes; the worker keeps it apart from what takes moments."""
GIVEN_UP: Final = "norms.fit-given-up"


def install() -> None:
    """Make the worker able to do this work."""
    take_on(NORM_FIT, work, gave_up)


def gave_up(payload: dict[str, Any], sentence: str) -> None:
    """End a fit that the worker gave up: it may be asked for again, and nothing is released."""
    fitting.end_failed(payload["fit"], sentence, GIVEN_UP)


def work(payload: dict[str, Any], progress: Callable[[int, int, str], None]) -> None:
    """Fit a norm; done again after a crash it begins anew with the same values and seed.

    Parameters
    ----------
    payload : dict
        ``fit``: its number.
    progress : callable
        Not used: a fit tells its share as a fraction.
    """
    number = payload["fit"]
    try:
        task = fitting.begin(number)
        if task is None:
            return
        fitted = fit_norm(
            task.rows,
            task.settings,
            progress=lambda share, doing: fitting.tell(number, share, doing),
        )
        fitting.end_done(number, _result(fitted, task.codes), task.codes)
    except TongyingError as refusal:
        fitting.end_failed(number, refusal.sentence, refusal.error_code)


def _result(fitted: FittedNorm, codes: tuple[str, ...]) -> dict[str, Any]:
    """Return what came out as it is kept: rows are named by their entries' codes."""
    result = fitted.as_json()
    result["used"] = [codes[index] for index in fitted.used]
    for refused in result["refused"]:
        refused["entry"] = codes[refused.pop("index")]
    result["document"] = document_of(fitted.norm) if fitted.norm is not None else None
    return result
