"""Reading the two images of a fusion, ready to be registered."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom.dataset import Dataset

from tongying.dicom.fusion.folder import is_nifti
from tongying.dicom.volumes.reading import read_volume
from tongying.dicom.volumes.source import SourceVolume
from tongying.imaging.nifti import read_nifti
from tongying.imaging.progress import Progress, Share
from tongying.imaging.resample import straighten
from tongying.imaging.volume import Volume

_DIGEST = 0.3
"""Share of the progress until all bytes were read once."""


@dataclass(frozen=True, slots=True, eq=False)
class FusionInput:
    """One image of a pair.

    Attributes
    ----------
    source : SourceVolume
        As acquired. Of a NIfTI the template is empty: it names no child.
    volume : Volume
        What is registered: the same, straightened if the gantry was tilted.
    is_dicom : bool
    digest : str
        SHA-256 over the files, in their order.
    """

    source: SourceVolume
    volume: Volume
    is_dicom: bool
    digest: str


def read_input(files: Sequence[Path], progress: Progress) -> FusionInput:
    """Read one series, or one NIfTI file.

    Parameters
    ----------
    files : sequence of Path
        Of one series.
    progress : Progress

    Returns
    -------
    FusionInput

    Raises
    ------
    BadInput
        If the series is no single volume, or the NIfTI not one volume in space; every reason has
        its own kind (see `read_volume`, `read_nifti`).
    """
    digest = _digest(files, Share(progress, 0.0, _DIGEST))
    if len(files) == 1 and is_nifti(files[0]):
        volume = read_nifti(files[0])
        progress(1.0, "")
        return FusionInput(SourceVolume(volume, Dataset(), ()), volume, False, digest)
    source = read_volume(files, progress=Share(progress, _DIGEST, 1.0))
    volume = source.volume
    if not volume.grid.is_orthogonal():
        volume = straighten(volume, progress=progress)
    return FusionInput(source, volume, True, digest)


def _digest(files: Sequence[Path], progress: Progress) -> str:
    whole = hashlib.sha256()
    for done, path in enumerate(files, start=1):
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
        progress(done / len(files), "digest")
    return whole.hexdigest()
