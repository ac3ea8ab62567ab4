"""What a model answers, whatever ran it: findings, masks, values, maps, flags and text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongying.imaging.grid import Grid
from tongying.imaging.volume import Mask, Quantity
from tongying.kernel.caveat import Caveat
from tongying.norms.method import MeasuringMethod


class Level(StrEnum):
    """How much a flag wants to be looked at."""

    NONE = "none"
    LOOK = "look"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    Attributes
    ----------
    number : int
        From 1, unique in the answer.
    kind : str
        Of the card's findings, such as ``lung-nodule``.
    series_uid, sop_uid : str
        Where it is seen best.
    centre_mm : tuple of float or None
        LPS.
    image_point : tuple of float or None
        (column, row) from the centre of the first pixel of `sop_uid`.
    frame : int
        From 1.
    diameter_mm, volume_mm3 : float or None
    probability : float or None
        0 to 1, calibrated or not as the card says; None where the method gives none.
    side : str
        R, L, or empty.
    mask : str
        Name of a mask of the answer that shows it; may be empty.
    details : mapping of str to float or str
        Such as ``sphericity``, ``mean_hu``, ``prior_number``, ``doubling_days``.
    caveats : tuple of Caveat
    """

    number: int
    kind: str
    series_uid: str
    sop_uid: str = ""
    centre_mm: tuple[float, float, float] | None = None
    image_point: tuple[float, float] | None = None
    frame: int = 1
    diameter_mm: float | None = None
    volume_mm3: float | None = None
    probability: float | None = None
    side: str = ""
    mask: str = ""
    details: Mapping[str, float | str] = field(default_factory=dict)
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the finding as a JSON object."""
        return {
            "number": self.number,
            "kind": self.kind,
            "series_uid": self.series_uid,
            "sop_uid": self.sop_uid,
            "centre_mm": None if self.centre_mm is None else list(self.centre_mm),
            "image_point": None if self.image_point is None else list(self.image_point),
            "frame": self.frame,
            "diameter_mm": self.diameter_mm,
            "volume_mm3": self.volume_mm3,
            "probability": self.probability,
            "side": self.side,
            "mask": self.mask,
            "details": dict(sorted(self.details.items())),
            "caveats": [one.as_json() for one in self.caveats],
        }


@dataclass(frozen=True, slots=True)
class Told:
    """One value with its method, ready to be set against a norm of the same method.

    Attributes
    ----------
    measure : str
        Of `tongying.norms.measure.measures`.
    value : float
    unit : str
    side : str
    method : MeasuringMethod
        `tool` is the card's id and `version` its version, so that a norm of another tool never
        scores it; `protocol` where the card names one.
    caveats : tuple of Caveat
    """

    measure: str
    value: float
    unit: str
    side: str
    method: MeasuringMethod
    caveats: tuple[Caveat, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the value as a JSON object."""
        return {
            "measure": self.measure,
            "value": self.value,
            "unit": self.unit,
            "side": self.side,
            "method": self.method.as_json(),
            "caveats": [one.as_json() for one in self.caveats],
        }


@dataclass(frozen=True, slots=True)
class Flag:
    """Something that wants to be looked at, or was looked at and is fine.

    Attributes
    ----------
    kind : str
        Of the card's findings, such as ``motion``.
    level : Level
    english, chinese : str
        One sentence with the number it stands on.
    value : float or None
    series_uid : str
        Empty for the whole study.
    """

    kind: str
    level: Level
    english: str
    chinese: str
    value: float | None = None
    series_uid: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the flag as a JSON object."""
        return {
            "kind": self.kind,
            "level": self.level.value,
            "english": self.english,
            "chinese": self.chinese,
            "value": self.value,
            "series_uid": self.series_uid,
        }


@dataclass(frozen=True, slots=True, eq=False)
class LabelledMask:
    """A mask on the grid of the series it was drawn on.

    Attributes
    ----------
    name : str
        Stable within the answer, such as ``hippocampus``.
    english, chinese : str
    series_uid : str
    mask : ndarray of bool, shape (slices, rows, columns)
    grid : Grid
    """

    name: str
    english: str
    chinese: str
    series_uid: str
    mask: Mask
    grid: Grid


@dataclass(frozen=True, slots=True, eq=False)
class ValueMap:
    """A number at every voxel, such as a probability.

    Attributes
    ----------
    name, english, chinese : str
    series_uid : str
    array : ndarray of float32, shape (slices, rows, columns)
    grid : Grid
    quantity : Quantity
    """

    name: str
    english: str
    chinese: str
    series_uid: str
    array: NDArray[np.float32]
    grid: Grid
    quantity: Quantity


@dataclass(frozen=True, slots=True)
class DraftText:
    """Text for a person to edit; a draft until somebody did and signed.

    Attributes
    ----------
    part : str
        ``findings``, ``impression``, ``advice``.
    english, chinese : str
    """

    part: str
    english: str
    chinese: str

    def as_json(self) -> dict[str, str]:
        """Return the text as a JSON object."""
        return {"part": self.part, "english": self.english, "chinese": self.chinese}


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Everything a run gives.

    Attributes
    ----------
    findings, values, flags, texts, masks, maps : tuple
    objects : tuple of str
        Files of DICOM objects that the model wrote itself (SEG, SR, Parametric Map), relative to
        the folder of the answer.
    caveats : tuple of Caveat
    """

    findings: tuple[Found, ...] = ()
    values: tuple[Told, ...] = ()
    flags: tuple[Flag, ...] = ()
    texts: tuple[DraftText, ...] = ()
    masks: tuple[LabelledMask, ...] = ()
    maps: tuple[ValueMap, ...] = ()
    objects: tuple[str, ...] = ()
    caveats: tuple[Caveat, ...] = ()
