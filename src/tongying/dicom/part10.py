"""Write Part 10 files: meta information, and raw elements as explicit VR little endian.

Text is copied byte for byte, so a wrongly labelled character set is not made worse.

References
----------
DICOM PS3.10 section 7.1; PS3.5 section 7.1.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import BinaryIO, ClassVar

from tongying.dicom.parsing import DataSet, Element, Encoding, Parser
from tongying.dicom.vr import LONG_LENGTH
from tongying.kernel.errors import BadInput

IMPLEMENTATION_CLASS_UID = "2.25.222402361379104903905482206914389026353"
"""Names this software in the files it writes (PS3.7 D.3.3.2)."""
IMPLEMENTATION_VERSION_NAME = "TONGYING"
_COPY = 1 << 20
_WORD_BYTES = {
    **dict.fromkeys(("US", "SS", "OW", "AT"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OF", "OL"), 4),
    **dict.fromkeys(("FD", "OD", "UV", "SV", "OV"), 8),
}
_SHORT_LIMIT = 0xFFFF
_LONG_LIMIT = 0xFFFFFFFE
_SEQUENCE_END = b"\xfe\xff\xdd\xe0\0\0\0\0"
_ITEM_END = b"\xfe\xff\x0d\xe0\0\0\0\0"
_OPEN_ITEM = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"


class MetaRefused(BadInput):
    """The meta information would not be valid."""

    code: ClassVar[str] = "dicom.meta"


def as_part10(
    data_set: bytes, *, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str
) -> bytes:
    """Wrap a bare data set, such as C-STORE brings, into a Part 10 file.

    Parameters
    ----------
    data_set : bytes
        Encoded in `transfer_syntax_uid`, without preamble and group 0002.
    sop_class_uid, sop_instance_uid, transfer_syntax_uid : str
        As negotiated.

    Returns
    -------
    bytes

    Raises
    ------
    MetaRefused
        If a UID is empty or longer than 64 characters.
    """
    head = part10_head(
        sop_class_uid=sop_class_uid,
        sop_instance_uid=sop_instance_uid,
        transfer_syntax_uid=transfer_syntax_uid,
    )
    return head + data_set


def part10_head(*, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> bytes:
    """Return preamble, prefix and meta information, to be followed by the data set.

    Raises
    ------
    MetaRefused
        If a UID is empty or longer than 64 characters.
    """
    body = b"\x02\x00\x01\x00OB\0\0\x02\0\0\0\0\x01"
    for number, uid in (
        (0x02, sop_class_uid),
        (0x03, sop_instance_uid),
        (0x10, transfer_syntax_uid),
        (0x12, IMPLEMENTATION_CLASS_UID),
    ):
        if not 1 <= len(uid) <= 64 or not uid.isascii():
            raise MetaRefused("A UID of the file's meta information is not valid.")
        body += _short(0x00020000 | number, "UI", uid.encode() + b"\0" * (len(uid) % 2))
    body += _short(0x00020013, "SH", IMPLEMENTATION_VERSION_NAME.encode())
    return bytes(128) + b"DICM" + _short(0x00020000, "UL", struct.pack("<L", len(body))) + body


class ExplicitWriter:
    """Writes parsed elements as explicit VR little endian.

    Parameters
    ----------
    out : BinaryIO
        Open for writing.
    parser : Parser
        Where values that were only located are copied from.
    encoding : Encoding
        Of those values.
    """

    def __init__(self, out: BinaryIO, parser: Parser, encoding: Encoding) -> None:
        self._out = out
        self._parser = parser
        self._encoding = encoding

    def write(self, data_set: DataSet, *, tags: Iterable[int]) -> None:
        """Write some elements in ascending order of tag.

        Parameters
        ----------
        data_set : DataSet
            Raw elements; group lengths are left out (PS3.5 7.2 retired them).
        tags : iterable of int
            Which.
        """
        signed = _is_signed(data_set)
        for tag in sorted(tags):
            if tag & 0xFFFF:
                self._write(tag, data_set[tag], signed=signed)

    def write_value(self, tag: int, vr: str, value: bytes) -> None:
        """Write an element from little-endian bytes, padded to an even length."""
        self._out.write(_header(tag, vr, len(value) + len(value) % 2))
        self._out.write(value + _pad(vr) * (len(value) % 2))

    def _write(self, tag: int, element: Element, *, signed: bool) -> None:
        vr = _one_vr(tag, element.vr, signed=signed)
        if vr == "SQ":
            self._out.write(_header(tag, "SQ", 0xFFFFFFFF))
            for item in element.items or []:
                self._out.write(_OPEN_ITEM)
                self.write(item, tags=item)
                self._out.write(_ITEM_END)
            self._out.write(_SEQUENCE_END)
            return
        if element.fragments:
            self._out.write(_header(tag, "OB", 0xFFFFFFFF))
            for offset, length in element.fragments:
                self._out.write(b"\xfe\xff\x00\xe0" + struct.pack("<L", length))
                self._copy(offset, length, width=1)
            self._out.write(_SEQUENCE_END)
            return
        if element.length > _SHORT_LIMIT and vr not in LONG_LENGTH:
            vr = "UN"  # PS3.5 6.2.2, note: too long for a VR with a 16-bit length
        odd = element.length % 2
        self._out.write(_header(tag, vr, element.length + odd))
        width = 1 if self._encoding.little else _WORD_BYTES.get(vr, 1)
        if element.value is not None:
            self._out.write(_swapped(element.value, width))
        else:
            self._copy(element.offset, element.length, width=width)
        self._out.write(_pad(vr) * odd)

    def _copy(self, offset: int, length: int, *, width: int) -> None:
        while length:
            piece = self._parser.bytes_at(offset, min(length, _COPY))
            self._out.write(_swapped(piece, width))
            offset += len(piece)
            length -= len(piece)


def _is_signed(data_set: DataSet) -> bool:
    representation = data_set.get(0x00280103)
    return representation is not None and 1 in (representation.value or b"")[:2]


def _one_vr(tag: int, vr: str, *, signed: bool) -> str:
    """Choose among the dictionary's VRs for implicit data."""
    if " " not in vr:
        return vr
    if "OW" in vr and tag != 0x00283006:
        return "OW"
    if "SS" in vr:
        return "SS" if signed else "US"
    return "OW" if "OW" in vr else "US"


def _header(tag: int, vr: str, length: int) -> bytes:
    if vr in LONG_LENGTH:
        return struct.pack("<HH2sHL", tag >> 16, tag & 0xFFFF, vr.encode(), 0, length)
    return struct.pack("<HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), length)


def _short(tag: int, vr: str, value: bytes) -> bytes:
    return _header(tag, vr, len(value)) + value


def _pad(vr: str) -> bytes:
    return b"\0" if vr in ("UI", "OB", "UN") or vr in _WORD_BYTES else b" "


def _swapped(value: bytes, width: int) -> bytes:
    if width == 1 or len(value) % width:
        return value
    turned = bytearray(len(value))
    for place in range(width):
        turned[place::width] = value[width - 1 - place :: width]
    return bytes(turned)
