"""NIfTI in and out, against nibabel's and SimpleITK's reading of the same bytes."""

from __future__ import annotations

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - as its own documents write it
from scipy.spatial.transform import Rotation

from tongying.imaging.grid import Grid
from tongying.imaging.nifti import (
    NiftiRefused,
    read_displacement,
    read_nifti,
    write_displacement,
    write_nifti,
)
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.imaging.volume import Quantity, Volume

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
FETAL = SHARED / "fetal_mr_mialsrtk" / "sub-01" / "anat"
SHAPE = (4, 5, 6)


def grid() -> Grid:
    return Grid.of(
        SHAPE,
        spacing_mm=(0.9, 1.1, 3.0),
        origin_mm=(12.5, -40.0, 77.0),
        directions=Rotation.from_euler("xyz", (10, -20, 30), degrees=True).as_matrix(),
    )


def numbers(dtype=np.int16) -> np.ndarray:
    return np.random.default_rng(1).integers(-900, 1500, SHAPE).astype(dtype)


def saved(path: Path, array: np.ndarray, sform=None, qform=None, **header) -> Path:
    """Write with nibabel alone; forms are RAS, None leaves the code at 0."""
    image = nib.Nifti1Image(array, None)
    image.set_sform(sform, code=0 if sform is None else 1)
    image.set_qform(qform, code=0 if qform is None else 1)
    for name, value in header.items():
        image.header[name] = value
    image.to_filename(path)
    return path


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64])
@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_what_is_written_is_read_back(tmp_path, dtype, suffix):
    volume = Volume(np.abs(numbers()).astype(dtype), grid())
    write_nifti(tmp_path / f"a{suffix}", volume)
    back = read_nifti(tmp_path / f"a{suffix}")
    assert back.array.dtype == dtype
    assert (back.array == volume.array).all()
    assert back.grid.same_as(volume.grid, 1e-4)  # stored in single precision
    assert back.caveats == ()
    assert back.quantity is Quantity.UNKNOWN
    assert back.frame_of_reference_uid is None


def test_simpleitk_sees_the_same_volume(tmp_path):
    volume = Volume(numbers(), grid())
    write_nifti(tmp_path / "a.nii.gz", volume)
    seen = Volume.from_sitk(sitk.ReadImage(str(tmp_path / "a.nii.gz")))
    assert (seen.array == volume.array).all()
    assert seen.grid.same_as(volume.grid, 1e-3)


def test_ras_becomes_lps_as_worked_out_by_hand(tmp_path):
    # i to the right, j to the front, k up, 2 x 3 x 4 mm, first voxel 10 right, 20 front, 30 up.
    ras = np.array([[2, 0, 0, 10], [0, 3, 0, 20], [0, 0, 4, 30], [0, 0, 0, 1.0]])
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    volume = read_nifti(saved(tmp_path / "a.nii", array, sform=ras))
    assert volume.grid.shape == (4, 3, 2)
    assert volume.array[3, 2, 1] == array[1, 2, 3]
    assert volume.grid.to_lps([[1, 2, 3]]).tolist() == [[-12.0, -26.0, 42.0]]


def test_the_same_volume_gives_the_same_bytes(tmp_path):
    for name in ("a.nii.gz", "b.nii.gz"):
        (tmp_path / name[0]).mkdir()
        write_nifti(tmp_path / name[0] / "x.nii.gz", Volume(numbers(), grid()))
    assert (tmp_path / "a/x.nii.gz").read_bytes() == (tmp_path / "b/x.nii.gz").read_bytes()


def test_masks_and_labels_are_written_as_such(tmp_path):
    mask = Volume(numbers() > 0, grid(), Quantity.LABEL)
    write_nifti(tmp_path / "m.nii", mask)
    back = read_nifti(tmp_path / "m.nii")
    assert back.array.dtype == np.uint8
    assert (back.array == mask.array).all()
    assert back.quantity is Quantity.LABEL


def test_a_skewed_volume_keeps_its_skew(tmp_path):
    affine = grid().affine.copy()
    affine[:3, 2] += (0.0, 0.8, 0.0)
    volume = Volume(numbers(), Grid(SHAPE, affine))
    write_nifti(tmp_path / "a.nii", volume)
    back = read_nifti(tmp_path / "a.nii")
    assert back.grid.same_as(volume.grid, 1e-4)
    assert back.caveats == ()


@pytest.mark.skipif(not FETAL.exists(), reason="the shared fetal stacks are not here")
def test_a_real_fetal_stack_lies_where_simpleitk_puts_it():
    path = sorted(FETAL.glob("*.nii.gz"))[0]
    volume = read_nifti(path)
    seen = Volume.from_sitk(sitk.ReadImage(str(path)))
    assert (volume.array == seen.array).all()
    # ITK takes the qform of this file's two forms when they agree; both in single precision.
    assert volume.grid.same_as(seen.grid, 5e-3)
    assert volume.caveats == ()


def test_scaled_numbers_are_scaled(tmp_path):
    image = nib.Nifti1Image(numbers(np.float64) * 0.25 + 3, np.eye(4))
    image.set_data_dtype(np.int16)
    image.to_filename(tmp_path / "a.nii")
    stored = nib.load(tmp_path / "a.nii")
    assert stored.dataobj.slope != 1
    volume = read_nifti(tmp_path / "a.nii")
    assert volume.array.dtype == np.float32
    assert np.allclose(volume.array.T, numbers() * 0.25 + 3, atol=0.02)


def test_big_endian_numbers_are_read(tmp_path):
    header = nib.Nifti1Header(endianness=">")
    image = nib.Nifti1Image(numbers().T.astype(">i2"), np.eye(4), header)
    image.set_data_dtype(">i2")
    image.to_filename(tmp_path / "a.nii")
    volume = read_nifti(tmp_path / "a.nii")
    assert volume.array.dtype == np.dtype(np.int16)
    assert (volume.array == numbers()).all()


def test_the_sform_wins_over_a_contradicting_qform_and_says_so(tmp_path):
    sform, qform = np.diag([1.0, 1, 1, 1]), np.diag([1.0, 1, 1, 1])
    qform[:3, 3] = (0, 0, 5)
    volume = read_nifti(saved(tmp_path / "a.nii", numbers(), sform, qform))
    assert volume.grid.origin_mm.tolist() == [0, 0, 0]
    assert [caveat.code for caveat in volume.caveats] == ["imaging.nifti-forms-contradict"]


def test_one_form_is_enough(tmp_path):
    form = np.diag([-2.0, 1.5, 3, 1])
    for given in ({"sform": form}, {"qform": form}):
        volume = read_nifti(saved(tmp_path / "a.nii", numbers(), **given))
        assert np.allclose(volume.grid.affine, np.diag([2.0, -1.5, 3, 1]))
        assert volume.caveats == ()


def test_lengths_in_metres_become_mm(tmp_path):
    path = saved(tmp_path / "a.nii", numbers(), sform=np.diag([0.002, 0.002, 0.003, 1]))
    image = nib.load(path)
    image.header.set_xyzt_units("meter")
    nib.Nifti1Image(numbers(), None, image.header).to_filename(tmp_path / "b.nii")
    assert np.allclose(read_nifti(tmp_path / "b.nii").grid.spacing_mm, (2, 2, 3))


def test_what_is_not_a_number_is_not_measured(tmp_path):
    array = numbers(np.float32)
    array[1, 2, 3] = np.nan
    volume = read_nifti(saved(tmp_path / "a.nii", array, sform=np.eye(4)))
    assert volume.valid is not None
    assert np.argwhere(~volume.valid).tolist() == [[3, 2, 1]]
    assert np.isfinite(volume.array).all()
    assert [caveat.code for caveat in volume.caveats] == ["imaging.nifti-not-numbers"]


def test_a_fourth_dimension_of_one_is_none(tmp_path):
    volume = read_nifti(saved(tmp_path / "a.nii", numbers()[..., None], sform=np.eye(4)))
    assert volume.array.shape == SHAPE[::-1]


@pytest.mark.parametrize(
    ("array", "forms", "code"),
    [
        (np.zeros((3, 4, 5, 7), np.int16), {"sform": np.eye(4)}, "imaging.nifti-several-volumes"),
        (np.zeros((3, 4, 1), np.int16), {"sform": np.eye(4)}, "imaging.nifti-one-slice"),
        (np.zeros((3, 4), np.int16), {"sform": np.eye(4)}, "imaging.nifti-one-slice"),
        (np.zeros((3, 4, 5), np.int16), {}, "imaging.nifti-no-geometry"),
        (np.zeros((3, 4, 5), np.complex64), {"sform": np.eye(4)}, "imaging.nifti"),
        (np.zeros((3, 4, 5), np.int16), {"sform": np.diag([1, 1, 0, 1.0])}, None),
    ],
)
def test_what_is_no_volume_is_refused_with_its_reason(tmp_path, array, forms, code):
    path = saved(tmp_path / "a.nii", array, **forms)
    with pytest.raises(NiftiRefused) as refused:
        read_nifti(path)
    assert refused.value.error_code == (code or "imaging.nifti-no-geometry")


@pytest.mark.parametrize("suffix", [".nii", ".nii.gz"])
def test_a_cut_file_is_refused(tmp_path, suffix):
    whole = tmp_path / f"a{suffix}"
    write_nifti(whole, Volume(numbers(), grid()))
    data = whole.read_bytes()
    for length in (0, 10, len(data) // 2, len(data) - 20):
        cut = tmp_path / f"b{suffix}"
        cut.write_bytes(data[:length])
        with pytest.raises(NiftiRefused):
            read_nifti(cut)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"no NIfTI file at all" * 50)
    (tmp_path / "a.txt").write_text("nor this")
    for name in ("a.nii", "a.txt"):
        with pytest.raises(NiftiRefused):
            read_nifti(tmp_path / name)
    with pytest.raises(FileNotFoundError):
        read_nifti(tmp_path / "none.nii")


def field(matrix=None) -> DisplacementTransform:
    rng = np.random.default_rng(4)
    vectors = rng.normal(0, 5, (*SHAPE, 3)).astype(np.float32)
    return DisplacementTransform(np.eye(4) if matrix is None else matrix, vectors, grid())


def test_a_displacement_field_is_read_back_with_its_affine_part(tmp_path):
    matrix = MatrixTransform.rigid(
        Rotation.from_euler("z", 5, degrees=True).as_matrix(), (1, 2, 3)
    ).matrix
    write_displacement(tmp_path / "d.nii.gz", field(matrix))
    back = read_displacement(tmp_path / "d.nii.gz")
    assert (back.displacement_mm == field().displacement_mm).all()
    assert (back.matrix == matrix).all()
    assert back.grid.same_as(grid(), 1e-4)


def test_simpleitk_moves_points_by_it_as_we_do(tmp_path):
    write_displacement(tmp_path / "d.nii.gz", field())
    image = sitk.ReadImage(str(tmp_path / "d.nii.gz"))
    assert image.GetDimension() == 3
    assert image.GetNumberOfComponentsPerPixel() == 3
    assert np.allclose(sitk.GetArrayFromImage(image), field().displacement_mm)
    transform = sitk.DisplacementFieldTransform(sitk.Cast(image, sitk.sitkVectorFloat64))
    points = grid().to_lps([[0, 0, 0], [2, 3, 1], [1.5, 2.5, 1.25], [5, 4, 3]])
    # The outermost voxels' centres may lie outside by rounding: go a little inwards.
    points += (grid().centre_mm - points) * 1e-4
    moved = [transform.TransformPoint(point.tolist()) for point in points]
    assert np.allclose(moved, field().points(points), atol=1e-2)


def test_a_field_written_by_simpleitk_is_read_and_its_affine_part_found(tmp_path):
    turn = Rotation.from_euler("y", 4, degrees=True).as_matrix()
    matrix = MatrixTransform.rigid(turn, (3, -2, 1), grid().centre_mm).matrix
    k, j, i = np.mgrid[tuple(slice(0, n) for n in SHAPE)]
    fixed = grid().to_lps(np.stack([i, j, k], axis=-1).reshape(-1, 3))
    vectors = (MatrixTransform(matrix).points(fixed) - fixed).reshape(*SHAPE, 3)
    image = sitk.GetImageFromArray(vectors.astype(np.float32), isVector=True)
    image.CopyInformation(Volume(numbers(), grid()).to_sitk())
    sitk.WriteImage(image, str(tmp_path / "d.nii.gz"))
    back = read_displacement(tmp_path / "d.nii.gz")
    assert np.allclose(back.displacement_mm, vectors, atol=1e-4)
    assert np.allclose(back.matrix, matrix, atol=1e-4)


def test_an_image_is_not_a_displacement_field(tmp_path):
    write_nifti(tmp_path / "a.nii", Volume(numbers(), grid()))
    with pytest.raises(NiftiRefused) as refused:
        read_displacement(tmp_path / "a.nii")
    assert refused.value.error_code == "imaging.nifti-no-field"
    unmarked = np.zeros((3, 4, 5, 1, 3), np.float32)
    with pytest.raises(NiftiRefused):
        read_displacement(saved(tmp_path / "b.nii", unmarked, sform=np.eye(4)))
