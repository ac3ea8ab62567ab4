"""Decode the slices of a stack, one at a time, into one array of real values.

Whole numbers stay whole: where no slice is multiplied, the array is 16-bit integers, or 32-bit ones
once a value does not fit; otherwise 32-bit floating point (64-bit for 64-bit pixels).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tongying.dicom.decoding import decode_frame
from tongying.dicom.stored_image import StoredImage
from tongying.dicom.volumes.frame_header import FrameHeader
from tongying.dicom.volumes.opened import ImageFile
from tongying.dicom.volumes.padding import UNDECLARED, Padding, undeclared_padding
from tongying.imaging.progress import Progress
from tongying.imaging.volume import Array, Mask
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

NOT_NUMBERS = Caveat(
    "dicom.volume-not-numbers",
    "Some values are not numbers; they were set to 0 and left out as not measured.",
)
VOXEL_LIMIT = 1 << 30
"""A volume of more voxels is refused before anything is allocated: four times the largest that is
planned for (512 x 512 x 1000), 2 GB at 16 bits."""
_FLOAT64 = "7FE00009"
_INT16 = np.iinfo(np.int16)


class ValuesRefused(BadInput):
    """The pixels of a slice are not those its header describes."""

    code: ClassVar[str] = "dicom.volume-values"


@dataclass(frozen=True, slots=True, eq=False)
class Values:
    """The numbers of a volume.

    Attributes
    ----------
    array : ndarray, shape (slices, rows, columns)
    valid : ndarray of bool or None
        False at padding; None if there is none.
    caveats : tuple of Caveat
    """

    array: Array
    valid: Mask | None
    caveats: tuple[Caveat, ...]


def read_values(
    files: Sequence[ImageFile],
    frames: Sequence[FrameHeader],
    *,
    hounsfield: bool,
    progress: Progress,
) -> Values:
    """Decode and rescale the frames of a stack.

    Parameters
    ----------
    files : sequence of ImageFile
        All files of the series.
    frames : sequence of FrameHeader
        In the order of the volume's slices.
    hounsfield : bool
        Whether the values are Hounsfield units, in which undeclared padding is recognised.
    progress : Progress
        Is told after every slice.

    Raises
    ------
    ValuesRefused
        If a slice's pixels are not of its size, or the volume is too large.
    UndecodableFrame
        If a slice cannot be decoded.
    """
    shape = (len(frames), *frames[0].shape)
    if math.prod(shape) > VOXEL_LIMIT:
        raise ValuesRefused("The volume has more than a thousand million voxels.")
    filled = _Filled(_start(files, frames, shape), None)
    caveats: dict[str, Caveat] = {}
    with ExitStack() as files_open:
        opened: tuple[int, StoredImage] | None = None
        for index, frame in enumerate(frames):
            if opened is None or opened[0] != frame.file:
                files_open.close()
                opened = (frame.file, files_open.enter_context(files[frame.file].opened()))
            stored = decode_frame(opened[1], frame.frame, as_rgb=False)
            if stored.shape != frame.shape or stored.dtype.kind not in "biuf":
                raise ValuesRefused(
                    f"The pixels of image {index + 1} are not of the size its header says."
                )
            for caveat in filled.put(
                index, stored, frame, padding=files[frame.file].padding, hounsfield=hounsfield
            ):
                caveats[caveat.code] = caveat
            progress((index + 1) / len(frames), "slices")
    return Values(filled.array, filled.valid, tuple(caveats.values()))


@dataclass(slots=True)
class _Filled:
    array: Array
    valid: Mask | None

    def put(
        self,
        index: int,
        stored: NDArray[Any],
        frame: FrameHeader,
        *,
        padding: Padding | None,
        hounsfield: bool,
    ) -> list[Caveat]:
        """Rescale one slice into its place."""
        values = self._rescaled(stored, frame)
        caveats = []
        void = None if padding is None else padding.where(stored)
        if values.dtype.kind == "f":
            finite = np.isfinite(values)
            if not finite.all():
                values = np.where(finite, values, 0)
                void = ~finite if void is None else void | ~finite
                caveats.append(NOT_NUMBERS)
        if hounsfield and (void is None or not void.any()):
            undeclared = undeclared_padding(values)
            if undeclared is not None:
                void = undeclared
                caveats.append(UNDECLARED)
        self.array[index] = values
        if void is not None and void.any():
            if self.valid is None:
                self.valid = np.ones(self.array.shape, dtype=np.bool_)
            self.valid[index] = ~void
        return caveats

    def _rescaled(self, stored: NDArray[Any], frame: FrameHeader) -> NDArray[Any]:
        if self.array.dtype.kind == "f":
            scaled = stored.astype(self.array.dtype)
            if frame.slope != 1:
                scaled *= self.array.dtype.type(frame.slope)
            if frame.intercept:
                scaled += self.array.dtype.type(frame.intercept)
            return scaled
        wide = np.dtype(np.int64 if stored.dtype.itemsize > 2 else np.int32)
        whole: NDArray[Any] = stored.astype(wide) + wide.type(int(frame.intercept))
        low, high = int(whole.min()), int(whole.max())
        if self.array.dtype == np.int16 and (low < _INT16.min or high > _INT16.max):
            self.array = self.array.astype(np.int32)
        if low < np.iinfo(np.int32).min or high > np.iinfo(np.int32).max:
            self.array = self.array.astype(np.float64)
        return whole


def _start(
    files: Sequence[ImageFile], frames: Sequence[FrameHeader], shape: tuple[int, ...]
) -> Array:
    """Allocate the array in the smallest type that can be expected to hold the values."""
    kinds = {kind for frame in frames for kind in files[frame.file].pixels if kind[:4] == "7FE0"}
    if _FLOAT64 in kinds:
        return np.zeros(shape, dtype=np.float64)
    whole = all(frame.slope == 1 and float(frame.intercept).is_integer() for frame in frames)
    if whole and kinds == {"7FE00010"}:
        return np.zeros(shape, dtype=np.int16)
    return np.zeros(shape, dtype=np.float32)
