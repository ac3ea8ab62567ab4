"""A still or a clip as the county's page sends it, read strictly: types by bytes, not by name."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar, Final

import numpy as np
from django.utils.dateparse import parse_datetime
from numpy.typing import NDArray
from PIL import Image

from tongying.dicom.baseline_jpeg import START, NotBaselineJpeg, read_baseline_jpeg
from tongying.kernel.errors import BadInput

STILL, CLIP = "still", "clip"
MOST_PIXELS: Final = 64_000_000
MOST_FRAMES: Final = 600
MOST_BYTES: Final = 100_000_000
LONGEST_MS: Final = 120_000.0
SMALLEST_SIDE: Final = 16
PNG: Final = b"\x89PNG\r\n\x1a\n"
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9_-]{6,40}")
_FIELDS: Final = frozenset(
    {"client_id", "kind", "asked", "captured_at", "columns", "rows", "seconds", "times_ms"}
)


class PictureRefused(BadInput):
    """What was sent is no still or clip of a live picture."""

    code: ClassVar[str] = "room.picture-refused"


class PictureTooLarge(BadInput):
    """A still or clip is larger than the platform takes."""

    code: ClassVar[str] = "room.picture-too-large"


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A still or clip that was read.

    Attributes
    ----------
    client_id, kind : str
        ``still`` or ``clip``.
    asked : int or None
        Number of the event that asked to freeze.
    captured_at : datetime
        With time zone, by the page's clock.
    columns, rows : int
    pixels : ndarray or None
        Of a still that came as PNG.
    jpegs : tuple of bytes
        Frames that came as JPEG; empty where `pixels` is given.
    times_ms : tuple of float
        Of a clip's frames, the first 0.
    """

    client_id: str
    kind: str
    asked: int | None
    captured_at: datetime
    columns: int
    rows: int
    pixels: NDArray[np.uint8] | None
    jpegs: tuple[bytes, ...]
    times_ms: tuple[float, ...] = ()

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return max(1, len(self.jpegs))

    @property
    def seconds(self) -> float:
        """How long the clip lasts; its last frame counts as long as the others on average."""
        if len(self.times_ms) < 2:
            return 0.0
        return round(self.times_ms[-1] / 1000 * self.frames / (self.frames - 1), 3)


def read_sent_picture(meta: object, files: Sequence[bytes]) -> SentPicture:
    """Read what was sent.

    Parameters
    ----------
    meta : object
        What the page says of it, as parsed from JSON.
    files : sequence of bytes
        The frames in order.

    Raises
    ------
    PictureRefused
        If something is missing, unknown, out of its range, or not as it says.
    PictureTooLarge
        If it has too many pixels, frames or bytes.
    """
    given = _fields(meta)
    kind = given.get("kind")
    if kind not in (STILL, CLIP):
        raise PictureRefused("What was sent is neither a still nor a clip.")
    columns, rows = (_whole(given, name) for name in ("columns", "rows"))
    _check_size(columns, rows, files)
    pixels, jpegs = _still(files) if kind == STILL else (None, tuple(files))
    if kind == CLIP and not 2 <= len(files) <= MOST_FRAMES:
        raise PictureTooLarge("A clip has 2 to 600 frames.")
    for size in _sizes(pixels, jpegs):
        if size != (columns, rows):
            raise PictureRefused("The frames are not all of the size that was said.")
    return SentPicture(
        client_id=_text(given, "client_id", _CLIENT_ID),
        kind=str(kind),
        asked=None if given.get("asked") is None else _whole(given, "asked"),
        captured_at=_moment(given.get("captured_at")),
        columns=columns,
        rows=rows,
        pixels=pixels,
        jpegs=jpegs,
        times_ms=_times(given.get("times_ms"), len(files)) if kind == CLIP else (),
    )


def _fields(meta: object) -> Mapping[str, Any]:
    if not isinstance(meta, Mapping) or any(name not in _FIELDS for name in meta):
        raise PictureRefused("What was sent with the picture cannot be read.")
    return meta


def _text(given: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise PictureRefused("What was sent with the picture cannot be read.")
    return value


def _whole(given: Mapping[str, Any], name: str) -> int:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**53:
        raise PictureRefused("What was sent with the picture cannot be read.")
    return value


def _moment(value: object) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise PictureRefused("Say when the picture was captured.")
    return found


def _check_size(columns: int, rows: int, files: Sequence[bytes]) -> None:
    if columns * rows > MOST_PIXELS or sum(map(len, files)) > MOST_BYTES:
        raise PictureTooLarge("The picture is larger than the platform takes.")
    if min(columns, rows) < SMALLEST_SIDE or not files:
        raise PictureRefused("There is no picture in what was sent.")


def _still(files: Sequence[bytes]) -> tuple[NDArray[np.uint8] | None, tuple[bytes, ...]]:
    if len(files) != 1:
        raise PictureRefused("A still is one picture.")
    (data,) = files
    if data.startswith(PNG):
        return _pixels(data), ()
    if data.startswith(START):
        _readable(lambda: Image.open(io.BytesIO(data)).load())
        return None, (data,)
    raise PictureRefused("A still comes as PNG or JPEG.")


def _pixels(data: bytes) -> NDArray[np.uint8]:
    """Return a PNG's pixels; one that lets something shine through is no frame of a video."""

    def read() -> NDArray[np.uint8]:
        with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PictureTooLarge("The picture is larger than the platform takes.")
            if picture.mode not in ("RGB", "RGBA", "L") or getattr(picture, "n_frames", 1) != 1:
                raise PictureRefused("A still has 8 bits, grey or red, green and blue.")
            return np.asarray(picture, dtype=np.uint8)

    array: NDArray[np.uint8] = _readable(read)
    if array.ndim == 3 and array.shape[2] == 4:
        if (array[:, :, 3] != 255).any():
            raise PictureRefused("A still has 8 bits, grey or red, green and blue.")
        array = array[:, :, :3]
    return array


def _readable(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise PictureRefused("The picture cannot be read; send it again.") from None


def _sizes(pixels: NDArray[np.uint8] | None, jpegs: Sequence[bytes]) -> list[tuple[int, int]]:
    if pixels is not None:
        return [(pixels.shape[1], pixels.shape[0])]
    try:
        headers = [read_baseline_jpeg(one) for one in jpegs]
    except NotBaselineJpeg:
        raise PictureRefused("The frames of a clip come as baseline JPEG.") from None
    if len({one.photometric for one in headers}) != 1:
        raise PictureRefused("The frames are not all of the size that was said.")
    return [(one.columns, one.rows) for one in headers]


def _times(value: object, count: int) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) != count:
        raise PictureRefused("A clip says for each frame when it was captured.")
    times = [float(one) for one in value if _is_time(one)]
    if len(times) != count or any(b <= a for a, b in pairwise(times)):
        raise PictureRefused("A clip says for each frame when it was captured.")
    if times[-1] - times[0] > LONGEST_MS:
        raise PictureTooLarge("A clip lasts at most two minutes.")
    return tuple(round(one - times[0], 3) for one in times)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
