"""Work out the frame table of a parsed object, and refuse pixel data that cannot be whole.

References
----------
DICOM PS3.5 section 8.1.1 (native), annex A.4 (basic offset table, fragments); PS3.3 C.7.6.3
(Image Pixel), C.7.6.3.1.8 (extended offset table), C.7.6.6 (Multi-frame).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar

from tongying.dicom.file_format import EXPLICIT_VR_LITTLE_ENDIAN, NATIVE, OpenedFile
from tongying.dicom.frame_table import FrameTable
from tongying.dicom.parsing import DataSet, Element, TruncatedDicom, UnreadableDicom
from tongying.dicom.values import ValueReader
from tongying.kernel.caveat import Caveat

PIXEL_DATA, FLOAT_PIXEL_DATA, DOUBLE_FLOAT_PIXEL_DATA = 0x7FE00010, 0x7FE00008, 0x7FE00009
_EXTENDED_OFFSETS, _EXTENDED_LENGTHS = 0x7FE00001, 0x7FE00002
_RLE = "1.2.840.10008.1.2.5"
_STREAMED_PREFIXES = ("1.2.840.10008.1.2.4.10",)
"""MPEG-2, MPEG-4 and HEVC (…4.100 to …4.108): all frames are one stream."""
_STREAMED_MIN_LENGTH = len("1.2.840.10008.1.2.4.100")
FRAME_LIMIT = 1_000_000
_FLOAT_BITS = {PIXEL_DATA: 0, FLOAT_PIXEL_DATA: 32, DOUBLE_FLOAT_PIXEL_DATA: 64}
"""Pixel attributes, and the bits of those that have no Bits Allocated."""

FRAMES_UNKNOWN = Caveat(
    "dicom.frames-unknown",
    "The object has pixel data, but not the rows and columns that say how they are arranged.",
)
FRAME_COUNT_CONTRADICTED = Caveat(
    "dicom.frame-count-contradicted",
    "The number of frames is missing or wrong; it was counted from the pixel data.",
)
PIXELS_LEFT_OVER = Caveat(
    "dicom.pixel-data-longer", "The pixel data are longer than the header says; the rest is unused."
)
UNTERMINATED = Caveat(
    "dicom.pixel-data-unterminated",
    "The end of the pixel data is not marked; every frame seems to be there.",
)
OFFSETS_WRONG = Caveat(
    "dicom.offset-table-wrong",
    "The table of frame offsets in the file is wrong; the frames were found without it.",
)


class ShortPixelData(UnreadableDicom):
    """The pixel data are shorter than rows, columns and frames need."""

    code: ClassVar[str] = "dicom.pixel-data-short"


class FramesUnclear(UnreadableDicom):
    """The fragments cannot be told apart into frames."""

    code: ClassVar[str] = "dicom.frames-unclear"


def frame_table(opened: OpenedFile, data_set: DataSet, values: ValueReader) -> FrameTable | None:
    """Return where the frames lie, None if there are no pixel data.

    Parameters
    ----------
    opened : OpenedFile
        The file.
    data_set : DataSet
        Its parsed elements.
    values : ValueReader
        Reads them; receives caveats.

    Raises
    ------
    ShortPixelData
        If pixels are missing.
    FramesUnclear
        If the fragments fit neither the number of frames nor any offset table.
    TruncatedDicom
        If fragments are missing.
    UnreadableDicom
        If the pixel data contradict the transfer syntax or their size is absurd.
    """
    present = [tag for tag in _FLOAT_BITS if tag in data_set and data_set[tag].length]
    if not present:
        return None
    element, bits = data_set[present[0]], _FLOAT_BITS[present[0]]
    stated = values.integer(0x00280008, "number of frames")
    if stated is not None and not 0 < stated <= FRAME_LIMIT:
        if stated > FRAME_LIMIT:
            raise UnreadableDicom("The file claims more than a million frames.")
        values.caveats.add(FRAME_COUNT_CONTRADICTED)
        stated = None
    undefined = element.length == 0xFFFFFFFF
    if undefined and opened.transfer_syntax_uid in NATIVE:
        raise UnreadableDicom("The pixel data are compressed, but the transfer syntax says not.")
    if undefined:
        return _encapsulated(opened, data_set, element, stated, values)
    return _native(opened, element, stated, values, bits=bits)


def native_syntax(opened: OpenedFile, data_set: DataSet) -> str:
    """Return the transfer syntax, corrected if it is a compressed one over native pixel data.

    Parameters
    ----------
    opened : OpenedFile
        The file.
    data_set : DataSet
        Its parsed elements.
    """
    element = data_set.get(PIXEL_DATA)
    if (
        element is not None
        and element.length
        and element.length != 0xFFFFFFFF
        and opened.transfer_syntax_uid not in NATIVE
    ):
        return EXPLICIT_VR_LITTLE_ENDIAN
    return opened.transfer_syntax_uid


def _native(
    opened: OpenedFile, element: Element, stated: int | None, values: ValueReader, *, bits: int
) -> FrameTable | None:
    rows, columns = values.unsigned(0x00280010), values.unsigned(0x00280011)
    bits = bits or values.unsigned(0x00280100) or 0
    if not rows or not columns or not bits:
        values.caveats.add(FRAMES_UNKNOWN)
        return None
    samples = values.unsigned(0x00280002) or 1
    frame_bits = rows * columns * samples * bits
    available = element.length * 8
    if values.text(0x00280004) == "YBR_FULL_422" and samples == 3:
        # Chroma is halved along the rows (PS3.3 C.7.6.3.1.2), unless the writer forgot to.
        halved = frame_bits // 3 * 2
        if not stated or available < frame_bits * stated:
            frame_bits = halved
    if opened.transfer_syntax_uid not in NATIVE and available != _padded(frame_bits, stated or 1):
        raise UnreadableDicom(
            "The transfer syntax says that the pixel data are compressed, and they are not."
        )
    count = stated
    if count is None:
        count = 1
        if values.data_set.get(0x00280008) is not None and available >= frame_bits:
            count = available // frame_bits
            if _padded(frame_bits, count) != available:
                raise ShortPixelData("The number of frames is not known from the file.")
            values.caveats.add(FRAME_COUNT_CONTRADICTED)
    if frame_bits * count > available:
        raise ShortPixelData(
            f"The pixel data are too short: {rows} × {columns} pixels, {count} frames, "
            f"need {(frame_bits * count + 7) // 8} bytes and there are {element.length}."
        )
    if _padded(frame_bits, count) < available:
        values.caveats.add(PIXELS_LEFT_OVER)
    return FrameTable.native(
        offset=element.offset, frame_bits=frame_bits, count=count, deflated_at=opened.deflated_at
    )


def _padded(frame_bits: int, count: int) -> int:
    """Return the bits of `count` frames, rounded up to an even number of bytes."""
    return (frame_bits * count + 15) // 16 * 16


def _encapsulated(
    opened: OpenedFile,
    data_set: DataSet,
    element: Element,
    stated: int | None,
    values: ValueReader,
) -> FrameTable:
    fragments = element.fragments[1:]
    if not fragments or not any(length for _, length in fragments):
        raise TruncatedDicom("The compressed pixel data are empty.")
    count = stated or 1
    if stated is None and values.data_set.get(0x00280008) is not None:
        count = len(fragments)
        values.caveats.add(FRAME_COUNT_CONTRADICTED)
    if opened.parser.unterminated:
        values.caveats.add(UNTERMINATED)
    syntax = opened.transfer_syntax_uid
    if syntax.startswith(_STREAMED_PREFIXES) and len(syntax) >= _STREAMED_MIN_LENGTH:
        return FrameTable.of_fragments([fragments])
    frames = _by_tables(opened, data_set, element, count, values)
    if frames is None:
        frames = _by_fragments(opened, fragments, count)
    return FrameTable.of_fragments(frames)


def _by_fragments(
    opened: OpenedFile, fragments: Sequence[tuple[int, int]], count: int
) -> list[list[tuple[int, int]]]:
    if count == 1:
        return [list(fragments)]
    if len(fragments) == count:
        return [[fragment] for fragment in fragments]
    if len(fragments) < count:
        raise TruncatedDicom(
            f"The file says it has {count} frames, but only {len(fragments)} fragments of pixel "
            "data are there."
        )
    filled = [fragment for fragment in fragments if fragment[1]]
    if len(filled) == count:
        return [[fragment] for fragment in filled]
    frames: list[list[tuple[int, int]]] = [[]]
    for fragment in fragments:
        frames[-1].append(fragment)
        if _ends_image(opened, fragment):
            frames.append([])
    if not frames[-1]:
        frames.pop()
    if len(frames) != count:
        raise FramesUnclear(
            f"The {len(fragments)} fragments of pixel data cannot be told apart into "
            f"{count} frames."
        )
    return frames


def _ends_image(opened: OpenedFile, fragment: tuple[int, int]) -> bool:
    """Whether a fragment ends with EOI or EOC (FFD9 in JPEG, JPEG-LS and JPEG 2000) and padding."""
    offset, length = fragment
    tail = opened.parser.bytes_at(offset + max(0, length - 4), min(4, length))
    return tail.rstrip(b"\0").endswith(b"\xff\xd9")


def _by_tables(
    opened: OpenedFile,
    data_set: DataSet,
    element: Element,
    count: int,
    values: ValueReader,
) -> list[list[tuple[int, int]]] | None:
    """Group the fragments by the extended or the basic offset table, None if neither helps."""
    fragments = element.fragments[1:]
    first_item = fragments[0][0] - 8
    positions = {offset - 8 - first_item: index for index, (offset, _) in enumerate(fragments)}
    extended = _offsets(opened, data_set.get(_EXTENDED_OFFSETS), "Q")
    if extended is not None:
        frames = _split(fragments, positions, extended, count)
        if frames is not None:
            return _without_padding(opened, data_set, frames)
        values.caveats.add(OFFSETS_WRONG)
    table_at, table_length = element.fragments[0]
    if not table_length:
        return None
    if count == 1 and len(fragments) > 1:
        return [list(fragments)]
    table = opened.parser.bytes_at(table_at, min(table_length, FRAME_LIMIT * 4))
    order = opened.encoding.order
    basic = struct.unpack(f"{order}{len(table) // 4}L", table[: len(table) // 4 * 4])
    frames = _split(fragments, positions, basic, count)
    if frames is None:
        values.caveats.add(OFFSETS_WRONG)
    return frames


def _offsets(opened: OpenedFile, element: Element | None, code: str) -> tuple[int, ...] | None:
    if element is None or not element.length or element.length % 8:
        return None
    value = element.value
    if value is None:
        value = opened.parser.bytes_at(element.offset, min(element.length, FRAME_LIMIT * 8))
    return struct.unpack(f"{opened.encoding.order}{len(value) // 8}{code}", value)


def _split(
    fragments: Sequence[tuple[int, int]],
    positions: dict[int, int],
    offsets: Sequence[int],
    count: int,
) -> list[list[tuple[int, int]]] | None:
    """Cut the fragments at the offsets, None unless every offset is a fragment, in order."""
    if len(offsets) != count or offsets[0] != 0:
        return None
    firsts = [positions.get(offset, -1) for offset in offsets]
    ascending = all(a < b for a, b in pairwise(firsts))
    if -1 in firsts or not ascending:
        return None
    ends = [*firsts[1:], len(fragments)]
    return [list(fragments[a:b]) for a, b in zip(firsts, ends, strict=True)]


def _without_padding(
    opened: OpenedFile, data_set: DataSet, frames: list[list[tuple[int, int]]]
) -> list[list[tuple[int, int]]]:
    """Cut frames to their extended lengths, which leave the even-length padding out."""
    lengths = _offsets(opened, data_set.get(_EXTENDED_LENGTHS), "Q")
    if lengths is None or len(lengths) != len(frames):
        return frames
    return [
        [(frame[0][0], length)] if len(frame) == 1 and 0 <= frame[0][1] - length <= 1 else frame
        for frame, length in zip(frames, lengths, strict=True)
    ]
