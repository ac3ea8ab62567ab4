"""Two things that were said and cannot both be right: asked about at once, never repaired."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What a person is asked about.

    Attributes
    ----------
    code : str
        Stable, such as ``contradiction.side-image``.
    sentence : str
        One English sentence without patient data.
    """

    code: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        """Return the contradiction as a JSON object with ``code`` and ``sentence``."""
        return {"code": self.code, "sentence": self.sentence}
