"""What somebody in a live room points at: the live picture, a still, a frame of a clip, an image.

A position on any of them is a fraction of its width and of its height, from the top left corner of
the picture: (0, 0) to (1, 1). Times columns and rows it is the column and row of DICOM's SCOORD.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from tongying.kernel.errors import BadInput

_TEXT = re.compile(
    r"live|still:(?P<still>[1-9]\d{0,3})|clip:(?P<clip>[1-9]\d{0,3}):(?P<of>[1-9]\d{0,4})"
    r"|image:(?P<sop>[0-9]+(?:\.[0-9]+){1,30}):(?P<frame>[1-9]\d{0,4})"
)


class TargetUnknown(BadInput):
    """It names no picture."""

    code: ClassVar[str] = "room.target"


@dataclass(frozen=True, slots=True)
class Target:
    """A picture; exactly one of ``still``, ``clip``, ``sop`` is given, or none for the live one.

    Attributes
    ----------
    still, clip : int or None
        Number within the room, from 1.
    sop : str
        UID of an image of one of the case's studies; empty otherwise.
    frame : int
        Frame of a clip or an image, from 1.
    """

    still: int | None = None
    clip: int | None = None
    sop: str = ""
    frame: int = 1

    def __str__(self) -> str:
        """Return its text, as `read_target` reads it."""
        if self.still is not None:
            return f"still:{self.still}"
        if self.clip is not None:
            return f"clip:{self.clip}:{self.frame}"
        return f"image:{self.sop}:{self.frame}" if self.sop else "live"


def read_target(text: object) -> Target:
    """Read ``live``, ``still:3``, ``clip:2:14`` or ``image:UID:FRAME``.

    Raises
    ------
    TargetUnknown
        If it is none of these.
    """
    found = _TEXT.fullmatch(text) if isinstance(text, str) else None
    if found is None or len(found["sop"] or "") > 64:
        raise TargetUnknown("A picture is named live, still:N, clip:N:FRAME or image:UID:FRAME.")
    if found["still"]:
        return Target(still=int(found["still"]))
    if found["clip"]:
        return Target(clip=int(found["clip"]), frame=int(found["of"]))
    if found["sop"]:
        return Target(sop=found["sop"], frame=int(found["frame"]))
    return Target()
