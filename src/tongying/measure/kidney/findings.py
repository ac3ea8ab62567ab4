"""What a reader says of a urinary tract, and when that is not enough for a grade."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput


class FindingsMissing(BadInput):
    """A finding that the grade needs was not answered."""

    code: ClassVar[str] = "measure.findings-missing"


class FindingsContradict(BadInput):
    """The findings do not fit together into one grade of the rule."""

    code: ClassVar[str] = "measure.findings-contradict"


class Calyces(StrEnum):
    """Which calyces are wide."""

    NONE = "none"
    CENTRAL = "central"
    """Some, or the major ones."""
    PERIPHERAL = "peripheral"
    """All, the minor ones too, with fluid cupping around the pyramids."""
