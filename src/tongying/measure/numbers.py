"""Numbers that a person typed: sizes, volumes, flows."""

from __future__ import annotations

import math
from typing import ClassVar

from tongying.kernel.errors import BadInput


class NumbersRefused(BadInput):
    """The typed numbers are no sizes, or contradict each other."""

    code: ClassVar[str] = "measure.numbers-refused"


def check_above_zero(*values: float) -> None:
    """Raise unless every number is finite and above zero.

    Raises
    ------
    NumbersRefused
        If one is not.
    """
    if not all(math.isfinite(value) and value > 0 for value in values):
        raise NumbersRefused("Every size must be a number above zero.")
