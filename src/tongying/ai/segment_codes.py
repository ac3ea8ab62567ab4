"""What a mask is, as DICOM codes it; without a code of the standard it is named by its words."""

from __future__ import annotations

from typing import Final

from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from tongying.ai.brain.regions import ANATOMY, REGIONS, TISSUES

MEANING_LENGTH: Final = 64
VALUE_LENGTH: Final = 16
SCHEME: Final = "99TONGYING"
KINDS: Final[dict[str, Code]] = {
    **{one.name: one.kind for one in REGIONS.values()},
    "lung": codes.SCT.Lung,
    "lungs": codes.SCT.Lung,
    "lung-right": codes.SCT.Lung,
    "lung-left": codes.SCT.Lung,
    "right-lung": codes.SCT.Lung,
    "left-lung": codes.SCT.Lung,
    "nodule": codes.SCT.Nodule,
    "lung-nodule": codes.SCT.Nodule,
}
"""By the name that masks have."""
_TISSUES: Final = frozenset(one.name for one in TISSUES.values())


def code_of_segment(name: str, english: str) -> tuple[Code, Code]:
    """Return category (CID 7150) and type of a segment.

    Parameters
    ----------
    name : str
        Stable name of the mask; a number behind it (``lung-nodule-3``) does not count.
    english : str
        Its words.

    Examples
    --------
    >>> code_of_segment("hippocampus", "Hippocampi")[1].meaning
    'Hippocampus'
    >>> code_of_segment("thymus", "Thymus")[1].scheme_designator
    '99TONGYING'
    """
    plain = name.rstrip("0123456789").rstrip("-")
    kind = KINDS.get(name) or KINDS.get(plain)
    if kind is None:
        meaning = english[:MEANING_LENGTH] or plain
        return ANATOMY, Code(plain[:VALUE_LENGTH] or "segment", SCHEME, meaning)
    if kind == codes.SCT.Nodule:
        return codes.SCT.MorphologicallyAbnormalStructure, kind
    return (codes.SCT.Tissue if plain in _TISSUES else ANATOMY), kind
