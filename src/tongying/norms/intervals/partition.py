"""Whether two groups of children need reference intervals of their own.

Harris and Boyd's rule with the multiplier 3. Two secondary sources print it otherwise: one with 5
in place of 3, one with a minus sign between the variances in the standard error (which then is no
standard error). The rule here is the paper's: needs sign-off.

References
----------
Harris & Boyd, Clin Chem 1990;36:265-270; EP28-A3c (2010), section 8.5; Lahti et al., Clin Chem
2002;48:338-352 (4.1 and 3.2 %) and 2004;50:891-900 (the proportions counted).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

import numpy as np

from tongying.kernel.errors import BadInput
from tongying.norms.arrays import FloatArray

HARRIS_BOYD_MULTIPLIER: Final = 3.0
"""Harris & Boyd 1990; needs sign-off."""
HARRIS_BOYD_BOTH: Final = 240.0
"""Children in both groups together for which the critical z is the multiplier itself."""
SD_RATIO: Final = 1.5
"""Harris & Boyd 1990."""
SEPARATE_ABOVE: Final = 0.041
"""Part of a group beyond a common limit that asks for limits of its own (Lahti 2002)."""
SEPARATE_BELOW: Final = 0.009
"""The same, too few beyond the limit (Lahti 2002)."""
COMMON_ABOVE: Final = 0.032
COMMON_BELOW: Final = 0.018
"""Between these two parts the limits may be common (Lahti 2002)."""
FEWEST: Final = 20
"""Children in each group; below, a spread says nothing; ours, needs sign-off."""
FEWEST_FOR_PARTS: Final = 120
"""Children in each group for counted proportions of a few percent; ours, needs sign-off."""


class PartitionRefused(BadInput):
    """Fewer than 20 children in a group, a value that is no number, or no spread at all."""

    code: ClassVar[str] = "norms.partition-refused"


class Advice(StrEnum):
    """What the numbers say; a reason in the body is needed as well before groups are split."""

    SEPARATE = "separate"
    COMMON = "common"
    MARGINAL = "marginal"


@dataclass(frozen=True, slots=True)
class Group:
    """One of the two groups.

    Attributes
    ----------
    n : int
    mean, sd : float
        In the unit of the values.
    below, above : float
        Parts of it beyond the common limits, 0 to 1.
    """

    n: int
    mean: float
    sd: float
    below: float
    above: float


@dataclass(frozen=True, slots=True)
class Partition:
    """Two groups compared, by both rules.

    Attributes
    ----------
    first, second : Group
    z, z_critical : float
        Harris and Boyd: difference of the means in standard errors, and the value it must pass.
    sd_ratio : float
        Larger to smaller.
    harris_boyd : Advice
    low, high : float
        Common limits: 2.5th and 97.5th centile, each group given the same weight.
    lahti : Advice or None
        None with fewer than 120 in a group: a part of a few percent cannot be counted.
    sentences : tuple of str
        Harris and Boyd, Lahti, and what is needed besides.
    """

    first: Group
    second: Group
    z: float
    z_critical: float
    sd_ratio: float
    harris_boyd: Advice
    low: float
    high: float
    lahti: Advice | None
    sentences: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The sentences, one after another."""
        return " ".join(self.sentences)

    def as_json(self) -> dict[str, Any]:
        """Return the comparison as a JSON object."""
        return {
            "groups": [
                {"n": one.n, "mean": one.mean, "sd": one.sd, "below": one.below, "above": one.above}
                for one in (self.first, self.second)
            ],
            "z": self.z,
            "z_critical": self.z_critical,
            "sd_ratio": self.sd_ratio,
            "harris_boyd": self.harris_boyd.value,
            "common_limits": [self.low, self.high],
            "lahti": self.lahti.value if self.lahti else None,
            "sentence": self.sentence,
            "sentences": list(self.sentences),
        }


def harris_boyd_z(means: FloatArray, sds: FloatArray, counts: FloatArray) -> tuple[float, float]:
    """Return z of the difference of two means, and the z above which the groups are separated.

    ``z = |m1 - m2| / sqrt(s1^2/n1 + s2^2/n2)``; ``z* = 3 sqrt((n1 + n2) / 240)``, so that the same
    distance between the groups separates them however many children were examined.

    Raises
    ------
    PartitionRefused
        If neither group has a spread.

    Examples
    --------
    Calcium of 120 women and 120 men, table 4 of EP28-A3c:

    >>> import numpy as np
    >>> z, critical = harris_boyd_z(
    ...     np.array([9.5708, 9.7975]), np.array([0.29145, 0.31395]), np.array([120, 120]))
    >>> round(z, 2), critical
    (5.8, 3.0)
    """
    error = math.sqrt(float((sds**2 / counts).sum()))
    if error == 0.0:
        raise PartitionRefused("Neither group has a spread: they cannot be compared.")
    critical = HARRIS_BOYD_MULTIPLIER * math.sqrt(float(counts.sum()) / HARRIS_BOYD_BOTH)
    return abs(float(means[0] - means[1])) / error, critical


def partition(first: FloatArray, second: FloatArray) -> Partition:
    """Compare two groups of healthy children.

    Parameters
    ----------
    first, second : FloatArray
        (n1,), (n2,), values that are roughly normal, transformed where they are not: the rule of
        Harris and Boyd speaks of means and spreads.

    Raises
    ------
    PartitionRefused
        If a group has fewer than 20 values, one is no number, or a group has no spread.

    Examples
    --------
    >>> import numpy as np
    >>> step = np.linspace(0.0, 1.0, 120)
    >>> partition(step, step + 0.01).harris_boyd.value
    'common'
    """
    groups = [_checked(one) for one in (first, second)]
    low, high = _common_limits(groups)
    made = [
        Group(
            len(one),
            float(one.mean()),
            float(one.std(ddof=1)),
            float((one < low).mean()),
            float((one > high).mean()),
        )
        for one in groups
    ]
    sds = np.array([one.sd for one in made])
    if sds.min() == 0.0:
        raise PartitionRefused("A group has no spread: the two cannot be compared.")
    z, critical = harris_boyd_z(
        np.array([one.mean for one in made]), sds, np.array([float(one.n) for one in made])
    )
    ratio = float(sds.max() / sds.min())
    harris_boyd = Advice.SEPARATE if z > critical or ratio > SD_RATIO else Advice.COMMON
    enough = min(one.n for one in made) >= FEWEST_FOR_PARTS
    parts = [part for one in made for part in (one.below, one.above)]
    lahti = lahti_advice(parts) if enough else None
    return Partition(
        made[0],
        made[1],
        z,
        critical,
        ratio,
        harris_boyd,
        low,
        high,
        lahti,
        _sentences(z, critical, ratio, harris_boyd, lahti),
    )


def lahti_advice(parts: list[float]) -> Advice:
    """Return what the parts of the groups beyond the common limits say, each 0 to 1.

    Examples
    --------
    >>> lahti_advice([0.025, 0.03, 0.02, 0.025]).value, lahti_advice([0.025, 0.05, 0.0, 0.02]).value
    ('common', 'separate')
    """
    if any(part >= SEPARATE_ABOVE or part <= SEPARATE_BELOW for part in parts):
        return Advice.SEPARATE
    if all(COMMON_BELOW <= part <= COMMON_ABOVE for part in parts):
        return Advice.COMMON
    return Advice.MARGINAL


def _checked(values: FloatArray) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or len(values) < FEWEST:
        raise PartitionRefused(f"A group of fewer than {FEWEST} children cannot be compared.")
    if not np.isfinite(values).all():
        raise PartitionRefused("A value is missing or not a number.")
    return values


def _common_limits(groups: list[FloatArray]) -> tuple[float, float]:
    """Return centiles of both groups at equal weight, so that the larger does not set them."""
    values = np.concatenate(groups)
    order = np.argsort(values, kind="stable")
    weight = np.concatenate([np.full(len(one), 0.5 / len(one)) for one in groups])[order]
    middle = np.cumsum(weight) - 0.5 * weight
    low, high = np.interp([0.025, 0.975], middle, values[order])
    return float(low), float(high)


def _sentences(
    z: float, critical: float, ratio: float, harris_boyd: Advice, lahti: Advice | None
) -> tuple[str, ...]:
    said = {
        Advice.SEPARATE: "separate limits",
        Advice.COMMON: "common limits",
        Advice.MARGINAL: "no clear answer",
    }
    parts = (
        f"By the parts beyond common limits (Lahti): {said[lahti]}."
        if lahti
        else f"Too few children to count parts beyond common limits: {FEWEST_FOR_PARTS} in each "
        "group are needed."
    )
    return (
        f"Harris and Boyd: z {z:.2f} against {critical:.2f}, ratio of spreads {ratio:.2f} against "
        f"{SD_RATIO}: {said[harris_boyd]}.",
        parts,
        "Separate only with a reason in the body.",
    )
