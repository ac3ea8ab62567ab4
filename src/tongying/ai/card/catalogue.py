"""The cards that ship with the platform."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import ClassVar

from tongying.ai.card.definition import ModelCard
from tongying.ai.card.reading import read_card
from tongying.kernel.errors import NotFound

FOLDER = "cards"
_SUFFIX = ".yaml"


class CardUnknown(NotFound):
    """No shipped card has this id."""

    code: ClassVar[str] = "ai.card-unknown"


@cache
def texts() -> dict[str, str]:
    """Return the texts of the shipped cards by the names of their files, in order.

    A file is called by its card's id.
    """
    folder = files("tongying.ai") / "data" / FOLDER
    return {
        one.name.removesuffix(_SUFFIX): one.read_text("utf-8")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(_SUFFIX)
    }


@cache
def cards() -> dict[str, ModelCard]:
    """Return the shipped cards by their ids."""
    return {name: read_card(text, name=f"{name}{_SUFFIX}") for name, text in texts().items()}


def card_of(name: str) -> ModelCard:
    """Return the shipped card with an id.

    Raises
    ------
    CardUnknown
        If there is none.
    """
    if name not in texts():
        raise CardUnknown(f"There is no card {name[:60]!r} in the box.")
    return cards()[name]


def text_of(name: str) -> str:
    """Return the text of the shipped card with an id.

    Raises
    ------
    CardUnknown
        If there is none.
    """
    if name not in texts():
        raise CardUnknown(f"There is no card {name[:60]!r} in the box.")
    return texts()[name]
