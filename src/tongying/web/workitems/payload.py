"""Reading the data set that a client sends: DICOM JSON, checked before anything is kept.

References
----------
DICOM PS3.18 annex F; PS3.5 table 6.2-1.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from pydicom.datadict import dictionary_VR

from tongying.kernel.errors import BadInput
from tongying.web.workitems.dataset import LONGEST, Json

MOST_BYTES = 1 << 20
DEEPEST = 8
"""Sequences within sequences; UPS has four."""

_BEYOND = 1 << 64
"""No number of a data set is this large; infinities are not numbers there either."""

_TAG = re.compile(r"[0-9A-Fa-f]{8}")
_TEXT = frozenset(["AE", "CS", "LO", "LT", "SH", "ST", "UC", "UR", "UT"])
_LONG_TEXT = frozenset(["LT", "ST", "UT"])
_NUMBER = frozenset(["DS", "FD", "FL", "IS", "SL", "SS", "SV", "UL", "US", "UV"])
_GROUPS = frozenset(["Alphabetic", "Ideographic", "Phonetic"])
DT = re.compile(r"\d{4}(\d\d){0,5}(\.\d{1,6})?([+-]\d{4})?")
_FORM = {
    "UI": re.compile(r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))*"),
    "DA": re.compile(r"\d{8}"),
    "TM": re.compile(r"\d\d(\d\d(\d\d(\.\d{1,6})?)?)?"),
    "DT": DT,
    "CS": re.compile(r"[A-Z0-9_ ]{1,16}"),
    "AS": re.compile(r"\d{3}[DWMY]"),
    "AT": re.compile(r"[0-9A-Fa-f]{8}"),
    "DS": re.compile(r"[ 0-9+\-eE.]{1,16}"),
    "IS": re.compile(r" *[+-]?\d{1,11} *"),
}


class PayloadRefused(BadInput):
    """The body is not one data set in the DICOM JSON model."""

    code: ClassVar[str] = "ups.payload"


def is_uid(text: str) -> bool:
    """Say whether a text is a UID (PS3.5 section 9.1)."""
    return _FORM["UI"].fullmatch(text) is not None


def read_payload(body: bytes, *, may_be_empty: bool = False) -> Json:
    """Return the data set of a body: an object, or an array of one.

    Tags come back in capitals, elements in ascending order.

    Raises
    ------
    PayloadRefused
        If it is none, or an element is not as the standard wants it.
    """
    if may_be_empty and not body.strip():
        return {}
    if len(body) > MOST_BYTES:
        raise PayloadRefused("The data set is larger than a workitem can be.")
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise PayloadRefused("The body is not JSON.") from None
    if isinstance(found, list) and len(found) == 1:
        (found,) = found
    return _data_set(found, 0)


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _data_set(found: Any, depth: int) -> Json:
    if not isinstance(found, dict):
        raise PayloadRefused("The body is not one data set in the DICOM JSON model.")
    if depth > DEEPEST:
        raise PayloadRefused("Sequences are nested too deeply.")
    elements = {}
    for name, element in found.items():
        if _TAG.fullmatch(name) is None:
            raise PayloadRefused(f"“{name[:20]}” is not a tag of eight hexadecimal digits.")
        elements[name.upper()] = _element(name.upper(), element, depth)
    return dict(sorted(elements.items()))


def _element(name: str, element: Any, depth: int) -> Json:
    if not isinstance(element, dict) or not element.keys() <= {"vr", "Value"}:
        raise PayloadRefused(f"Element {name} needs a vr and values, and nothing else.")
    vr, values = element.get("vr"), element.get("Value", [])
    if vr not in _vrs_of(name) or not isinstance(values, list):
        raise PayloadRefused(f"Element {name} has not the value representation of its tag.")
    if vr == "SQ":
        kept: list[Any] = [_data_set(item, depth + 1) for item in values]
    else:
        check = _CHECKS.get(vr, _no_binary)
        kept = values
        for value in values:
            if value is not None and not check(vr, value):
                raise PayloadRefused(f"A value of element {name} is not a value of {vr}.")
    return {"vr": vr, "Value": kept} if kept else {"vr": vr}


def _vrs_of(name: str) -> frozenset[str]:
    """Return the VRs that a tag may have; a private or unknown one may have any."""
    try:
        return frozenset(dictionary_VR(int(name, 16)).split(" or "))
    except KeyError:
        return frozenset([*_CHECKS, "SQ"])


def _is_text(vr: str, value: Any) -> bool:
    if not isinstance(value, str) or len(value) > LONGEST.get(vr, MOST_BYTES):
        return False
    allowed = "\t\n\f\r" if vr in _LONG_TEXT else ""
    plain = all((sign >= " " and sign != "\x7f") or sign in allowed for sign in value)
    return plain and not any("\ud800" <= sign <= "\udfff" for sign in value)


def _is_formed(vr: str, value: Any) -> bool:
    return isinstance(value, str) and _FORM[vr].fullmatch(value) is not None


def _is_number(vr: str, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, str):
        return vr in _FORM and _is_formed(vr, value)
    return isinstance(value, (int, float)) and abs(value) < _BEYOND


def _is_name(vr: str, value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= _GROUPS
        and all(_is_text("LO", group) for group in value.values())
    )


def _no_binary(vr: str, value: Any) -> bool:
    return False


_CHECKS: dict[str, Callable[[str, Any], bool]] = {
    **dict.fromkeys(_TEXT, _is_text),
    **dict.fromkeys(_NUMBER, _is_number),
    **dict.fromkeys(("UI", "DA", "TM", "DT", "CS", "AS", "AT"), _is_formed),
    "PN": _is_name,
}
"""VRs that a workitem may hold; bulk data have no place in it."""
