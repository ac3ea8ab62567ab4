"""``a x^b`` with a standard deviation on the decimal logarithm: heart volumes by body surface."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.registry import family_of
from tongying.norms.forms.by_sex import as_json, differs, from_json, of_sex
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex

LN_10 = float(np.log(10.0))


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """The logarithm of the value is normal around that of ``a x^b``.

    Attributes
    ----------
    low, high : float
        Valid range on the axis.
    factor : dict
        Sex (None where together) to ``a``.
    exponent : float
        ``b``.
    log10_sd : float
        Standard deviation of log10(value).

    Raises
    ------
    FormRefused
        If the range, ``a`` or the SD is not above zero.

    Examples
    --------
    Left ventricular end-diastolic volume of a boy of 1 m2 (Buechel 2009): 77.5 ml.

    >>> import numpy as np
    >>> form = PowerLaw(0.36, 1.97, {Sex.MALE: 77.5, Sex.FEMALE: 67.8}, 1.38, 0.0426)
    >>> float(form.value(np.array([0.0]), np.array([1.0]), Sex.MALE)[0])
    77.5
    """

    kind: ClassVar[str] = "power-law"
    family: ClassVar[str] = "bccg"
    low: float
    high: float
    factor: dict[Sex | None, float]
    exponent: float
    log10_sd: float

    def __post_init__(self) -> None:
        require(0.0 < self.low < self.high, "A norm's range ends before it begins.")
        require(
            bool(self.factor) and min(self.factor.values()) > 0.0 and self.log10_sd > 0.0,
            "A norm's mean or SD is not above zero in its own range.",
        )

    def by_sex(self) -> bool:
        """Whether it differs between the sexes."""
        return differs(self.factor)

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the valid range."""
        return self.low, self.high

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return mu, sigma, nu, (3, n), of the log-normal written as BCCG with nu of 0."""
        mu = of_sex(self.factor, sex) * np.asarray(x) ** self.exponent
        return np.stack([mu, np.full_like(mu, self.log10_sd * LN_10), np.zeros_like(mu)])

    def z(self, value: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return standard scores of the logarithm."""
        return family_of(self.family).z(value, self.natural(x, sex))

    def value(self, z: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return values of standard scores."""
        return family_of(self.family).value(z, self.natural(x, sex))

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""
        return {
            "kind": self.kind,
            "range": [self.low, self.high],
            "factor": as_json(self.factor, float),
            "exponent": self.exponent,
            "log10_sd": self.log10_sd,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> PowerLaw:
        """Return the form of a JSON object."""
        low, high = document["range"]
        factor = from_json(document["factor"], float)
        return cls(low, high, factor, document["exponent"], document["log10_sd"])
