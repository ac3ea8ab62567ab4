"""Where each frame of the pixel data lies, so that a frame is read without parsing the file again.

Native frames are arithmetic; encapsulated ones are runs of fragments. Offsets count bytes from
the start of the file, except for a deflated data set, where they count from the start of the
inflated data set.

References
----------
DICOM PS3.5 section 8 and annex A.4 (fragments, offset tables); PS3.18 section 10.4 (frames are
numbered from 1).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, Self

from tongying.kernel.errors import BadInput, NotFound

_HEAD = struct.Struct("<4sBQQQq")
_MAGIC = b"TYF1"
_NATIVE, _ENCAPSULATED = 0, 1
_NOT_DEFLATED = -1
_CHUNK = 1 << 16


class FrameOutside(NotFound):
    """The object has no frame of that number."""

    code: ClassVar[str] = "dicom.frame-outside"


class FrameTableDamaged(BadInput):
    """Stored frame-table bytes, or the file they describe, are not what was written."""

    code: ClassVar[str] = "dicom.frame-table-damaged"


@dataclass(frozen=True, slots=True)
class FrameTable:
    """The position of every frame.

    Make one with `native` or `of_fragments`.

    Attributes
    ----------
    count : int
        Number of frames.
    encapsulated : bool
        Whether frames are compressed fragments.
    offset : int
        Native: offset of the first frame, bytes.
    frame_bits : int
        Native: size of a frame in bits (a multiple of 8 unless Bits Allocated is 1).
    starts : tuple of int
        Encapsulated: index of each frame's first fragment.
    fragments : tuple of (int, int)
        Encapsulated: offset and length of every fragment, bytes, without item headers.
    deflated_at : int or None
        Offset in the file of the deflated data set, where there is one; then spans are positions
        in the inflated data set and only `read` finds them.
    """

    count: int
    encapsulated: bool
    offset: int = 0
    frame_bits: int = 0
    starts: tuple[int, ...] = ()
    fragments: tuple[tuple[int, int], ...] = ()
    deflated_at: int | None = None

    @classmethod
    def native(
        cls, *, offset: int, frame_bits: int, count: int, deflated_at: int | None = None
    ) -> Self:
        """Describe uncompressed frames that follow one another.

        Parameters
        ----------
        offset : int
            Offset of the first frame, bytes.
        frame_bits : int
            Bits per frame; frames of 1-bit pixels follow one another without padding.
        count : int
            Number of frames.
        deflated_at : int, optional
            Where the deflated data set begins, if it is deflated.
        """
        return cls(
            count=count,
            encapsulated=False,
            offset=offset,
            frame_bits=frame_bits,
            deflated_at=deflated_at,
        )

    @classmethod
    def of_fragments(cls, frames: Sequence[Sequence[tuple[int, int]]]) -> Self:
        """Describe compressed frames.

        Parameters
        ----------
        frames : sequence of sequence of (int, int)
            For each frame its fragments' offsets and lengths in bytes, at least one.
        """
        starts: list[int] = []
        fragments: list[tuple[int, int]] = []
        for frame in frames:
            starts.append(len(fragments))
            fragments.extend(frame)
        return cls(
            count=len(starts),
            encapsulated=True,
            starts=tuple(starts),
            fragments=tuple(fragments),
        )

    @property
    def byte_aligned(self) -> bool:
        """Whether every frame begins on a byte (not so for odd sizes of 1-bit pixels)."""
        return self.encapsulated or self.frame_bits % 8 == 0 or self.count == 1

    def spans(self, frame: int) -> tuple[tuple[int, int], ...]:
        """Return the (offset, length) runs of bytes that hold a frame.

        Parameters
        ----------
        frame : int
            Frame number from 1. Where frames are not `byte_aligned`, the first and last byte of
            its span are shared with its neighbours; `read` shifts them into place.

        Raises
        ------
        FrameOutside
            If there is no such frame.
        """
        if not 1 <= frame <= self.count:
            raise FrameOutside(f"The object has {self.count} frames; frame {frame} does not exist.")
        if self.encapsulated:
            first = self.starts[frame - 1]
            last = self.starts[frame] if frame < self.count else len(self.fragments)
            return self.fragments[first:last]
        first_bit = (frame - 1) * self.frame_bits
        first_byte = first_bit // 8
        end_byte = (first_bit + self.frame_bits + 7) // 8
        return ((self.offset + first_byte, end_byte - first_byte),)

    def read(self, file: BinaryIO, frame: int) -> bytes:
        """Read one frame's bytes as stored, its fragments joined.

        Parameters
        ----------
        file : BinaryIO
            The file the table was made from, seekable.
        frame : int
            Frame number from 1.

        Returns
        -------
        bytes
            A frame of 1-bit pixels begins at bit 0 of the first byte and ends with zero bits.

        Raises
        ------
        FrameOutside
            If there is no such frame.
        FrameTableDamaged
            If the file is shorter than when the table was made.
        """
        spans = self.spans(frame)
        parts = [self._read_span(file, offset, length) for offset, length in spans]
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        if self.encapsulated or self.frame_bits % 8 == 0:
            return data
        shift = (frame - 1) * self.frame_bits % 8
        bits = (int.from_bytes(data, "little") >> shift) & ((1 << self.frame_bits) - 1)
        return bits.to_bytes((self.frame_bits + 7) // 8, "little")

    def to_bytes(self) -> bytes:
        """Return a compact form that `from_bytes` reads."""
        deflated = _NOT_DEFLATED if self.deflated_at is None else self.deflated_at
        kind = _ENCAPSULATED if self.encapsulated else _NATIVE
        head = _HEAD.pack(_MAGIC, kind, self.count, self.offset, self.frame_bits, deflated)
        if not self.encapsulated:
            return head
        numbers = [len(self.fragments), *self.starts]
        numbers += [offset for offset, _ in self.fragments]
        numbers += [length for _, length in self.fragments]
        return head + zlib.compress(struct.pack(f"<{len(numbers)}Q", *numbers), 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read what `to_bytes` wrote.

        Raises
        ------
        FrameTableDamaged
            If these are not such bytes.
        """
        try:
            magic, kind, count, offset, frame_bits, deflated = _HEAD.unpack_from(data)
            if magic != _MAGIC or kind not in (_NATIVE, _ENCAPSULATED):
                raise FrameTableDamaged("The stored frame table is damaged.")
            if kind == _NATIVE:
                deflated_at = None if deflated == _NOT_DEFLATED else deflated
                return cls.native(
                    offset=offset, frame_bits=frame_bits, count=count, deflated_at=deflated_at
                )
            packed = zlib.decompress(data[_HEAD.size :])
            numbers = struct.unpack(f"<{len(packed) // 8}Q", packed)
        except (struct.error, zlib.error) as error:
            raise FrameTableDamaged("The stored frame table is damaged.") from error
        total = numbers[0] if numbers else -1
        if len(numbers) != 1 + count + 2 * total:
            raise FrameTableDamaged("The stored frame table is damaged.")
        starts = numbers[1 : 1 + count]
        offsets = numbers[1 + count : 1 + count + total]
        lengths = numbers[1 + count + total :]
        return cls(
            count=count,
            encapsulated=True,
            starts=starts,
            fragments=tuple(zip(offsets, lengths, strict=True)),
        )

    def _read_span(self, file: BinaryIO, offset: int, length: int) -> bytes:
        if self.deflated_at is None:
            file.seek(offset)
            data = file.read(length)
        else:
            data = _read_inflated(file, self.deflated_at, offset, length)
        if len(data) != length:
            raise FrameTableDamaged("The file is shorter than when its frames were counted.")
        return data


def inflated_chunks(file: BinaryIO, deflated_at: int) -> Iterator[bytes]:
    """Inflate a deflated data set piece by piece.

    Parameters
    ----------
    file : BinaryIO
        Seekable file.
    deflated_at : int
        Where the raw deflate stream begins (RFC 1951, no zlib header; PS3.5 annex A.5).

    Yields
    ------
    bytes
        At most 64 KiB each.

    Raises
    ------
    zlib.error
        If the stream is damaged.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    file.seek(deflated_at)
    while not inflater.eof:
        pending = inflater.unconsumed_tail or file.read(_CHUNK)
        if not pending:
            # zlib may hold back a little output when its input ends at a full piece.
            if held_back := inflater.flush():
                yield held_back
            return
        piece = inflater.decompress(pending, _CHUNK)
        if piece:
            yield piece


def _read_inflated(file: BinaryIO, deflated_at: int, offset: int, length: int) -> bytes:
    kept: list[bytes] = []
    at = 0
    end = offset + length
    try:
        for piece in inflated_chunks(file, deflated_at):
            if at + len(piece) > offset:
                kept.append(piece[max(0, offset - at) : end - at])
            at += len(piece)
            if at >= end:
                break
    except zlib.error as error:
        raise FrameTableDamaged("The deflated data of the file are damaged.") from error
    return b"".join(kept)
