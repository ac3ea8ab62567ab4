"""A polynomial for the mean of the natural logarithm: sizes of the heart by body surface.

``ln y = a + b x + c x^2 + d x^3`` with one mean squared error for all x.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tongying.norms.arrays import FloatArray
from tongying.norms.distributions.registry import family_of
from tongying.norms.forms.refusal import require
from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True)
class LogPolynomial:
    """The natural logarithm is normal around a polynomial, both sexes together.

    Attributes
    ----------
    low, high : float
        Valid range on the axis.
    coefficients : tuple of float
        As printed, the intercept first.
    squared_error : float
        Mean squared error of the logarithm, as printed.

    Raises
    ------
    FormRefused
        If the range ends before it begins, there are no coefficients, or the error is not above
        zero.

    Examples
    --------
    Left ventricular end-diastolic diameter at 1 m2: exp(1.397), 4.04 cm.

    >>> import numpy as np
    >>> form = LogPolynomial(0.25, 2.0, (0.105, 2.859, -2.119, 0.552), 0.01)
    >>> form.natural(np.array([1.0]), None).round(3).tolist()
    [[4.043], [0.1], [0.0]]
    """

    kind: ClassVar[str] = "log-polynomial"
    family: ClassVar[str] = "bccg"
    low: float
    high: float
    coefficients: tuple[float, ...]
    squared_error: float

    def __post_init__(self) -> None:
        require(self.low < self.high, "A norm's range ends before it begins.")
        require(bool(self.coefficients), "A norm has no rows.")
        require(self.squared_error > 0.0, "A norm's mean or SD is not above zero in its own range.")

    def by_sex(self) -> bool:
        """Whether it differs between the sexes: never."""
        return False

    def range(self, sex: Sex | None) -> tuple[float, float]:
        """Return the valid range."""
        return self.low, self.high

    def natural(self, x: FloatArray, sex: Sex | None) -> FloatArray:
        """Return mu, sigma, nu, (3, n), of the log-normal written as BCCG with nu of 0."""
        mu = np.exp(np.polynomial.polynomial.polyval(np.asarray(x), self.coefficients))
        return np.stack([mu, np.full_like(mu, np.sqrt(self.squared_error)), np.zeros_like(mu)])

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
            "coefficients": list(self.coefficients),
            "squared_error": self.squared_error,
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> LogPolynomial:
        """Return the form of a JSON object."""
        low, high = document["range"]
        return cls(low, high, tuple(document["coefficients"]), document["squared_error"])
