"""Attributes of one frame, wherever the kind of object keeps them.

A classic image has them at the top; an enhanced one in the functional groups of the frame, else in
the shared ones; a legacy-converted one also among its unassigned attributes.

References
----------
DICOM PS3.3 C.7.6.16 (multi-frame functional groups), C.7.6.16.2.25 and .26 (unassigned converted
attributes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tongying.dicom.stored_image import Json, StoredImage

_PER_FRAME, _SHARED = "52009230", "52009229"
_UNASSIGNED = ("00209171", "00209170")
"""Unassigned per-frame and shared converted attributes."""


@dataclass(frozen=True, slots=True)
class FrameAttributes:
    """Looks attributes of a frame up.

    Attributes
    ----------
    image : StoredImage
    frame : int
        From 1.
    """

    image: StoredImage
    frame: int

    def values(self, tag: str, *groups: str) -> list[Any]:
        """Return an attribute's values from the innermost place that has it, empty if none.

        Parameters
        ----------
        tag : str
            Eight hexadecimal digits.
        *groups : str
            Functional group sequences that may hold it, before the top is looked at.
        """
        for place in self.places(*groups):
            found: list[Any] = place.get(tag, {}).get("Value", [])
            if found:
                return found
        return []

    def number(self, tag: str, *groups: str) -> float | None:
        """Return the first number, None if absent or not a number."""
        first = next(iter(self.values(tag, *groups)), None)
        return float(first) if isinstance(first, int | float) else None

    def numbers(self, tag: str, count: int, *groups: str) -> tuple[float, ...] | None:
        """Return exactly so many numbers, None if they are not there."""
        found = self.values(tag, *groups)
        if len(found) != count or not all(isinstance(one, int | float) for one in found):
            return None
        return tuple(float(one) for one in found)

    def text(self, tag: str, *groups: str) -> str:
        """Return the first text, empty if absent."""
        first = next(iter(self.values(tag, *groups)), "")
        return first if isinstance(first, str) else ""

    def places(self, *groups: str) -> list[Json]:
        """Return the items that may hold an attribute, the innermost first."""
        per_frame = self.image.values(_PER_FRAME)
        outer = [per_frame[self.frame - 1]] if self.frame <= len(per_frame) else []
        outer += self.image.values(_SHARED)[:1]
        found: list[Json] = []
        for item in outer:
            found.append(item)
            for group in (*groups, *_UNASSIGNED):
                found += self.image.values(group, item)[:1]
        return [*found, self.image.metadata]

    def private(self, creator: str, tag: str, *groups: str) -> list[Any]:
        """Return a private attribute's values, empty if its creator did not reserve the block.

        Parameters
        ----------
        creator : str
            Private creator.
        tag : str
            With ``xx`` for the block, such as ``"2005xx0E"``.
        *groups : str
            Sequences in the functional groups that may hold it.
        """
        group = tag[:4]
        for place in self.places(*groups):
            for key, element in place.items():
                # (gggg,00bb) names the owner of block bb.
                if key.startswith(group) and key[4:6] == "00" and element.get("Value") == [creator]:
                    owned = place.get(tag.replace("xx", key[6:]), {}).get("Value", [])
                    if owned:
                        return list(owned)
        return []
