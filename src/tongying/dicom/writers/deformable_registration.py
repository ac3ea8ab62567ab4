"""A deformation as Deformable Spatial Registration.

A deformable registration goes the other way round than a spatial one: it takes a point of the
*registered* frame of reference, which here is the fixed one, to the point of the *source* that is
sampled there: source = post · (pre · point + offset at the point). No pre-deformation matrix is
written, so that nobody can take the grid for one in other coordinates; the affine part is the
post-deformation matrix, so that it holds outside the grid too, and the offsets are what the affine
part leaves over, turned back through it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import DeformableSpatialRegistrationStorage

from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import (
    DerivedRefused,
    begin_derived,
    code_item,
    content_identification,
    decimal,
    image_items,
    put_common_references,
    source_name,
)
from tongying.dicom.writers.registration_matrix import matrix_item
from tongying.dicom.writers.spatial_registration import fixed_frame_of_reference
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.grid import Grid
from tongying.imaging.transform import DisplacementTransform

COMMENT = "Takes fixed to moving coordinates: offsets, then affine"


@dataclass(frozen=True, slots=True, eq=False)
class _Lattice:
    """A grid whose third axis is the cross product of the first two, and its offsets."""

    grid: Grid
    offsets: NDArray[np.float32]


def write_deformable_registration(
    fixed: SourceVolume,
    moving: SourceVolume,
    transform: DisplacementTransform,
    *,
    identity: ObjectIdentity,
    written_at: datetime,
) -> Dataset:
    """Write a deformation into the fixed image's study.

    Parameters
    ----------
    fixed, moving : SourceVolume
    transform : DisplacementTransform
        Fixed to moving points, LPS mm.
    identity : ObjectIdentity
    written_at : datetime
        With time zone.

    Raises
    ------
    DerivedRefused
        If an image has no frame of reference, or the grid of the deformation is skewed.

    References
    ----------
    DICOM PS3.3 sections A.39.2, C.20.3; PS3.16 CID 7100.
    """
    registered = fixed_frame_of_reference(fixed)
    source = moving.volume.frame_of_reference_uid
    if not source:
        raise DerivedRefused(
            "The moving image has no frame of reference that a deformation could start from."
        )
    lattice = _lattice(transform)
    dataset = begin_derived(
        fixed.template,
        sop_class_uid=DeformableSpatialRegistrationStorage,
        modality="REG",
        identity=identity,
        description=source_name(moving),
        written_at=written_at,
    )
    dataset.FrameOfReferenceUID = registered
    dataset.PositionReferenceIndicator = ""
    content_identification(dataset, "DEFORMATION", "Fixed to moving, deformable")
    item = Dataset()
    item.SourceFrameOfReferenceUID = source
    item.ReferencedImageSequence = image_items(moving.frames)
    item.FrameOfReferenceTransformationComment = COMMENT
    item.RegistrationTypeCodeSequence = [code_item(codes.DCM.ImageContentBasedAlignment)]
    item.PostDeformationMatrixRegistrationSequence = [matrix_item(transform.matrix)]
    item.DeformableRegistrationGridSequence = [_grid_item(lattice)]
    dataset.DeformableRegistrationSequence = [item]
    put_common_references(dataset, (fixed, moving))
    return dataset


def _lattice(transform: DisplacementTransform) -> _Lattice:
    grid, total = transform.grid, transform.displacement_mm
    if not grid.is_orthogonal():
        raise DerivedRefused("The grid of the deformation is skewed and cannot be written.")
    if np.linalg.det(grid.directions) < 0:
        affine = grid.affine.copy()
        affine[:3, 3] = grid.to_lps([[0, 0, grid.shape[0] - 1]])[0]
        affine[:3, 2] *= -1
        grid, total = Grid(grid.shape, affine), total[::-1]
    back = np.linalg.inv(transform.matrix)
    offsets = np.empty((*grid.shape, 3), dtype=np.float32)
    rows, columns = grid.shape[1:]
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    for k in range(grid.shape[0]):
        index = np.stack([i.ravel(), j.ravel(), np.full(i.size, k)], axis=1)
        points = grid.to_lps(index)
        moved = points + total[k].reshape(-1, 3)
        offsets[k] = (moved @ back[:3, :3].T + back[:3, 3] - points).reshape(rows, columns, 3)
    return _Lattice(grid, offsets)


def _grid_item(lattice: _Lattice) -> Dataset:
    grid = lattice.grid
    axes = grid.directions
    item = Dataset()
    item.ImageOrientationPatient = [decimal(part) for part in (*axes[:, 0], *axes[:, 1])]
    item.ImagePositionPatient = [decimal(mm) for mm in grid.origin_mm]
    slices, rows, columns = grid.shape
    item.GridDimensions = [columns, rows, slices]
    item.GridResolution = [float(mm) for mm in grid.spacing_mm]
    item.VectorGridData = lattice.offsets.astype("<f4").tobytes()
    return item
