"""Kinds of examination as a clinician names them, and the families in which one compares them.

A study has DICOM modalities; a clinician sees "PET/CT", "echo", "fluoroscopy". Families follow the
reading: sections are laid beside sections, radiographs beside radiographs, ultrasound beside
ultrasound.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tongying.archive.body_region import Region


class Kind(StrEnum):
    """What kind of examination part of a study is."""

    US = "us"
    ECHO = "echo"
    XR = "xr"
    FLUOROSCOPY = "fluoroscopy"
    CT = "ct"
    MR = "mr"
    NM = "nm"
    PET = "pet"
    OTHER = "other"


class Family(StrEnum):
    """Kinds that are read beside each other."""

    SECTIONS = "sections"
    RADIOGRAPHS = "radiographs"
    ULTRASOUND = "ultrasound"
    OTHER = "other"


_KINDS: Final[dict[str, Kind]] = {
    "US": Kind.US,
    "CR": Kind.XR,
    "DX": Kind.XR,
    "MG": Kind.XR,
    "PX": Kind.XR,
    "IO": Kind.XR,
    "RG": Kind.XR,
    "RF": Kind.FLUOROSCOPY,
    "XA": Kind.FLUOROSCOPY,
    "CT": Kind.CT,
    "MR": Kind.MR,
    "NM": Kind.NM,
    "ST": Kind.NM,
    "PT": Kind.PET,
    "EC": Kind.ECHO,
}
"""Defined terms of (0008,0060), PS3.3 C.7.3.1.1.1; ST and EC are retired and still met."""
_NOT_EXAMINATIONS: Final = frozenset(
    {"SR", "SEG", "KO", "PR", "REG", "RTSTRUCT", "RTDOSE", "RTPLAN", "DOC", "PLAN", "FID", "RWV"}
)
"""What people and programs make from images (same section)."""
FAMILIES: Final[dict[Kind, Family]] = {
    Kind.CT: Family.SECTIONS,
    Kind.MR: Family.SECTIONS,
    Kind.PET: Family.SECTIONS,
    Kind.NM: Family.SECTIONS,
    Kind.XR: Family.RADIOGRAPHS,
    Kind.FLUOROSCOPY: Family.RADIOGRAPHS,
    Kind.US: Family.ULTRASOUND,
    Kind.ECHO: Family.ULTRASOUND,
    Kind.OTHER: Family.OTHER,
}
_SHOWS_THE_HEART: Final = frozenset({Region.HEART, Region.CHEST})


def kinds_of(modalities: Iterable[str], regions: frozenset[Region]) -> tuple[Kind, ...]:
    """Return the kinds of examination in a study, each once, in the order of `Kind`.

    Ultrasound of the heart alone is an echo.

    Parameters
    ----------
    modalities : iterable of str
        Defined terms of (0008,0060); those of derived objects do not count.
    regions : frozenset of Region
        Of the study.

    Examples
    --------
    >>> kinds_of(["PT", "CT", "SEG"], frozenset()) == (Kind.CT, Kind.PET)
    True
    >>> kinds_of(["US"], frozenset({Region.HEART})) == (Kind.ECHO,)
    True
    """
    found = {
        _KINDS.get(one.strip().upper(), Kind.OTHER)
        for one in modalities
        if one.strip() and is_examination(one)
    }
    if Kind.US in found and Region.HEART in regions and regions <= _SHOWS_THE_HEART:
        found = found - {Kind.US} | {Kind.ECHO}
    return tuple(kind for kind in Kind if kind in found)


def is_examination(modality: str) -> bool:
    """Say whether a modality is of images, not of what is made from them.

    Examples
    --------
    >>> is_examination("MR"), is_examination("SEG")
    (True, False)
    """
    return modality.strip().upper() not in _NOT_EXAMINATIONS


def families_of(kinds: Iterable[Kind]) -> frozenset[Family]:
    """Return the families of some kinds."""
    return frozenset(FAMILIES[kind] for kind in kinds)
