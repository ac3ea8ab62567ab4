"""How a release was made: children in each band, code, settings, diagnostics, and its entries."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tongying.norms.sex import Sex


@dataclass(frozen=True, slots=True)
class Band:
    """Children of one sex in one stretch of the axis.

    Attributes
    ----------
    low, high : float
        In the axis' unit; `low` is in it, `high` is not, except of the last band.
    sex : Sex or None
        None where the sexes are together.
    n : int
    """

    low: float
    high: float
    sex: Sex | None
    n: int


@dataclass(frozen=True, slots=True)
class Making:
    """What a release's document says about its making.

    Attributes
    ----------
    bands : tuple of Band
    code_version : str
        Of the program that fitted it.
    settings : dict
        Everything that decided the outcome, as JSON: families, powers, sites, seed.
    diagnostics_sha256 : str
        Of the diagnostics that were shown to those who signed.
    entries_sha256 : str
        Of the codes of the ledger's entries behind it (`entries_digest`): which children they are
        stays in the ledger.
    """

    bands: tuple[Band, ...]
    code_version: str
    settings: dict[str, Any]
    diagnostics_sha256: str
    entries_sha256: str

    def as_json(self) -> dict[str, Any]:
        """Return it as a JSON object."""
        return {
            "bands": [
                {"low": one.low, "high": one.high, "sex": one.sex, "n": int(one.n)}
                for one in self.bands
            ],
            "code_version": self.code_version,
            "settings": self.settings,
            "diagnostics_sha256": self.diagnostics_sha256,
            "entries_sha256": self.entries_sha256,
        }

    @classmethod
    def from_json(cls, written: dict[str, Any]) -> Making:
        """Return the making of a JSON object."""
        return cls(
            bands=tuple(
                Band(one["low"], one["high"], Sex(one["sex"]) if one["sex"] else None, one["n"])
                for one in written["bands"]
            ),
            code_version=written["code_version"],
            settings=written["settings"],
            diagnostics_sha256=written["diagnostics_sha256"],
            entries_sha256=written["entries_sha256"],
        )


def diagnostics_digest(groups: Sequence[Mapping[str, Any]]) -> str:
    """Return the SHA-256 of the diagnostics of every group, as JSON in one fixed form."""
    shown = json.dumps(groups, sort_keys=True, ensure_ascii=False)
    return sha256(shown.encode()).hexdigest()


def entries_digest(codes: Iterable[str]) -> str:
    """Return the SHA-256 of the codes of entries, in whatever order they come.

    Examples
    --------
    >>> entries_digest(["b", "a"]) == entries_digest(["a", "b"])
    True
    """
    return sha256("\n".join(sorted(codes)).encode("utf-8")).hexdigest()
