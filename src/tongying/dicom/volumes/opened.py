"""The image files of a series: their headers once, their pixels one frame at a time.

The platform's own reader opens them, so what it tolerates when a study arrives is tolerated here,
and the same caveats travel along.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from typing import BinaryIO, ClassVar

from tongying.dicom.frame_table import FrameTable
from tongying.dicom.reading import read_instance
from tongying.dicom.stored_image import Json, StoredImage
from tongying.dicom.volumes.padding import Padding, declared_padding
from tongying.imaging.progress import Progress
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

Source = Path | BinaryIO
"""A file by its path, or open for reading and seekable."""

_PIXEL_DESCRIPTION = frozenset(
    {
        "00280002",  # samples
        "00280004",  # photometric interpretation
        "00280006",  # planar configuration
        "00280010",
        "00280011",
        "00280100",
        "00280101",
        "00280102",
        "00280103",
        "7FE00008",
        "7FE00009",
        "7FE00010",
    }
)


class NoImages(BadInput):
    """There is nothing to read, or it is not an image."""

    code: ClassVar[str] = "dicom.volume-no-images"


@dataclass(frozen=True, slots=True, eq=False)
class ImageFile:
    """What is kept of one file while its series is read.

    Attributes
    ----------
    source : Path or BinaryIO
    sop_class_uid, sop_instance_uid : str
    transfer_syntax_uid : str
    pixels : dict
        The attributes that describe the pixel data, in the DICOM JSON model.
    frames : FrameTable
    padding : Padding or None
        Stored values that stand for nothing.
    caveats : tuple of Caveat
        Of reading the file.
    """

    source: Source
    sop_class_uid: str
    sop_instance_uid: str
    transfer_syntax_uid: str
    pixels: Json
    frames: FrameTable
    padding: Padding | None
    caveats: tuple[Caveat, ...]

    @contextmanager
    def opened(self) -> Iterator[StoredImage]:
        """Open the file to decode frames from it."""
        with open_source(self.source) as file:
            yield StoredImage(file, self.pixels, {}, self.frames, self.transfer_syntax_uid)


def read_headers(
    files: Sequence[Source], *, progress: Progress
) -> Iterator[tuple[ImageFile, StoredImage]]:
    """Read one header after the other.

    Parameters
    ----------
    files : sequence of Path or BinaryIO
    progress : Progress
        Is told after every file.

    Yields
    ------
    ImageFile
        What to keep.
    StoredImage
        The whole header; its file is closed when the next one is read.

    Raises
    ------
    NoImages
        If there are no files, or one has no pixel data.
    UnreadableDicom
        If a file is damaged or no DICOM (the base of what `read_instance` raises).
    """
    if not files:
        raise NoImages("There are no images to read.")
    for index, source in enumerate(files):
        with open_source(source) as file:
            size = file.seek(0, SEEK_END)
            record = read_instance(file, size=size)
            if record.frames is None:
                raise NoImages(
                    f"File {index + 1} of {len(files)} is not an image: it has no pixel data."
                )
            whole = StoredImage.of_record(file, record)
            pixels = {
                tag: element for tag, element in whole.metadata.items() if tag in _PIXEL_DESCRIPTION
            }
            yield (
                ImageFile(
                    source,
                    record.sop_class_uid,
                    record.sop_instance_uid,
                    record.transfer_syntax_uid,
                    pixels,
                    record.frames,
                    declared_padding(whole),
                    record.caveats,
                ),
                whole,
            )
        progress((index + 1) / len(files), "headers")


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """Open a path; leave a file that is open already open.

    Parameters
    ----------
    source : Path or BinaryIO
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source
