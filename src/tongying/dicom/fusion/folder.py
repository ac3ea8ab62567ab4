"""Finding the one image series in a folder that somebody names."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from tongying.dicom.file_format import IsDicomdir
from tongying.dicom.parsing import NotDicom, UnreadableDicom
from tongying.dicom.reading import read_instance
from tongying.kernel.errors import BadInput

NIFTI_ENDINGS = (".nii", ".nii.gz")
_NOT_IMAGES = frozenset(
    {"SR", "SEG", "RWV", "REG", "KO", "PR", "DOC", "RTSTRUCT", "RTPLAN", "RTDOSE", "FID", "OT"}
)
"""Modalities of objects that lie beside images and are no volume to register."""


class FolderRefused(BadInput):
    """The folder does not hold one image series."""

    code: ClassVar[str] = "fusion.folder"


@dataclass(slots=True)
class _Found:
    modality: str
    description: str
    number: str
    files: list[Path] = field(default_factory=list)


def is_nifti(path: Path) -> bool:
    """Say whether a path names a NIfTI file."""
    return path.is_file() and path.name.lower().endswith(NIFTI_ENDINGS)


def series_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of the one image series in a folder and below; a NIfTI file is itself.

    Parameters
    ----------
    folder : Path
        A folder of DICOM files, one DICOM file, or one NIfTI file.

    Returns
    -------
    tuple of Path
        Sorted by path.

    Raises
    ------
    FolderRefused
        If nothing is there, no file holds an image, a DICOM file is damaged, or images of several
        series lie there; the sentence names them.
    """
    if not folder.exists():
        raise FolderRefused(f"There is nothing at {folder}.")
    if is_nifti(folder):
        return (folder,)
    files = [folder] if folder.is_file() else sorted(folder.rglob("*"))
    niftis = [path for path in files if is_nifti(path)]
    found: dict[str, _Found] = {}
    for path in files:
        if path.is_file() and path not in niftis:
            _take(path, found)
    if not found and len(niftis) == 1:
        return (niftis[0],)
    if not found:
        raise FolderRefused(f"No file in {folder} holds an image that can be read.")
    if len(found) > 1 or niftis:
        listed = [
            f"{one.modality} {one.number} {one.description} ({len(one.files)})".replace("  ", " ")
            for one in found.values()
        ]
        listed += [path.name for path in niftis]
        raise FolderRefused(
            f"{folder} holds {len(listed)} image series; name a folder with one of them:"
            f" {'; '.join(listed)}."
        )
    return tuple(next(iter(found.values())).files)


def _take(path: Path, found: dict[str, _Found]) -> None:
    """Note an image under its series; what is no DICOM or no image is passed over.

    A damaged file is not: a series without its last slices would look whole.
    """
    try:
        with path.open("rb") as file:
            record = read_instance(file, size=path.stat().st_size)
    except (NotDicom, IsDicomdir):
        return
    except UnreadableDicom as refusal:
        raise FolderRefused(f"{path} cannot be used: {refusal.sentence}") from None
    except OSError as error:
        raise FolderRefused(f"{path} cannot be read: {error.strerror}.") from None
    about = record.series
    if record.frames is None or about.modality in _NOT_IMAGES:
        return
    number = "" if about.number is None else str(about.number)
    series = found.setdefault(about.uid, _Found(about.modality, about.description, number))
    series.files.append(path)
