"""A raw data set in the DICOM JSON model, written straight from the bytes.

pydicom's `Dataset.to_json_dict` costs some milliseconds per instance, the largest part of taking
one in; this encoder skips the object model. Choices the standard leaves open: DS and IS are JSON
numbers, and where the text is no number they stay strings (both allowed since CP-1910; OHIF and
dicomweb-client read both); 64-bit integers beyond 2**53 are strings; NaN and infinities, which
JSON cannot say, are null.

References
----------
DICOM PS3.18 annex F.2 (JSON model), table F.2.3-1 (types), F.2.6 (bulk data), F.2.7 (inline).
"""

from __future__ import annotations

import json
import math
import struct
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tongying.dicom.charset import Charset, choose_charset
from tongying.dicom.parsing import DataSet, Element, Encoding
from tongying.dicom.person_name import PersonName
from tongying.dicom.vr import CHARSET_TEXT, private_vr, public_vr
from tongying.kernel.caveat import Caveat

BULK_PREFIX = "@BULK@/"
"""Stands for the address of the instance's bulk data, which only the web knows."""
INLINE_LIMIT = 1 << 10
"""Binary values up to this many bytes are inline."""
PIXELS = frozenset([0x7FE00008, 0x7FE00009, 0x7FE00010])
"""Float, double float and integer pixel data; always bulk data."""

_CHARACTER_SET = 0x00080005
_STORED_TRANSFER_SYNTAX = "00083002"
_EXACT_INTEGER = 1 << 53

Json = dict[str, object]


@dataclass(slots=True)
class JsonEncoder:
    """Encodes one instance.

    Attributes
    ----------
    encoding : Encoding
        How the elements are encoded.
    located : bool
        Whether offsets are positions in the stored file that hold little-endian values; if not
        (deflated, big endian), values that are not pixels are inline whatever their size.
    load : callable
        Takes an offset and a length and returns those bytes, for values that were only located.
    bulk : dict of str to tuple of int
        Receives each bulk path's offset and length.
    caveats : set of Caveat
        Receives what was doubtful.
    """

    encoding: Encoding
    located: bool
    load: Callable[[int, int], bytes]
    bulk: dict[str, tuple[int, int]] = field(default_factory=dict)
    caveats: set[Caveat] = field(default_factory=set)

    def encode(self, data_set: DataSet, *, charset: Charset, transfer_syntax_uid: str) -> bytes:
        """Return the data set as UTF-8 JSON, without groups 0000 and 0002 and group lengths.

        Parameters
        ----------
        data_set : DataSet
            Raw elements.
        charset : Charset
            Of the data set; items with a label of their own are decided by themselves.
        transfer_syntax_uid : str
            The stored one, which becomes (0008,3002) Available Transfer Syntax UID.
        """
        out = self._object(data_set, charset, "", signed=False)
        out["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
        out[_STORED_TRANSFER_SYNTAX] = {"vr": "UI", "Value": [transfer_syntax_uid]}
        ordered = dict(sorted(out.items()))
        return json.dumps(
            ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()

    def _object(self, data_set: DataSet, charset: Charset, path: str, *, signed: bool) -> Json:
        out: Json = {}
        representation = data_set.get(0x00280103)
        if representation is not None and representation.value:
            signed = 1 in representation.value[:2]
        decode, caveats = charset.decode, self.caveats
        simple, little, order = _STRINGS, self.encoding.little, self.encoding.order
        for tag, element in data_set.items():
            if tag & 0xFFFF == 0 or tag < 0x00080000:
                continue
            vr, value = element.vr, element.value
            if value is not None and vr in simple and len(value) <= INLINE_LIMIT:
                if not value:
                    out[f"{tag:08X}"] = {"vr": vr}
                    continue
                text = (
                    value.decode("ascii")
                    if value.isascii() and b"\x1b" not in value
                    else decode(value, caveats)
                    if vr in CHARSET_TEXT
                    else value.decode("latin-1")
                )
                values = simple[vr](text)
                out[f"{tag:08X}"] = {"vr": vr, "Value": values} if values else {"vr": vr}
                continue
            if vr == "US" and value is not None and len(value) == 2:
                number = int.from_bytes(value, "little" if little else "big")
                out[f"{tag:08X}"] = {"vr": "US", "Value": [number]}
                continue
            if vr == "SQ":
                out[f"{tag:08X}"] = self._sequence(tag, element, charset, path, signed=signed)
                continue
            if vr == "UN":
                # UN values are little endian whatever the rest is (PS3.5 6.2.2).
                vr = _private(tag, data_set) if tag & 0x10000 else vr
                out[f"{tag:08X}"] = self._other(tag, vr, element, charset, path, order="<")
                continue
            if " " in vr:
                vr = _resolve(vr, tag, data_set, signed=signed)
            out[f"{tag:08X}"] = self._other(tag, vr, element, charset, path, order=order)
        if _CHARACTER_SET in data_set:
            out["00080005"] = {"vr": "CS", "Value": ["ISO_IR 192"]}
        return out

    def _sequence(
        self, tag: int, element: Element, charset: Charset, path: str, *, signed: bool
    ) -> Json:
        if not element.items:
            return {"vr": "SQ"}
        values = []
        for index, item in enumerate(element.items):
            label = item.get(_CHARACTER_SET)
            inner = charset
            if label is not None:
                inner = choose_charset(label.value, texts_beyond_ascii(item), charset)
                if inner.caveat:
                    self.caveats.add(inner.caveat)
            item_path = f"{path}{tag:08X}/{index}/"
            values.append(self._object(item, inner, item_path, signed=signed))
        return {"vr": "SQ", "Value": values}

    def _other(
        self,
        tag: int,
        vr: str,
        element: Element,
        charset: Charset,
        path: str,
        *,
        order: str,
    ) -> Json:
        """Encode numbers, binary values, and text that is long or located only."""
        key = f"{path}{tag:08X}"
        if tag in PIXELS or element.fragments:
            if self.located and not element.fragments and element.length:
                self.bulk[key] = (element.offset, element.length)
            return {"vr": vr, "BulkDataURI": BULK_PREFIX + key}
        value = element.value
        if value is None:
            if self.located:
                return self._bulk(key, vr, element)
            value = self.load(element.offset, element.length)
        if not value:
            return {"vr": vr}
        if vr in _STRINGS:
            text = charset.decode(value, self.caveats) if vr in CHARSET_TEXT else _latin(value)
            values = _STRINGS[vr](text)
            return {"vr": vr, "Value": values} if values else {"vr": vr}
        kind = _NUMBERS.get(vr)
        if kind is not None and len(value) % kind[1] == 0:
            numbers = struct.unpack(f"{order}{len(value) // kind[1]}{kind[0]}", value)
            return {"vr": vr, "Value": _json_numbers(vr, numbers)}
        if vr == "AT" and len(value) % 4 == 0:
            pairs = struct.unpack(f"{order}{len(value) // 2}H", value)
            return {
                "vr": vr,
                "Value": [
                    f"{group:04X}{number:04X}"
                    for group, number in zip(pairs[::2], pairs[1::2], strict=True)
                ],
            }
        if vr not in _BINARY:
            vr = "UN"  # a number whose bytes do not add up
        if len(value) > INLINE_LIMIT and self.located:
            return self._bulk(key, vr, element)
        return {"vr": vr, "InlineBinary": b64encode(_little(vr, value, order)).decode("ascii")}

    def _bulk(self, key: str, vr: str, element: Element) -> Json:
        self.bulk[key] = (element.offset, element.length)
        return {"vr": vr, "BulkDataURI": BULK_PREFIX + key}


def texts_beyond_ascii(data_set: DataSet) -> Iterator[bytes]:
    """Yield the text values that show which encoding a data set is in.

    Parameters
    ----------
    data_set : DataSet
        Raw elements; items with a character set of their own are left out.

    Yields
    ------
    bytes
        Values of text VRs that are not plain ASCII.
    """
    for element in data_set.values():
        value = element.value
        if value is not None:
            if element.vr in CHARSET_TEXT and (not value.isascii() or b"\x1b" in value):
                yield value.rstrip(b" \0")
        elif element.items:
            for item in element.items:
                if _CHARACTER_SET not in item:
                    yield from texts_beyond_ascii(item)


def _little(vr: str, value: bytes, order: str) -> bytes:
    """Bring words into the little-endian order that PS3.18 F.2.7 asks for."""
    width = _WORD_BYTES.get(vr, 1)
    if order == "<" or width == 1 or len(value) % width:
        return value
    swapped = bytearray(len(value))
    for place in range(width):
        swapped[place::width] = value[width - 1 - place :: width]
    return bytes(swapped)


def _latin(value: bytes) -> str:
    return value.decode("latin-1")


def _texts(text: str) -> list[object]:
    if "\\" not in text:
        only = text.rstrip(" \0")
        return [only] if only else []
    parts: list[object] = [part.rstrip(" \0") or None for part in text.split("\\")]
    return parts if any(parts) else []


def _trimmed(text: str) -> list[object]:
    if "\\" not in text:
        only = text.strip(" \0")
        return [only] if only else []
    parts: list[object] = [part.strip(" \0") or None for part in text.split("\\")]
    return parts if any(parts) else []


def _whole_text(text: str) -> list[object]:
    only = text.rstrip(" \0")
    return [only] if only else []


def _names(text: str) -> list[object]:
    names: list[object] = [
        PersonName.parse(part).as_json() or None for part in text.strip(" \0").split("\\")
    ]
    return names if any(names) else []


def _decimals(text: str) -> list[object]:
    parts = [_decimal(part) for part in text.split("\\")]
    return parts if any(part is not None for part in parts) else []


def _decimal(text: str) -> object:
    text = text.strip(" \0")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    # Python reads "1_0", "nan" and full-width digits, DICOM does not.
    if "_" in text or not text.isascii() or not math.isfinite(number):
        return text
    return int(number) if number.is_integer() and abs(number) < _EXACT_INTEGER else number


def _integers(text: str) -> list[object]:
    parts = [_integer(part) for part in text.split("\\")]
    return parts if any(part is not None for part in parts) else []


def _integer(text: str) -> object:
    text = text.strip(" \0")
    if not text:
        return None
    if len(text) <= 15 and text.lstrip("+-").isdecimal() and text.isascii():
        try:
            return int(text)
        except ValueError:  # "+-1"
            return text
    return text


_STRINGS: dict[str, Callable[[str], list[object]]] = {
    **dict.fromkeys(("LO", "SH", "UC"), _texts),
    **dict.fromkeys(("AE", "AS", "CS", "DA", "DT", "TM", "UI"), _trimmed),
    **dict.fromkeys(("LT", "ST", "UT", "UR"), _whole_text),
    "PN": _names,
    "DS": _decimals,
    "IS": _integers,
}
_NUMBERS = {
    "US": ("H", 2),
    "SS": ("h", 2),
    "UL": ("L", 4),
    "SL": ("l", 4),
    "UV": ("Q", 8),
    "SV": ("q", 8),
    "FL": ("f", 4),
    "FD": ("d", 8),
}
_BINARY = frozenset(["OB", "OD", "OF", "OL", "OV", "OW", "UN"])
_WORD_BYTES = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}


def _json_numbers(vr: str, numbers: tuple[float, ...]) -> list[object]:
    if vr in ("FL", "FD"):
        return [number if math.isfinite(number) else None for number in numbers]
    if vr in ("UV", "SV"):
        return [n if abs(n) <= _EXACT_INTEGER else str(n) for n in numbers]
    return list(numbers)


def _private(tag: int, data_set: DataSet) -> str:
    """Return the VR of a private element whose VR the file does not say."""
    if tag & 0xFFFF <= 0xFF:
        return public_vr(tag)
    creator = data_set.get(tag & 0xFFFF0000 | (tag >> 8 & 0xFF))
    if creator is None or not creator.value:
        return "UN"
    vr = private_vr(tag, creator.value.decode("latin-1").strip(" \0"))
    return vr if vr in _STRINGS or vr in _NUMBERS or vr in _BINARY else "UN"


def _resolve(vr: str, tag: int, data_set: DataSet, *, signed: bool) -> str:
    """Decide an ambiguous VR of implicit data (PS3.5 annex A.1, PS3.6 notes)."""
    choices = vr.split(" or ")
    if tag == 0x00283006 and "US" in choices:  # LUT Data: words, unless it has one entry
        descriptor = data_set.get(0x00283002)
        one_entry = descriptor is not None and (descriptor.value or b"")[:2] == b"\x01\x00"
        return "US" if one_entry else "OW"
    if "SS" in choices:
        return "SS" if signed else "US"
    return "OW" if "OW" in choices else choices[0]
