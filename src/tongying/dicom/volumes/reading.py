"""Read a DICOM series as a volume, or as the volumes it holds.

The slices are in the order of their places along the normal of the images (row direction x column
direction), ascending; `SourceVolume.frames` is in the same order. Nothing is resampled. What was
irregular is a caveat of the volume; what is no volume is refused with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tongying.dicom.stored_image import StoredImage
from tongying.dicom.volumes.frame_header import FrameHeader
from tongying.dicom.volumes.frames import frame_headers
from tongying.dicom.volumes.meaning import Meaning, checked_adc, meaning_of
from tongying.dicom.volumes.one_child import Belonging
from tongying.dicom.volumes.opened import ImageFile, Source, read_headers
from tongying.dicom.volumes.rescale import read_values
from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.volumes.spacing import SliceGeometry, SlicesRefused, measure
from tongying.dicom.volumes.stacks import Stack, only, split
from tongying.dicom.volumes.template import template_of
from tongying.imaging.progress import Progress, Share, silent
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat

_HEADERS_SHARE = 0.3
"""Of the progress: opening files takes about a third as long as decoding them."""

SAME_IMAGE_TWICE = Caveat(
    "dicom.volume-same-image-twice", "Some images were handed in twice; each was used once."
)


def read_volume(files: Sequence[Source], *, progress: Progress = silent) -> SourceVolume:
    """Read the one volume of a series.

    Localisers beside one other stack are left out, with a caveat.

    Parameters
    ----------
    files : sequence of Path or BinaryIO
        All objects of one series, in any order.
    progress : Progress, optional
        Is told after every header and every slice.

    Raises
    ------
    NoImages
        If there are no files, or one is no image.
    UnreadableDicom
        If a file is damaged or no DICOM.
    MixedImages
        If the files are of several children, series or frames of reference.
    FramesRefused
        If the images are in colour or carry no numbers.
    RescalingRefused
        If slope or intercept cannot be used.
    NotTomographic
        If a gamma camera's images are no slices.
    SeveralStacks
        If the series holds several stacks or phases; the sentence lists them.
    SlicesRefused
        If there is one slice, no geometry, or the slices are uneven, missing or doubled.
    ValuesRefused
        If pixels are not of the size the header says.
    UndecodableFrame
        If a slice cannot be decoded.
    """
    series = _Series.read(files, Share(progress, 0.0, _HEADERS_SHARE))
    stacks = split(series.frames)
    used = [stack for stack in stacks if not stack.is_localiser] or list(stacks)
    stack = only(used)
    left_out = [other for other in stacks if other is not stack]
    caveats = [_left_out(left_out)] if left_out else []
    geometry = measure(stack.frames, stated_tilt=series.stated_tilt)
    return series.volume(stack, geometry, caveats, Share(progress, _HEADERS_SHARE, 1.0))


def read_volumes(
    files: Sequence[Source], *, progress: Progress = silent
) -> tuple[SourceVolume, ...]:
    """Read every stack or phase of a series that is a volume.

    Images that belong to none are left out with a caveat on each volume; if there is none, the
    first stack's reason is raised.

    Parameters
    ----------
    files : sequence of Path or BinaryIO
        All objects of one series, in any order.
    progress : Progress, optional
        Is told after every header and every slice.

    Raises
    ------
    NoImages
        If there are no files, or one is no image.
    UnreadableDicom
        If a file is damaged or no DICOM.
    MixedImages
        If the files are of several children, series or frames of reference.
    FramesRefused
        If the images are in colour or carry no numbers.
    RescalingRefused
        If slope or intercept cannot be used.
    NotTomographic
        If a gamma camera's images are no slices.
    SlicesRefused
        If no stack is a volume.
    ValuesRefused
        If pixels are not of the size the header says.
    UndecodableFrame
        If a slice cannot be decoded.
    """
    series = _Series.read(files, Share(progress, 0.0, _HEADERS_SHARE))
    measured: list[tuple[Stack, SliceGeometry]] = []
    refused: list[tuple[Stack, SlicesRefused]] = []
    for stack in split(series.frames):
        try:
            measured.append((stack, measure(stack.frames, stated_tilt=series.stated_tilt)))
        except SlicesRefused as error:
            refused.append((stack, error))
    if not measured:
        raise refused[0][1]
    caveats = [_left_out([stack for stack, _ in refused])] if refused else []
    total = sum(len(stack.frames) for stack, _ in measured)
    done = 0
    volumes = []
    for stack, geometry in measured:
        begin = _HEADERS_SHARE + (1 - _HEADERS_SHARE) * done / total
        done += len(stack.frames)
        end = _HEADERS_SHARE + (1 - _HEADERS_SHARE) * done / total
        own = [*caveats, *_one_of(stack, len(measured))]
        volumes.append(series.volume(stack, geometry, own, Share(progress, begin, end)))
    return tuple(volumes)


@dataclass(frozen=True, slots=True, eq=False)
class _Series:
    """The headers of a series."""

    files: tuple[ImageFile, ...]
    frames: tuple[FrameHeader, ...]
    frame_of_reference_uid: str | None
    modality: str
    stated_tilt: float | None
    caveats: tuple[Caveat, ...]
    kept: dict[int, StoredImage] = field(default_factory=dict)

    @classmethod
    def read(cls, sources: Sequence[Source], progress: Progress) -> _Series:
        belonging = Belonging()
        files: list[ImageFile] = []
        frames: list[FrameHeader] = []
        seen: set[str] = set()
        twice = False
        tilts: set[float | None] = set()
        modality = ""
        for file, header in read_headers(sources, progress=progress):
            belonging.add(header)
            if file.sop_instance_uid in seen:
                twice = True
                continue
            seen.add(file.sop_instance_uid)
            frames += frame_headers(header, file=len(files), sop_class_uid=file.sop_class_uid)
            files.append(file)
            tilts.add(header.number("00181120"))
            modality = header.text("00080060")
        belonging.check()
        caveats = dict.fromkeys(caveat for file in files for caveat in file.caveats)
        if twice:
            caveats[SAME_IMAGE_TWICE] = None
        return cls(
            tuple(files),
            tuple(frames),
            belonging.frame_of_reference_uid,
            modality,
            next(iter(tilts)) if len(tilts) == 1 else None,
            tuple(caveats),
        )

    def volume(
        self,
        stack: Stack,
        geometry: SliceGeometry,
        caveats: Iterable[Caveat],
        progress: Progress,
    ) -> SourceVolume:
        frames = [stack.frames[index] for index in geometry.order]
        header = self._header(frames[0].file)
        template, doubts = template_of(header.metadata, frames[0].frame)
        meaning = meaning_of(header, frames)
        values = read_values(
            self.files, frames, hounsfield=meaning.quantity is Quantity.HU, progress=progress
        )
        if meaning.quantity is Quantity.ADC:
            checked = checked_adc(frames, values.array, values.valid)
            meaning = Meaning(checked.quantity, (*meaning.caveats, *checked.caveats))
        told = (
            *self.caveats,
            *caveats,
            *geometry.caveats,
            *meaning.caveats,
            *values.caveats,
            *doubts,
        )
        volume = Volume(
            values.array,
            geometry.grid,
            meaning.quantity,
            self.modality,
            self.frame_of_reference_uid,
            values.valid,
            tuple(dict.fromkeys(told)),
        )
        return SourceVolume(volume, template, tuple(self._source(frame) for frame in frames))

    def _header(self, file: int) -> StoredImage:
        """Read a header again: those of hundreds of files are not kept."""
        if file not in self.kept:
            self.kept.clear()
            ((_, self.kept[file]),) = read_headers([self.files[file].source], progress=silent)
        return self.kept[file]

    def _source(self, frame: FrameHeader) -> SourceFrame:
        file = self.files[frame.file]
        number = None if frame.single else frame.frame
        return SourceFrame(file.sop_class_uid, file.sop_instance_uid, number)


def _left_out(stacks: Sequence[Stack]) -> Caveat:
    counts = Counter(stack.label for stack in stacks)
    named = ", ".join(counts)
    images = sum(len(stack.frames) for stack in stacks)
    counted = f"{images} images of the series are" if images > 1 else "1 image of the series is"
    return Caveat(
        "dicom.volume-images-left-out", f"{counted} left out as no part of a volume: {named}."
    )


def _one_of(stack: Stack, count: int) -> list[Caveat]:
    if count == 1:
        return []
    return [
        Caveat(
            "dicom.volume-one-of-several",
            f"This is one of the {count} stacks of its series: {stack.label}.",
        )
    ]
