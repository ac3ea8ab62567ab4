"""A frame as plain little-endian bytes, whatever it is stored as."""

from __future__ import annotations

import numpy as np

from tongying.dicom.decoding import decode_frame
from tongying.dicom.stored_image import StoredImage


def native_frame(image: StoredImage, number: int) -> bytes:
    """Decode a frame and return its samples, little endian, as Explicit VR LE would hold them.

    Raises
    ------
    tongying.dicom.decoding.UndecodableFrame, tongying.dicom.frame_table.FrameOutside,
    tongying.dicom.stored_image.NoPixelData
        As `decode_frame`.
    """
    pixels = decode_frame(image, number, as_rgb=False)
    little = pixels.astype(pixels.dtype.newbyteorder("<"), copy=False)
    return np.ascontiguousarray(little).tobytes()
