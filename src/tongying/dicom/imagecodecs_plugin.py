"""A pydicom decoder plugin for the JPEG processes that GDCM refuses or is slow at.

Extended 12-bit (GDCM refuses it) and lossless process 14 (a third of GDCM's time) of one sample
per pixel, through imagecodecs (BSD-3).
"""

from __future__ import annotations

import imagecodecs
import numpy as np
from pydicom.pixels.decoders.base import DecodeRunner
from pydicom.uid import JPEGExtended12Bit, JPEGLossless, JPEGLosslessSV1

DECODER_DEPENDENCIES = {
    JPEGExtended12Bit: ("imagecodecs",),
    JPEGLossless: ("imagecodecs",),
    JPEGLosslessSV1: ("imagecodecs",),
}
"""Read by pydicom."""


def is_available(uid: str) -> bool:
    """Tell pydicom which transfer syntaxes this plugin decodes."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """Decode one frame for pydicom.

    Parameters
    ----------
    source : bytes
        One JPEG image.
    runner : DecodeRunner
        Holds the frame's description.

    Returns
    -------
    bytes
        Little-endian samples of 8 or 16 bits.

    Raises
    ------
    NotImplementedError
        If there is more than one sample per pixel; another plugin takes those.
    """
    if runner.samples_per_pixel != 1:
        raise NotImplementedError("more than one sample per pixel")
    pixels: np.ndarray = imagecodecs.jpeg_decode(source)
    runner.set_option("bits_allocated", pixels.dtype.itemsize * 8)
    return pixels.astype(pixels.dtype.newbyteorder("<"), copy=False).tobytes()
