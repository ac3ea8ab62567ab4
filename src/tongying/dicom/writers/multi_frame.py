"""What highdicom's multi-frame objects are given, and how they become ours.

highdicom takes the clock and random ids where it is not told; here everything is told, so that the
same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import highdicom
import numpy as np
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code

from tongying import __version__
from tongying.dicom.volumes.source import SourceVolume
from tongying.dicom.writers.derived import (
    SCHEME,
    DerivedRefused,
    file_meta,
    processing_equipment,
    put_study,
    series_description,
)
from tongying.dicom.writers.slice_headers import name_real_images
from tongying.dicom.writers.study_context import (
    MANUFACTURER,
    ObjectIdentity,
    dicom_date,
    dicom_time,
)
from tongying.kernel.ids import uid_of


def spatial_volume(
    array: NDArray[Any],
    source: SourceVolume,
    *,
    channels: Mapping[Any, Sequence[Any]] | None = None,
) -> highdicom.Volume:
    """Return an array on a volume's grid as highdicom wants it: axes and affine slice first."""
    affine = source.volume.grid.affine[:, [2, 1, 0, 3]]
    return highdicom.Volume(
        np.ascontiguousarray(array),
        affine,
        coordinate_system="PATIENT",
        frame_of_reference_uid=source.volume.frame_of_reference_uid,
        channels=None if channels is None else dict(channels),
    )


def content_arguments(written_at: datetime) -> dict[str, Any]:
    """Return highdicom's arguments for when and by what an object was made.

    Raises
    ------
    DerivedRefused
        If the time has no zone.
    """
    if written_at.utcoffset() is None:
        raise DerivedRefused("The time of writing needs a time zone.")
    return {
        "content_date": written_at.date(),
        "content_time": written_at.time(),
        "content_creator_name": f"{MANUFACTURER}^",
        "specific_character_set": "ISO_IR 192",
    }


def coding_schemes(used: Iterable[Code]) -> list[CodingSchemeIdentificationItem] | None:
    """Return what identifies our private scheme, if one of its codes is used."""
    if all(code.scheme_designator != SCHEME for code in used):
        return None
    return [
        CodingSchemeIdentificationItem(
            SCHEME, name="Tongying", version=__version__, responsible_organization="Tongying"
        )
    ]


def finish(
    written: Dataset,
    source: SourceVolume,
    *,
    identity: ObjectIdentity,
    what: str,
    written_at: datetime,
) -> Dataset:
    """Return highdicom's object as a plain data set with our identities and references.

    Parameters
    ----------
    written : Dataset
        As highdicom made it from `slice_headers`.
    source : SourceVolume
        Whose slices they were.
    identity : ObjectIdentity
    what : str
        For the series description.
    written_at : datetime
        With time zone.
    """
    dataset = Dataset()
    dataset.update(written)
    dataset.file_meta = file_meta(str(written.SOPClassUID), identity.sop_uid)
    put_study(dataset, source.template)
    # highdicom names itself with the clock's time; what made the object is this program.
    dataset.ContributingEquipmentSequence = [processing_equipment(written_at)]
    dataset.SeriesDescription = series_description(what)
    dataset.InstanceCreationDate = dicom_date(written_at.date())
    dataset.InstanceCreationTime = dicom_time(written_at.time())
    for keyword in ("SeriesDate", "SeriesTime"):
        if keyword in dataset:
            delattr(dataset, keyword)
    if source.template.get("BodyPartExamined"):
        dataset.BodyPartExamined = source.template.BodyPartExamined
    else:
        dataset.Laterality = str(source.template.get("Laterality") or "")
    _fix_dimensions(dataset, uid_of(f"{identity.sop_uid}/dimensions"))
    name_real_images(dataset, source)
    return dataset


def _fix_dimensions(dataset: Dataset, uid: str) -> None:
    for item in dataset.get("DimensionOrganizationSequence", []):
        item.DimensionOrganizationUID = uid
    for item in dataset.get("DimensionIndexSequence", []):
        item.DimensionOrganizationUID = uid
