"""Which part of the body a study shows, from what people and machines wrote about it.

Descriptions and protocol names come first: a person chose them. Body Part Examined is asked where
they say nothing, for it is often left at the machine's default (Güld et al., SPIE 4685, 2002: 15 %
of its values were wrong). What none of them says stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from tongying.dicom.acquisition.region_finding import regions_coded, regions_named, says_fetal


class Region(StrEnum):
    """A part of the body, as coarse as one chooses a prior by."""

    HEAD = "head"
    NECK = "neck"
    CHEST = "chest"
    HEART = "heart"
    ABDOMEN = "abdomen"
    URINARY = "urinary"
    PELVIS = "pelvis"
    SPINE = "spine"
    HIP = "hip"
    UPPER_LIMB = "upper-limb"
    LOWER_LIMB = "lower-limb"
    WHOLE_BODY = "whole-body"


class Side(StrEnum):
    """Which side of the body."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"


NEAR: Final[frozenset[frozenset[Region]]] = frozenset(
    frozenset(pair)
    for pair in (
        (Region.HEAD, Region.NECK),
        (Region.NECK, Region.CHEST),
        (Region.CHEST, Region.HEART),
        (Region.ABDOMEN, Region.URINARY),
        (Region.ABDOMEN, Region.PELVIS),
        (Region.URINARY, Region.PELVIS),
        (Region.PELVIS, Region.HIP),
        (Region.HIP, Region.LOWER_LIMB),
    )
)
"""Parts that an image of one usually shows of the other."""
_WORD: Final = re.compile(r"[a-z]+")
_SIDES: Final[dict[str, Side]] = {
    "L": Side.LEFT,
    "LEFT": Side.LEFT,
    "R": Side.RIGHT,
    "RIGHT": Side.RIGHT,
    "B": Side.BOTH,
    "BOTH": Side.BOTH,
}
_SIDE_WORDS: Final[dict[str, Side]] = {
    "left": Side.LEFT,
    "lt": Side.LEFT,
    "right": Side.RIGHT,
    "rt": Side.RIGHT,
    "both": Side.BOTH,
    "bilateral": Side.BOTH,
    "bilat": Side.BOTH,
}
_SIDE_CHARACTERS: Final[dict[str, Side]] = {"左": Side.LEFT, "右": Side.RIGHT, "双": Side.BOTH}


def regions_of(descriptions: Iterable[str], body_parts: Iterable[str]) -> frozenset[Region]:
    """Return the parts of the body that a study shows; empty where nothing tells.

    Parameters
    ----------
    descriptions : iterable of str
        Study and series descriptions, protocol names; English or Chinese.
    body_parts : iterable of str
        (0018,0015) of its series.

    Examples
    --------
    >>> regions_of(["双侧股骨头正位"], ["PELVIS"]) == {Region.HIP}
    True
    >>> regions_of(["无特殊"], ["ABDOMENPELVIS"]) == {Region.ABDOMEN, Region.PELVIS}
    True
    >>> regions_of(["局部"], [])
    frozenset()
    """
    texts = list(descriptions)
    found = {name for text in texts for name in regions_named(text)}
    if not found and any(says_fetal(text) for text in texts):
        found = {"whole-body"}
    if not found:
        found = {name for part in body_parts for name in regions_coded(part)}
    return frozenset(Region(name) for name in found)


def side_of(lateralities: Iterable[str], descriptions: Iterable[str]) -> Side | None:
    """Return the side that a study shows; None where nothing tells.

    Parameters
    ----------
    lateralities : iterable of str
        (0020,0060) of its series.
    descriptions : iterable of str
        As in `regions_of`; asked where no laterality is written.

    Examples
    --------
    >>> side_of(["L", "R"], []), side_of([], ["左膝正侧位"]), side_of([], ["胸部"])
    (<Side.BOTH: 'both'>, <Side.LEFT: 'left'>, None)
    """
    found = {_SIDES[one.strip().upper()] for one in lateralities if one.strip().upper() in _SIDES}
    if not found:
        for text in descriptions:
            found |= {side for sign, side in _SIDE_CHARACTERS.items() if sign in text}
            words = _WORD.findall(text.lower())
            found |= {_SIDE_WORDS[word] for word in words if word in _SIDE_WORDS}
    if len(found) > 1:
        return Side.BOTH
    return next(iter(found), None)
