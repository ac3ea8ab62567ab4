"""Models of other Python packages, found by their entry point in the group ``tongying.models``.

The entry point is a function ``(card, folder) -> Session``; folder is the pack's, or None.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, cast

from tongying.ai.backends.pack_files import check_files
from tongying.ai.backends.protocol import RuntimeMissing, Session
from tongying.ai.card.definition import ModelCard

GROUP: Final = "tongying.models"


class EntryPointBackend:
    """Runs what an installed package offers."""

    def load(self, card: ModelCard, folder: Path | None) -> Session:
        """Ask the package for a session.

        Raises
        ------
        RuntimeMissing
            If no installed package, or more than one, offers a model of this name, or a package it
            needs is missing.
        PackBroken
            If a file of the pack is missing or another one.
        """
        found = entry_points(group=GROUP, name=card.running.entry)
        if len(found) != 1:
            raise RuntimeMissing(
                "No installed package offers this model."
                if not found
                else "Several installed packages offer a model of this name."
            )
        if folder is not None:
            check_files(card, folder)
        try:
            make = next(iter(found)).load()
        except (ImportError, AttributeError):
            raise RuntimeMissing("The package that offers this model cannot be loaded.") from None
        return cast(Session, make(card, folder))
