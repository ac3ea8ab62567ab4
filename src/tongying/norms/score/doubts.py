"""What every reader of a score must know about the norm behind it."""

from __future__ import annotations

from typing import Final

from tongying.kernel.caveat import Caveat
from tongying.norms.norm import Grade, Norm, Route

FOREIGN: Final = Caveat("norms.foreign", "These are not reference values of Chinese children.")
UNSIGNED: Final = Caveat("norms.unsigned", "Nobody here has signed this norm: it needs sign-off.")
SECONDARY: Final = Caveat(
    "norms.secondary",
    "The numbers of this norm were read on another page and not checked against the paper.",
)
INDIRECT: Final = Caveat(
    "norms.indirect",
    "This norm was mined from routine examinations, not made from healthy volunteers.",
)
INTERVAL_UNKNOWN: Final = Caveat(
    "norms.interval-unknown",
    "How well this norm knows its centiles is not known, so the centile has no interval.",
)
BEYOND_TRANSFORM: Final = Caveat(
    "norms.beyond-transform",
    "The value lies beyond everything this norm's distribution can score; only the side is known.",
)
NO_LOWER_LIMIT: Final = Caveat(
    "norms.no-lower-limit",
    "The 2.5th centile of this norm lies below nothing, so it gives no lower limit here.",
)
NO_DISTRIBUTION: Final = Caveat(
    "norms.no-distribution",
    "This norm prints limits only, not the whole distribution: there is no z and no centile.",
)
_FAR_ABOVE: Final = Caveat(
    "norms.far-outside",
    "Far outside: above the 99.9th centile, and how far above is not known reliably.",
)
_FAR_BELOW: Final = Caveat(
    "norms.far-outside",
    "Far outside: below the 0.1st centile, and how far below is not known reliably.",
)


def of_norm(norm: Norm) -> tuple[Caveat, ...]:
    """Return the doubts that follow from whom a norm was made from, how, and who signed it."""
    grade = norm.citation.grade if norm.citation else None
    said = (
        (norm.population.foreign, FOREIGN),
        (not norm.signed_off, UNSIGNED),
        (grade is Grade.SECONDARY, SECONDARY),
        (norm.route is Route.INDIRECT, INDIRECT),
    )
    return tuple(caveat for holds, caveat in said if holds)


def far_outside(above: bool) -> Caveat:
    """Return the doubt about a value beyond the tails that anybody has seen."""
    return _FAR_ABOVE if above else _FAR_BELOW
