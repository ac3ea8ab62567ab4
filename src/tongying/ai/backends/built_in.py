"""Functions that ship with the platform: named by their card, called with the volume they read.

The card's setting ``reads`` says what a function is handed: ``volume`` (the admitted series as one
volume), or ``study`` (files and facts only; it opens what it wants). Without the setting,
detection, segmentation and measurement are handed the volume, every other step is not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final, cast

from tongying.ai.answer import Answer
from tongying.ai.backends.protocol import BuiltIn, PackBroken, Request, RunRefused, RuntimeMissing
from tongying.ai.card.definition import ModelCard, Step
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress, Share
from tongying.kernel.errors import TongyingError

READS: Final = "reads"
VOLUME: Final = "volume"
STUDY: Final = "study"
_OF_IMAGES = frozenset({Step.DETECTION, Step.SEGMENTATION, Step.MEASUREMENT})
_ENTRY = re.compile(r"(tongying\.ai(?:\.[a-z_][a-z0-9_]*)+):([a-z_][a-z0-9_]*)")
_READING_SHARE = 0.1
"""Of the progress."""


class BuiltInBackend:
    """Runs a function of the platform."""

    def load(self, card: ModelCard, folder: Path | None) -> BuiltInSession:
        """Find the function.

        Raises
        ------
        PackBroken
            If the card names no function of the platform.
        RuntimeMissing
            If the function needs a package that is not installed.
        """
        named = _ENTRY.fullmatch(card.running.entry)
        if named is None:
            raise PackBroken("A built-in is named as tongying.ai.<module>:<function>.")
        reads = dict(card.running.settings).get(READS)
        if reads not in (None, VOLUME, STUDY):
            raise PackBroken(f"The setting {READS} is {VOLUME} or {STUDY}.")
        try:
            function = getattr(import_module(named[1]), named[2], None)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("tongying."):
                raise PackBroken("The card names a built-in that is not there.") from None
            raise RuntimeMissing(
                f"This model needs the package {error.name}, which is not installed here."
            ) from None
        if not callable(function):
            raise PackBroken("The card names a built-in that is not there.")
        wants = card.step in _OF_IMAGES if reads is None else reads == VOLUME
        return BuiltInSession(cast(BuiltIn, function), wants_volume=wants)


@dataclass(slots=True)
class BuiltInSession:
    """A function, ready to be asked."""

    function: BuiltIn
    wants_volume: bool

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Read the series where the function wants it, and ask.

        Raises
        ------
        RunRefused
            If the series cannot be read as one volume, or the function refuses.
        """
        if not self.wants_volume:
            return self.function(request, None, progress)
        volume = first_volume(request, Share(progress, 0.0, _READING_SHARE))
        return self.function(request, volume, Share(progress, _READING_SHARE, 1.0))

    def close(self) -> None:
        """Nothing is held."""


def first_volume(request: Request, progress: Progress) -> SourceVolume:
    """Return the first series of a request as one volume.

    Raises
    ------
    RunRefused
        If there is none, or it cannot be read as one; with the reader's code and sentence.
    """
    if not request.series:
        raise RunRefused("No series was given to read.")
    try:
        return read_volume(request.series[0].files, progress=progress)
    except TongyingError as refusal:
        raise RunRefused(refusal.sentence, refusal.error_code) from None
    except OSError:
        raise RunRefused("A file of the series is gone.", "ai.file-gone") from None
