"""Render a frame for the eye: modality and VOI transformations, palette, scaling, PNG or JPEG.

References
----------
DICOM PS3.3 C.11.1 (modality LUT), C.11.2 (VOI LUT; linear, linear exact, sigmoid), C.7.6.3.1.5
(palette), C.7.5.1.1.2 (pixel padding); PS3.18 section 8.3.5 (rendering parameters).
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from tongying.dicom.decoding import decode_frame
from tongying.dicom.stored_image import Json, StoredImage
from tongying.kernel.errors import BadInput

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
VoiFunction = Literal["LINEAR", "LINEAR_EXACT", "SIGMOID"]

_LOW_PERCENTILE, _HIGH_PERCENTILE = 0.5, 99.5
"""Without any window: the range but for outliers. A project choice, as viewers do."""
_SIDE_LIMIT = 8192


class RenderingRefused(BadInput):
    """The rendering parameters make no picture."""

    code: ClassVar[str] = "dicom.rendering"


@dataclass(frozen=True, slots=True)
class Window:
    """A VOI window in the units of the modality transformation's output.

    Attributes
    ----------
    centre, width : float
        Width above zero; at least 1 for ``"LINEAR"``.
    function : str
        As (0028,1056) VOI LUT Function.

    Raises
    ------
    RenderingRefused
        If the width is too small or a number is not finite.
    """

    centre: float
    width: float
    function: VoiFunction = "LINEAR"

    def __post_init__(self) -> None:
        """Refuse windows that PS3.3 C.11.2.1.2 does not define."""
        least = 1.0 if self.function == "LINEAR" else 0.0
        usable = np.isfinite(self.centre) and np.isfinite(self.width)
        if not usable or self.width < least or self.width <= 0:
            raise RenderingRefused("The window width must be above zero (at least 1 if linear).")

    def apply(self, values: Floats) -> Floats:
        """Map values to 0…1 (PS3.3 C.11.2.1.2 and C.11.2.1.3).

        Examples
        --------
        >>> Window(40, 400).apply(np.float32([-160.5, 239.5])).tolist()
        [0.0, 1.0]
        """
        if self.function == "SIGMOID":
            scaled = np.clip(-4 * (values - self.centre) / self.width, -80, 80)
            return np.asarray(1 / (1 + np.exp(scaled)), np.float32)
        shift, width = (0.5, self.width - 1) if self.function == "LINEAR" else (0.0, self.width)
        if width == 0:
            return (values > self.centre - shift).astype(np.float32)
        mapped: Floats = np.clip((values - (self.centre - shift)) / width + 0.5, 0, 1)
        return mapped.astype(np.float32)


@dataclass(frozen=True, slots=True)
class Rendering:
    """What picture is wanted.

    Attributes
    ----------
    media_type : str
        ``"image/jpeg"`` or ``"image/png"``.
    quality : int
        Of JPEG, 1 to 100.
    window : Window or None
        In place of the object's own.
    viewport : tuple of int, or None
        Greatest width and height in pixels; smaller images are enlarged to fit.
    """

    media_type: Literal["image/jpeg", "image/png"] = "image/jpeg"
    quality: int = 90
    window: Window | None = None
    viewport: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Refuse sizes and qualities out of range."""
        if not 1 <= self.quality <= 100:
            raise RenderingRefused("The quality must lie between 1 and 100.")
        if self.viewport and not all(1 <= side <= _SIDE_LIMIT for side in self.viewport):
            raise RenderingRefused(f"The viewport must lie between 1 and {_SIDE_LIMIT} pixels.")


def render_frame(image: StoredImage, frame: int, *, rendering: Rendering) -> bytes:
    """Render one frame to an encoded 8-bit picture.

    Parameters
    ----------
    image : StoredImage
        The instance.
    frame : int
        Frame number from 1.
    rendering : Rendering
        What picture is wanted.

    Returns
    -------
    bytes
        The encoded picture, upright as stored, pixels made square where their spacing is not.

    Raises
    ------
    FrameOutside, NoPixelData, UndecodableFrame, FrameTableDamaged
        As `decode_frame`.
    RenderingRefused
        If the object's palette is damaged.
    """
    pixels = _to_eight_bits(image, frame, rendering.window)
    picture = Image.fromarray(pixels)
    size = _size(image, frame, picture.size, rendering.viewport)
    if size != picture.size:
        smaller = size[0] <= picture.width and size[1] <= picture.height
        filtering = Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC
        picture = picture.resize(size, filtering)
    out = io.BytesIO()
    if rendering.media_type == "image/png":
        picture.save(out, "PNG", compress_level=3)
    else:
        picture.save(out, "JPEG", quality=rendering.quality)
    return out.getvalue()


def _to_eight_bits(image: StoredImage, frame: int, window: Window | None) -> Bytes:
    stored = decode_frame(image, frame)
    photometric = image.text("00280004")
    if photometric == "PALETTE COLOR":
        return _palette(image, stored)
    if stored.ndim == 3:
        bits = image.integer("00280101") or stored.dtype.itemsize * 8
        shift = max(0, min(bits, stored.dtype.itemsize * 8) - 8)
        return np.asarray(np.asarray(stored, np.uint32) >> shift, np.uint8)[..., :3]
    values = _modality(image, frame, stored)
    shown = _voi(image, frame, values, window, _padding(image, stored))
    inverse = photometric == "MONOCHROME1"
    if image.text("20500020") == "INVERSE":
        inverse = True
    grey = np.rint((1 - shown if inverse else shown) * 255).astype(np.uint8)
    grey[_padding(image, stored)] = 0
    return grey


def _modality(image: StoredImage, frame: int, stored: npt.NDArray[Any]) -> Floats:
    for place in image.items_for("00289145", frame):
        table = _table(image, place, "00283000")
        if table is not None:
            return _look_up(table, stored)
        slope, intercept = image.number("00281053", place), image.number("00281052", place)
        if slope is not None or intercept is not None:
            used = 1.0 if slope is None or slope == 0 else slope
            return stored.astype(np.float32) * np.float32(used) + np.float32(intercept or 0)
    return stored.astype(np.float32)


def _voi(
    image: StoredImage,
    frame: int,
    values: Floats,
    window: Window | None,
    padding: npt.NDArray[np.bool_],
) -> Floats:
    if window is not None:
        return window.apply(values)
    for place in image.items_for("00289132", frame):
        own = _own_window(image, place)
        if own is not None:
            return own.apply(values)
        table = _table(image, place, "00283010")
        if table is not None:
            looked_up = _look_up(table, values)
            return np.asarray(looked_up / (2 ** table[2] - 1), np.float32)
    seen = values[~padding]
    seen = seen[np.isfinite(seen)]
    if not seen.size:
        return np.zeros_like(values)
    low, high = np.percentile(seen, (_LOW_PERCENTILE, _HIGH_PERCENTILE)).tolist()
    if high <= low:
        low, high = float(seen.min()), float(seen.max())
    span = (high - low) or 1.0
    return np.asarray(np.clip(np.nan_to_num((values - low) / span), 0, 1), np.float32)


def _own_window(image: StoredImage, place: Json) -> Window | None:
    centre, width = image.number("00281050", place), image.number("00281051", place)
    name = image.text("00281056", place)
    function: VoiFunction = "LINEAR"
    if name == "SIGMOID":
        function = "SIGMOID"
    elif name == "LINEAR_EXACT":
        function = "LINEAR_EXACT"
    if centre is None or width is None or width <= 0 or (width < 1 and function == "LINEAR"):
        # A window of no width (seen in the wild) says nothing: the range is shown instead.
        return None
    return Window(centre, width, function)


def _padding(image: StoredImage, stored: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return where the pixels are padding, by stored value."""
    first = image.number("00280120")
    if first is None:
        return np.zeros(stored.shape, bool)
    last = image.number("00280121")
    low, high = sorted((first, first if last is None else last))
    return (stored >= low) & (stored <= high)


def _table(image: StoredImage, place: Json, tag: str) -> tuple[Floats, float, int] | None:
    """Return a modality or VOI LUT: entries, first value mapped, bits per entry."""
    for item in image.values(tag, place)[:1]:
        descriptor = [int(n) for n in image.values("00283002", item) if isinstance(n, int)]
        if len(descriptor) != 3:
            return None
        listed = image.values("00283006", item)
        data = listed or np.frombuffer(_even(image.binary("00283006", item)), "<u2").tolist()
        entries = np.asarray([n & 0xFFFF for n in data][: descriptor[0] or 65536], np.float32)
        if not entries.size:
            return None
        return entries, float(descriptor[1]), min(max(descriptor[2], 1), 16)
    return None


def _look_up(table: tuple[Floats, float, int], values: npt.NDArray[Any]) -> Floats:
    entries, first, _ = table
    index = np.clip(np.nan_to_num(values.astype(np.float64) - first), 0, entries.size - 1)
    return entries[index.astype(np.intp)]


def _palette(image: StoredImage, stored: npt.NDArray[Any]) -> Bytes:
    channels = []
    for place in range(3):
        descriptor = image.values(f"0028110{place + 1}")
        data = image.binary(f"0028120{place + 1}")
        if len(descriptor) != 3 or not data:
            raise RenderingRefused("The object's palette is missing or of a kind not supported.")
        count, first, bits = (int(n) for n in descriptor)
        count = (count & 0xFFFF) or 65536
        packed = bits == 8 and len(data) < 2 * count
        entries = np.frombuffer(data if packed else _even(data), np.uint8 if packed else "<u2")
        if not entries.size:
            raise RenderingRefused("The object's palette is damaged.")
        # 16-bit entries of 8 significant bits sometimes fill only the low byte.
        high_byte = not packed and int(entries.max()) > 255
        levels = (entries >> 8 if high_byte else entries).astype(np.uint8)
        index = np.clip(stored.astype(np.int64) - first, 0, min(count, levels.size) - 1)
        channels.append(levels[index])
    return np.stack(channels, axis=-1)


def _even(data: bytes) -> bytes:
    return data[: len(data) // 2 * 2]


def _size(
    image: StoredImage, frame: int, size: tuple[int, int], viewport: tuple[int, int] | None
) -> tuple[int, int]:
    """Return the picture's size: square pixels, fitted into the viewport."""
    width, height = float(size[0]), float(size[1])
    ratio = _pixel_aspect(image, frame)
    if ratio > 1:
        height *= ratio
    else:
        width /= ratio
    scale = min(viewport[0] / width, viewport[1] / height) if viewport else 1.0
    scale = min(scale, _SIDE_LIMIT / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _pixel_aspect(image: StoredImage, frame: int) -> float:
    """Return the height of a pixel over its width."""
    for place in image.items_for("00289110", frame):
        for tag in ("00280030", "00181164", "00280034"):
            sides = image.values(tag, place)[:2]
            numbers = [float(s) for s in sides if isinstance(s, int | float)]
            if len(numbers) == 2 and min(numbers) > 0 and max(numbers) <= 50 * min(numbers):
                return numbers[0] / numbers[1]
    return 1.0
