"""Attributes of one image in a header as it is, however broken; nothing is repaired.

An image is a classic object, or one frame of an enhanced one, whose attributes lie in functional
groups (DICOM PS3.3 C.7.6.16).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

_PER_FRAME, _SHARED = "PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"
UNREADABLE: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)
"""What pydicom raises when a malformed value is asked for; it has no error of its own."""
NO_VALUES: Final = frozenset({"", "NONE", "UNKNOWN", "N/A", "NULL"})
MOST_FRAMES = 20_000
"""An object that claims more is counted as one image: no scanner makes such, and broken ones do."""
_BLANKS: Final = " \0\t"


@dataclass(frozen=True, slots=True, eq=False)
class ImageHeader:
    """One image of a series.

    Attributes
    ----------
    dataset : Dataset
        Of its object.
    frame : int
        From 1.
    """

    dataset: Dataset
    frame: int

    def values(self, keyword: str, *groups: str) -> tuple[Any, ...]:
        """Return an attribute's values from the innermost place that has any; empty if none.

        Parameters
        ----------
        keyword : str
        *groups : str
            Functional groups that may hold it.
        """
        for place in self._places(groups):
            found = values_of(place, keyword)
            if found:
                return found
        return ()

    def text(self, keyword: str, *groups: str) -> str:
        """Return the first value as text; empty if absent or only stars."""
        return text_of(self.values(keyword, *groups))

    def number(self, keyword: str, *groups: str) -> float | None:
        """Return the first value as a finite number; None if it is none."""
        return number_of(self.values(keyword, *groups))

    def numbers(self, keyword: str, count: int, *groups: str) -> tuple[float, ...] | None:
        """Return exactly so many finite numbers; None if they are not there."""
        found = [number_of((one,)) for one in self.values(keyword, *groups)]
        known = tuple(one for one in found if one is not None)
        return known if len(found) == len(known) == count else None

    def _places(self, groups: tuple[str, ...]) -> Iterator[Dataset]:
        for sequence, index in ((_PER_FRAME, self.frame - 1), (_SHARED, 0)):
            item = _item(self.dataset, sequence, index)
            if item is not None:
                for group in groups:
                    yield from values_of(item, group)[:1]
        yield self.dataset


def values_of(dataset: Dataset, keyword: str) -> tuple[Any, ...]:
    """Return an attribute's values, those of a sequence its items; empty if absent or broken.

    pydicom's warnings of malformed values are for the caller to silence: `images_of` is used within
    `tongying.dicom.acquisition.reading.read_study_facts`, which does.
    """
    try:
        value = dataset.get(keyword)
    except UNREADABLE:
        return ()
    if value is None or (isinstance(value, str | bytes) and not value):
        return ()
    if isinstance(value, MultiValue | Sequence | list | tuple):
        return tuple(value)
    return (value,)


def text_of(values: tuple[Any, ...]) -> str:
    """Return the first value as text; empty if there is none, or only stars."""
    text = str(values[0]).strip(_BLANKS) if values else ""
    return "" if not text.strip("*") else text


def number_of(values: tuple[Any, ...]) -> float | None:
    """Return the first value as a finite number; None if it is none."""
    try:
        found = float(values[0]) if values else math.nan
    except UNREADABLE:
        return None
    return found if math.isfinite(found) else None


def _item(dataset: Dataset, keyword: str, index: int) -> Dataset | None:
    """Return one item of a sequence that may have thousands; None if there is none."""
    try:
        found = dataset.get(keyword)
        return found[index] if isinstance(found, Sequence) and index < len(found) else None
    except UNREADABLE:
        return None


def images_of(dataset: Dataset) -> tuple[ImageHeader, ...]:
    """Return the images of an object; none if it has no pixels."""
    if not number_of(values_of(dataset, "Rows")):
        return ()
    stated = number_of(values_of(dataset, "NumberOfFrames"))
    count = max(int(stated), 1) if stated is not None and stated <= MOST_FRAMES else 1
    return tuple(ImageHeader(dataset, frame + 1) for frame in range(count))
