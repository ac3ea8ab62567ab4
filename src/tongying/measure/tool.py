"""The tool by which a value is measured on an image, named as the norms name theirs.

A norm speaks only about values that were measured as its own were, and its first word is the
examination: ultrasound, radiograph, CT, MRI, and for the heart echocardiography and cine MRI.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from tongying.measure.recipe import Measurement, Result
from tongying.norms.measure import measures

OF_MODALITY: Mapping[str, str] = {
    "US": "ultrasound",
    "CR": "radiograph",
    "DX": "radiograph",
    "RG": "radiograph",
    "CT": "CT",
    "MR": "MRI",
}
"""Modality (0008,0060) to the tool of a norm."""
OF_HEART: Mapping[str, str] = {"US": "echocardiography", "MR": "cine MRI"}
HEART = "heart"


def tool_of(modality: str, area: str) -> str | None:
    """Return what a norm calls an examination; None of a modality that no norm was made with.

    Examples
    --------
    >>> tool_of("US", "kidney"), tool_of("US", "heart"), tool_of("XA", "heart")
    ('ultrasound', 'echocardiography', None)
    """
    if area == HEART and modality in OF_HEART:
        return OF_HEART[modality]
    return OF_MODALITY.get(modality)


def with_tool(result: Result, modality: str) -> Result:
    """Return a result whose values carry the tool of the image they were measured on."""
    return replace(
        result, measurements=tuple(_stamped(one, modality) for one in result.measurements)
    )


def _stamped(one: Measurement, modality: str) -> Measurement:
    known = measures().get(one.measure)
    tool = tool_of(modality, known.area if known else "")
    return one if tool is None else replace(one, method=replace(one.method, tool=tool))
