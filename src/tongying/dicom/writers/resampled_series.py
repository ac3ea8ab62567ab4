"""A moving image resampled into the fixed frame of reference, as a series of its own modality.

It lies in the fixed image's study and frame of reference, keeps what its quantities need, and says
from which images, by which registration and with which rounding it was made. Slices in which
nothing was measured are written too: a volume with holes would be no volume to a viewer.
CT, MR and PET become single-frame images; nuclear medicine, whose storage class knows only one
object of many frames, becomes one RECON TOMO object.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.uid import UID

from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.writers.acquisition_facts import PET_UNITS, STORAGE, keep_acquisition
from tongying.dicom.writers.derived import (
    DerivedRefused,
    SeriesIdentity,
    WrittenObject,
    begin_derived,
    code_item,
    decimal,
    image_items,
    source_name,
)
from tongying.dicom.writers.pixel_scaling import Pixels, Scaling, scaling_of
from tongying.dicom.writers.spatial_registration import fixed_frame_of_reference
from tongying.dicom.writers.study_context import ObjectIdentity
from tongying.imaging.grid import Grid
from tongying.imaging.registration.result import Method
from tongying.imaging.transform import Transform
from tongying.imaging.volume import Quantity, Volume

_TOP_PERCENTILE = 99.5
_LOW_PERCENTILE = 1.0
_BACKGROUND = 0.01
"""Emission below this share of the maximum does not count for the window."""
_SAMPLES_A_SIDE = 64
"""A window is read off at most this many voxels along each axis."""
_METHODS = {
    Method.AUTO: "automatic",
    Method.RIGID: "rigid",
    Method.AFFINE: "affine",
    Method.DEFORMABLE: "deformable",
    Method.FRAME_OF_REFERENCE: "shared frame of reference, not moved",
}


@dataclass(frozen=True, slots=True, eq=False)
class Making:
    """How a resampled image was made.

    Attributes
    ----------
    transform : Transform
        Fixed to moving points.
    method : Method
    written_at : datetime
        With time zone.
    registration : WrittenObject or None
        The registration object; None where nothing was moved.
    """

    transform: Transform
    method: Method
    written_at: datetime
    registration: WrittenObject | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ResampledSeries:
    """A series about to be written, slice by slice.

    Attributes
    ----------
    volume : Volume
        What is written; its third axis is the cross product of the first two.
    header : Dataset
        What all instances share.
    scaling : Scaling
        Its `largest_rounding` is by how much stored values differ, in the volume's unit.
    identity : SeriesIdentity
    source_items : tuple
        References to the moving images that each slice came from.
    """

    volume: Volume
    header: Dataset
    scaling: Scaling
    identity: SeriesIdentity
    source_items: tuple[tuple[SourceFrame, ...], ...]

    def instances(self) -> Iterator[Dataset]:
        """Yield the instances, one slice in memory at a time where the class allows it."""
        if self.header.Modality == "NM":
            yield self._multi_frame()
            return
        for k in range(self.volume.grid.shape[0]):
            yield self._slice(k)

    def _slice(self, k: int) -> Dataset:
        dataset = self._begin(k)
        grid = self.volume.grid
        put_plane(dataset, grid)
        dataset.ImagePositionPatient = [decimal(mm) for mm in grid.to_lps([[0, 0, k]])[0]]
        dataset.InstanceNumber = k + 1
        if dataset.Modality == "PT":
            dataset.ImageIndex = k + 1
        dataset.SourceImageSequence = _purposed(self.source_items[k])
        self._put_pixels(dataset, self._pixels(k))
        return dataset

    def _multi_frame(self) -> Dataset:
        dataset = self._begin(0)
        grid = self.volume.grid
        slices = grid.shape[0]
        plane = Dataset()
        put_plane(plane, grid)
        detector = Dataset()
        detector.CollimatorType = ""
        detector.FocalDistance = None
        detector.ImagePositionPatient = [decimal(mm) for mm in grid.origin_mm]
        detector.ImageOrientationPatient = plane.ImageOrientationPatient
        dataset.DetectorInformationSequence = [detector]
        dataset.PixelSpacing = plane.PixelSpacing
        dataset.SliceThickness = plane.SliceThickness
        dataset.SpacingBetweenSlices = plane.SliceThickness
        dataset.NumberOfFrames = slices
        dataset.FrameIncrementPointer = 0x00540080  # SliceVector
        dataset.SliceVector = list(range(1, slices + 1))
        dataset.NumberOfSlices = slices
        dataset.NumberOfEnergyWindows = dataset.get("NumberOfEnergyWindows") or 1
        dataset.NumberOfDetectors = 1
        dataset.NumberOfRotations = dataset.get("NumberOfRotations") or 1
        every = dict.fromkeys(frame for frames in self.source_items for frame in frames)
        dataset.SourceImageSequence = _purposed(tuple(every))
        frames: Pixels = np.stack([self._pixels(k) for k in range(slices)])  # type: ignore[assignment]
        self._put_pixels(dataset, frames)
        return dataset

    def _begin(self, place: int) -> Dataset:
        dataset = copy.deepcopy(self.header)
        uid = self.identity.sop_uids[place]
        dataset.SOPInstanceUID = uid
        dataset.file_meta.MediaStorageSOPInstanceUID = UID(uid)
        return dataset

    def _pixels(self, k: int) -> Pixels:
        valid = None if self.volume.valid is None else self.volume.valid[k]
        return self.scaling.stored(self.volume.array[k], valid)

    def _put_pixels(self, dataset: Dataset, pixels: Pixels) -> None:
        dataset.SamplesPerPixel = 1
        dataset.PhotometricInterpretation = "MONOCHROME2"
        dataset.Rows, dataset.Columns = pixels.shape[-2:]
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit = 15
        dataset.PixelRepresentation = int(self.scaling.signed)
        dataset.RescaleIntercept = decimal(self.scaling.intercept)
        dataset.RescaleSlope = decimal(self.scaling.slope)
        if self.scaling.padding is not None:
            dataset.PixelPaddingValue = self.scaling.padding
        dataset.PixelData = pixels.astype(pixels.dtype.newbyteorder("<")).tobytes()
        dataset["PixelData"].VR = "OW"


def instance_count(modality: str, grid: Grid) -> int:
    """Return how many instances, and so SOP UIDs, a resampled series needs."""
    return 1 if modality == "NM" else grid.shape[0]


def resampled_series(
    volume: Volume,
    fixed: SourceVolume,
    moving: SourceVolume,
    *,
    identity: SeriesIdentity,
    making: Making,
) -> ResampledSeries:
    """Prepare a resampled image for writing.

    Parameters
    ----------
    volume : Volume
        The moving image on a grid in the fixed frame of reference.
    fixed : SourceVolume
        Whose study it joins.
    moving : SourceVolume
        What was resampled.
    identity : SeriesIdentity
        With as many SOP UIDs as `instance_count` says.
    making : Making

    Raises
    ------
    DerivedRefused
        If the modality has no storage class for it, the grid is skewed, the fixed image has no
        frame of reference, or ids are missing.
    ScalingRefused
        If nothing was measured or a value is not a number.

    References
    ----------
    DICOM PS3.3 sections A.3, A.4, A.5, A.21, C.7.6.1, C.7.6.2, C.8.4, C.8.9; PS3.16 CID 7005,
    7013, 7202, 7203.
    """
    modality = moving.volume.modality
    if modality not in STORAGE or volume.quantity is Quantity.LABEL:
        raise DerivedRefused("Only CT, MR, PET and SPECT images can be kept as a resampled series.")
    if not volume.grid.is_orthogonal():
        raise DerivedRefused("A resampled image needs a grid whose axes are at right angles.")
    if len(identity.sop_uids) != instance_count(modality, volume.grid):
        raise DerivedRefused("A resampled series needs an id for each of its images.")
    if np.linalg.det(volume.grid.directions) < 0:
        volume = _turned(volume)
    scaling = scaling_of(volume, zero_stays=modality in ("PT", "NM"))
    header = _header(volume, (fixed, moving), identity, making)
    header.DerivationDescription = (
        f"Resampled into the frame of reference of {source_name(fixed)[:64]}; "
        f"registration: {_METHODS[making.method]}; "
        f"stored values rounded by at most {scaling.largest_rounding:.3g}"
    )
    low, high = _window(volume, moving)
    header.WindowCenter, header.WindowWidth = decimal((low + high) / 2), decimal(high - low)
    items = tuple(_sources(volume.grid, moving, making.transform))
    return ResampledSeries(volume, header, scaling, identity, items)


def put_plane(dataset: Dataset, grid: Grid) -> None:
    """Write orientation and spacing of a grid's slices."""
    axes, spacing = grid.directions, grid.spacing_mm
    dataset.ImageOrientationPatient = [decimal(part) for part in (*axes[:, 0], *axes[:, 1])]
    dataset.PixelSpacing = [decimal(spacing[1]), decimal(spacing[0])]
    dataset.SliceThickness = decimal(spacing[2])


def _header(
    volume: Volume,
    sources: tuple[SourceVolume, SourceVolume],
    identity: SeriesIdentity,
    making: Making,
) -> Dataset:
    fixed, moving = sources
    modality, theirs = moving.volume.modality, moving.template
    header = begin_derived(
        fixed.template,
        sop_class_uid=STORAGE[modality],
        modality=modality,
        identity=ObjectIdentity(identity.series_uid, identity.sop_uids[0], identity.series_number),
        description=source_name(moving),
        written_at=making.written_at,
    )
    keep_acquisition(header, theirs, modality)
    header.FrameOfReferenceUID = fixed_frame_of_reference(fixed)
    header.PositionReferenceIndicator = ""
    header.BurnedInAnnotation = "NO"
    if not header.get("PatientOrientationCodeSequence"):
        header.PatientPosition = fixed.template.get("PatientPosition") or ""
    _put_kind(header, volume, making)
    header.ContributingEquipmentSequence.insert(0, _acquired_by(theirs))
    header.DerivationCodeSequence = [code_item(codes.DCM.SpatialResampling)]
    if making.method is Method.DEFORMABLE:
        header.DerivationCodeSequence.append(code_item(codes.DCM.DeformedForRegistration))
    if making.registration is not None:
        item = Dataset()
        item.ReferencedSOPClassUID = making.registration.sop_class_uid
        item.ReferencedSOPInstanceUID = making.registration.sop_uid
        deformable = making.method is Method.DEFORMABLE
        purpose = (
            codes.DCM.SourceDeformableSpatialRegistration
            if deformable
            else codes.DCM.SpatialRegistration
        )
        item.PurposeOfReferenceCodeSequence = [code_item(purpose)]
        header.SourceInstanceSequence = [item]
    return header


def _put_kind(header: Dataset, volume: Volume, making: Making) -> None:
    """Write what differs between modalities: image type and units."""
    match header.Modality:
        case "CT":
            header.ImageType = ["DERIVED", "SECONDARY", "AXIAL", "RESAMPLED"]
            header.RescaleType = "HU"
            if volume.quantity is not Quantity.HU:
                header.RescaleType = "US"
        case "MR":
            header.ImageType = ["DERIVED", "SECONDARY", "OTHER", "RESAMPLED"]
            header.SpacingBetweenSlices = decimal(volume.grid.spacing_mm[2])
            header.RescaleType = "US"
        case "NM":
            header.ImageType = ["DERIVED", "PRIMARY", "RECON TOMO", "EMISSION"]
        case _:
            # Neither PET nor nuclear medicine knows another second value than PRIMARY.
            header.ImageType = ["DERIVED", "PRIMARY"]
            header.NumberOfSlices = volume.grid.shape[0]
            units = PET_UNITS.get(volume.quantity)
            if units is not None:
                header.Units = units[0]
                if units[1] is not None:
                    header.SUVType = units[1]
                elif "SUVType" in header:
                    del header.SUVType


def _acquired_by(template: Dataset) -> Dataset:
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [code_item(codes.DCM.AcquisitionEquipment)]
    item.Manufacturer = str(template.get("Manufacturer") or "")
    for keyword in ("ManufacturerModelName", "InstitutionName", "DeviceSerialNumber"):
        if template.get(keyword):
            setattr(item, keyword, str(template.get(keyword)))
    return item


def _turned(volume: Volume) -> Volume:
    """Return the same volume with its slices in the other order."""
    grid = volume.grid
    affine = grid.affine.copy()
    affine[:3, 3] = grid.to_lps([[0, 0, grid.shape[0] - 1]])[0]
    affine[:3, 2] *= -1
    return Volume(
        volume.array[::-1],
        Grid(grid.shape, affine),
        volume.quantity,
        volume.modality,
        volume.frame_of_reference_uid,
        None if volume.valid is None else volume.valid[::-1],
        volume.caveats,
    )


def _window(volume: Volume, moving: SourceVolume) -> tuple[float, float]:
    """Return the lower and upper end of the grey scale."""
    centre, width = moving.template.get("WindowCenter"), moving.template.get("WindowWidth")
    nuclear = moving.volume.modality in ("PT", "NM")
    if not nuclear and centre is not None and width is not None:
        middle, wide = float(np.ravel(centre)[0]), float(np.ravel(width)[0])
        return middle - wide / 2, middle + wide / 2
    step = tuple(slice(None, None, max(1, n // _SAMPLES_A_SIDE)) for n in volume.grid.shape)
    seen = volume.array[step]
    if volume.valid is not None and volume.valid[step].any():
        seen = seen[volume.valid[step]]
    if nuclear:
        above = seen[seen > _BACKGROUND * max(float(seen.max()), 0.0)]
        return 0.0, max(float(np.percentile(above, _TOP_PERCENTILE)) if above.size else 0.0, 1e-6)
    low, high = np.percentile(seen, [_LOW_PERCENTILE, _TOP_PERCENTILE])
    return float(low), max(float(high), float(low) + 1e-6)


def _sources(
    grid: Grid, moving: SourceVolume, transform: Transform
) -> Iterator[tuple[SourceFrame, ...]]:
    """Yield, for each slice of the grid, the moving frames that it was computed from."""
    slices, rows, columns = grid.shape
    corners = np.array([(i, j) for i in (0, columns - 1) for j in (0, rows - 1)], dtype=np.float64)
    last = moving.volume.grid.shape[0] - 1
    for k in range(slices):
        ends = np.column_stack([corners, np.full(len(corners), float(k))])
        depth = moving.volume.grid.to_index(transform.points(grid.to_lps(ends)))[:, 2]
        first = int(np.clip(np.floor(depth.min()), 0, last))
        final = int(np.clip(np.ceil(depth.max()), 0, last))
        yield moving.frames[first : final + 1]


def _purposed(frames: tuple[SourceFrame, ...]) -> list[Dataset]:
    items = image_items(frames)
    for item in items:
        item.PurposeOfReferenceCodeSequence = [
            code_item(codes.DCM.SourceImageForImageProcessingOperation)
        ]
    return items
