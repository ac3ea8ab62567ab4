"""What a registration is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tongying.imaging.transform import MatrixTransform, Transform
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput


class Method(StrEnum):
    """How two images are brought together."""

    AUTO = "auto"
    """Left alone if they share a frame of reference, else rigid."""
    RIGID = "rigid"
    AFFINE = "affine"
    DEFORMABLE = "deformable"
    FRAME_OF_REFERENCE = "frame-of-reference"
    """An answer, never asked for: nothing was computed, both share their coordinates."""


class RegistrationRefused(BadInput):
    """The two images cannot be registered."""

    code: ClassVar[str] = "fusion.registration-refused"


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """A computed alignment.

    Attributes
    ----------
    transform : Transform
        Fixed to moving points.
    method : Method
    similarity : float
        Mutual information in nats at the end; larger is more alike.
    restarts : tuple of MatrixTransform
        Where other starts and other samples of voxels ended (the chosen one among them); their
        spread is one part of the estimated error. Empty for a deformable one.
    start : str
        Which start won: ``"geometry"``, ``"centre-of-mass"`` or another stable name.
    caveats : tuple of Caveat
    """

    transform: Transform
    method: Method
    similarity: float
    restarts: tuple[MatrixTransform, ...] = ()
    start: str = ""
    caveats: tuple[Caveat, ...] = ()
