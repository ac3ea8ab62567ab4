"""What may tell two images at the same place apart: phase, echo, b-value, reconstruction.

References
----------
DICOM PS3.3 C.7.6.16.2.2 (frame content), C.8.13 (enhanced MR), C.7.6.17 (dimension index); the
private b-values are Siemens' (0019,xx0C), GE's (0043,xx39) and Philips' (2001,xx03), as the
makers' conformance statements give them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tongying.dicom.volumes.frame_header import Tell
from tongying.dicom.volumes.functional_groups import FrameAttributes

_CONTENT, _DIFFUSION, _ECHO = "00209111", "00189117", "00189114"
_CARDIAC, _TYPES = "00189118", ("00189226", "00189329", "00189751")
_SHARED_PLACES = frozenset({"00209057", "00200032", "00209113"})
"""Dimensions that only say which slice of a stack a frame is."""

_ATTRIBUTES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("stack", ("00209056",), (_CONTENT,)),
    ("temporal position", ("00200100", "00209128"), (_CONTENT,)),
    ("b-value", ("00189087",), (_DIFFUSION,)),
    ("diffusion direction", ("00189089",), (_DIFFUSION, "00189076")),
    ("echo time (ms)", ("00189082", "00180081"), (_ECHO,)),
    ("echo number", ("00180086",), ()),
    ("inversion time (ms)", ("00180082",), ()),
    ("flip angle", ("00181314",), ("00189112",)),
    ("contrast agent", ("00180010",), ()),
    ("tube voltage (kV)", ("00180060",), ("00189325",)),
    ("reconstruction kernel", ("00181210", "00189316"), ("00189314",)),
    ("image type", ("00089007", "00080008"), _TYPES),
    ("complex component", ("00089208",), _TYPES),
    ("acquisition", ("00200012", "00209156"), (_CONTENT,)),
    ("cardiac phase", ("00209241",), (_CARDIAC,)),
    ("trigger time (ms)", ("00209153", "00181060"), (_CARDIAC,)),
    ("slice thickness (mm)", ("00180050",), ("00289110",)),
)
"""Name, tags, functional groups; the first that does tell images apart is used."""
_TIMES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("frame reference time (ms)", ("00541300",), ()),
    ("acquisition date and time", ("00189074", "00189151", "0008002A"), (_CONTENT,)),
    ("acquisition time", ("00080032",), ()),
    ("content time", ("00080033",), ()),
)
ORDERED = (
    "temporal position",
    "trigger time (ms)",
    "frame reference time (ms)",
    "acquisition date and time",
    "acquisition time",
    "content time",
)
"""Of these the order at a place may count where the values themselves differ from slice to slice,
as in a cine whose trigger times drift."""


def frame_tells(at: FrameAttributes) -> dict[str, Tell]:
    """Return what may tell this image from another at the same place.

    Parameters
    ----------
    at : FrameAttributes
        Looks the frame's attributes up.
    """
    found: dict[str, Tell] = {}
    for name, tags, groups in (*_ATTRIBUTES, *_TIMES):
        for tag in tags:
            value = _tell(at.values(tag, *groups))
            if value is not None:
                found[name] = value
                break
    if "b-value" not in found:
        private = _private_b_value(at)
        if private is not None:
            found["b-value"] = private
    return found | _dimensions(at)


def _tell(values: list[Any]) -> Tell | None:
    kept = tuple(
        float(one) if isinstance(one, int | float) else one
        for one in values
        if isinstance(one, int | float | str)
    )
    if not kept:
        return None
    return kept[0] if len(kept) == 1 else kept


def _private_b_value(at: FrameAttributes) -> float | None:
    makers: tuple[tuple[str, str, Callable[[float], float]], ...] = (
        ("SIEMENS MR HEADER", "0019xx0C", float),
        ("Philips Imaging DD 001", "2001xx03", float),
        # GE adds 10⁹ to mark several b-values in one series.
        ("GEMS_PARM_01", "0043xx39", lambda b: b % 1e9),
    )
    for creator, tag, read in makers:
        values = at.private(creator, tag, "2005140F")
        if values and isinstance(values[0], int | float):
            return read(values[0])
    return None


def _dimensions(at: FrameAttributes) -> dict[str, Tell]:
    """Return the frame's dimension indices but for those that count slices."""
    pointers = [
        next(iter(item.get("00209165", {}).get("Value", [])), "")
        for item in at.image.values("00209222")
    ]
    indices = at.values("00209157", _CONTENT)
    return {
        f"dimension {number + 1}": float(index)
        for number, (pointer, index) in enumerate(zip(pointers, indices, strict=False))
        if pointer not in _SHARED_PLACES and isinstance(index, int | float)
    }
