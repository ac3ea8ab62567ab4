"""The check of somebody else's interval on a few children of one's own, and how weak it is.

Twenty children, at most two outside: accept. The check passes .925 of the time when the interval
is right, and still .68 of the time when 10 % truly lie outside: so every result says its power.

References
----------
CLSI EP28-A3c (2010), section 11.2.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np
from scipy import stats

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

OUTSIDE_IF_RIGHT: Final = 0.05
"""Of healthy children, outside a right interval."""
WRONG: Final = (0.10, 0.20)
"""True parts outside for which the chance of acceptance is told."""
FEWEST: Final = 20
"""Children (EP28-A3c)."""
RIGHT_ACCEPTED: Final = 0.90
"""Chance that a right interval is accepted, at least: the rule for other numbers than 20; with 20
it gives EP28's own limit of two outside. Ours, needs sign-off."""


class VerificationRefused(BadInput):
    """Fewer than 20 children, a value that is no number, or limits the wrong way round."""

    code: ClassVar[str] = "norms.verification-refused"


class Verdict(StrEnum):
    """What follows."""

    ACCEPTED = "accepted"
    REPEAT = "repeat"
    """Collect as many children again; if too many lie outside again, make an own interval."""
    REJECTED = "rejected"
    """Too many outside in the second round as well."""


@dataclass(frozen=True, slots=True)
class Verification:
    """An interval checked on local children.

    Attributes
    ----------
    n : int
    below, above : int
        Values outside the interval; a value on a limit is inside.
    allowed : int
        Values outside with which the interval is accepted.
    verdict : Verdict
    accepted_if : tuple of (float, float)
        True part outside and the chance of acceptance in one round, for 5, 10 and 20 %.
    part_outside_ci : tuple of float
        Exact 90 % interval (Clopper-Pearson) of the true part outside.
    sentences : tuple of str
        What follows, and how weak the check is.
    """

    n: int
    below: int
    above: int
    allowed: int
    verdict: Verdict
    accepted_if: tuple[tuple[float, float], ...]
    part_outside_ci: tuple[float, float]
    sentences: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The sentences, one after another."""
        return " ".join(self.sentences)

    def as_json(self) -> dict[str, Any]:
        """Return the check as a JSON object."""
        return {
            "n": self.n,
            "below": self.below,
            "above": self.above,
            "allowed": self.allowed,
            "verdict": self.verdict.value,
            "accepted_if": [list(one) for one in self.accepted_if],
            "part_outside_ci": list(self.part_outside_ci),
            "sentence": self.sentence,
        }


def allowed_outside(n: int) -> int:
    """Return how many of `n` children may lie outside: the fewest that keep a right interval.

    Raises
    ------
    VerificationRefused
        If there are fewer than 20.

    Examples
    --------
    >>> [allowed_outside(n) for n in (20, 40, 60)]
    [2, 4, 5]
    """
    if n < FEWEST:
        raise VerificationRefused(f"{n} children are too few to check an interval: 20 are needed.")
    return int(stats.binom.ppf(RIGHT_ACCEPTED, n, OUTSIDE_IF_RIGHT))


def acceptance(n: int, outside: float) -> float:
    """Return the chance that an interval is accepted when this part truly lies outside.

    Raises
    ------
    VerificationRefused
        If there are fewer than 20.

    Examples
    --------
    >>> [round(acceptance(20, part), 3) for part in (0.05, 0.10, 0.20)]
    [0.925, 0.677, 0.206]
    """
    return float(stats.binom.cdf(allowed_outside(n), n, outside))


def verify(
    values: FloatArray, low: float, high: float, *, second_round: bool = False
) -> Verification:
    """Check an interval on local healthy children.

    Parameters
    ----------
    values : FloatArray
        (n,), one per child; 20 or more.
    low, high : float
        Of the interval, in the unit of the values.
    second_round : bool
        Whether these are other children than those that failed a first round.

    Raises
    ------
    VerificationRefused
        If there are fewer than 20 values, one is no number, or the limits are the wrong way round.

    Examples
    --------
    >>> import numpy as np
    >>> verify(np.array([1.0] * 18 + [9.0] * 2), 0.0, 5.0).verdict.value
    'accepted'
    """
    values = np.asarray(values, dtype=np.float64)
    if not np.isfinite(values).all():
        raise VerificationRefused("A value is missing or not a number.")
    if not low < high:
        raise VerificationRefused("The lower limit does not lie below the upper.")
    n = len(values)
    allowed = allowed_outside(n)
    below, above = int((values < low).sum()), int((values > high).sum())
    outside = below + above
    if outside <= allowed:
        verdict = Verdict.ACCEPTED
    else:
        verdict = Verdict.REJECTED if second_round else Verdict.REPEAT
    chances = tuple((part, acceptance(n, part)) for part in (OUTSIDE_IF_RIGHT, *WRONG))
    return Verification(
        n,
        below,
        above,
        allowed,
        verdict,
        chances,
        _exact(outside, n),
        _sentences(outside, n, allowed, verdict, chances),
    )


def _exact(outside: int, n: int) -> tuple[float, float]:
    low = float(stats.beta.ppf(0.05, outside, n - outside + 1)) if outside else 0.0
    high = float(stats.beta.ppf(0.95, outside + 1, n - outside)) if outside < n else 1.0
    return low, high


def _sentences(
    outside: int,
    n: int,
    allowed: int,
    verdict: Verdict,
    chances: tuple[tuple[float, float], ...],
) -> tuple[str, ...]:
    then = {
        Verdict.ACCEPTED: "the interval may be used",
        Verdict.REPEAT: "examine as many other children",
        Verdict.REJECTED: "the interval does not suit; make an own one",
    }[verdict]
    right, *wrong = (chance for _, chance in chances)
    return (
        f"{outside} of {n} children lie outside and {allowed} may: {then}.",
        f"The check is weak: it passes with probability {right:.3f} if the interval is right, "
        f"{wrong[0]:.2f} if 10 % truly lie outside, and {wrong[1]:.2f} if 20 % do.",
    )
