"""A volume together with the DICOM objects it came from."""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset

from tongying.imaging.volume import Volume


@dataclass(frozen=True, slots=True)
class SourceFrame:
    """The image that one slice of a volume came from.

    Attributes
    ----------
    sop_class_uid, sop_instance_uid : str
    frame : int or None
        Frame number from 1 in a multi-frame object; None for a single image.
    """

    sop_class_uid: str
    sop_instance_uid: str
    frame: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class SourceVolume:
    """A volume read from a DICOM series, with what derived objects take over from it.

    Attributes
    ----------
    volume : Volume
    template : Dataset
        The header of the first image, without pixel data: patient, study, series, equipment,
        frame of reference, and for nuclear medicine what SUV needs. Character set decoded.
    frames : tuple of SourceFrame
        One for each slice, in the order of the volume's first axis.
    """

    volume: Volume
    template: Dataset
    frames: tuple[SourceFrame, ...]
