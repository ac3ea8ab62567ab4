"""The families by name, and z to centile."""

from __future__ import annotations

from typing import ClassVar, Final

from scipy.special import ndtr

from tongying.kernel.errors import BadInput
from tongying.norms.distributions.bccg import BCCG
from tongying.norms.distributions.bct import BCT
from tongying.norms.distributions.family import Family
from tongying.norms.distributions.normal import NORMAL
from tongying.norms.distributions.shash import SHASH

FAMILIES: Final[dict[str, Family]] = {family.name: family for family in (NORMAL, BCCG, BCT, SHASH)}


class FamilyUnknown(BadInput):
    """No distribution has this name."""

    code: ClassVar[str] = "norms.family-unknown"


def family_of(name: str) -> Family:
    """Return the distribution with a name.

    Raises
    ------
    FamilyUnknown
        If there is none.
    """
    try:
        return FAMILIES[name]
    except KeyError:
        known = ", ".join(FAMILIES)
        raise FamilyUnknown(f"No distribution is called {name!r}; known are {known}.") from None


def centile_of(z: float) -> float:
    """Return the centile, 0 to 100, of a standard normal score.

    Examples
    --------
    >>> round(centile_of(1.0), 2)
    84.13
    """
    return float(ndtr(z)) * 100.0
