"""The one refusal of forms: numbers that make no usable norm."""

from __future__ import annotations

from typing import ClassVar

from tongying.kernel.errors import BadInput


class FormRefused(BadInput):
    """A norm's form is not usable: rows that overlap, a spread not above zero, no numbers."""

    code: ClassVar[str] = "norms.form-refused"


def require(usable: bool, sentence: str) -> None:
    """Let a usable form pass.

    Raises
    ------
    FormRefused
        If it is not, with the sentence.
    """
    if not usable:
        raise FormRefused(sentence)
