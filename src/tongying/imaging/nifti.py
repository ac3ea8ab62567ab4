"""NIfTI files: volumes and displacement fields in, out, and between RAS and LPS.

NIfTI counts x to the right and y to the front (RAS), the platform x to the left and y to the back
(LPS); arrays turn from (i, j, k) to [k, j, i]. A displacement field is stored as ITK and ANTs do:
five dimensions, intent 1007 (vector), components in LPS mm.

References
----------
nifti1.h, methods 2 (qform) and 3 (sform); intents NIFTI_INTENT_LABEL (1002), NIFTI_INTENT_VECTOR
(1007).
"""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any, ClassVar

import nibabel as nib
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError
from numpy.typing import NDArray

from tongying.imaging.grid import Grid, GridRefused, Matrix
from tongying.imaging.transform import DisplacementTransform
from tongying.imaging.volume import Quantity, Volume
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

LPS_OF_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
_LABEL, _VECTOR = 1002, 1007
_MM_OF_UNIT = {"unknown": 1.0, "mm": 1.0, "meter": 1000.0, "micron": 0.001}
"""A file without unit is in mm, as every program takes it."""
SAME_FORM_SHARE = 0.05
"""Greatest distance of a corner by sform and by qform, as a share of the smallest voxel side, that
counts as the same (qform is stored in single precision). A project choice."""
_SCANNER = 1
_COMMENT = 6
_MATRIX_KEY = "affine_part_lps_mm"
_DAMAGED = (ImageFileError, HeaderDataError, EOFError, zlib.error, ValueError)
"""What nibabel raises on bytes that are no whole NIfTI file, besides OSError without a number."""

FORMS_CONTRADICT = Caveat(
    "imaging.nifti-forms-contradict",
    "The two statements of the NIfTI file about where it lies contradict each other; the sform was "
    "used.",
)
NOT_NUMBERS = Caveat(
    "imaging.nifti-not-numbers",
    "Some values are not numbers; they were set to 0 and left out as not measured.",
)


class NiftiRefused(BadInput):
    """The file is no NIfTI volume or displacement field that can be used."""

    code: ClassVar[str] = "imaging.nifti"


def read_nifti(path: Path) -> Volume:
    """Read a three-dimensional NIfTI file.

    Whole numbers stay whole unless the file scales them. The frame of reference is not known.

    Parameters
    ----------
    path : Path
        ``.nii`` or ``.nii.gz``.

    Raises
    ------
    NiftiRefused
        If it is no NIfTI file or damaged, has several volumes or one slice, is in colour or
        complex, or does not say where it lies.
    """
    image = _loaded(path)
    shape = image.shape
    while len(shape) > 3 and shape[-1] == 1:
        shape = shape[:-1]
    if len(shape) > 3:
        raise NiftiRefused(
            f"The NIfTI file holds {int(np.prod(shape[3:]))} volumes; hand in one of them.",
            "imaging.nifti-several-volumes",
        )
    if len(shape) < 3 or min(shape) < 1 or shape[2] < 2:
        raise NiftiRefused("One slice is not a volume.", "imaging.nifti-one-slice")
    affine, caveats = _affine(image)
    numbers = _numbers(image).reshape(shape)
    array = np.ascontiguousarray(numbers.T)
    valid = None
    if array.dtype.kind == "f":
        finite = np.isfinite(array)
        if not finite.all():
            valid = finite
            array[~finite] = 0
            caveats.append(NOT_NUMBERS)
    label = int(image.header["intent_code"]) == _LABEL
    return Volume(
        array,
        _grid(array.shape, affine),
        Quantity.LABEL if label else Quantity.UNKNOWN,
        valid=valid,
        caveats=tuple(caveats),
    )


def write_nifti(path: Path, volume: Volume) -> None:
    """Write a volume; its quantity and its mask of measured voxels have no place in the file.

    Parameters
    ----------
    path : Path
        ``.nii`` or ``.nii.gz``; overwritten.
    volume : Volume
    """
    array = volume.array
    if array.dtype == np.bool_ or array.dtype == np.float16:
        array = array.astype(np.uint8 if array.dtype == np.bool_ else np.float32)
    image = nib.Nifti1Image(array.T, None, dtype=array.dtype)
    if volume.quantity is Quantity.LABEL:
        image.header["intent_code"] = _LABEL
    _place(image, volume.grid)
    image.to_filename(path)


def write_displacement(path: Path, transform: DisplacementTransform) -> None:
    """Write a displacement field, fixed to moving point, LPS mm; SimpleITK reads it as such.

    Parameters
    ----------
    path : Path
        ``.nii`` or ``.nii.gz``; overwritten.
    transform : DisplacementTransform
        Its affine part, used outside the field, goes into a comment of the header.
    """
    field = np.ascontiguousarray(transform.displacement_mm, dtype=np.float32)
    vectors = field.transpose(2, 1, 0, 3)[:, :, :, None, :]
    image = nib.Nifti1Image(vectors, None)
    image.header["intent_code"] = _VECTOR
    note = json.dumps({_MATRIX_KEY: transform.matrix.tolist()}).encode("ascii")
    image.header.extensions.append(nib.nifti1.Nifti1Extension(_COMMENT, note))
    _place(image, transform.grid)
    image.to_filename(path)


def read_displacement(path: Path) -> DisplacementTransform:
    """Read a displacement field whose components are LPS mm, fixed to moving point.

    The affine part of a field from elsewhere, which the file does not hold, is the affine transform
    nearest to the field in the sense of least squares.

    Parameters
    ----------
    path : Path
        ``.nii`` or ``.nii.gz``.

    Raises
    ------
    NiftiRefused
        If it is no NIfTI file, no vector field of five dimensions, or does not say where it lies.
    """
    image = _loaded(path)
    if len(image.shape) != 5 or image.shape[3:] != (1, 3):
        raise NiftiRefused(
            "The NIfTI file is not a displacement field: it needs three components at each voxel.",
            "imaging.nifti-no-field",
        )
    if int(image.header["intent_code"]) != _VECTOR:
        raise NiftiRefused(
            "The NIfTI file is not marked as vectors (intent 1007), so their axes are not known.",
            "imaging.nifti-no-field",
        )
    affine, _ = _affine(image)
    numbers = _numbers(image)[:, :, :, 0, :].astype(np.float32)
    if not np.isfinite(numbers).all():
        raise NiftiRefused("The displacements are not all numbers.", "imaging.nifti-no-field")
    field = np.ascontiguousarray(numbers.transpose(2, 1, 0, 3))
    grid = _grid(field.shape[:3], affine)
    matrix = _noted_matrix(image)
    return DisplacementTransform(
        _nearest_affine(field, grid) if matrix is None else matrix, field, grid
    )


def _loaded(path: Path) -> Any:
    try:
        image = nib.load(path)
    except _DAMAGED as error:
        raise NiftiRefused("The file is not a NIfTI file, or it is damaged.") from error
    if not isinstance(image, nib.Nifti1Pair):
        raise NiftiRefused("The file is not a NIfTI file, or it is damaged.")
    if image.get_data_dtype().kind not in "iuf":
        raise NiftiRefused("The NIfTI file holds colours or complex numbers, not real numbers.")
    return image


def _numbers(image: Any) -> NDArray[Any]:
    """Return the scaled numbers, as they are stored if the file does not scale them."""
    scale = image.dataobj
    try:
        if (scale.slope, scale.inter) == (1.0, 0.0):
            found = np.array(scale.get_unscaled())
        else:
            found = np.asarray(scale, dtype=np.float32)
    except _DAMAGED as error:
        raise NiftiRefused("The NIfTI file ends before its data do.") from error
    except OSError as error:
        if error.errno is not None:  # the disk's fault, not the file's
            raise
        raise NiftiRefused("The NIfTI file ends before its data do.") from error
    return found.astype(found.dtype.newbyteorder("="), copy=False)


def _affine(image: Any) -> tuple[Matrix, list[Caveat]]:
    """Return the affine to LPS mm by the rules of the format: sform before qform."""
    header = image.header
    sform = header.get_sform(coded=True)[0]
    qform = header.get_qform(coded=True)[0]
    usable = [form for form in (sform, qform) if form is not None and _is_regular(form)]
    if not usable:
        raise NiftiRefused(
            "The NIfTI file does not say where it lies (neither sform nor qform is set).",
            "imaging.nifti-no-geometry",
        )
    caveats = []
    if len(usable) == 2 and _differ(usable[0], usable[1], image.shape):
        caveats.append(FORMS_CONTRADICT)
    unit = header.get_xyzt_units()[0]
    if unit not in _MM_OF_UNIT:
        raise NiftiRefused("The NIfTI file does not give its lengths in a unit of length.")
    scale = np.diag([_MM_OF_UNIT[unit]] * 3 + [1.0])
    affine: Matrix = LPS_OF_RAS @ scale @ usable[0]
    return affine, caveats


def _is_regular(form: Matrix) -> bool:
    return bool(np.isfinite(form).all() and abs(np.linalg.det(form[:3, :3])) > 0)


def _differ(one: Matrix, other: Matrix, shape: tuple[int, ...]) -> bool:
    ends = [(0, length - 1) for length in shape[:3]]
    corners = np.array([(i, j, k, 1) for i in ends[0] for j in ends[1] for k in ends[2]])
    apart = np.abs(corners @ (one - other).T).max()
    side = min(np.linalg.norm(form[:3, :3], axis=0).min() for form in (one, other))
    return bool(apart > SAME_FORM_SHARE * side)


def _grid(shape: tuple[int, ...], affine: Matrix) -> Grid:
    try:
        return Grid((shape[0], shape[1], shape[2]), affine)
    except GridRefused as error:
        raise NiftiRefused(error.sentence, "imaging.nifti-no-geometry") from error


def _place(image: Any, grid: Grid) -> None:
    affine = LPS_OF_RAS @ grid.affine
    image.header.set_xyzt_units("mm")
    image.set_sform(affine, code=_SCANNER)
    # A qform cannot be skewed; a file that has only a sform is read by it.
    image.set_qform(affine, code=_SCANNER if grid.is_orthogonal() else 0)
    image.set_sform(affine, code=_SCANNER)


def _noted_matrix(image: Any) -> Matrix | None:
    for extension in image.header.extensions:
        if extension.get_code() != _COMMENT:
            continue
        try:
            noted = json.loads(bytes(extension.get_content()).decode("ascii").rstrip("\0 "))
            matrix = np.array(noted[_MATRIX_KEY], dtype=np.float64)
        except (ValueError, KeyError, TypeError):  # somebody else's comment
            continue
        if matrix.shape == (4, 4) and np.isfinite(matrix).all():
            return matrix
    return None


def _nearest_affine(field: NDArray[np.float32], grid: Grid) -> Matrix:
    steps = [max(1, length // 16) for length in grid.shape]
    k, j, i = np.mgrid[
        tuple(slice(0, length, step) for length, step in zip(grid.shape, steps, strict=True))
    ]
    index = np.stack([i, j, k], axis=-1).reshape(-1, 3)
    fixed = grid.to_lps(index)
    moved = fixed + field[index[:, 2], index[:, 1], index[:, 0]]
    known = np.concatenate([fixed, np.ones((len(fixed), 1))], axis=1)
    solved, *_ = np.linalg.lstsq(known, moved, rcond=None)
    matrix = np.eye(4)
    matrix[:3] = solved.T
    return matrix
