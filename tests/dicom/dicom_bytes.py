"""Small DICOM files built byte by byte, so that the tests do not lean on what they test."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest

from tongying.dicom.instance import InstanceRecord
from tongying.dicom.reading import read_instance

SHARED = Path(__file__).resolve().parents[2] / "../shared/data"
EXPLICIT = "1.2.840.10008.1.2.1"
LONG = {"OB", "OW", "SQ", "UN", "UT", "UC", "OV", "UV"}


def shared(folder: str) -> Path:
    path = SHARED / folder
    if not path.is_dir():
        pytest.skip(f"the shared test data {folder} are not here")
    return path


def element(tag: int, vr: str, value: bytes, order: str = "<") -> bytes:
    value += (b"\0" if vr in ("UI", "OB", "UN", "OW") else b" ") * (len(value) % 2)
    if vr in LONG:
        return (
            struct.pack(f"{order}HH2sHL", tag >> 16, tag & 0xFFFF, vr.encode(), 0, len(value))
            + value
        )
    return struct.pack(f"{order}HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(value)) + value


def us(tag: int, number: int) -> bytes:
    return element(tag, "US", struct.pack("<H", number))


IDENTITY = {
    0x00080016: ("UI", b"1.2.840.10008.5.1.4.1.1.7"),
    0x00080018: ("UI", b"1.2.3.4"),
    0x0020000D: ("UI", b"1.2.3"),
    0x0020000E: ("UI", b"1.2.3.1"),
}


def data_set(elements: dict[int, tuple[str, bytes]] | None = None) -> bytes:
    """Identity plus the given elements, explicit VR little endian; None leaves one out."""
    merged = {**IDENTITY, **(elements or {})}
    return b"".join(
        element(tag, vr, value) for tag, (vr, value) in sorted(merged.items()) if vr != "--"
    )


def part10(body: bytes, syntax: str = EXPLICIT) -> bytes:
    meta = element(0x00020010, "UI", syntax.encode())
    return (
        bytes(128) + b"DICM" + element(0x00020000, "UL", struct.pack("<L", len(meta))) + meta + body
    )


def file_with(elements: dict[int, tuple[str, bytes]] | None = None) -> bytes:
    return part10(data_set(elements))


def image(rows: int, columns: int, pixels: bytes, **more: bytes) -> dict[int, tuple[str, bytes]]:
    elements = {
        0x00280002: ("US", b"\x01\0"),
        0x00280004: ("CS", b"MONOCHROME2"),
        0x00280010: ("US", struct.pack("<H", rows)),
        0x00280011: ("US", struct.pack("<H", columns)),
        0x00280100: ("US", b"\x08\0"),
        0x00280101: ("US", b"\x08\0"),
        0x00280102: ("US", b"\x07\0"),
        0x00280103: ("US", b"\0\0"),
        0x7FE00010: ("OB", pixels),
    }
    if "frames" in more:
        elements[0x00280008] = ("IS", more["frames"])
    return elements


def encapsulated(fragments: list[bytes], offsets: list[int] | None = None) -> bytes:
    """A PixelData element of undefined length."""
    table = struct.pack(f"<{len(offsets or [])}L", *(offsets or []))
    body = b"".join(
        b"\xfe\xff\x00\xe0" + struct.pack("<L", len(part)) + part for part in [table, *fragments]
    )
    return (
        struct.pack("<HH2sHL", 0x7FE0, 0x0010, b"OB", 0, 0xFFFFFFFF)
        + body
        + b"\xfe\xff\xdd\xe0\0\0\0\0"
    )


def read(data: bytes) -> InstanceRecord:
    return read_instance(io.BytesIO(data), size=len(data))


def codes(record: InstanceRecord) -> set[str]:
    return {caveat.code for caveat in record.caveats}
