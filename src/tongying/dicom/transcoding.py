"""Rewrite an instance in another transfer syntax, without loss beyond what it already has.

The header's bytes are kept; only the pixel data and what describes them change.

References
----------
DICOM PS3.5 annexes A and G; PS3.3 C.7.6.3.1 (image pixel description).
"""

from __future__ import annotations

import logging
import struct
from typing import Any, BinaryIO, ClassVar

import numpy as np
import numpy.typing as npt
from pydicom import uid as uids
from pydicom.pixels.encoders.base import get_encoder

from tongying.dicom.decoding import decode_frame
from tongying.dicom.file_format import EXPLICIT_VR_LITTLE_ENDIAN, NATIVE, open_data_set
from tongying.dicom.instance import InstanceRecord
from tongying.dicom.parsing import DataSet, Element
from tongying.dicom.part10 import ExplicitWriter, part10_head
from tongying.dicom.reading import read_instance
from tongying.dicom.stored_image import StoredImage
from tongying.kernel.errors import BadInput

ENCODERS = {
    uids.RLELossless: "pylibjpeg",
    uids.JPEGLSLossless: "pyjpegls",
    uids.JPEG2000Lossless: "pylibjpeg",
}
"""The compressed syntaxes written, and which of pydicom's plugins writes them."""
TARGETS = frozenset({EXPLICIT_VR_LITTLE_ENDIAN, *map(str, ENCODERS)})
"""Transfer syntaxes that `transcode` writes."""

_PIXELS = 0x7FE00010
_PIXEL_TAGS = frozenset(range(0x7FE00001, 0x7FE00011))
_OFFSET_LIMIT = 0xFFFFFFFF
_logger = logging.getLogger(__name__)


class CannotTranscode(BadInput):
    """The instance cannot be had in that transfer syntax."""

    code: ClassVar[str] = "dicom.cannot-transcode"


def transcode(source: BinaryIO, out: BinaryIO, *, size: int, target: str) -> None:
    """Write an instance as a Part 10 file in another transfer syntax.

    Frames are decoded and written one at a time. Compressed colour becomes RGB, colour by pixel.

    Parameters
    ----------
    source : BinaryIO
        The stored file, seekable.
    out : BinaryIO
        Receives the new file; must be seekable. On refusal its contents are worthless.
    size : int
        Length of `source` in bytes.
    target : str
        One of `TARGETS`.

    Raises
    ------
    CannotTranscode
        If the target is not one of `TARGETS`, or is compressed and the object has no pixels that
        it can hold.
    UnreadableDicom
        If the source is damaged.
    UndecodableFrame
        If a frame is.
    NoPixelData
        If the description of the pixels is incomplete.
    """
    if target not in TARGETS:
        raise CannotTranscode("This transfer syntax is not written here.")
    record = read_instance(source, size=size)
    compress = target != EXPLICIT_VR_LITTLE_ENDIAN
    if compress and (record.frames is None or (record.bits_allocated or 0) not in (8, 16)):
        raise CannotTranscode("The object has no pixel data that this compression can hold.")
    opened = open_data_set(source, size=size)
    try:
        data_set = opened.parser.data_set(opened.start, opened.encoding)
        out.write(
            part10_head(
                sop_class_uid=record.sop_class_uid,
                sop_instance_uid=record.sop_instance_uid,
                transfer_syntax_uid=target,
            )
        )
        writer = ExplicitWriter(out, opened.parser, opened.encoding)
        was_native = record.transfer_syntax_uid in NATIVE
        # Big-endian words may be pairs of 8-bit or halves of 32-bit pixels; decoding knows.
        copied = was_native and not compress and opened.encoding.little
        kept = {tag for tag in data_set if tag >= 0x00080000}
        if record.frames is None or (copied):
            writer.write(data_set, tags=kept)
            return
        image = StoredImage.of_record(source, record)
        if not was_native and 0x7FE00008 in data_set:
            raise CannotTranscode("Compressed float pixels are not supported.")
        first = _decode(image, 1)
        _describe(data_set, image, first)
        little = set(data_set) & _REWRITTEN
        kept -= _PIXEL_TAGS
        behind = {tag for tag in kept if tag > _PIXELS}
        _write_header(writer, data_set, kept - behind, little)
        if compress:
            _write_compressed(out, image, record, target)
        else:
            _write_native(out, image, first)
        writer.write(data_set, tags=behind)
    finally:
        opened.close()


_REWRITTEN = frozenset({0x00280004, 0x00280006, 0x00280100, 0x00280101, 0x00280102})
"""Attributes that `_describe` sets, in little endian."""


def _write_header(
    writer: ExplicitWriter, data_set: DataSet, tags: set[int], little: set[int]
) -> None:
    for tag in sorted(tags | little):
        element = data_set[tag]
        if tag in little:
            writer.write_value(tag, element.vr, element.value or b"")
        else:
            # One by one keeps the order; the representation is looked up in the whole set.
            writer.write(data_set, tags=(tag,))


def _decode(image: StoredImage, frame: int) -> npt.NDArray[Any]:
    return decode_frame(image, frame, as_rgb=image.frames.encapsulated)


def _describe(data_set: DataSet, image: StoredImage, first: npt.NDArray[Any]) -> None:
    """Make the pixel description that of the decoded frames."""
    allocated = first.dtype.itemsize * 8
    stored = min(image.integer("00280101") or allocated, allocated)
    photometric = image.text("00280004")
    if first.ndim == 3:
        data_set[0x00280006] = _us(0)
        if photometric == "YBR_FULL_422":
            photometric = "YBR_FULL"
        if image.frames.encapsulated:
            photometric = "RGB"
    data_set[0x00280100] = _us(allocated)
    data_set[0x00280101] = _us(stored)
    data_set[0x00280102] = _us(stored - 1)
    encoded = photometric.encode() or b"MONOCHROME2"
    data_set[0x00280004] = Element("CS", encoded, 0, len(encoded))


def _us(number: int) -> Element:
    return Element("US", struct.pack("<H", number), 0, 2)


def _little(pixels: npt.NDArray[Any]) -> bytes:
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()


def _write_native(out: BinaryIO, image: StoredImage, first: npt.NDArray[Any]) -> None:
    length = first.nbytes * image.frames.count
    if length >= _OFFSET_LIMIT:
        raise CannotTranscode("The uncompressed pixel data would be longer than 4 GiB.")
    out.write(struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OW", 0, length + length % 2))
    for frame in range(1, image.frames.count + 1):
        pixels = first if frame == 1 else _decode(image, frame)
        if pixels.nbytes != first.nbytes:
            raise CannotTranscode("The frames of the object differ in size.")
        out.write(_little(pixels))
    out.write(b"\0" * (length % 2))


def _write_compressed(
    out: BinaryIO, image: StoredImage, record: InstanceRecord, target: str
) -> None:
    """Write one fragment per frame, and the offset table once the sizes are known."""
    count = image.frames.count
    out.write(struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF))
    out.write(b"\xfe\xff\x00\xe0" + struct.pack("<L", 4 * count))
    table_at = out.tell()
    out.write(bytes(4 * count))
    first_item = out.tell()
    offsets: list[int] = []
    for frame in range(1, count + 1):
        offsets.append(out.tell() - first_item)
        if offsets[-1] > _OFFSET_LIMIT:
            raise CannotTranscode("The compressed pixel data would be longer than 4 GiB.")
        encoded = _encode(_decode(image, frame), image, target)
        encoded += b"\0" * (len(encoded) % 2)
        out.write(b"\xfe\xff\x00\xe0" + struct.pack("<L", len(encoded)) + encoded)
    out.write(b"\xfe\xff\xdd\xe0\0\0\0\0")
    end = out.tell()
    out.seek(table_at)
    out.write(struct.pack(f"<{count}L", *offsets))
    out.seek(end)


def _encode(pixels: npt.NDArray[Any], image: StoredImage, target: str) -> bytes:
    samples = pixels.shape[2] if pixels.ndim == 3 else 1
    allocated = pixels.dtype.itemsize * 8
    photometric = image.text("00280004") or "MONOCHROME2"
    if samples == 3:
        photometric = "RGB" if image.frames.encapsulated else photometric
        photometric = "YBR_FULL" if photometric == "YBR_FULL_422" else photometric
    try:
        return get_encoder(uids.UID(target)).encode(
            np.ascontiguousarray(pixels),
            encoding_plugin=ENCODERS[uids.UID(target)],
            rows=pixels.shape[0],
            columns=pixels.shape[1],
            samples_per_pixel=samples,
            bits_allocated=allocated,
            bits_stored=min(image.integer("00280101") or allocated, allocated),
            pixel_representation=image.integer("00280103") or 0,
            photometric_interpretation=photometric,
            number_of_frames=1,
            planar_configuration=0,
        )
    except (RuntimeError, ValueError) as error:
        # What pydicom's encoders raise for values that their stream cannot hold.
        _logger.info("encoding failed: %s", type(error).__name__)
        raise CannotTranscode("The pixels do not fit this compression.") from error
