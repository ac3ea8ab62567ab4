"""A volume's slices as the single images that highdicom matches planes with.

A slice that is a frame of a larger object gets an id of its own for the matching; afterwards the
references are put back to the object and its frame.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydicom.dataset import Dataset
from pydicom.uid import CTImageStorage

from tongying.dicom.volumes.source import SourceFrame, SourceVolume
from tongying.dicom.writers.derived import DerivedRefused, decimal, put_study
from tongying.dicom.writers.resampled_series import put_plane
from tongying.kernel.ids import uid_of


def slice_headers(source: SourceVolume) -> list[Dataset]:
    """Return one header for each slice of a volume, with its place in space.

    Raises
    ------
    DerivedRefused
        If the volume has no frame of reference, is skewed, or does not know its images.
    """
    grid, template = source.volume.grid, source.template
    if not source.volume.frame_of_reference_uid:
        raise DerivedRefused("The image has no frame of reference for a result to lie in.")
    if not grid.is_orthogonal():
        raise DerivedRefused("The image was taken with a tilted gantry; straighten it first.")
    if len(source.frames) != grid.shape[0]:
        raise DerivedRefused("It is not known which image each slice of the volume came from.")
    headers = []
    for k, frame in enumerate(source.frames):
        header = Dataset()
        header.SpecificCharacterSet = "ISO_IR 192"
        put_study(header, template)
        header.SOPClassUID = frame.sop_class_uid if frame.frame is None else CTImageStorage
        header.SOPInstanceUID = _id_of(frame)
        header.SeriesInstanceUID = template.SeriesInstanceUID
        header.Modality = source.volume.modality
        header.FrameOfReferenceUID = source.volume.frame_of_reference_uid
        header.PositionReferenceIndicator = ""
        header.Rows, header.Columns = grid.shape[1:]
        put_plane(header, grid)
        header.ImagePositionPatient = [decimal(mm) for mm in grid.to_lps([[0, 0, k]])[0]]
        headers.append(header)
    return headers


def name_real_images(dataset: Dataset, source: SourceVolume) -> None:
    """Put the references to slices back to the objects and frames that hold them."""
    real = {_id_of(frame): frame for frame in source.frames}
    for group in dataset.get("PerFrameFunctionalGroupsSequence", []):
        for derivation in group.get("DerivationImageSequence", []):
            for item in derivation.SourceImageSequence:
                # One item may stand in several frames, and is then named already.
                frame = real.get(str(item.ReferencedSOPInstanceUID))
                if frame is not None:
                    _name(item, frame)
    dataset.SourceImageSequence = list(_instances(dataset.get("SourceImageSequence", []), real))
    for series in dataset.get("ReferencedSeriesSequence", []):
        series.ReferencedInstanceSequence = list(
            _instances(series.ReferencedInstanceSequence, real)
        )


def _id_of(frame: SourceFrame) -> str:
    if frame.frame is None:
        return frame.sop_instance_uid
    return uid_of(f"{frame.sop_instance_uid}/{frame.frame}")


def _name(item: Dataset, frame: SourceFrame) -> None:
    item.ReferencedSOPClassUID = frame.sop_class_uid
    item.ReferencedSOPInstanceUID = frame.sop_instance_uid
    if frame.frame is not None:
        item.ReferencedFrameNumber = frame.frame


def _instances(items: list[Dataset], real: dict[str, SourceFrame]) -> Iterator[Dataset]:
    """Yield each object once, without frames."""
    seen = set()
    for item in items:
        frame = real.get(str(item.ReferencedSOPInstanceUID))
        if frame is None or frame.sop_instance_uid in seen:
            continue
        seen.add(frame.sop_instance_uid)
        whole = Dataset()
        _name(whole, SourceFrame(frame.sop_class_uid, frame.sop_instance_uid))
        yield whole
