"""What a distribution promises: scores, values, and a likelihood with its analytic gradient.

A distribution has two to four parameters. *Parameters* are natural (median, coefficient of
variation, skewness, tail); *predictors* are what smooth curves are fitted to, through the links
each family names. Arrays of parameters have the shape (number of parameters, n).
"""

from __future__ import annotations

from typing import Protocol

from tongying.norms.arrays import FloatArray


class Family(Protocol):
    """A distribution of a measure.

    Attributes
    ----------
    name : str
        Stable name, as written into norms: ``normal``, ``bccg``, ``bct``, ``shash``.
    parameters : tuple of str
        Names in order, such as ``("mu", "sigma", "nu")``.
    positive : bool
        Whether values must be above zero.
    """

    name: str
    parameters: tuple[str, ...]
    positive: bool

    def natural(self, predictors: FloatArray) -> FloatArray:
        """Return parameters, (k, n), of predictors, (k, n)."""
        ...

    def predictors(self, natural: FloatArray) -> FloatArray:
        """Return predictors, (k, n), of parameters, (k, n)."""
        ...

    def z(self, value: FloatArray, natural: FloatArray) -> FloatArray:
        """Return standard normal scores, (n,), of values, (n,); NaN where there is none."""
        ...

    def value(self, z: FloatArray, natural: FloatArray) -> FloatArray:
        """Return values, (n,), of standard normal scores, (n,); NaN where there is none."""
        ...

    def likelihood(
        self, value: FloatArray, predictors: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return log densities, (n,), and their gradients in the predictors, (k, n)."""
        ...

    def start(self, value: FloatArray, weight: FloatArray) -> FloatArray:
        """Return predictors, (k,), to begin a fit with."""
        ...
