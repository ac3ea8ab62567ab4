"""The header of an image as a data set that derived objects take over from, without pixels."""

from __future__ import annotations

import warnings

from pydicom.dataset import Dataset

from tongying.dicom.stored_image import Json
from tongying.kernel.caveat import Caveat

ATTRIBUTE_UNREADABLE = Caveat(
    "dicom.volume-header-part",
    "Some attributes of the header are malformed and were left out.",
)
_PER_FRAME = "52009230"
_LEFT_OUT = frozenset({"00083002", "7FE00001", "7FE00002", "7FE00008", "7FE00009", "7FE00010"})
"""Of the stored file only: its transfer syntax and its pixel data."""


def template_of(metadata: Json, frame: int) -> tuple[Dataset, tuple[Caveat, ...]]:
    """Return the header of a frame's object; of the functional groups, that frame's only.

    Parameters
    ----------
    metadata : dict
        DICOM JSON model of the object.
    frame : int
        Frame number from 1.

    Returns
    -------
    Dataset
        Text decoded. Large binary values, which no derived object takes over, are empty.
    tuple of Caveat
    """
    template = Dataset()
    doubts: tuple[Caveat, ...] = ()
    for tag, element in metadata.items():
        if tag in _LEFT_OUT:
            continue
        kept = element
        if tag == _PER_FRAME:
            items = element.get("Value", [])
            kept = {**element, "Value": items[frame - 1 : frame]}
        try:
            # What pydicom would warn of is as the file has it, and was told when it was read.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                template.update(Dataset.from_json({tag: kept}, lambda *_: b""))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
            # from_json has no error of its own: these are what a malformed value raises.
            doubts = (ATTRIBUTE_UNREADABLE,)
    return template, doubts
