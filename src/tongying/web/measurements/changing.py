"""How much a child's measurement changed between two days."""

from __future__ import annotations

from dataclasses import dataclass

from tongying.kernel.errors import BadInput
from tongying.norms.score.velocity import Change, change
from tongying.web.measurements.shown import Refused, Shown
from tongying.web.norms.reading_error import reading_error


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed, or why nothing is said; exactly one of both is there."""

    change: Change | None
    refused: Refused | None


def change_between(earlier: Shown, later: Shown) -> Changed:
    """Return the change between two measurements that were scored by one norm.

    Whether it is more than readers' own differences is said where the ledger of normal children
    tells how far they differ by the same method; else nothing is claimed.

    Parameters
    ----------
    earlier, later : Shown
    """
    if earlier.norm is None or later.norm is None:
        return Changed(None, Refused("norms.norms-differ", "One of the values has no score."))
    norms = {later.norm.id: later.norm}
    try:
        found = change(
            earlier.occasion,
            later.occasion,
            norms,
            norm=later.norm.id,
            error=reading_error(later.measure, later.method),
        )
    except BadInput as refusal:
        return Changed(None, Refused(refusal.error_code, refusal.sentence))
    return Changed(found, None)
