"""Read a DICOM Segmentation as masks on a grid, one for each segment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from highdicom.seg import Segmentation, SegmentationFractionalTypeValues, SegmentationTypeValues
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask
from tongying.kernel.errors import BadInput

_ALIGNED_MM = 1e-2
"""How far a mask's voxels may lie from an image's and still be the same voxels."""


class SegmentationUnreadable(BadInput):
    """The object holds no masks in space."""

    code: ClassVar[str] = "dicom.segmentation-unreadable"


@dataclass(frozen=True, slots=True, eq=False)
class ReadSegment:
    """A mask and what it is.

    Attributes
    ----------
    number : int
    label : str
    category, kind : Code
    mask : ndarray of bool
        On the grid of the segmentation it came in.
    algorithm : str
        ``"MANUAL"``, ``"SEMIAUTOMATIC"`` or ``"AUTOMATIC"``.
    anatomy : Code or None
    """

    number: int
    label: str
    category: Code
    kind: Code
    mask: Mask
    algorithm: str
    anatomy: Code | None


@dataclass(frozen=True, slots=True, eq=False)
class ReadSegmentation:
    """All masks of an object.

    Attributes
    ----------
    grid : Grid
        Regular; slices that no segment has are empty in every mask.
    frame_of_reference_uid : str
    segments : tuple of ReadSegment
    series_uids : tuple of str
        Series of the images that were segmented.
    """

    grid: Grid
    frame_of_reference_uid: str
    segments: tuple[ReadSegment, ...]
    series_uids: tuple[str, ...]


def read_segmentation(dataset: Dataset) -> ReadSegmentation:
    """Return the masks of a binary, occupancy or label-map segmentation.

    Occupancy counts as inside from one half on.

    Raises
    ------
    SegmentationUnreadable
        If it is another object, holds probabilities, names no frame of reference, or its frames
        make no regular volume.
    """
    try:
        written = Segmentation.from_dataset(dataset)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SegmentationUnreadable("The object is no segmentation that can be read.") from error
    uid = dataset.get("FrameOfReferenceUID")
    if not uid:
        raise SegmentationUnreadable("The segmentation names no frame of reference.")
    threshold = _threshold(written)
    try:
        volume = written.get_volume(combine_segments=False, rescale_fractional=True)
    except (RuntimeError, ValueError) as error:
        raise SegmentationUnreadable("The masks of the segmentation make no volume.") from error
    array, affine = volume.array, volume.affine[:, [2, 1, 0, 3]]
    if np.linalg.det(affine[:3, :3]) < 0:
        affine[:3, 3] += affine[:3, 2] * (array.shape[0] - 1)
        affine[:3, 2] *= -1
        array = array[::-1]
    numbers = [number for number in written.segment_numbers if number != 0]
    segments = tuple(
        _segment(written, number, array[..., place] >= threshold)
        for place, number in enumerate(numbers)
    )
    series = tuple(
        dict.fromkeys(
            str(item.SeriesInstanceUID) for item in dataset.get("ReferencedSeriesSequence") or []
        )
    )
    return ReadSegmentation(Grid(array.shape[:3], affine), str(uid), segments, series)


def mask_on(segment: ReadSegment, segmentation: ReadSegmentation, grid: Grid) -> Mask:
    """Return a segment's mask on an image's grid whose voxels it shares.

    Objects leave out slices without a mask, so their grid is often a part of the image's.

    Parameters
    ----------
    segment : ReadSegment
    segmentation : ReadSegmentation
        What it came in.
    grid : Grid
        Of the image, in the same frame of reference.

    Raises
    ------
    SegmentationUnreadable
        If the voxels are not the image's; nothing is resampled here.
    """
    own = segmentation.grid
    first = np.rint(grid.to_index(own.to_lps([[0, 0, 0]])))[0].astype(int)
    last = first + np.array(own.shape[::-1]) - 1
    away = np.abs(grid.to_lps([first, last]) - own.to_lps([[0, 0, 0], last - first])).max()
    steps = np.abs(grid.affine[:3, :3] - own.affine[:3, :3]).max()
    if away > _ALIGNED_MM or steps > _ALIGNED_MM:
        raise SegmentationUnreadable("The segmentation does not lie on the image's own voxels.")
    if (first < 0).any() or (last >= np.array(grid.shape[::-1])).any():
        raise SegmentationUnreadable("The segmentation reaches beyond the image.")
    placed = np.zeros(grid.shape, dtype=np.bool_)
    (i, j, k), (columns, rows, slices) = first, own.shape[::-1]
    placed[k : k + slices, j : j + rows, i : i + columns] = segment.mask
    return placed


def _threshold(written: Segmentation) -> float:
    if written.segmentation_type is not SegmentationTypeValues.FRACTIONAL:
        return 1
    if written.segmentation_fractional_type is SegmentationFractionalTypeValues.PROBABILITY:
        raise SegmentationUnreadable("The segmentation holds probabilities, not masks.")
    return 0.5


def _segment(written: Segmentation, number: int, mask: Mask) -> ReadSegment:
    description = written.get_segment_description(number)
    regions = description.anatomic_regions
    return ReadSegment(
        number,
        str(description.segment_label),
        _code(description.segmented_property_category),
        _code(description.segmented_property_type),
        mask,
        str(description.algorithm_type.value),
        _code(regions[0]) if regions else None,
    )


def _code(concept: Dataset) -> Code:
    return Code(
        str(concept.get("CodeValue") or concept.get("LongCodeValue") or ""),
        str(concept.CodingSchemeDesignator),
        str(concept.CodeMeaning),
    )
