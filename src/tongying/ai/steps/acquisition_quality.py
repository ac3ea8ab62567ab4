"""The step that looks a study over before it is read; a built-in of the card of the same name."""

from __future__ import annotations

from tongying.ai.answer import Answer
from tongying.ai.backends.protocol import Request, RunRefused
from tongying.ai.quality.check import check_files
from tongying.dicom.acquisition.reading import FactsRefused
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.progress import Progress


def answer(request: Request, volume: SourceVolume | None, progress: Progress) -> Answer:
    """Return what would make the study doubtful or unusable, each with its number.

    Parameters
    ----------
    request : Request
        All its series are looked at.
    volume : SourceVolume or None
        Not used: files are looked at one by one, even where they make no volume.
    progress : Progress

    Raises
    ------
    RunRefused
        If no file can be read.
    """
    del volume
    files = [path for series in request.series for path in series.files]
    try:
        flags = check_files(files, progress=progress)
    except FactsRefused as error:
        raise RunRefused(error.sentence) from error
    return Answer(flags=flags)
