"""Pairs of images whose alignment is known, for `bench.registration`.

Every fixed image is real. A remapped moving image is made from it by a non-monotonic change of
grey values (grey matter or soft tissue becomes hot, as with PET), a blur, coarser voxels and
correlated noise; a real moving image is only moved, by its header.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813
from scipy import ndimage
from scipy.spatial.transform import Rotation

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
IBSI = SHARED / "ibsi/ibsi_1_ct_radiomics_phantom/nifti/image/phantom.nii.gz"
STS = SHARED / "sts_tri_modality"
CHILD = SHARED / "mr_brain_3y_normal" / "dicom"
TURN_DEG, SHIFT_MM = 10.0, 15.0
TARGETS = 2000
_FWHM = 2.3548


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A pair in a folder.

    Attributes
    ----------
    name : str
    fixed, moving : Path
        NIfTI files.
    modalities : tuple of str
        Of fixed and moving: what a DICOM header would have said.
    truth : ndarray, shape (4, 4)
        Fixed to moving point, LPS mm.
    targets : ndarray, shape (n, 3)
        Points of the body in the fixed image.
    half_voxel_mm : float
        Half of the coarser image's largest voxel side.
    """

    name: str
    fixed: Path
    moving: Path
    modalities: tuple[str, str]
    truth: np.ndarray
    targets: np.ndarray
    half_voxel_mm: float


def names() -> list[str]:
    """Return the cases, in order."""
    return list(_MAKERS)


def make(name: str, seed: int, folder: Path, peers: Path | None) -> Case | str:
    """Make a case in a folder, or say why it cannot be made.

    Parameters
    ----------
    name : str
    seed : int
        Of noise, remap and motion; seed 0 turns about (1, 1, 1).
    folder : Path
    peers : Path or None
        An interpreter that has nilearn.
    """
    return _MAKERS[name](name, seed, folder, peers)


def motion(seed: int, centre: np.ndarray) -> np.ndarray:
    """Return a known motion about a point: 10 degrees and 15 mm."""
    random = np.random.default_rng([seed, 11])
    axis, along = random.normal(size=3), random.normal(size=3)
    if seed == 0:
        axis, along = np.ones(3), np.array([2.0, -1.0, 2.0])
    return rigid(axis, TURN_DEG, along / np.linalg.norm(along) * SHIFT_MM, centre)


def rigid(axis: np.ndarray, degrees: float, shift: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Return the matrix of a turn about an axis through a point, then a shift."""
    unit = np.asarray(axis) / np.linalg.norm(axis)
    matrix = np.eye(4)
    matrix[:3, :3] = Rotation.from_rotvec(unit * np.radians(degrees)).as_matrix()
    matrix[:3, 3] = centre + shift - matrix[:3, :3] @ centre
    return matrix


def moved_header(image: sitk.Image, matrix: np.ndarray) -> sitk.Image:
    """Return the image moved by a rigid matrix: its voxels keep their values."""
    out = sitk.Image(image)
    directions = matrix[:3, :3] @ np.array(image.GetDirection()).reshape(3, 3)
    out.SetDirection([float(one) for one in directions.ravel()])
    origin = matrix[:3, :3] @ np.array(image.GetOrigin()) + matrix[:3, 3]
    out.SetOrigin([float(one) for one in origin])
    return out


def resampled(image: sitk.Image, matrix: np.ndarray, spacing: tuple[float, ...]) -> sitk.Image:
    """Return the image as a scanner with coarser voxels would have it after a motion.

    The field of view is that of the image, shifted with its centre and not turned; beyond the
    image's edge the outermost values go on.
    """
    size = np.array(image.GetSize())
    extent = size * np.array(image.GetSpacing())
    middle = np.array(
        image.TransformContinuousIndexToPhysicalPoint([(one - 1) / 2 for one in size])
    )
    centre = matrix[:3, :3] @ middle + matrix[:3, 3]
    count = [round(mm / step) for mm, step in zip(extent, spacing, strict=True)]
    origin = centre - (np.array(count) - 1) / 2 * np.array(spacing)
    back = np.linalg.inv(matrix)
    transform = sitk.AffineTransform(3)
    transform.SetMatrix([float(one) for one in back[:3, :3].ravel()])
    transform.SetTranslation([float(one) for one in back[:3, 3]])
    resample = sitk.ResampleImageFilter()
    resample.SetSize(count)
    resample.SetOutputSpacing([float(one) for one in spacing])
    resample.SetOutputOrigin([float(one) for one in origin])
    resample.SetTransform(transform)
    resample.SetUseNearestNeighborExtrapolator(True)
    return resample.Execute(image)


def _pet_like(
    image: sitk.Image, table: tuple[list[float], list[float]], how: tuple[float, float], seed: int
) -> sitk.Image:
    """Return hot soft tissue, blurred (`how`: FWHM in mm and noise), before it is moved."""
    random = np.random.default_rng([seed, 12])
    array = sitk.GetArrayFromImage(image).astype(np.float32)
    heights = np.array(table[1]) * random.uniform(0.9, 1.1, len(table[1]))
    hot = np.interp(array, table[0], heights).astype(np.float32)
    sigma = how[0] / _FWHM / np.array(image.GetSpacing())[::-1]
    return _like(image, ndimage.gaussian_filter(hot, sigma))


def _noisy(image: sitk.Image, noise: float, smooth_mm: float, seed: int) -> sitk.Image:
    random = np.random.default_rng([seed, 13])
    array = sitk.GetArrayFromImage(image)
    grain = random.normal(size=array.shape)
    if smooth_mm:
        sigma = smooth_mm / _FWHM / np.array(image.GetSpacing())[::-1]
        grain = ndimage.gaussian_filter(grain, sigma)
    return _like(image, (array + grain / grain.std() * noise).astype(np.float32))


def _like(image: sitk.Image, array: np.ndarray) -> sitk.Image:
    out = sitk.GetImageFromArray(array)
    out.CopyInformation(image)
    return out


def _written(
    name: str,
    folder: Path,
    images: tuple[sitk.Image, sitk.Image],
    modalities: tuple[str, str],
    truth: tuple[np.ndarray, np.ndarray],
) -> Case:
    folder.mkdir(parents=True, exist_ok=True)
    fixed, moving = folder / "fixed.nii", folder / "moving.nii"
    sitk.WriteImage(images[0], str(fixed))
    sitk.WriteImage(images[1], str(moving))
    half = max(*images[0].GetSpacing(), *images[1].GetSpacing()) / 2
    return Case(name, fixed, moving, modalities, truth[0], truth[1], half)


def _targets(
    fixed: sitk.Image, body: np.ndarray, moving: sitk.Image, truth: np.ndarray
) -> np.ndarray:
    """Return points in the body that the moving image has too."""
    random = np.random.default_rng(14)
    solid = ndimage.binary_opening(body, iterations=2)
    at = np.argwhere(solid)[:, ::-1].astype(float)
    at = at[random.choice(len(at), min(len(at), 3 * TARGETS), replace=False)]
    points = _affine(fixed) @ np.column_stack((at, np.ones(len(at)))).T
    index = np.linalg.inv(_affine(moving)) @ truth @ points
    ends = np.array(moving.GetSize())[:, None] - 1
    inside = ((index[:3] >= 0) & (index[:3] <= ends)).all(axis=0)
    return points[:3, inside].T[:TARGETS]


def _affine(image: sitk.Image) -> np.ndarray:
    matrix = np.eye(4)
    directions = np.array(image.GetDirection()).reshape(3, 3)
    matrix[:3, :3] = directions * np.array(image.GetSpacing())
    matrix[:3, 3] = image.GetOrigin()
    return matrix


def _centre(image: sitk.Image) -> np.ndarray:
    middle = [(one - 1) / 2 for one in image.GetSize()]
    return np.array(image.TransformContinuousIndexToPhysicalPoint(middle))


def _brain(name: str, seed: int, folder: Path, peers: Path | None) -> Case | str:
    if peers is None:
        return "needs nilearn's MNI152 template; no interpreter of the peers"
    folder.mkdir(parents=True, exist_ok=True)
    template = folder.parent / "mni.nii"
    if not template.exists():
        script = Path(__file__).with_name("registration_peers.py")
        subprocess.run([peers, script, "mni", template], check=True, capture_output=True)
    whole = sitk.ReadImage(str(template), sitk.sitkFloat32)
    fixed = sitk.Cast(resampled(whole, np.eye(4), (1.5, 1.5, 1.5)), sitk.sitkFloat32)
    array = sitk.GetArrayFromImage(fixed)
    top = float(np.percentile(array, 99.5))
    # Grey matter lies at about 0.65 of the template's white matter.
    table = [0, 0.15 * top, 0.45 * top, 0.65 * top, 0.85 * top, top], [0, 5, 30, 100, 30, 25]
    truth = motion(seed, _centre(fixed))
    moving = resampled(_pet_like(fixed, table, (6.0, 0), seed), truth, (4.0, 4.0, 4.0))
    moving = _noisy(moving, 4.0, 6.0, seed)
    targets = _targets(fixed, array > 0.3 * top, moving, truth)
    return _written(name, folder, (fixed, moving), ("MR", "PT"), (truth, targets))


def _chest(name: str, seed: int, folder: Path, peers: Path | None) -> Case | str:
    if not IBSI.exists():
        return "the IBSI chest CT is not there"
    whole = sitk.ReadImage(str(IBSI), sitk.sitkFloat32)
    fixed = whole[:, :, 6:54]
    table = [-1000, -900, -300, -60, 40, 150, 400], [0, 8, 15, 30, 100, 70, 40]
    truth = motion(seed, _centre(fixed))
    hot = _pet_like(whole, table, (6.5, 0), seed)
    moving = _noisy(resampled(hot, truth, (4.0, 4.0, 3.0)), 6.0, 6.5, seed)
    body = sitk.GetArrayFromImage(fixed) > -300
    targets = _targets(fixed, body, moving, truth)
    return _written(name, folder, (fixed, moving), ("CT", "PT"), (truth, targets))


def _real(who: str, what: str, modality: str) -> Callable[..., Case | str]:
    def maker(name: str, seed: int, folder: Path, peers: Path | None) -> Case | str:
        paths = STS / who / "CT_image.nii.gz", STS / who / f"{what}_image.nii.gz"
        if not all(path.exists() for path in paths):
            return f"{who} is not there"
        fixed, still = (sitk.ReadImage(str(path), sitk.sitkFloat32) for path in paths)
        truth = motion(seed, _centre(fixed))
        moving = moved_header(still, truth)
        body = sitk.GetArrayFromImage(fixed) > -300
        if modality == "MR":
            # Another scanner, another pose of the limb: the data set aligned them at the tumour.
            tumour = sitk.ReadImage(str(STS / who / "CT_mask.nii.gz"))
            body &= ndimage.binary_dilation(sitk.GetArrayFromImage(tumour) > 0, iterations=4)
        targets = _targets(fixed, body, moving, truth)
        return _written(name, folder, (fixed, moving), ("CT", modality), (truth, targets))

    return maker


def _follow_up(name: str, seed: int, folder: Path, peers: Path | None) -> Case | str:
    if not CHILD.exists():
        return "the brain of the three-year-old is not there"
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(CHILD)))
    fixed = sitk.Cast(reader.Execute(), sitk.sitkFloat32)
    array = sitk.GetArrayFromImage(fixed)
    top = float(np.percentile(array, 99.5))
    # Another protocol: other contrast, a shading across the field, thick slices, noise.
    table = [0, 0.1 * top, 0.35 * top, 0.6 * top, 0.9 * top, 2 * top], [0, 12, 55, 75, 100, 130]
    other = _pet_like(fixed, table, (1.2, 0), seed)
    shade = np.linspace(0.8, 1.2, array.shape[1], dtype=np.float32)[None, :, None]
    other = _like(fixed, sitk.GetArrayFromImage(other) * shade)
    truth = motion(seed, _centre(fixed))
    moving = _noisy(resampled(other, truth, (1.0, 1.0, 4.0)), 5.0, 0.0, seed)
    targets = _targets(fixed, array > 0.2 * top, moving, truth)
    return _written(name, folder, (fixed, moving), ("MR", "MR"), (truth, targets))


_MAKERS: dict[str, Callable[..., Case | str]] = {
    "brain MR, PET-like": _brain,
    "chest CT, PET-like": _chest,
    "STS_001 CT, real PET": _real("STS_001", "PET", "PT"),
    "STS_002 CT, real PET": _real("STS_002", "PET", "PT"),
    "STS_001 CT, real MR": _real("STS_001", "MR_T1", "MR"),
    "STS_002 CT, real MR": _real("STS_002", "MR_T1", "MR"),
    "brain MR of 3 y, follow-up": _follow_up,
}


if __name__ == "__main__":
    print("\n".join(names()))
    sys.exit(0)
