"""A data set in the DICOM JSON model, element by element, under the standard's own keywords.

References
----------
DICOM PS3.18 annex F.2; PS3.5 table 6.2-1 (lengths and forms of values); PS3.6 through pydicom.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.utils import timezone
from pydicom.datadict import dictionary_VR, tag_for_keyword

from tongying.dicom.person_name import PersonName
from tongying.dicom.writers.signer import person_name
from tongying.dicom.writers.study_context import WritingRefused

Json = dict[str, Any]

LONGEST = {"AE": 16, "CS": 16, "SH": 16, "LO": 64, "ST": 1024, "LT": 10240}
"""Characters of one value (PS3.5 table 6.2-1)."""


@lru_cache(maxsize=1000)
def element_of(keyword: str) -> tuple[str, str]:
    """Return tag (eight hexadecimal digits) and VR of a keyword.

    Raises
    ------
    KeyError
        If the data dictionary has no such keyword.
    """
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise KeyError(keyword)
    return f"{tag:08X}", dictionary_VR(tag)


def tag(keyword: str) -> str:
    """Return the tag of a keyword as eight hexadecimal digits."""
    return element_of(keyword)[0]


def data_set(**values: Any) -> Json:
    """Return a data set of the given elements in ascending order of tag.

    A value is a text, a moment, a day, a name, for a sequence a list of data sets; None, an empty
    text or list makes an element without a value.
    """
    elements = {}
    for keyword, value in values.items():
        name, vr = element_of(keyword)
        written = _written(value)
        elements[name] = {"vr": vr, "Value": written} if written else {"vr": vr}
    return dict(sorted(elements.items()))


def code(value: str, scheme: str, meaning: str) -> Json:
    """Return a coded entry (PS3.3 section 8.8)."""
    return data_set(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=label(meaning))


def label(text: str) -> str:
    """Return what fits of a text that is only for display into an LO value."""
    return text[: LONGEST["LO"]]


@lru_cache(maxsize=5000)
def named(name: str) -> PersonName:
    """Return a member's name as PN; what PN reserves for itself becomes a space."""
    plain = "".join(" " if sign in "^=\\" or sign < " " else sign for sign in name).strip()
    try:
        return PersonName(*(group.removesuffix("^") for group in person_name(plain).split("=")))
    except WritingRefused:
        return PersonName(plain[: LONGEST["LO"]])


def value_of(elements: Json, keyword: str) -> Any:
    """Return an element's first value, or None where it has none."""
    values = values_of(elements, keyword)
    return values[0] if values else None


def values_of(elements: Json, keyword: str) -> list[Any]:
    """Return an element's values."""
    return list(elements.get(tag(keyword), {}).get("Value", ()))


def moment(at: datetime) -> str:
    """Return a moment as DT, in the platform's time zone with its offset."""
    return timezone.localtime(at).strftime("%Y%m%d%H%M%S.%f%z")


def _written(value: Any) -> list[Any]:
    if value in (None, "", [], ()):
        return []
    if isinstance(value, datetime):
        return [moment(value)]
    if isinstance(value, date):
        return [f"{value:%Y%m%d}"]
    if isinstance(value, PersonName):
        groups = {
            "Alphabetic": value.alphabetic,
            "Ideographic": value.ideographic,
            "Phonetic": value.phonetic,
        }
        found = {group: text for group, text in groups.items() if text}
        return [found] if found else []
    if isinstance(value, list):
        return value
    return [value]
