"""A rigid or affine alignment as Spatial Registration.

The registered frame of reference is the fixed image's. One item names the fixed images with the
identity; the other names the moving images with the matrix that takes *their* coordinates to the
fixed ones, which is the inverse of the transform that resampled them.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import SpatialRegistrationStorage

from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import (
    DerivedRefused,
    begin_derived,
    code_item,
    content_identification,
    image_items,
    put_common_references,
    source_name,
)
from tongying.dicom.writers.registration_matrix import matrix_item
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.grid import Matrix
from tongying.imaging.transform import MatrixTransform

IDENTITY_COMMENT = "Fixed image: the registered frame of reference"
MATRIX_COMMENT = "Takes moving to fixed coordinates; aligned by content"


def write_spatial_registration(
    fixed: SourceVolume,
    moving: SourceVolume,
    transform: MatrixTransform,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write an alignment into the fixed image's study.

    Where both images share a frame of reference, the items name images only: a matrix that named
    the frame of reference would move the fixed images too.

    Parameters
    ----------
    fixed, moving : SourceVolume
    transform : MatrixTransform
        Fixed to moving points, LPS mm; its inverse is written.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If the fixed image has no frame of reference, or an image names no instance.

    References
    ----------
    DICOM PS3.3 sections A.39.1, C.20.1, C.20.2; PS3.16 CID 7100.
    """
    registered = fixed_frame_of_reference(fixed)
    if not fixed.frames or not moving.frames:
        raise DerivedRefused("A registration needs the images that it brings together.")
    dataset = begin_derived(
        fixed.template,
        sop_class_uid=SpatialRegistrationStorage,
        modality="REG",
        identity=identity,
        description=source_name(moving),
        written_at=written_at,
    )
    dataset.FrameOfReferenceUID = registered
    dataset.PositionReferenceIndicator = ""
    content_identification(dataset, "REGISTRATION", "Moving to fixed, rigid or affine")
    theirs = moving.volume.frame_of_reference_uid
    same = theirs == registered
    content_based = codes.DCM.ImageContentBasedAlignment
    as_is = codes.DCM.FrameOfReferenceIdentity
    dataset.RegistrationSequence = [
        _item(fixed, None if same else registered, np.eye(4), (as_is, IDENTITY_COMMENT)),
        _item(
            moving,
            None if same else theirs,
            transform.inverse().matrix,
            (content_based, MATRIX_COMMENT),
        ),
    ]
    put_common_references(dataset, (fixed, moving))
    return dataset


def fixed_frame_of_reference(fixed: SourceVolume) -> str:
    """Return the frame of reference that all results lie in.

    Raises
    ------
    DerivedRefused
        If the fixed image has none.
    """
    uid = fixed.volume.frame_of_reference_uid
    if not uid:
        raise DerivedRefused("The fixed image has no frame of reference for a result to lie in.")
    return uid


def _item(
    source: SourceVolume, frame_of_reference_uid: str | None, matrix: Matrix, how: tuple[Code, str]
) -> Dataset:
    code, comment = how
    item = Dataset()
    if frame_of_reference_uid:
        item.FrameOfReferenceUID = frame_of_reference_uid
    item.ReferencedImageSequence = image_items(source.frames)
    registration = Dataset()
    registration.FrameOfReferenceTransformationComment = comment
    registration.RegistrationTypeCodeSequence = [code_item(code)]
    registration.MatrixSequence = [matrix_item(matrix)]
    item.MatrixRegistrationSequence = [registration]
    return item
