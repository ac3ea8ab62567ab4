"""Read a Spatial or Deformable Spatial Registration, ours or another program's, as transforms.

A spatial registration gives each frame of reference the matrix that takes it to the registered
one; from a fixed to a moving frame this is "to the registered, and back to the moving". A
deformable one gives, for each source, where the registered frame's points lie in it. Both become
transforms in our direction, fixed points to moving points.

References
----------
DICOM PS3.3 sections C.20.2.1.1 and C.20.3.1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import DeformableSpatialRegistrationStorage, SpatialRegistrationStorage

from tongying.imaging.grid import Grid, Matrix
from tongying.imaging.transform import DisplacementTransform, MatrixTransform, Transform
from tongying.kernel.errors import BadInput

_SINGULAR = 1e-4


class RegistrationUnreadable(BadInput):
    """The object is no registration that can be used."""

    code: ClassVar[str] = "dicom.registration-unreadable"


@dataclass(frozen=True, slots=True, eq=False)
class ReadRegistration:
    """A transform between two frames of reference.

    Attributes
    ----------
    transform : Transform
        Fixed to moving points, LPS mm.
    fixed_frame_of_reference_uid : str
        The registered one.
    moving_frame_of_reference_uid : str or None
        None where the object names images only.
    moving_sop_uids : tuple of str
        Images that the object names for the moving side; empty where it names none.
    kind : str
        ``"RIGID"``, ``"RIGID_SCALE"``, ``"AFFINE"`` or ``"DEFORMABLE"``.
    """

    transform: Transform
    fixed_frame_of_reference_uid: str
    moving_frame_of_reference_uid: str | None
    moving_sop_uids: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True, eq=False)
class _Item:
    """One source of a spatial registration."""

    frame_of_reference_uid: str | None
    sop_uids: tuple[str, ...]
    to_registered: MatrixTransform
    kind: str


def read_registration(dataset: Dataset) -> tuple[ReadRegistration, ...]:
    """Return the transforms of a registration object, one for each moving side.

    Items that only name the registered frame itself, by the identity, are not moving sides.

    Parameters
    ----------
    dataset : Dataset
        A Spatial Registration or a Deformable Spatial Registration.

    Raises
    ------
    RegistrationUnreadable
        If it is another object, names no registered frame of reference, holds no moving side, or
        its matrices or grids make no transform.
    """
    registered = str(dataset.get("FrameOfReferenceUID") or "")
    if not registered:
        raise RegistrationUnreadable("The registration names no frame of reference to register to.")
    sop_class = str(dataset.get("SOPClassUID") or "")
    if sop_class == SpatialRegistrationStorage:
        found = _spatial(dataset, registered)
    elif sop_class == DeformableSpatialRegistrationStorage:
        found = tuple(
            _deformable(item, registered)
            for item in dataset.get("DeformableRegistrationSequence") or []
            if item.get("DeformableRegistrationGridSequence")
        )
    else:
        raise RegistrationUnreadable("The object is no spatial registration.")
    if not found:
        raise RegistrationUnreadable("The registration brings no second image to the first.")
    return found


def _spatial(dataset: Dataset, registered: str) -> tuple[ReadRegistration, ...]:
    items = [_item(item) for item in dataset.get("RegistrationSequence") or []]
    home = next(
        (one for one in items if one.frame_of_reference_uid == registered),
        next((one for one in items if _is_identity(one.to_registered)), None),
    )
    # A registered frame that is not among the items keeps its coordinates.
    fixed = MatrixTransform.identity() if home is None else home.to_registered
    return tuple(
        ReadRegistration(
            one.to_registered.inverse().after(fixed),
            registered,
            one.frame_of_reference_uid,
            one.sop_uids,
            one.kind,
        )
        for one in items
        if one is not home
    )


def _item(item: Dataset) -> _Item:
    sops = tuple(
        str(image.ReferencedSOPInstanceUID) for image in item.get("ReferencedImageSequence") or []
    )
    uid = item.get("FrameOfReferenceUID")
    matrix, kind = _single_matrix(item.get("MatrixRegistrationSequence") or [])
    return _Item(str(uid) if uid else None, sops, matrix, kind)


def _single_matrix(registrations: list[Dataset]) -> tuple[MatrixTransform, str]:
    matrices = [
        (_matrix(part), str(part.get("FrameOfReferenceTransformationMatrixType") or ""))
        for registration in registrations
        for part in registration.get("MatrixSequence") or []
    ]
    moving = [one for one in matrices if not _is_identity(one[0])] or matrices[:1]
    if len(moving) != 1:
        # In which order several are multiplied, programs do not agree.
        raise RegistrationUnreadable("The registration holds not one matrix for each image.")
    return moving[0]


def _matrix(item: Dataset) -> MatrixTransform:
    values = np.array(
        [float(part) for part in item.get("FrameOfReferenceTransformationMatrix") or []]
    )
    sound = (
        values.size == 16
        and np.isfinite(values).all()
        and np.allclose(values[12:], (0, 0, 0, 1), atol=1e-6)
    )
    if not sound or abs(np.linalg.det(values.reshape(4, 4)[:3, :3])) < _SINGULAR:
        raise RegistrationUnreadable("The registration's matrix is no transform.")
    matrix = values.reshape(4, 4)
    matrix[3] = (0, 0, 0, 1)
    return MatrixTransform(matrix)


def _is_identity(transform: MatrixTransform) -> bool:
    return bool(np.allclose(transform.matrix, np.eye(4), atol=1e-9))


def _deformable(item: Dataset, registered: str) -> ReadRegistration:
    before = _optional(item, "PreDeformationMatrixRegistrationSequence")
    after = _optional(item, "PostDeformationMatrixRegistrationSequence")
    grid, offsets = _grid(item.DeformableRegistrationGridSequence[0])
    slices, rows, columns = grid.shape
    total = np.empty((*grid.shape, 3), dtype=np.float32)
    j, i = np.meshgrid(np.arange(rows), np.arange(columns), indexing="ij")
    for k in range(slices):
        points = grid.to_lps(np.stack([i.ravel(), j.ravel(), np.full(i.size, k)], axis=1))
        moved = after.points(before.points(points) + offsets[k].reshape(-1, 3))
        total[k] = (moved - points).reshape(rows, columns, 3)
    if not np.isfinite(total).all():
        raise RegistrationUnreadable("The deformation is not defined everywhere on its grid.")
    source = str(item.get("SourceFrameOfReferenceUID") or "")
    sops = tuple(
        str(image.ReferencedSOPInstanceUID) for image in item.get("ReferencedImageSequence") or []
    )
    affine: Matrix = after.after(before).matrix
    transform = DisplacementTransform(affine, total, grid)
    return ReadRegistration(transform, registered, source or None, sops, "DEFORMABLE")


def _optional(item: Dataset, keyword: str) -> MatrixTransform:
    found = item.get(keyword) or []
    return _matrix(found[0]) if found else MatrixTransform.identity()


def _grid(item: Dataset) -> tuple[Grid, np.ndarray]:
    try:
        columns, rows, slices = (int(length) for length in item.GridDimensions)
        spacing = [float(mm) for mm in item.GridResolution]
        origin = [float(mm) for mm in item.ImagePositionPatient]
        cosines = np.array([float(part) for part in item.ImageOrientationPatient]).reshape(2, 3)
        offsets = np.frombuffer(item.VectorGridData, dtype="<f4").reshape(slices, rows, columns, 3)
    except (AttributeError, TypeError, ValueError) as error:
        raise RegistrationUnreadable("The registration's deformation grid is damaged.") from error
    axes = np.column_stack([cosines[0], cosines[1], np.cross(cosines[0], cosines[1])])
    if len(spacing) != 3 or min(spacing) <= 0 or abs(np.linalg.det(axes) - 1) > _SINGULAR:
        raise RegistrationUnreadable("The registration's deformation grid is damaged.")
    grid = Grid.of((slices, rows, columns), spacing_mm=spacing, origin_mm=origin, directions=axes)
    return grid, offsets
