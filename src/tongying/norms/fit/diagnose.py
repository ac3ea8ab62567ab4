"""What is wrong with a fit, and where: worms, Q statistics, and the shares outside P3 and P97."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.axis import DAYS_PER_MONTH, DAYS_PER_YEAR, AxisKind
from tongying.norms.fit.engine import Fit
from tongying.norms.fit.q_statistics import QGroup, QStatistics, q_statistics
from tongying.norms.fit.residuals import residuals
from tongying.norms.fit.sample import Sample
from tongying.norms.fit.worm import Worm, worms

Z_P97: Final = 1.8807936081512509
OUTSIDE_EXPECTED: Final = 0.03
Z_99: Final = 2.5758293035489004
"""The shares' intervals are 99 % intervals: two of them are looked at in every fit."""
Q_DOUBTED: Final = 0.01
"""p of a Q statistic below which it is said: four are looked at in every fit."""
MOST_POINTS: Final = 400
"""Of all worms together in the JSON document."""
MONTHS_UNTIL_DAYS: Final = 730.5
"""Ages below two years are written in months."""
MOMENT: Final = ("median", "spread", "skewness", "tails")
TOO: Final = {
    "median": ("too high", "too low"),
    "spread": ("too wide", "too narrow"),
    "skewness": ("too far to the high side", "too far to the low side"),
    "tails": ("too heavy", "too light"),
}
"""What the fitted curve is where the worm's coefficient is below, above 0 (van Buuren and
Fredriks 2001, table II)."""


@dataclass(frozen=True, slots=True)
class Share:
    """How many lie beyond a centile: `k` of `n`, and the share's 99 % Wilson score interval."""

    k: int
    n: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Between 0 and 1."""
        return self.k / self.n

    def as_json(self) -> dict[str, float]:
        """Return the share as a JSON object."""
        return {
            "k": self.k,
            "n": self.n,
            "share": self.share,
            "low": self.low,
            "high": self.high,
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a fit.

    Attributes
    ----------
    code : str
        ``norms.worm-bends``, ``norms.q-doubted`` or ``norms.share-outside``.
    moment : str
        ``median``, ``spread``, ``skewness`` or ``tails``; ``below P3`` or ``above P97``.
    low_x, high_x : float or None
        The band, in the axis' unit, of a Q statistic the worst one; None where it is the whole
        axis.
    size : float
        The cubic's coefficient, the p value, or the share.
    sentence : str
    """

    code: str
    moment: str
    low_x: float | None
    high_x: float | None
    size: float
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "code": self.code,
            "moment": self.moment,
            "low_x": self.low_x,
            "high_x": self.high_x,
            "size": self.size,
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics:
    """All that is looked at before a fit may become a norm.

    Attributes
    ----------
    worms : tuple of Worm
    q : QStatistics or None
        None below 25 children.
    below_p3, above_p97 : Share
    findings : tuple of Finding
        What is wrong; empty where nothing is seen to be.
    """

    worms: tuple[Worm, ...]
    q: QStatistics | None
    below_p3: Share
    above_p97: Share
    findings: tuple[Finding, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the diagnostics as a JSON object, the worms' points thinned to 400 at most."""
        each = max(2, MOST_POINTS // max(1, len(self.worms)))
        return {
            "worms": [_worm_json(one, each) for one in self.worms],
            "q": None if self.q is None else _q_json(self.q),
            "below_p3": self.below_p3.as_json(),
            "above_p97": self.above_p97.as_json(),
            "findings": [one.as_json() for one in self.findings],
        }


def diagnose(fit: Fit, sample: Sample, *, axis: AxisKind = AxisKind.AGE) -> Diagnostics:
    """Look at the residuals of a fit.

    Parameters
    ----------
    fit : Fit
    sample : Sample
        That it was fitted to.
    axis : AxisKind
        What the curve runs along, for the words of the sentences.
    """
    z = residuals(fit, sample)
    found = worms(z, sample.x)
    q = q_statistics(z, sample.x, tuple(float(one) for one in fit.freedom))
    below, above = _share(z < -Z_P97), _share(z > Z_P97)
    findings = (
        *_of_worms(found, axis),
        *_of_q(q, axis),
        *_of_shares(below, above),
    )
    return Diagnostics(found, q, below, above, findings)


def _share(is_outside: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Share:
    k, n, z2 = int(is_outside.sum()), len(is_outside), Z_99 * Z_99
    share = k / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z_99 * float(np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Share(k, n, max(0.0, middle - half), min(1.0, middle + half))


def _of_worms(found: tuple[Worm, ...], axis: AxisKind) -> list[Finding]:
    """Return the misfits of the worms, neighbouring bands that are alike said together."""
    findings = []
    for k, moment in enumerate(MOMENT):
        for run in _runs(found, k):
            low_x, high_x = run[0].low_x, run[-1].high_x
            size = max((worm.cubic[k] for worm in run), key=abs)
            verb = "are" if moment == "tails" else "is"
            findings.append(
                Finding(
                    "norms.worm-bends",
                    moment,
                    low_x,
                    high_x,
                    size,
                    f"{_band(low_x, high_x, axis)} the fitted {moment} {verb}"
                    f" {TOO[moment][size > 0]} (worm plot coefficient {size:+.2f}).",
                )
            )
    return findings


def _runs(found: tuple[Worm, ...], moment: int) -> list[list[Worm]]:
    """Return neighbouring worms that bend the same way too much."""

    def way(worm: Worm) -> int:
        return (1 if worm.cubic[moment] > 0 else -1) if moment in worm.misfits() else 0

    return [list(run) for sign, run in groupby(found, key=way) if sign]


def _of_q(q: QStatistics | None, axis: AxisKind) -> list[Finding]:
    if q is None:
        return []
    found = []
    for k, moment in enumerate(MOMENT):
        p = q.p[k]
        if p is None or p >= Q_DOUBTED:
            continue
        worst = _worst(q, k)
        verb = "are" if moment == "tails" else "is"
        found.append(
            Finding(
                "norms.q-doubted",
                moment,
                worst.low_x,
                worst.high_x,
                p,
                f"Over all bands together the {moment} {verb} not fitted well (Q{k + 1} ="
                f" {q.q[k]:.1f} on {q.freedom[k]:.1f} degrees of freedom, p = {p:.1g});"
                f" {_band(worst.low_x, worst.high_x, axis).lower()} it is worst (Z{k + 1} ="
                f" {worst.z[k]:+.1f}).",
            )
        )
    return found


def _worst(q: QStatistics, moment: int) -> QGroup:
    def size(group: QGroup) -> float:
        return abs(group.z[moment])

    return max(q.groups, key=size)


def _of_shares(below: Share, above: Share) -> list[Finding]:
    found = []
    for share, where in ((below, "below P3"), (above, "above P97")):
        if share.low <= OUTSIDE_EXPECTED <= share.high:
            continue
        found.append(
            Finding(
                "norms.share-outside",
                where,
                None,
                None,
                share.share,
                f"{share.share * 100:.1f} % of the children lie {where} instead of 3 % (99 %"
                f" interval {share.low * 100:.1f} to {share.high * 100:.1f} %).",
            )
        )
    return found


def _band(low: float, high: float, axis: AxisKind) -> str:
    if axis in (AxisKind.AGE, AxisKind.CORRECTED_AGE):
        if high < MONTHS_UNTIL_DAYS:
            return f"From {low / DAYS_PER_MONTH:.1f} to {high / DAYS_PER_MONTH:.1f} months"
        return f"From {low / DAYS_PER_YEAR:.1f} to {high / DAYS_PER_YEAR:.1f} years"
    unit = {"wk": "weeks", "m2": "m²"}.get(axis.unit, axis.unit)
    return f"From {low:.4g} to {high:.4g} {unit}"


def _worm_json(worm: Worm, most: int) -> dict[str, Any]:
    kept = _thinned(len(worm.expected), most)
    return {
        "low_x": worm.low_x,
        "high_x": worm.high_x,
        "n": len(worm.expected),
        "expected": _rounded(worm.expected[kept]),
        "deviation": _rounded(worm.deviation[kept]),
        "bound": _rounded(worm.bound[kept]),
        "cubic": list(worm.cubic),
        "outside": worm.outside,
    }


def _thinned(count: int, most: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Return which points to draw: evenly spaced, both ends always."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.linspace(0, count - 1, most).round().astype(np.intp))


def _rounded(values: FloatArray) -> list[float]:
    return [round(float(one), 4) for one in values]


def _q_json(q: QStatistics) -> dict[str, Any]:
    return {
        "groups": [
            {"low_x": one.low_x, "high_x": one.high_x, "n": one.n, "z": list(one.z)}
            for one in q.groups
        ],
        "q": list(q.q),
        "freedom": list(q.freedom),
        "p": list(q.p),
    }
