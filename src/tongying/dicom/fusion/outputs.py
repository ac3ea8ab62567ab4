"""Writing what a fusion leaves behind: DICOM objects beside the fixed study, or NIfTI."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import DeformableSpatialRegistrationStorage, SpatialRegistrationStorage

from tongying.dicom.fusion.inputs import FusionInput
from tongying.dicom.fusion.report import Output
from tongying.dicom.writers.deformable_registration import write_deformable_registration
from tongying.dicom.writers.derived import SCHEME, SeriesIdentity, WrittenObject
from tongying.dicom.writers.fusion_sr import FusionQuality, Threshold, write_fusion_sr
from tongying.dicom.writers.resampled_series import Making, instance_count, resampled_series
from tongying.dicom.writers.spatial_registration import write_spatial_registration
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.fusion import Aligned
from tongying.imaging.nifti import write_nifti
from tongying.imaging.placed import placed_grid
from tongying.imaging.progress import Progress
from tongying.imaging.quality.verdict import (
    DEFORMABLE_MEAN_MM,
    DEFORMABLE_MOST_MM,
    RIGID_SHARE_OF_VOXEL,
    voxel_mm,
)
from tongying.imaging.registration.result import Method
from tongying.imaging.resample import resample
from tongying.imaging.transform import DisplacementTransform, MatrixTransform
from tongying.imaging.volume import Volume
from tongying.kernel.ids import SeriesUid, SopUid, uid_of

_SERIES_NUMBERS = {
    "registration": 9101,
    "resampled": 9102,
    "registration-deformable": 9103,
    "resampled-deformable": 9104,
    "report": 9105,
    "target": 9106,
    "corrected": 9107,
}
"""Far above what scanners use, so that results sort behind the images."""


@dataclass(frozen=True, slots=True)
class Names:
    """Where results go and how they are identified.

    Attributes
    ----------
    folder : Path
    seed : str
        Every UID follows from it and the kind of object.
    written_at : datetime
        With time zone.
    """

    folder: Path
    seed: str
    written_at: datetime

    def object(self, kind: str) -> ObjectIdentity:
        """Return the identity of a single object."""
        return ObjectIdentity(
            SeriesUid(uid_of(f"{self.seed}/{kind}")),
            SopUid(uid_of(f"{self.seed}/{kind}/1")),
            _SERIES_NUMBERS[kind],
        )

    def series(self, kind: str, count: int) -> SeriesIdentity:
        """Return the identity of a series of several images."""
        sops = tuple(SopUid(uid_of(f"{self.seed}/{kind}/{n}")) for n in range(1, count + 1))
        return SeriesIdentity(SeriesUid(uid_of(f"{self.seed}/{kind}")), sops, _SERIES_NUMBERS[kind])


def placed(moving: FusionInput, fixed: FusionInput, aligned: Aligned, progress: Progress) -> Volume:
    """Return the moving image, resampled in the fixed frame of reference at its own resolution.

    Parameters
    ----------
    moving, fixed : FusionInput
    aligned : Aligned
    progress : Progress
    """
    transform = aligned.registration.transform
    grid = placed_grid(fixed.volume.grid, moving.volume.grid, transform)
    image = resample(moving.volume, grid, transform, conserve=True, progress=progress)
    return replace(image, frame_of_reference_uid=fixed.volume.frame_of_reference_uid)


def write_pair(
    pair: tuple[FusionInput, FusionInput],
    aligned: Aligned,
    image: Volume,
    *,
    names: Names,
    progress: Progress,
) -> tuple[Output, ...]:
    """Write the registration object and the resampled series of one alignment.

    Parameters
    ----------
    pair : tuple of FusionInput
        Fixed and moving, both DICOM.
    aligned : Aligned
        Computed; one that was left alone has nothing to write.
    image : Volume
        See `placed`.
    names : Names
    progress : Progress

    Raises
    ------
    DerivedRefused
        If the modality has no storage class, or the fixed image no frame of reference.
    ScalingRefused
        If nothing of the moving image was measured.
    """
    fixed, moving = pair
    registration = aligned.registration
    ending = "-deformable" if registration.method is Method.DEFORMABLE else ""
    made = _registration(fixed, moving, aligned, names, f"registration{ending}")
    kind = f"resampled{ending}"
    count = instance_count(moving.volume.modality, image.grid)
    series = resampled_series(
        image,
        fixed.source,
        moving.source,
        identity=names.series(kind, count),
        making=Making(
            registration.transform, registration.method, names.written_at, WrittenObject.of(made)
        ),
    )
    images = _write_all(series.instances(), names.folder / kind, count, progress)
    return (
        _write_one(made, names.folder, f"registration{ending}"),
        Output(kind, str(names.folder / kind), series.identity.series_uid, images),
    )


def write_registration(
    pair: tuple[FusionInput, FusionInput], aligned: Aligned, names: Names
) -> Output:
    """Write the registration object alone, where the moved image cannot be kept as a series.

    Parameters
    ----------
    pair : tuple of FusionInput
        Fixed and moving, both DICOM.
    aligned : Aligned
    names : Names

    Raises
    ------
    DerivedRefused
        If the fixed image has no frame of reference.
    """
    deformable = aligned.registration.method is Method.DEFORMABLE
    kind = "registration-deformable" if deformable else "registration"
    return _write_one(_registration(*pair, aligned, names, kind), names.folder, kind)


def write_nifti_pair(aligned: Aligned, image: Volume, names: Names) -> tuple[Output, ...]:
    """Write the resampled image as NIfTI, where one of the two images was no DICOM.

    Parameters
    ----------
    aligned : Aligned
    image : Volume
        See `placed`.
    names : Names
    """
    deformable = aligned.registration.method is Method.DEFORMABLE
    kind = "resampled-deformable" if deformable else "resampled"
    path = names.folder / f"{kind}.nii.gz"
    write_nifti(path, image)
    return (Output(kind, str(path)),)


def write_object(dataset: Dataset, names: Names, kind: str) -> Output:
    """Write one object into the folder under its kind."""
    return _write_one(dataset, names.folder, kind)


def write_report(
    pair: tuple[FusionInput, FusionInput],
    aligned: Aligned,
    outputs: Iterable[Output],
    *,
    names: Names,
) -> Output:
    """Write the quality figures as a structured report.

    Parameters
    ----------
    pair : tuple of FusionInput
        Fixed and moving, both DICOM.
    aligned : Aligned
    outputs : iterable of Output
        What was written before; the report names its registration object.
    names : Names

    Raises
    ------
    DerivedRefused
        If an image names no instance.
    """
    fixed, moving = pair
    method = aligned.registration.method
    wanted = "registration-deformable" if method is Method.DEFORMABLE else "registration"
    made = next((one for one in outputs if one.kind == wanted), None)
    quality = FusionQuality(
        method,
        aligned.estimate,
        aligned.judgement,
        _thresholds(method, pair),
        None if made is None else _reference(made, method),
    )
    report = write_fusion_sr(
        fixed.source,
        moving.source,
        quality,
        identity=names.object("report"),
        written_at=names.written_at,
    )
    return _write_one(report, names.folder, "report")


def _thresholds(method: Method, pair: tuple[FusionInput, FusionInput]) -> tuple[Threshold, ...]:
    millimetre = codes.UCUM.Millimeter
    if method is Method.DEFORMABLE:
        return (
            Threshold(
                Code("FUS040", SCHEME, "Limit of the mean error (TG-132, deformable)"),
                DEFORMABLE_MEAN_MM,
                millimetre,
            ),
            Threshold(
                Code("FUS041", SCHEME, "Limit of the largest error (TG-132, deformable)"),
                DEFORMABLE_MOST_MM,
                millimetre,
            ),
        )
    fixed, moving = pair
    limit = RIGID_SHARE_OF_VOXEL * voxel_mm(fixed.volume.grid, moving.volume.grid)
    name = Code("FUS042", SCHEME, "Limit of the error: half a voxel (TG-132, rigid)")
    return (Threshold(name, limit, millimetre),)


def _reference(made: Output, method: Method) -> WrittenObject:
    uid = (
        DeformableSpatialRegistrationStorage
        if method is Method.DEFORMABLE
        else SpatialRegistrationStorage
    )
    return WrittenObject(SeriesUid(made.series_uid), SopUid(made.sop_uids[0]), uid)


def _registration(
    fixed: FusionInput, moving: FusionInput, aligned: Aligned, names: Names, kind: str
) -> Dataset:
    transform = aligned.registration.transform
    identity, at = names.object(kind), names.written_at
    if isinstance(transform, DisplacementTransform):
        return write_deformable_registration(
            fixed.source, moving.source, transform, identity=identity, written_at=at
        )
    return write_spatial_registration(
        fixed.source,
        moving.source,
        MatrixTransform(transform.matrix),
        identity=identity,
        written_at=at,
    )


def _write_one(dataset: Dataset, folder: Path, kind: str) -> Output:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{kind}.dcm"
    dataset.save_as(path, enforce_file_format=True)
    uids = (str(dataset.SOPInstanceUID),)
    return Output(kind, str(path), str(dataset.SeriesInstanceUID), uids)


def _write_all(
    instances: Iterable[Dataset], folder: Path, count: int, progress: Progress
) -> tuple[str, ...]:
    folder.mkdir(parents=True, exist_ok=True)
    uids = []
    for place, dataset in enumerate(instances, start=1):
        dataset.save_as(folder / f"{place:05d}.dcm", enforce_file_format=True)
        uids.append(str(dataset.SOPInstanceUID))
        progress(place / count, "write")
    return tuple(uids)
