"""What every runtime promises, and what it is handed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Protocol

from tongying.ai.answer import Answer
from tongying.ai.card.definition import ModelCard
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress
from tongying.kernel.errors import Conflict


class RunRefused(Conflict):
    """The model cannot answer about this input; the sentence says why."""

    code: ClassVar[str] = "ai.run-refused"


class RuntimeMissing(Conflict):
    """What runs the model is not installed here."""

    code: ClassVar[str] = "ai.runtime-missing"


class PackBroken(Conflict):
    """A file of the pack is missing or not the one that the card names."""

    code: ClassVar[str] = "ai.pack-broken"


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """A series that a run reads.

    Attributes
    ----------
    uid : str
    files : tuple of Path
        In order; opened only for reading.
    """

    uid: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked.

    Attributes
    ----------
    facts : StudyFacts
        Of the study, as the gate saw it.
    series : tuple of SeriesInput
        The admitted series first.
    prior : tuple of SeriesInput
        Of the earlier study; empty without one.
    written_at : datetime
        For objects that are made; the same in every attempt of a run.
    identity_seed : str
        Identities of objects follow from it, so that another attempt makes the same ones.
    given : mapping
        Structured results of earlier steps and what the question says, as JSON values.
    dicomweb, token : str
        For a service that fetches by itself; empty otherwise.
    """

    facts: StudyFacts
    series: tuple[SeriesInput, ...]
    prior: tuple[SeriesInput, ...] = ()
    written_at: datetime | None = None
    identity_seed: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    dicomweb: str = ""
    token: str = ""


class Session(Protocol):
    """A loaded model; warm until closed."""

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Answer about a request.

        Parameters
        ----------
        request : Request
        folder : Path
            Empty; for files of the answer.
        progress : Progress

        Raises
        ------
        RunRefused
            If it cannot answer about this input.
        """

    def close(self) -> None:
        """Let go of memory and processes."""


class Backend(Protocol):
    """A runtime."""

    def load(self, card: ModelCard, folder: Path | None) -> Session:
        """Load a model.

        Parameters
        ----------
        card : ModelCard
        folder : Path or None
            Of the pack; None for a built-in.

        Raises
        ------
        RuntimeMissing
            If the runtime is not installed.
        PackBroken
            If a file is missing or not the one the card names.
        """


class BuiltIn(Protocol):
    """A function that ships with the platform."""

    def __call__(
        self, request: Request, volume: SourceVolume | None, progress: Progress, /
    ) -> Answer:
        """Answer about a request.

        Parameters
        ----------
        request : Request
        volume : SourceVolume or None
            Of the first series where the card reads images of one series; None otherwise.
        progress : Progress

        Raises
        ------
        RunRefused
            If it cannot answer about this input.
        """
