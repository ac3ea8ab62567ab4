"""Models of others that claim their workitem by themselves (IHE AIW-I); nothing is run here."""

from __future__ import annotations

from pathlib import Path

from tongying.ai.backends.protocol import RuntimeMissing, Session
from tongying.ai.card.definition import ModelCard


class WorkitemBackend:
    """Says that the performer is somebody else."""

    def load(self, card: ModelCard, folder: Path | None) -> Session:
        """Refuse.

        Raises
        ------
        RuntimeMissing
            Always.
        """
        raise RuntimeMissing(
            "This model is performed by its vendor's own system, which claims the workitem.",
            "ai.performed-elsewhere",
        )
