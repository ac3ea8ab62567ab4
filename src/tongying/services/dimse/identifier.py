"""The identifier of a query or retrieve request: level and keys, in whatever characters it came.

Chinese workstations send queries in GB18030, in UTF-8 and without saying which; the same reading
as for images applies.

References
----------
DICOM PS3.4 section C.4.1.1.3 (C-FIND identifier), C.4.2.1.4 and C.4.3.1.3 (C-MOVE and C-GET).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO

from pydicom.datadict import dictionary_VR, keyword_for_tag
from pydicom.uid import UID

from tongying.archive.query import Level
from tongying.dicom.charset import choose_charset
from tongying.dicom.dicom_json import texts_beyond_ascii
from tongying.dicom.parsing import EXPLICIT_LITTLE, IMPLICIT_LITTLE, Parser, UnreadableDicom
from tongying.kernel.errors import BadInput

PATIENT = "PATIENT"
"""The level of the patient root model that has no counterpart in `Level`."""
LEVELS = (PATIENT, *(level.value for level in Level))
_NOT_KEYS = frozenset({0x00080005, 0x00080052, 0x00080053, 0x00080054, 0x00080201})
"""Character set, level, retrieve view, retrieve AE title, time zone: about the request itself."""


class IdentifierRefused(BadInput):
    """The identifier cannot be understood or does not fit the information model."""

    code = "dimse.identifier"


@dataclass(frozen=True, slots=True)
class Key:
    """An attribute of an identifier; an empty value asks for the attribute only."""

    tag: int
    keyword: str
    vr: str
    value: str


@dataclass(frozen=True, slots=True)
class Identifier:
    """A request's level and keys.

    Attributes
    ----------
    level : str
        One of `LEVELS`.
    keys : tuple of Key
        In the request's order; sequences and attributes unknown to the dictionary have no value.
    """

    level: str
    keys: tuple[Key, ...]

    @property
    def matches(self) -> dict[str, str]:
        """The keys that have a value, by keyword."""
        return {key.keyword: key.value for key in self.keys if key.value and key.keyword}

    def values(self, keyword: str) -> list[str]:
        """Return the values of a key, empty if it has none."""
        return [one for one in self.matches.get(keyword, "").split("\\") if one]


def read_identifier(encoded: bytes, *, transfer_syntax_uid: str, patient_root: bool) -> Identifier:
    """Read an identifier.

    Parameters
    ----------
    encoded : bytes
    transfer_syntax_uid : str
        Of the presentation context: implicit or explicit VR, little endian.
    patient_root : bool
        Whether the model has a patient level.

    Raises
    ------
    IdentifierRefused
        If it is not DICOM, or has no level or one that the model has not.
    """
    encoding = IMPLICIT_LITTLE if UID(transfer_syntax_uid).is_implicit_VR else EXPLICIT_LITTLE
    try:
        elements = Parser(BytesIO(encoded), len(encoded)).data_set(0, encoding)
    except (UnreadableDicom, struct.error, ValueError, KeyError, IndexError) as error:
        raise IdentifierRefused("The identifier cannot be read.") from error
    label = elements.get(0x00080005)
    charset = choose_charset(None if label is None else label.value, texts_beyond_ascii(elements))

    def text(tag: int) -> str:
        element = elements.get(tag)
        if element is None or not element.value:
            return ""
        value = charset.decode(element.value)
        return "\\".join(part.strip(" \0") for part in value.split("\\"))

    level = text(0x00080052).upper()
    if level not in LEVELS or (level == PATIENT and not patient_root):
        raise IdentifierRefused("The query/retrieve level is missing or not of this model.")
    keys = []
    for tag, element in elements.items():
        if tag in _NOT_KEYS or tag & 0xFFFF == 0:
            continue
        keyword = keyword_for_tag(tag)
        vr = dictionary_VR(tag).split(" ")[0] if keyword else element.vr
        keys.append(Key(tag, keyword, vr, "" if vr in ("SQ", "US", "UN", "OB") else text(tag)))
    return Identifier(level, tuple(keys))
