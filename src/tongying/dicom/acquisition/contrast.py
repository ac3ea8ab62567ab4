"""Whether a contrast agent was given, and what descriptions say of it.

DICOM PS3.3 (CT, MR image IODs) requires the Contrast/Bolus module if contrast media was used in the
image, so that a CT or MR object without any attribute of it says that none was. An empty agent says
nothing: many devices write one always.
"""

from __future__ import annotations

import re
from typing import Final

from tongying.dicom.acquisition.header import ImageHeader

_STATED_BY_ABSENCE: Final = frozenset({"CT", "MR"})
_NONE: Final = frozenset(
    {"NONE", "NO", "N", "NO CONTRAST", "WITHOUT", "NON-CONTRAST", "NATIVE", "平扫", "无", "未用"}
)
_ATTRIBUTES: Final = (
    "ContrastBolusAgent",
    "ContrastBolusAgentSequence",
    "ContrastBolusVolume",
    "ContrastBolusTotalDose",
    "ContrastBolusStartTime",
    "ContrastBolusRoute",
    "ContrastFlowRate",
)
_WITH: Final = re.compile(
    r"\+ ?c\b|\bc\+|post.?(?:con|gad|gd|kontrast)|\bce\b|contrast.?enhanced|\bwith contrast|\bgd\b"
    r"|\bart(?:erial)?\b|\bvenous\b|\bportal\b|增强|动脉期|静脉期|门脉期|延迟期"
)
_WITHOUT: Final = re.compile(
    r"\bnon.?con(?:trast)?\b|\bwithout(?: contrast)?\b|\bw/?o(?: contrast)?\b|\bno contrast"
    r"|\bc-(?!\w)|\bpre.?(?:con|gad|gd)"
    r"|\bnative\b|\bunenhanced\b|平扫|增强前"
)


def contrast_of(image: ImageHeader) -> bool | None:
    """Return whether an agent was given; None where the header does not say."""
    said = [image.values(one) for one in _ATTRIBUTES]
    agent = image.text("ContrastBolusAgent").upper()
    if agent in _NONE:
        return False
    if agent or said[1]:
        return True
    if any(said):
        return None
    present = any(one in image.dataset for one in _ATTRIBUTES)
    absent = image.text("Modality").upper() in _STATED_BY_ABSENCE and not present
    return False if absent else None


def contrast_named(text: str) -> bool | None:
    """Return what a description says of contrast; None where it says nothing, or both.

    Examples
    --------
    >>> contrast_named("Ax T1 +C"), contrast_named("胸部平扫"), contrast_named("Ax T1")
    (True, False, None)
    """
    lower = text.lower().replace("_", " ")
    without = bool(_WITHOUT.search(lower))
    given = bool(_WITH.search(_WITHOUT.sub(" ", lower)))
    return given if given != without else None
