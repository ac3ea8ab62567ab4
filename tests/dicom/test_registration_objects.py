"""Registration objects: the direction of every matrix, by an oracle of its own."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import pytest
from fusion_sources import (
    PLANTED,
    TURN,
    WRITTEN_AT,
    complaints,
    identity,
    in_own_frame,
    phantoms,
    saved,
)
from pydicom.dataset import Dataset

from tongying.dicom.registration_reading import RegistrationUnreadable, read_registration
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.deformable_registration import write_deformable_registration
from tongying.dicom.writers.derived import DerivedRefused, series_description
from tongying.dicom.writers.registration_matrix import MatrixType, matrix_type
from tongying.dicom.writers.spatial_registration import write_spatial_registration
from tongying.imaging.grid import Grid
from tongying.imaging.transform import DisplacementTransform, MatrixTransform

POINTS = np.random.default_rng(20260301).uniform(-90, 90, (40, 3))
"""In the fixed frame, LPS mm."""
STRETCHED = MatrixTransform(PLANTED.matrix @ np.diag([1.1, 0.95, 1.02, 1.0]))
SHEARED = MatrixTransform(
    np.array([[1.0, 0.1, 0, 3], [0, 1.0, 0.05, -4], [0.02, 0, 1.1, 5], [0, 0, 0, 1]])
)


@pytest.fixture(scope="module")
def fixed() -> SourceVolume:
    return phantoms()["CT"]


@pytest.fixture(scope="module")
def moving() -> SourceVolume:
    return in_own_frame(phantoms()["PT"])


def rigid(fixed: SourceVolume, moving: SourceVolume, transform: MatrixTransform) -> Dataset:
    return write_spatial_registration(
        fixed, moving, transform, identity=identity(1), written_at=WRITTEN_AT
    )


def deformation(*, left_handed: bool = False) -> DisplacementTransform:
    """A smooth deformation over a turned, coarse grid that covers the points."""
    axes = TURN.copy()
    origin = TURN @ np.array([-140.0, -140.0, -140.0])
    if left_handed:
        origin = origin + axes[:, 2] * 24.0 * 11
        axes[:, 2] *= -1
    grid = Grid.of((12, 13, 14), spacing_mm=(22.0, 23.0, 24.0), origin_mm=origin, directions=axes)
    k, j, i = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    places = grid.to_lps(np.stack([i.ravel(), j.ravel(), k.ravel()], axis=1))
    waves = 5 * np.stack(
        [np.sin(places[:, 1] / 40), np.cos(places[:, 2] / 35), np.sin(places[:, 0] / 50)], axis=1
    )
    total = (PLANTED.points(places) + waves - places).reshape(*grid.shape, 3)
    return DisplacementTransform(PLANTED.matrix, total.astype(np.float32), grid)


def warped(fixed: SourceVolume, moving: SourceVolume, transform: DisplacementTransform) -> Dataset:
    return write_deformable_registration(
        fixed, moving, transform, identity=identity(2), written_at=WRITTEN_AT
    )


def reread(dataset: Dataset) -> Dataset:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return pydicom.dcmread(io.BytesIO(buffer.getvalue()))


def by_the_formula_c_20_2(item: Dataset, point: np.ndarray) -> np.ndarray:
    """PS3.3 equation C.20.2-1 written out: a source point in the registered frame."""
    m = [
        float(part)
        for part in item.MatrixRegistrationSequence[0]
        .MatrixSequence[0]
        .FrameOfReferenceTransformationMatrix
    ]
    x, y, z = point
    return np.array(
        [
            m[0] * x + m[1] * y + m[2] * z + m[3],
            m[4] * x + m[5] * y + m[6] * z + m[7],
            m[8] * x + m[9] * y + m[10] * z + m[11],
        ]
    )


def by_the_formula_c_20_3(item: Dataset, point: np.ndarray) -> np.ndarray:
    """PS3.3 section C.20.3.1.1 written out: where a registered point lies in the source.

    source = post · (pre · registered + offset at the registered point), the offset interpolated
    between the eight voxels around it.
    """

    def times(keyword: str, at: np.ndarray) -> np.ndarray:
        found = item.get(keyword)
        if not found:
            return at
        m = np.array(
            [float(part) for part in found[0].FrameOfReferenceTransformationMatrix]
        ).reshape(4, 4)
        return m[:3, :3] @ at + m[:3, 3]

    grid = item.DeformableRegistrationGridSequence[0]
    row = np.array([float(part) for part in grid.ImageOrientationPatient[:3]])
    column = np.array([float(part) for part in grid.ImageOrientationPatient[3:]])
    depth = np.cross(row, column)
    away = point - np.array([float(mm) for mm in grid.ImagePositionPatient])
    at = [
        float(axis @ away) / step
        for axis, step in zip((row, column, depth), grid.GridResolution, strict=True)
    ]
    across, down, through = (int(n) for n in grid.GridDimensions)
    vectors = np.frombuffer(grid.VectorGridData, dtype="<f4").reshape(through, down, across, 3)
    offset = np.zeros(3)
    low = [int(np.floor(part)) for part in at]
    for i, j, k in np.ndindex(2, 2, 2):
        part = [at[axis] - low[axis] for axis in range(3)]
        weight = 1.0
        for axis, up in enumerate((i, j, k)):
            weight *= part[axis] if up else 1 - part[axis]
        offset += weight * vectors[low[2] + k, low[1] + j, low[0] + i]
    moved = times("PreDeformationMatrixRegistrationSequence", point) + offset
    return times("PostDeformationMatrixRegistrationSequence", moved)


@pytest.mark.parametrize(
    "transform", [PLANTED, STRETCHED, SHEARED], ids=["rigid", "scale", "shear"]
)
def test_the_matrix_takes_moving_points_to_fixed(
    fixed: SourceVolume, moving: SourceVolume, transform: MatrixTransform
) -> None:
    """The classic bug is the other direction: at these points it would be off by centimetres."""
    item = reread(rigid(fixed, moving, transform)).RegistrationSequence[1]
    seen = transform.points(POINTS)
    back = np.array([by_the_formula_c_20_2(item, point) for point in seen])
    assert np.abs(back - POINTS).max() < 1e-9
    wrong = np.array([by_the_formula_c_20_2(item, point) for point in POINTS])
    assert np.abs(wrong - seen).max() > 10


def test_two_items_the_fixed_one_by_identity(fixed: SourceVolume, moving: SourceVolume) -> None:
    written = reread(rigid(fixed, moving, PLANTED))
    home, other = written.RegistrationSequence
    assert written.FrameOfReferenceUID == home.FrameOfReferenceUID
    assert home.FrameOfReferenceUID == fixed.volume.frame_of_reference_uid
    assert other.FrameOfReferenceUID == "2.25.88002"
    identity_matrix = home.MatrixRegistrationSequence[0].MatrixSequence[0]
    assert [float(part) for part in identity_matrix.FrameOfReferenceTransformationMatrix] == np.eye(
        4
    ).ravel().tolist()
    kinds = [
        item.MatrixRegistrationSequence[0].RegistrationTypeCodeSequence[0].CodeValue
        for item in (home, other)
    ]
    assert kinds == ["125021", "125024"]
    assert len(other.ReferencedImageSequence) == len(moving.frames)
    assert written.ReferencedSeriesSequence[0].SeriesInstanceUID == (
        fixed.template.SeriesInstanceUID
    )
    elsewhere = written.StudiesContainingOtherReferencedInstancesSequence[0]
    assert elsewhere.StudyInstanceUID == "2.25.88001"
    assert written.StudyInstanceUID == fixed.template.StudyInstanceUID
    assert str(written.PatientName) == "Zhao^Ming=赵^明"
    assert written.SpecificCharacterSet == "ISO_IR 192"
    assert "Research use only" in written.SeriesDescription


def test_in_one_frame_of_reference_only_images_are_named(fixed: SourceVolume) -> None:
    written = reread(rigid(fixed, phantoms()["PT"], PLANTED))
    assert all("FrameOfReferenceUID" not in item for item in written.RegistrationSequence)
    (read,) = read_registration(written)
    assert read.moving_frame_of_reference_uid is None
    assert np.abs(read.transform.points(POINTS) - PLANTED.points(POINTS)).max() < 1e-9
    assert set(read.moving_sop_uids) == {
        frame.sop_instance_uid for frame in phantoms()["PT"].frames
    }


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        (np.eye(4), MatrixType.RIGID),
        (PLANTED.matrix, MatrixType.RIGID),
        (STRETCHED.matrix, MatrixType.RIGID_SCALE),
        (SHEARED.matrix, MatrixType.AFFINE),
        (np.diag([-1.0, 1, 1, 1]), MatrixType.AFFINE),
    ],
)
def test_matrix_type_is_the_narrowest(matrix: np.ndarray, kind: MatrixType) -> None:
    assert matrix_type(matrix) is kind


@pytest.mark.parametrize("left_handed", [False, True])
def test_the_deformation_takes_fixed_points_to_moving(
    fixed: SourceVolume, moving: SourceVolume, left_handed: bool
) -> None:
    transform = deformation(left_handed=left_handed)
    item = reread(warped(fixed, moving, transform)).DeformableRegistrationSequence[0]
    truth = transform.points(POINTS)
    seen = np.array([by_the_formula_c_20_3(item, point) for point in POINTS])
    assert np.abs(seen - truth).max() < 1e-4  # offsets are 32-bit floats of some tens of mm
    assert np.abs(truth - PLANTED.points(POINTS)).max() > 3  # the waves are really there


def test_both_kinds_come_back_in_our_direction(fixed: SourceVolume, moving: SourceVolume) -> None:
    (first,) = read_registration(reread(rigid(fixed, moving, SHEARED)))
    assert first.kind == "AFFINE"
    assert np.abs(first.transform.points(POINTS) - SHEARED.points(POINTS)).max() < 1e-9
    transform = deformation()
    (second,) = read_registration(reread(warped(fixed, moving, transform)))
    assert second.kind == "DEFORMABLE"
    assert np.abs(second.transform.points(POINTS) - transform.points(POINTS)).max() < 1e-4
    far = np.array([[900.0, -900.0, 900.0]])  # outside the grid the affine part holds
    assert np.abs(second.transform.points(far) - PLANTED.points(far)).max() < 1e-6
    for read in (first, second):
        assert read.fixed_frame_of_reference_uid == fixed.volume.frame_of_reference_uid
        assert read.moving_frame_of_reference_uid == "2.25.88002"


def test_another_programs_object_whose_registered_frame_is_neither(
    fixed: SourceVolume, moving: SourceVolume
) -> None:
    """Both sides have a matrix to a third frame; fixed to moving goes through it."""
    written = rigid(fixed, moving, PLANTED)
    to_atlas = MatrixTransform.translation((5.0, 6.0, 7.0))
    for item in written.RegistrationSequence:
        inner = item.MatrixRegistrationSequence[0].MatrixSequence[0]
        old = np.array([float(p) for p in inner.FrameOfReferenceTransformationMatrix])
        inner.FrameOfReferenceTransformationMatrix = [
            f"{part:.10g}" for part in (to_atlas.matrix @ old.reshape(4, 4)).ravel()
        ]
    written.FrameOfReferenceUID = "2.25.88888"
    reads = read_registration(reread(written))
    assert {read.fixed_frame_of_reference_uid for read in reads} == {"2.25.88888"}
    sides = {read.moving_frame_of_reference_uid: read.transform for read in reads}
    atlas = to_atlas.points(POINTS)
    mine = sides[fixed.volume.frame_of_reference_uid].points(atlas)
    theirs = sides["2.25.88002"].points(atlas)
    assert np.abs(mine - POINTS).max() < 1e-6
    assert np.abs(theirs - PLANTED.points(POINTS)).max() < 1e-6


def broken(which: str, written: Dataset) -> Dataset:
    matrix = written.RegistrationSequence[1].MatrixRegistrationSequence[0].MatrixSequence
    match which:
        case "no frame":
            del written.FrameOfReferenceUID
        case "another object":
            written.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
        case "flat":
            matrix[0].FrameOfReferenceTransformationMatrix = [0.0] * 15 + [1.0]
        case "fifteen":
            matrix[0].FrameOfReferenceTransformationMatrix = [1.0] * 15
        case "two matrices":
            matrix.append(matrix[0])
        case "one item":
            del written.RegistrationSequence[1]
    return written


@pytest.mark.parametrize(
    "which", ["no frame", "another object", "flat", "fifteen", "two matrices", "one item"]
)
def test_what_is_no_registration_is_refused(
    which: str, fixed: SourceVolume, moving: SourceVolume
) -> None:
    with pytest.raises(RegistrationUnreadable):
        read_registration(broken(which, rigid(fixed, moving, PLANTED)))


def test_a_damaged_grid_is_refused(fixed: SourceVolume, moving: SourceVolume) -> None:
    written = warped(fixed, moving, deformation())
    grid = written.DeformableRegistrationSequence[0].DeformableRegistrationGridSequence[0]
    grid.VectorGridData = grid.VectorGridData[:-12]
    with pytest.raises(RegistrationUnreadable):
        read_registration(written)


def test_writing_is_refused_without_a_frame_or_a_zone(
    fixed: SourceVolume, moving: SourceVolume
) -> None:
    nowhere = replace(moving, volume=replace(moving.volume, frame_of_reference_uid=None))
    with pytest.raises(DerivedRefused):
        rigid(nowhere, fixed, PLANTED)
    with pytest.raises(DerivedRefused):
        warped(fixed, nowhere, deformation())
    with pytest.raises(DerivedRefused):
        write_spatial_registration(
            fixed,
            moving,
            PLANTED,
            identity=identity(1),
            written_at=datetime(2026, 3, 5),  # noqa: DTZ001 - this is what is refused
        )
    # A moving image without a frame of reference is named by its images.
    (read,) = read_registration(rigid(fixed, nowhere, PLANTED))
    assert read.moving_frame_of_reference_uid is None


def test_same_input_gives_the_same_bytes(fixed: SourceVolume, moving: SourceVolume) -> None:
    for write in (
        lambda: rigid(fixed, moving, PLANTED),
        lambda: warped(fixed, moving, deformation()),
    ):
        first, second = io.BytesIO(), io.BytesIO()
        write().save_as(first, enforce_file_format=True)
        write().save_as(second, enforce_file_format=True)
        assert first.getvalue() == second.getvalue()


@pytest.mark.peer
def test_dciodvfy_finds_neither_error_nor_warning(
    fixed: SourceVolume, moving: SourceVolume, tmp_path: Path
) -> None:
    for written in (rigid(fixed, moving, PLANTED), warped(fixed, moving, deformation())):
        assert complaints(saved(written, tmp_path), ("Error", "Warning")) == []
    written = rigid(fixed, moving, PLANTED)
    del written.RegistrationSequence
    assert complaints(saved(written, tmp_path))


def test_series_description_fits_in_bytes() -> None:
    long = series_description("腹部增强磁共振动脉期门静脉期延迟期" * 3)
    assert len(long.encode()) <= 64
    assert long.endswith("…")
    assert "\\" not in series_description("a\\b")
