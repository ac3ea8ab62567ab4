"""Mean and standard deviation as polynomials along the axis: norms of the fetal brain.

``mean = a x^2 + b x + c`` and ``SD = a5 x + b5`` (or of second degree), x in weeks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex

_CHECKED_AT = 401
"""Points of the range at which mean and SD must be above zero."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """Normal distribution whose mean and SD are polynomials.

    Attributes
    ----------
    low, high : float
        Valid range on the axis.
    mean, sd : tuple of float
        Coefficients as printed, highest power first.

    Raises
    ------
    FormRefused
        If mean or SD is not above zero somewhere in the range.

    Examples
    --------
    Transcerebellar diameter at 30 weeks (Luis 2025).

    >>> import numpy as np
    >>> form = Polynomial(20.0, 40.0, (0.0051, 1.5165, -14.584), (0.0343, 0.415))
    >>> form.natural(np.array([30.0]), None).round(3).tolist()
    [[35.501], [1.444]]
    """

    kind: ClassVar[str] = "polynomial"
    family: ClassVar[str] = "normal"
    low: float
    high: float
    mean: tuple[float, ...]
    sd: tuple[float, ...]

    def __post_init__(self) -> None:
        require(self.low < self.high, "A norm's range ends before it begins.")
        natural = self.natural(np.linspace(self.low, self.high, _CHECKED_AT), None)
        require(
            bool((natural > 0.0).all()), "A norm's mean or SD is not above zero in its own range."
        )

    def by_sex(self) -> bool:
        """Whether it differs between the sexes: never."""
        return False

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the valid range."""
        return self.low, self.high

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return mean and SD, (2, n)."""
        return np.stack([np.polyval(self.mean, x), np.polyval(self.sd, x)])

    def z(self, value: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return standard scores."""
        mean, sd = self.natural(x, sex)
        return np.asarray((value - mean) / sd)

    def value(self, z: FloatArray, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return values of standard scores."""
        mean, sd = self.natural(x, sex)
        return np.asarray(mean + z * sd)

    def as_json(self) -> dict[str, Any]:
        """Return the form as a JSON object."""
        return {
            "kind": self.kind,
            "range": [self.low, self.high],
            "mean": list(self.mean),
            "sd": list(self.sd),
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Polynomial:
        """Return the form of a JSON object."""
        low, high = document["range"]
        return cls(low, high, tuple(document["mean"]), tuple(document["sd"]))
