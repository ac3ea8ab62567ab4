"""The two sexes norms are made for. Anything else is unknown here, and never guessed."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from tongying.kernel.errors import BadInput


class SexRefused(BadInput):
    """A sex is written neither F nor M."""

    code: ClassVar[str] = "norms.sex-refused"


class Sex(StrEnum):
    """As DICOM writes it: F, M."""

    FEMALE = "F"
    MALE = "M"


def sex_of(text: str | None) -> Sex | None:
    """Return the sex, or None where nothing, ``O`` or ``U`` is written.

    Raises
    ------
    SexRefused
        If something else is written, such as 1 or 2: codes that different tables use differently.
    """
    if text is None or text.strip().upper() in {"", "O", "U"}:
        return None
    try:
        return Sex(text.strip().upper())
    except ValueError:
        raise SexRefused(f"A sex is written F or M, not {text.strip()[:10]!r}.") from None
