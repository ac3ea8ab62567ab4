"""Whether a model could run here, told without loading it.

A built-in that needs packages beyond the platform's own names them in its card's setting ``needs``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tongying.ai.backends.entry_point import GROUP
from tongying.ai.backends.pack_files import check_files
from tongying.ai.backends.protocol import PackBroken
from tongying.ai.card.definition import ModelCard, Runtime

NEEDS: Final = "needs"
_TORCH: Final = frozenset({Runtime.TORCHSCRIPT, Runtime.MONAI_BUNDLE})
_ELSEWHERE: Final = frozenset({Runtime.HTTP, Runtime.UPS})


class Status(StrEnum):
    """Whether a model could run."""

    READY = "ready"
    RUNTIME_MISSING = "runtime-missing"
    PACK_BROKEN = "pack-broken"
    ELSEWHERE = "elsewhere"
    """It is run by somebody else's system."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """The answer about one model.

    Attributes
    ----------
    status : Status
    sentence : str
        Why not; empty when it is ready.
    """

    status: Status
    sentence: str = ""


def readiness(card: ModelCard, folder: Path | None) -> Readiness:
    """Say whether a model could run here.

    Parameters
    ----------
    card : ModelCard
    folder : Path or None
        Of its pack.
    """
    runtime = card.running.runtime
    if runtime in _ELSEWHERE:
        return Readiness(Status.ELSEWHERE)
    needed = dict(card.running.settings).get(NEEDS, "").split()
    if runtime in _TORCH:
        needed.append("torch")
    missing = [name for name in needed if find_spec(name) is None]
    if missing:
        return Readiness(
            Status.RUNTIME_MISSING, f"It needs {', '.join(missing)}, which is not installed here."
        )
    if runtime is Runtime.PYTHON and not entry_points(group=GROUP, name=card.running.entry):
        return Readiness(Status.RUNTIME_MISSING, "No installed package offers this model.")
    if card.running.files and folder is None:
        return Readiness(Status.PACK_BROKEN, "The model comes as a pack, and none is installed.")
    try:
        if folder is not None:
            check_files(card, folder)
    except PackBroken as broken:
        return Readiness(Status.PACK_BROKEN, broken.sentence)
    return Readiness(Status.READY)
