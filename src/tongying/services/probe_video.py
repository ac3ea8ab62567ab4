"""The phantom's probe as a video file, for trying a live room without a probe.

Three containers, each written here without a video coder: YUV4MPEG2 and motion JPEG are what a
browser's fake capture device reads (``--use-file-for-fake-video-capture``); WebM is what its video
element plays, so that the room's page takes it as a file. Every frame of it is a VP8 key frame.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tongying.dicom.phantoms.polyp_us import Frame, PolypFilm
from tongying.kernel.errors import BadInput

JPEG_QUALITY: Final = 92
VP8_QUALITY: Final = 88


class ProbeVideoRefused(BadInput):
    """There is no such kind of video file."""

    code: ClassVar[str] = "live.probe-video"


def write_probe_video(path: Path, film: PolypFilm, seconds: float) -> None:
    """Write a film of the phantom; the ending says as what.

    Parameters
    ----------
    path : Path
        Ends in ``.y4m``, ``.mjpeg`` or ``.webm``.
    film : PolypFilm
    seconds : float
        Whole breaths are written, at least this long: played over and over it does not jump.

    Raises
    ------
    ProbeVideoRefused
        If it ends otherwise.
    """
    writers = {".y4m": _y4m, ".mjpeg": _mjpeg, ".webm": _webm}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise ProbeVideoRefused("A probe's video ends in .y4m, .mjpeg or .webm.")
    breath = list(film.frames())
    breaths = max(1, round(seconds * film.frames_a_second / film.count))
    with path.open("wb") as file:
        for part in writer(film, breath, breaths):
            file.write(part)


def _y4m(film: PolypFilm, breath: list[Frame], breaths: int) -> Iterator[bytes]:
    head = f"YUV4MPEG2 W{film.columns} H{film.rows} F{film.frames_a_second}:1 Ip A1:1 C420jpeg\n"
    yield head.encode()
    planes = [b"FRAME\n" + _yuv(frame) for frame in breath]
    for _ in range(breaths):
        yield from planes


def _yuv(frame: Frame) -> bytes:
    """Return a frame as planar 4:2:0 in the studio range of BT.601."""
    red, green, blue = (frame[:, :, n].astype(np.float32) for n in range(3))
    light = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    to_blue = 128 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255
    to_red = 128 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255
    return b"".join(_bytes(plane) for plane in (light, _halved(to_blue), _halved(to_red)))


def _halved(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = plane.shape
    found: NDArray[np.float32] = plane.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))
    return found


def _bytes(plane: NDArray[np.float32]) -> bytes:
    return np.rint(plane).clip(0, 255).astype(np.uint8).tobytes()


def jpeg_of(frame: Frame, quality: int = JPEG_QUALITY) -> bytes:
    """Return a frame as baseline JPEG."""
    target = io.BytesIO()
    Image.fromarray(frame).save(target, "JPEG", quality=quality)
    return target.getvalue()


def _mjpeg(_film: PolypFilm, breath: list[Frame], breaths: int) -> Iterator[bytes]:
    pictures = [jpeg_of(frame) for frame in breath]
    for _ in range(breaths):
        yield from pictures


def _webm(film: PolypFilm, breath: list[Frame], breaths: int) -> Iterator[bytes]:
    """Give a WebM file (RFC 9559); a second and more of frames make a cluster."""
    pictures = [_vp8(frame) for frame in breath]
    step = 1000 // film.frames_a_second
    cluster = [
        _element(0xA3, b"\x81" + (n * step).to_bytes(2, "big") + b"\x80" + picture)
        for n, picture in enumerate(pictures)
    ]
    length = step * len(pictures)
    yield _element(0x1A45DFA3, _EBML)
    body = [_element(0x1549A966, _info(length * breaths)), _element(0x1654AE6B, _track(film, step))]
    clusters = (
        _element(0x1F43B675, _element(0xE7, _number(n * length)) + b"".join(cluster))
        for n in range(breaths)
    )
    yield _element(0x18538067, b"".join([*body, *clusters]))


def _vp8(frame: Frame) -> bytes:
    """Return a frame as a VP8 key frame: what a lossy WebP file holds (RFC 9649 section 2.5)."""
    target = io.BytesIO()
    Image.fromarray(frame).save(target, "WEBP", quality=VP8_QUALITY, method=2)
    data = target.getvalue()
    at = data.index(b"VP8 ", 12)
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return data[at + 8 : at + 8 + size]


def _element(name: int, body: bytes) -> bytes:
    """Return an EBML element with an eight-byte length."""
    length = (len(body) | 1 << 56).to_bytes(8, "big")
    return name.to_bytes((name.bit_length() + 7) // 8, "big") + length + body


def _number(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")


def _joined(parts: Iterable[tuple[int, bytes]]) -> bytes:
    return b"".join(_element(name, body) for name, body in parts)


def _info(milliseconds: int) -> bytes:
    duration = np.float64(milliseconds).astype(">f8").tobytes()
    words = b"Tongying"
    parts = ((0x2AD7B1, _number(10**6)), (0x4489, duration), (0x4D80, words), (0x5741, words))
    return _joined(parts)


def _track(film: PolypFilm, step: int) -> bytes:
    size = _joined(((0xB0, _number(film.columns)), (0xBA, _number(film.rows))))
    parts = (
        *((0xD7, b"\x01"), (0x73C5, b"\x01"), (0x9C, b"\x00"), (0x83, b"\x01")),
        *((0x86, b"V_VP8"), (0x23E383, _number(step * 10**6)), (0xE0, size)),
    )
    return _element(0xAE, _joined(parts))


_EBML: Final = _joined(
    (
        *((0x4286, b"\x01"), (0x42F7, b"\x01"), (0x42F2, b"\x04"), (0x42F3, b"\x08")),
        *((0x4282, b"webm"), (0x4287, b"\x04"), (0x4285, b"\x02")),
    )
)
