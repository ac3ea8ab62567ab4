"""Masks on a volume's grid as a binary Segmentation.

Slices in which a segment is empty are left out, as the standard allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import highdicom
import numpy as np
from highdicom.seg import Segmentation, SegmentDescription
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from tongying import __version__
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import DerivedRefused, source_name
from tongying.dicom.writers.multi_frame import (
    coding_schemes,
    content_arguments,
    finish,
    spatial_volume,
)
from tongying.dicom.writers.slice_headers import slice_headers
from tongying.dicom.writers.study_context import MANUFACTURER, ObjectIdentity
from tongying.imaging.volume import Mask


class Algorithm(StrEnum):
    """How a segment was drawn; enumerated values of (0062,0008)."""

    MANUAL = "MANUAL"
    SEMIAUTOMATIC = "SEMIAUTOMATIC"
    AUTOMATIC = "AUTOMATIC"


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A mask and what it is.

    Attributes
    ----------
    label : str
        For a reader, 1 to 64 characters.
    category : Code
        Segmented property category (CID 7150), such as tissue.
    kind : Code
        Segmented property type, such as kidney.
    mask : ndarray of bool
        On the grid of the source volume.
    algorithm : Algorithm
    algorithm_name : str
        Required unless manual.
    algorithm_family : Code or None
        Required unless manual (CID 7162), such as histogram analysis.
    anatomy : Code or None
        Anatomic region (CID 4031), where the kind does not say it.
    """

    label: str
    category: Code
    kind: Code
    mask: Mask
    algorithm: Algorithm
    algorithm_name: str = ""
    algorithm_family: Code | None = None
    anatomy: Code | None = None


def write_segmentation(
    source: SourceVolume,
    segments: Sequence[Segment],
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write masks into the study of the volume they lie on.

    Parameters
    ----------
    source : SourceVolume
        Its grid, frame of reference, study and images.
    segments : sequence of Segment
        They may overlap.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If a mask is empty or not on the grid, an automatic segment names no algorithm, or the
        volume cannot be referred to.

    References
    ----------
    DICOM PS3.3 sections A.51, C.8.20; PS3.16 CID 7150, 7151.
    """
    if not segments:
        raise DerivedRefused("A segmentation needs at least one segment.")
    for segment in segments:
        _check(segment, source)
    headers = slice_headers(source)
    numbers = list(range(1, len(segments) + 1))
    masks = np.stack([segment.mask for segment in segments], axis=-1)
    written = Segmentation(
        source_images=headers,
        pixel_array=spatial_volume(
            masks.astype(np.uint8), source, channels={"SegmentNumber": numbers}
        ),
        segmentation_type="BINARY",
        segment_descriptions=[
            _description(number, segment) for number, segment in zip(numbers, segments, strict=True)
        ],
        series_instance_uid=identity.series_uid,
        series_number=identity.series_number,
        sop_instance_uid=identity.sop_uid,
        instance_number=identity.instance_number,
        manufacturer=MANUFACTURER,
        manufacturer_model_name=MANUFACTURER,
        software_versions=__version__,
        device_serial_number=__version__,
        content_label="SEGMENTATION",
        omit_empty_frames=True,
        coding_schemes=coding_schemes(
            code
            for one in segments
            for code in (one.category, one.kind, one.anatomy)
            if code is not None
        ),
        **content_arguments(written_at),
    )
    return finish(
        written, source, identity=identity, what=source_name(source), written_at=written_at
    )


def _check(segment: Segment, source: SourceVolume) -> None:
    if segment.mask.shape != source.volume.grid.shape:
        raise DerivedRefused("The mask and the image do not have the same size.")
    if not segment.mask.any():
        raise DerivedRefused("The mask is empty: there is nothing to write.")
    named = segment.algorithm_name and segment.algorithm_family is not None
    if segment.algorithm is not Algorithm.MANUAL and not named:
        raise DerivedRefused("A segment that was not drawn by hand must name its algorithm.")


def _description(number: int, segment: Segment) -> SegmentDescription:
    identification = None
    if segment.algorithm is not Algorithm.MANUAL and segment.algorithm_family is not None:
        identification = highdicom.AlgorithmIdentificationSequence(
            name=segment.algorithm_name,
            family=segment.algorithm_family,
            version=__version__,
        )
    return SegmentDescription(
        segment_number=number,
        segment_label=segment.label,
        segmented_property_category=segment.category,
        segmented_property_type=segment.kind,
        algorithm_type=segment.algorithm.value,
        algorithm_identification=identification,
        anatomic_regions=None if segment.anatomy is None else [segment.anatomy],
    )
