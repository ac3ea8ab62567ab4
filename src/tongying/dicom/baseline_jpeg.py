"""What a JPEG file is, by its bytes: size, components, subsampling; only baseline is taken.

References
----------
ITU-T T.81 annex B (markers, frame header); DICOM PS3.5 section 8.2.1 and A.4.1 (JPEG Baseline).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

START: Final = b"\xff\xd8"
END: Final = b"\xff\xd9"
_BASELINE: Final = 0xC0
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Start of frame of any process; the three between are tables and extensions."""
_SCAN: Final = 0xDA
_ADOBE: Final = 0xEE
_BITS: Final = 8


class NotBaselineJpeg(BadInput):
    """The bytes are no baseline JPEG of one grey or three YCbCr components."""

    code: ClassVar[str] = "dicom.not-baseline-jpeg"


@dataclass(frozen=True, slots=True)
class BaselineJpeg:
    """What the header of a baseline JPEG says.

    Attributes
    ----------
    columns, rows : int
    photometric : str
        (0028,0004) of it: ``MONOCHROME2``, ``YBR_FULL``, or ``YBR_FULL_422`` where the colours
        are sampled more coarsely than the light.
    """

    columns: int
    rows: int
    photometric: str

    @property
    def samples(self) -> int:
        """Samples of a pixel."""
        return 1 if self.photometric == "MONOCHROME2" else 3


def read_baseline_jpeg(data: bytes) -> BaselineJpeg:
    """Read the header of a baseline JPEG.

    Parameters
    ----------
    data : bytes
        The whole file.

    Raises
    ------
    NotBaselineJpeg
        If it is cut, of another process, or of other colours.
    """
    if not data.startswith(START) or not data.rstrip(b"\0").endswith(END):
        raise NotBaselineJpeg("The picture is no whole JPEG file.")
    found: BaselineJpeg | None = None
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at + 4 : at + 2 + length]
        if marker in _FRAMES:
            found = _frame(marker, segment)
        elif marker == _ADOBE and segment[:5] == b"Adobe" and segment[11:12] == b"\0":
            raise NotBaselineJpeg("The JPEG holds red, green and blue; YCbCr is taken.")
        elif marker == _SCAN:
            break
        at += 2 + length
    else:
        found = None
    if found is None:
        raise NotBaselineJpeg("The picture is no whole JPEG file.")
    return found


def _frame(marker: int, segment: bytes) -> BaselineJpeg:
    count = segment[5] if len(segment) > 5 else 0
    if marker != _BASELINE or segment[0] != _BITS:
        raise NotBaselineJpeg("The JPEG is not of the baseline process with 8 bits.")
    if count not in (1, 3) or len(segment) < 6 + 3 * count:
        raise NotBaselineJpeg("The JPEG has neither one nor three components.")
    rows, columns = (int.from_bytes(segment[n : n + 2], "big") for n in (1, 3))
    if not rows or not columns:
        raise NotBaselineJpeg("The JPEG does not say its size.")
    if count == 1:
        return BaselineJpeg(columns, rows, "MONOCHROME2")
    factors = [segment[7 + 3 * n] for n in range(3)]
    whole = len(set(factors)) == 1
    return BaselineJpeg(columns, rows, "YBR_FULL" if whole else "YBR_FULL_422")
