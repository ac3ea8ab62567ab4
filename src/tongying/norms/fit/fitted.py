"""What a fit hands over: the draft of the norm, and all that its signers must see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tongying.kernel.caveat import Caveat
from tongying.norms.fit.bands import Band
from tongying.norms.fit.choose import Choice
from tongying.norms.fit.diagnose import Diagnostics
from tongying.norms.fit.rows import RowRefusal
from tongying.norms.intervals.ep28 import ReferenceInterval, Tier
from tongying.norms.intervals.partition import Partition
from tongying.norms.norm import Norm
from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True, eq=False)
class GroupFit:
    """What was made of one sex, or of both together.

    Attributes
    ----------
    sex : Sex or None
        None where the sexes are together.
    tier : Tier
        What the number of children allows.
    children, measurements : int
    bands : tuple of Band
        Children by age.
    sites : dict
        Children by site.
    choice : Choice or None
        Of the curve, where there is one.
    diagnostics : Diagnostics or None
        Of the curve.
    replicates_failed : int
        Refits of the bootstrap that did not converge.
    interval : ReferenceInterval or None
        Where there is no curve: limits for all ages together, or the raw values.
    caveats : tuple of Caveat
    """

    sex: Sex | None
    tier: Tier
    children: int
    measurements: int
    bands: tuple[Band, ...]
    sites: dict[str, int]
    choice: Choice | None = None
    diagnostics: Diagnostics | None = None
    replicates_failed: int = 0
    interval: ReferenceInterval | None = None
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the group as a JSON object."""
        return {
            "sex": self.sex.value if self.sex else None,
            "tier": self.tier.value,
            "children": self.children,
            "measurements": self.measurements,
            "bands": [band.as_json() for band in self.bands],
            "sites": dict(self.sites),
            "choice": self.choice.as_json() if self.choice else None,
            "diagnostics": self.diagnostics.as_json() if self.diagnostics else None,
            "replicates_failed": self.replicates_failed,
            "interval": self.interval.as_json() if self.interval else None,
            "caveats": [caveat.as_json() for caveat in self.caveats],
        }


@dataclass(frozen=True, slots=True, eq=False)
class FittedNorm:
    """A fit.

    Attributes
    ----------
    norm : Norm or None
        The draft; None where there are too few children, or the values change with age and there
        are too few for a curve.
    groups : tuple of GroupFit
    sexes : Partition or None
        Whether the sexes differ; None where it cannot be told.
    refused : tuple of RowRefusal
        Rows that were left out, with what is wrong.
    used : tuple of int
        Indices of the rows that were used.
    """

    norm: Norm | None
    groups: tuple[GroupFit, ...]
    sexes: Partition | None
    refused: tuple[RowRefusal, ...]
    used: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """Return all but the norm itself, which has a document of its own, as a JSON object."""
        return {
            "norm": self.norm.id if self.norm else None,
            "groups": [group.as_json() for group in self.groups],
            "sexes": self.sexes.as_json() if self.sexes else None,
            "refused": [
                {"index": one.index, "code": one.code, "sentence": one.sentence}
                for one in self.refused
            ],
            "used": list(self.used),
        }
