"""Doubt as data: what a reader must know before trusting a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caveat:
    """A reason for doubt that travels with the result it belongs to.

    Attributes
    ----------
    code : str
        Stable code, such as ``"dicom.charset-guessed"``.
    sentence : str
        One English sentence without patient data; the web shows its translation.
    """

    code: str
    sentence: str

    def as_json(self) -> dict[str, str]:
        """Return the caveat as a JSON object with ``code`` and ``sentence``."""
        return {"code": self.code, "sentence": self.sentence}
