"""Walk the elements of a data set without loading large values and without trusting any length.

Values stay raw bytes; what is larger than `VALUE_LIMIT` is only located. Every length is checked
against the enclosing item or file before anything is read, so that garbage ends in
`UnreadableDicom` and costs no memory.

References
----------
DICOM PS3.5 section 7 (data set) and annex A (transfer syntax, encapsulation).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import BinaryIO, ClassVar, NamedTuple

from tongying.dicom.vr import EXPLICIT, public_vr
from tongying.kernel.errors import BadInput

VALUE_LIMIT = 1 << 16
"""Values longer than this many bytes are located, not loaded."""
VALUE_BUDGET = 64 << 20
"""Once this many bytes of values are loaded, those above `SMALL_VALUE` are only located."""
SMALL_VALUE = 1 << 10
ELEMENT_LIMIT = 1_000_000
"""More elements than this are refused (the largest enhanced objects have about 500,000)."""
DEPTH_LIMIT = 48
"""Deeper nesting of sequences is refused; structured reports reach about 15."""
UNDEFINED = 0xFFFFFFFF

_READ_AHEAD = 1 << 16
_SKIP_AHEAD = 1 << 12
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_TOO_MANY = "The file has more than a million elements or fragments."
_PIXELS = frozenset([0x7FE00010, 0x7FE00008, 0x7FE00009])


class UnreadableDicom(BadInput):
    """The bytes are no DICOM object that can be kept."""

    code: ClassVar[str] = "dicom.unreadable"


class NotDicom(UnreadableDicom):
    """The bytes are not DICOM at all."""

    code: ClassVar[str] = "dicom.not-dicom"


class TruncatedDicom(UnreadableDicom):
    """The file ends before its data do."""

    code: ClassVar[str] = "dicom.truncated"


class Element(NamedTuple):
    """One data element.

    `value` is None where it was only located, and for sequences, whose items are in `items`.
    `length` is `UNDEFINED` for sequences and encapsulated pixel data of undefined length;
    `offset` is where the value begins; `fragments` are the offsets and lengths of encapsulated
    values, the basic offset table first.
    """

    vr: str
    value: bytes | None
    offset: int
    length: int
    items: list[DataSet] | None = None
    fragments: tuple[tuple[int, int], ...] = ()


DataSet = dict[int, Element]
"""Elements by tag."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the elements of a data set are encoded."""

    explicit: bool
    little: bool = True

    @property
    def order(self) -> str:
        """The struct prefix of the byte order."""
        return "<" if self.little else ">"


IMPLICIT_LITTLE = Encoding(explicit=False)
EXPLICIT_LITTLE = Encoding(explicit=True)
EXPLICIT_BIG = Encoding(explicit=True, little=False)


@dataclass(slots=True)
class Parser:
    """Reads the elements of one file.

    Attributes
    ----------
    source : BinaryIO
        Seekable file.
    size : int
        Its length in bytes.
    unterminated : bool
        Whether encapsulated pixel data ended with the file, without their delimiter.
    """

    source: BinaryIO
    size: int
    unterminated: bool = False
    _buffer: bytes = b""
    _base: int = 0
    _count: int = 0
    _loaded: int = 0
    _unpack: dict[str, struct.Struct] = field(
        default_factory=lambda: {order: struct.Struct(f"{order}HHL") for order in "<>"}
    )

    def bytes_at(self, at: int, length: int) -> bytes:
        """Return bytes of the file, fewer at its end.

        Parameters
        ----------
        at, length : int
            Offset and number of bytes.
        """
        start = at - self._base
        if start < 0 or start + length > len(self._buffer):
            # After a skip, little is read ahead: item headers of large fragments lie far apart.
            near = 0 <= start <= len(self._buffer) + _SKIP_AHEAD or at == 0
            ahead = _READ_AHEAD if near else _SKIP_AHEAD
            self.source.seek(at)
            self._buffer = self.source.read(max(length, ahead))
            self._base = at
            start = 0
        return self._buffer[start : start + length]

    def meta(self, at: int) -> tuple[DataSet, int]:
        """Read group 0002, which is always explicit VR little endian.

        Parameters
        ----------
        at : int
            Where its first element begins.

        Returns
        -------
        (DataSet, int)
            Elements, and the offset of the first element of another group.

        Raises
        ------
        UnreadableDicom
            If it is damaged.
        """
        found: DataSet = {}
        while self.bytes_at(at, 2) == b"\x02\x00":
            tag, vr, length, start = self._header(at, EXPLICIT_LITTLE)
            if length == UNDEFINED:
                raise UnreadableDicom("The file's meta information is damaged.")
            element, at = self._plain(vr, start, length, self.size)
            found[tag] = element
        return found, at

    def data_set(self, at: int, encoding: Encoding) -> DataSet:
        """Read the elements from `at` to the end of the file.

        Trailing zero bytes and fewer than 8 bytes of rest are padding.

        Raises
        ------
        TruncatedDicom
            If a value goes on behind the end of the file.
        UnreadableDicom
            If the structure is damaged.
        """
        found, _ = self._elements(at, self.size, encoding, 0)
        return found

    def _elements(
        self, at: int, end: int, encoding: Encoding, depth: int, *, open_end: bool = False
    ) -> tuple[DataSet, int]:
        """Read elements up to `end`, or to the item delimiter where the item's end is open."""
        found: DataSet = {}
        explicit, little = encoding.explicit, encoding.little
        while at < end:
            # The common case, kept flat for speed: short explicit value within the buffer.
            start = at - self._base
            buffer = self._buffer
            if explicit and little and start >= 0 and start + 8 <= len(buffer):
                vr_long = EXPLICIT.get(buffer[start + 4 : start + 6])
                if vr_long is not None and not vr_long[1]:
                    length = buffer[start + 6] | buffer[start + 7] << 8
                    stop = start + 8 + length
                    after = at + 8 + length
                    if stop <= len(buffer) and after <= end and self._loaded < VALUE_BUDGET:
                        tag = (
                            buffer[start] << 16
                            | buffer[start + 1] << 24
                            | buffer[start + 2]
                            | buffer[start + 3] << 8
                        )
                        if tag not in found:
                            found[tag] = Element(
                                vr_long[0], buffer[start + 8 : stop], at + 8, length
                            )
                        self._count += 1
                        if self._count >= ELEMENT_LIMIT:
                            raise UnreadableDicom(_TOO_MANY)
                        self._loaded += length
                        at = after
                        continue
            if end - at < 8:
                if depth == 0 and self._is_padding(at, end):
                    return found, end
                raise TruncatedDicom("The file ends, or an item ends, in the middle of an element.")
            tag, vr, length, value_at = self._header(at, encoding)
            if tag == _ITEM_END and open_end:
                return found, at + 8
            if tag == _SEQUENCE_END and depth == 0 and length == 0:
                # Some writers end compressed pixel data twice.
                at += 8
                continue
            if tag >> 16 == 0xFFFE or tag == 0:
                if depth == 0 and self._is_padding(at, end):
                    return found, end
                raise UnreadableDicom("The file's structure is damaged: an element is misplaced.")
            if self._count >= ELEMENT_LIMIT:
                raise UnreadableDicom(_TOO_MANY)
            self._count += 1
            element, at = self._element(
                tag, (vr, length, value_at), end, encoding=encoding, depth=depth
            )
            found.setdefault(tag, element)
        if open_end:
            raise TruncatedDicom("The file ends in the middle of a sequence.")
        return found, at

    def _element(
        self,
        tag: int,
        head: tuple[str, int, int],
        end: int,
        *,
        encoding: Encoding,
        depth: int,
    ) -> tuple[Element, int]:
        vr, length, at = head
        if vr == "UN" and encoding.little and not tag & 0x10000 and length != UNDEFINED:
            # PS3.5 6.2.2 note: UN of a standard element may be read with the dictionary's VR.
            known = public_vr(tag)
            if known != "SQ" and " or " not in known:
                vr = known
            elif known == "SQ" and length:
                return self._sequence(at, length, end, encoding=IMPLICIT_LITTLE, depth=depth)
        if vr == "SQ":
            return self._sequence(at, length, end, encoding=encoding, depth=depth)
        if length != UNDEFINED:
            return self._plain(vr, at, length, end)
        if vr == "UN":
            looks_like_items = self._tag(at, IMPLICIT_LITTLE) in (_ITEM, _SEQUENCE_END)
            if tag not in _PIXELS and looks_like_items:
                # PS3.5 6.2.2: UN of undefined length is a sequence in implicit VR little endian.
                inner = IMPLICIT_LITTLE if encoding.explicit else encoding
                return self._sequence(at, length, end, encoding=inner, depth=depth)
        return self._fragments(vr, at, end, encoding=encoding)

    def _plain(self, vr: str, at: int, length: int, end: int) -> tuple[Element, int]:
        after = at + length
        if after > end:
            raise TruncatedDicom(
                "The file is truncated: a value goes on behind the end of the file or item."
            )
        if length > VALUE_LIMIT or (length > SMALL_VALUE and self._loaded >= VALUE_BUDGET):
            return Element(vr, None, at, length), after
        self._loaded += length
        return Element(vr, self.bytes_at(at, length), at, length), after

    def _sequence(
        self, at: int, length: int, end: int, *, encoding: Encoding, depth: int
    ) -> tuple[Element, int]:
        if depth >= DEPTH_LIMIT:
            raise UnreadableDicom("The file nests sequences deeper than any real object does.")
        start = at
        stop = end if length == UNDEFINED else at + length
        if stop > end:
            raise TruncatedDicom("The file is truncated: a sequence goes on behind its end.")
        items: list[DataSet] = []
        while at < stop:
            tag, item_length = self._item_header(at, stop, encoding)
            at += 8
            if tag == _SEQUENCE_END:
                if length == UNDEFINED:
                    return Element("SQ", None, start, length, items), at
                break
            if tag != _ITEM:
                raise UnreadableDicom("The file's structure is damaged: a sequence holds no item.")
            self._count += 1
            if self._count >= ELEMENT_LIMIT:
                raise UnreadableDicom(_TOO_MANY)
            item_encoding = self._item_encoding(at, encoding)
            if item_length == UNDEFINED:
                item, at = self._elements(at, stop, item_encoding, depth + 1, open_end=True)
            else:
                if at + item_length > stop:
                    raise TruncatedDicom("The file is truncated: an item goes on behind its end.")
                item, at = self._elements(at, at + item_length, item_encoding, depth + 1)
            items.append(item)
        if length == UNDEFINED:
            raise TruncatedDicom("The file ends in the middle of a sequence.")
        return Element("SQ", None, start, length, items), stop

    def _fragments(self, vr: str, at: int, end: int, *, encoding: Encoding) -> tuple[Element, int]:
        """Hop from item header to item header; the fragments themselves are not read."""
        start = at
        fragments: list[tuple[int, int]] = []
        while at + 8 <= end:
            tag, length = self._item_header(at, end, encoding)
            at += 8
            if tag == _SEQUENCE_END:
                return Element(vr, None, start, UNDEFINED, None, tuple(fragments)), at
            if tag != _ITEM or length == UNDEFINED:
                raise UnreadableDicom("The compressed pixel data are damaged between fragments.")
            if at + length > end:
                raise TruncatedDicom("The file is truncated in the middle of its pixel data.")
            self._count += 1
            if self._count >= ELEMENT_LIMIT:
                raise UnreadableDicom(_TOO_MANY)
            fragments.append((at, length))
            at += length
        self.unterminated = True
        return Element(vr, None, start, UNDEFINED, None, tuple(fragments)), end

    def _header(self, at: int, encoding: Encoding) -> tuple[int, str, int, int]:
        """Return tag, VR, length and the offset of the value."""
        head = self.bytes_at(at, 12)
        if len(head) < 8:
            raise TruncatedDicom("The file ends in the middle of an element.")
        group, number, length = self._unpack[encoding.order].unpack_from(head)
        tag: int = group << 16 | number
        if group == 0xFFFE:
            return tag, "", length, at + 8
        if not encoding.explicit:
            return tag, public_vr(tag), length, at + 8
        code = head[4:6]
        known = EXPLICIT.get(code)
        little = encoding.little
        if known is None:
            if not (0x41 <= code[0] <= 0x5A and 0x41 <= code[1] <= 0x5A):
                # Some writers fall back to implicit VR inside an explicit file.
                return tag, public_vr(tag), length, at + 8
            # PS3.5 6.2 asks for a 32-bit length of unknown VRs; what wrote them may not know.
            known = ("UN", head[6:8] == b"\0\0" and len(head) == 12)
        if known[1]:
            if len(head) < 12:
                raise TruncatedDicom("The file ends in the middle of an element.")
            length = int.from_bytes(head[8:12], "little" if little else "big")
            return tag, known[0], length, at + 12
        return tag, known[0], int.from_bytes(head[6:8], "little" if little else "big"), at + 8

    def _item_header(self, at: int, end: int, encoding: Encoding) -> tuple[int, int]:
        head = self.bytes_at(at, 8)
        if len(head) < 8 or at + 8 > end:
            raise TruncatedDicom("The file ends in the middle of a sequence.")
        group, number, length = self._unpack[encoding.order].unpack_from(head)
        return group << 16 | number, length

    def _item_encoding(self, at: int, encoding: Encoding) -> Encoding:
        """Recognise explicit VR within a sequence that should be implicit (and is not)."""
        if encoding.explicit:
            return encoding
        code = self.bytes_at(at + 4, 2)
        return Encoding(explicit=code in EXPLICIT, little=encoding.little)

    def _tag(self, at: int, encoding: Encoding) -> int:
        head = self.bytes_at(at, 4)
        if len(head) < 4:
            return 0
        order = "little" if encoding.little else "big"
        if order == "little":
            return int.from_bytes(head[:2], "little") << 16 | int.from_bytes(head[2:], "little")
        return int.from_bytes(head, "big")

    def _is_padding(self, at: int, end: int) -> bool:
        """Whether only zero bytes (or the file's last odd bytes) follow."""
        if end - at < 8:
            return not any(self.bytes_at(at, end - at))
        while at < end:
            piece = self.bytes_at(at, min(_READ_AHEAD, end - at))
            if not piece or any(piece):
                return False
            at += len(piece)
        return True
