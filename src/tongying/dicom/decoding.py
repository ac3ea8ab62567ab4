"""Decode one frame to an array, with one fixed decoder order per transfer syntax.

Lossy decoders differ by some grey levels, so which one runs must not depend on the installation.

References
----------
DICOM PS3.5 section 8.2 and annex A; PS3.3 C.7.6.3.
"""

from __future__ import annotations

import struct
import warnings
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydicom import uid as uids
from pydicom.pixels.decoders.base import Decoder, get_decoder

from tongying.dicom.frame_table import FrameOutside
from tongying.dicom.stored_image import NoPixelData, StoredImage
from tongying.kernel.errors import BadInput

__all__ = ["DECODER_ORDER", "FrameOutside", "NoPixelData", "UndecodableFrame", "decode_frame"]

_IMAGECODECS = "imagecodecs"
DECODER_ORDER: dict[str, tuple[str, ...]] = {
    uids.JPEGBaseline8Bit: ("gdcm",),
    uids.JPEGExtended12Bit: (_IMAGECODECS, "gdcm"),
    uids.JPEGLossless: (_IMAGECODECS, "gdcm"),
    uids.JPEGLosslessSV1: (_IMAGECODECS, "gdcm"),
    uids.JPEGLSLossless: ("pyjpegls", "gdcm"),
    uids.JPEGLSNearLossless: ("pyjpegls", "gdcm"),
    uids.JPEG2000Lossless: ("gdcm", "pylibjpeg"),
    uids.JPEG2000: ("gdcm", "pylibjpeg"),
    uids.HTJ2KLossless: ("pylibjpeg",),
    uids.HTJ2KLosslessRPCL: ("pylibjpeg",),
    uids.HTJ2K: ("pylibjpeg",),
    uids.RLELossless: ("pylibjpeg", "pydicom"),
}
"""The first that can, by transfer syntax; measured for speed and coverage before it was fixed."""

_FLOATS = {"7FE00008": "<f4", "7FE00009": "<f8"}
_PIXEL_LIMIT = 1 << 28
"""Samples per frame beyond which a frame is not decoded (about 0.5 GB at 16 bits)."""
_DECODER_ERRORS = (RuntimeError, ValueError, AttributeError, KeyError, IndexError, struct.error)
"""What pydicom's decoders raise on damaged or misdescribed frames: RuntimeError when every plugin
failed (NotImplementedError is one), ValueError and AttributeError when the description does not
fit."""


class UndecodableFrame(BadInput):
    """The frame's bytes cannot be turned into pixels."""

    code: ClassVar[str] = "dicom.undecodable"


def decode_frame(image: StoredImage, frame: int, *, as_rgb: bool = True) -> npt.NDArray[np.generic]:
    """Decode one frame.

    Parameters
    ----------
    image : StoredImage
        The instance.
    frame : int
        Frame number from 1.
    as_rgb : bool, optional
        Turn YBR into RGB (the default); palette indices stay indices.

    Returns
    -------
    ndarray
        Stored values, shape (rows, columns) or (rows, columns, samples), samples last.

    Raises
    ------
    FrameOutside
        If there is no such frame.
    NoPixelData
        If rows, columns or bits are missing.
    UndecodableFrame
        If no decoder exists for the transfer syntax or the frame is damaged.
    FrameTableDamaged
        If the file is shorter than when it was read.
    """
    options = _describe(image)
    if _is_paired(image, options):
        data, options["pixel_vr"] = _unpaired(image, frame), "OB"
    else:
        data = image.frames.read(image.file, frame)
    rows, columns = options["rows"], options["columns"]
    if rows * columns * options["samples_per_pixel"] > _PIXEL_LIMIT:
        raise UndecodableFrame("The frame is too large to decode.")
    for tag, kind in _FLOATS.items():
        if tag in image.metadata:
            order = kind.replace("<", _order(image))
            return np.frombuffer(data, dtype=order).reshape(rows, columns).astype(kind)
    if image.frames.encapsulated:
        data = _encapsulate(data)
    decoder = _decoder(image.transfer_syntax_uid)
    try:
        # pydicom warns about harmless disagreements between header and stream; the header's
        # doubts were told when the file was read.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pixels, _ = decoder.as_array(data, index=0, raw=not as_rgb, **options)
    except _DECODER_ERRORS as error:
        raise UndecodableFrame(f"Frame {frame} of the object is damaged.") from error
    return np.asarray(pixels)


def _describe(image: StoredImage) -> dict[str, Any]:
    rows, columns = image.integer("00280010"), image.integer("00280011")
    allocated = image.integer("00280100") or (32 if "7FE00008" in image.metadata else None)
    if not rows or not columns or not allocated:
        raise NoPixelData("The object lacks the rows, columns or bits of its pixels.")
    stored = image.integer("00280101") or allocated
    samples = image.integer("00280002") or 1
    return {
        "rows": rows,
        "columns": columns,
        "samples_per_pixel": samples,
        "photometric_interpretation": image.text("00280004")
        or ("RGB" if samples == 3 else "MONOCHROME2"),
        "bits_allocated": allocated,
        "bits_stored": min(stored, allocated),
        "pixel_representation": image.integer("00280103") or 0,
        "planar_configuration": image.integer("00280006") or 0,
        "number_of_frames": 1,
        "pixel_keyword": "PixelData",
        "pixel_vr": image.metadata.get("7FE00010", {}).get("vr", "OW"),
    }


def _is_paired(image: StoredImage, options: dict[str, Any]) -> bool:
    """Whether 8-bit pixels lie swapped in big-endian words."""
    big = image.transfer_syntax_uid == uids.ExplicitVRBigEndian
    return big and options["bits_allocated"] == 8 and options["pixel_vr"] == "OW"


def _unpaired(image: StoredImage, frame: int) -> bytes:
    """Read 8-bit pixels out of big-endian words, which need not begin or end with the frame."""
    ((offset, length),) = image.frames.spans(frame)
    first = offset - image.frames.offset
    even = first // 2 * 2
    image.file.seek(image.frames.offset + even)
    words = image.file.read((first + length + 1) // 2 * 2 - even)
    swapped = bytearray(len(words) // 2 * 2)
    swapped[::2], swapped[1::2] = words[1::2], words[: len(swapped) : 2]
    return bytes(swapped[first - even : first - even + length])


def _order(image: StoredImage) -> str:
    return ">" if image.transfer_syntax_uid == uids.ExplicitVRBigEndian else "<"


def _encapsulate(data: bytes) -> bytes:
    """Wrap one frame as pydicom expects it: an empty offset table and one fragment."""
    padded = data + b"\0" * (len(data) % 2)
    return b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0" + struct.pack("<L", len(padded)) + padded


def _new_decoder(syntax: str, order: tuple[str, ...]) -> Decoder:
    """Make a decoder of our own, so that pydicom's global ones stay as they are."""
    shared = get_decoder(syntax)
    decoder = Decoder(uids.UID(syntax))
    for name in order:
        if name == _IMAGECODECS:
            path = ("tongying.dicom.imagecodecs_plugin", "decode_frame")
        else:
            path = (f"pydicom.pixels.decoders.{_MODULES.get(name, name)}", "_decode_frame")
        decoder.add_plugin(name, path)
    return decoder if order else shared


_MODULES = {"pydicom": "rle"}
_DECODERS: dict[str, Decoder] = {
    syntax: _new_decoder(syntax, order) for syntax, order in DECODER_ORDER.items()
}
_RETIRED = ("1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55")
"""JPEG spectral selection and full progression (processes 6 & 8, 10 & 12), retired in 2003; the
decoder of extended JPEG reads both."""
_DECODERS.update(dict.fromkeys(_RETIRED, _DECODERS[uids.JPEGExtended12Bit]))


def _decoder(syntax: str) -> Decoder:
    known = _DECODERS.get(syntax)
    if known is not None:
        return known
    if syntax in (
        uids.ImplicitVRLittleEndian,
        uids.ExplicitVRLittleEndian,
        uids.DeflatedExplicitVRLittleEndian,
        uids.ExplicitVRBigEndian,
    ):
        return get_decoder(syntax)
    raise UndecodableFrame("There is no decoder for the compression of this object.")
