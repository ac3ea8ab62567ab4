from __future__ import annotations

import json
import math
import struct
import warnings
from base64 import b64decode
from pathlib import Path
from typing import Any

import data_store
import pydicom
import pytest
from dicom_bytes import data_set, element, file_with, image, part10, read, shared

from tongying.dicom.reading import UnreadableDicom, read_instance

Json = dict[str, Any]
ADDED = {"00080005", "00083002"}


@pytest.mark.parametrize(
    ("vr", "value", "expected"),
    [
        ("DS", b"1.50\\ -2 \\", [1.5, -2, None]),
        ("DS", b"abc", ["abc"]),
        ("DS", b"1_0", ["1_0"]),
        ("DS", b"NaN", ["NaN"]),
        ("IS", b"+12\\x", [12, "x"]),
        ("AT", b"\x08\0\x18\0\x10\0\x20\0", ["00080018", "00100020"]),
        ("FD", struct.pack("<2d", 0.5, math.inf), [0.5, None]),
        ("UV", struct.pack("<2Q", 5, 2**60), [5, str(2**60)]),
        ("SS", struct.pack("<h", -3), [-3]),
        ("LO", b"one\\\\three ", ["one", None, "three"]),
        ("LT", b"a\\b", ["a\\b"]),
        ("PN", b"Doe^J\\", [{"Alphabetic": "Doe^J"}, None]),
    ],
)
def test_values(vr: str, value: bytes, expected: list[object]) -> None:
    encoded = json.loads(read(file_with({0x00091010: (vr, value)})).metadata)["00091010"]
    assert encoded == {"vr": vr, "Value": expected}


@pytest.mark.parametrize("vr", ["LO", "PN", "DS", "SQ", "OB", "US", "UN", "UI", "AT"])
def test_empty_values_have_only_their_vr(vr: str) -> None:
    encoded = json.loads(read(file_with({0x00091010: (vr, b"")})).metadata)["00091010"]
    assert encoded == {"vr": vr}


def test_inline_and_bulk_by_size_and_place() -> None:
    nested = element(0x00091010, "OB", bytes(1026))
    sequence = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(nested)) + nested
    record = read(
        file_with(
            {
                0x00091010: ("OB", bytes(1024)),
                0x00091011: ("UN", b"\1" * 1026),
                0x00091012: ("UT", b"x" * 70_000),
                0x00081115: ("SQ", sequence),
                **image(2, 2, bytes(4)),
            }
        )
    )
    body = json.loads(record.metadata)
    assert b64decode(body["00091010"]["InlineBinary"]) == bytes(1024)
    assert body["00091011"]["BulkDataURI"] == "@BULK@/00091011"
    assert body["7FE00010"] == {"vr": "OB", "BulkDataURI": "@BULK@/7FE00010"}
    nested_uri = body["00081115"]["Value"][0]["00091010"]["BulkDataURI"]
    assert nested_uri == "@BULK@/00081115/0/00091010"
    assert {path: length for path, (_, length) in record.bulk.items()} == {
        "00091011": 1026,
        "00091012": 70_000,
        "00081115/0/00091010": 1026,
        "7FE00010": 4,
    }


def test_group_lengths_are_left_out_and_tags_ascend() -> None:
    body = data_set({0x00080000: ("UL", b"\1\0\0\0"), 0x00100020: ("LO", b"H1")})
    tags = list(json.loads(read(part10(body)).metadata))
    assert "00080000" not in tags and tags == sorted(tags)


def candidates() -> list[Path]:
    # Not get_testdata_files: it tries to download.
    files = sorted((Path(pydicom.__file__).parent / "data" / "test_files").rglob("*.dcm"))
    files += sorted((Path(data_store.__file__).parent / "data").rglob("*.dcm"))
    for folder in ("charsets", "transfer_syntaxes", "dicom_seg_sr_pm", "us_multiframe"):
        files += [path for path in sorted(shared(folder).rglob("*")) if path.is_file()]
    return files


def test_equals_pydicoms_json_on_every_readable_file() -> None:
    """The differences allowed are listed in `same`."""
    compared = 0
    for path in candidates():
        with path.open("rb") as source:
            try:
                record = read_instance(source, size=path.stat().st_size)
            except UnreadableDicom:
                continue
        if {caveat.code for caveat in record.caveats} & {"dicom.transfer-syntax-contradicted"}:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                theirs = pydicom.dcmread(path, force=True, stop_before_pixels=True).to_json_dict(
                    suppress_invalid_tags=True
                )
            except (ValueError, TypeError, AttributeError, NotImplementedError):
                continue  # pydicom cannot
        theirs = {tag: element for tag, element in theirs.items() if not tag.endswith("0000")}
        if record.transfer_syntax_uid == "1.2.840.10008.1.2.2":
            # pydicom takes UN for big endian; PS3.5 6.2.2 says little (and the values agree).
            theirs = {tag: element for tag, element in theirs.items() if int(tag[3], 16) % 2 == 0}
        ours = json.loads(record.metadata)
        known = set(ours) - ADDED - {"7FE00010"}
        problems = [
            (tag, ours.get(tag), theirs[tag])
            for tag in theirs
            if tag not in ADDED and tag < "7FE0" and not same(ours.get(tag, {}), theirs[tag])
        ]
        assert not problems, (path.name, problems[:3])
        assert {tag for tag in known if tag < "7FE0"} >= {t for t in theirs if t < "7FE0"} - ADDED
        compared += 1
    assert compared > 150


def same(ours: Json, theirs: Json) -> bool:
    """Equal, but for what is documented.

    Ours gives large values as bulk data, private UN sequences as bytes, malformed numbers as
    strings; pydicom keeps escape sequences, leading spaces, empty groups, and big-endian words.
    """
    if "BulkDataURI" in ours or (ours.get("vr") != theirs.get("vr")):
        return "BulkDataURI" in ours or "UN" in (ours.get("vr"), theirs.get("vr"))
    if "InlineBinary" in theirs:
        padded = b64decode(theirs["InlineBinary"])
        mine = b64decode(ours.get("InlineBinary", ""))
        turned = bytes(padded[place ^ 1] for place in range(len(padded) // 2 * 2))
        return mine in (padded, padded[:-1]) or (ours["vr"] == "OW" and mine == turned)
    mine, other = ours.get("Value", []), theirs.get("Value", [])
    if ours["vr"] == "SQ":
        return len(mine) == len(other) and all(
            same(a.get(tag, {}), b[tag])
            for a, b in zip(mine, other, strict=True)
            for tag in b
            if tag not in ADDED and not tag.endswith("0000")
        )
    return plain(mine) == plain(other)


def plain(values: list[Any]) -> list[Any]:
    out = [plain_one(value) for value in values]
    return [] if not any(value is not None for value in out) else out


def plain_one(value: Any) -> Any:
    if isinstance(value, dict):
        groups = {k: v.replace("\x1b$)A", "").strip().rstrip("^ ") for k, v in value.items()}
        return {k: v for k, v in groups.items() if v} or None
    if isinstance(value, str):
        return value.replace("\x1b$)A", "").strip(" \0") or None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
