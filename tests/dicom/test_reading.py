from __future__ import annotations

import io
import json
import random
import struct
import tempfile
import tracemalloc
import zlib
from datetime import date, time

import pytest
from dicom_bytes import (
    EXPLICIT,
    codes,
    data_set,
    element,
    encapsulated,
    file_with,
    image,
    part10,
    read,
    shared,
)

from tongying.dicom.reading import IsDicomdir, UnreadableDicom, read_instance

JPEG = "1.2.840.10008.1.2.4.50"
MISSING = ("--", b"")


def implicit(elements: bytes) -> bytes:
    """Turn short explicit elements into implicit ones."""
    out, at = b"", 0
    while at < len(elements):
        length = struct.unpack_from("<H", elements, at + 6)[0]
        out += elements[at : at + 4] + struct.pack("<L", length)
        out += elements[at + 8 : at + 8 + length]
        at += 8 + length
    return out


def big_endian() -> bytes:
    from dicom_bytes import IDENTITY

    body = {**IDENTITY, 0x00280010: ("US", b"\0\x02")}
    return b"".join(element(tag, *body[tag], order=">") for tag in sorted(body))


def test_values_are_read() -> None:
    record = read(
        file_with(
            {
                0x00080020: ("DA", b"20260301"),
                0x00080030: ("TM", b"101530.25"),
                0x00080060: ("CS", b"CT"),
                0x00100020: ("LO", b" H01 "),
                0x00100030: ("DA", b"2019.01.31"),
                0x00100040: ("CS", b"F"),
                0x00101010: ("AS", b"009D"),
                0x00101030: ("DS", b"3.25"),
                0x00200011: ("IS", b"2"),
                0x00200013: ("IS", b"+7"),
            }
        )
    )
    assert (record.study.date, record.study.time) == (date(2026, 3, 1), time(10, 15, 30, 250000))
    assert (record.patient.id, record.patient.birth_date) == ("H01", date(2019, 1, 31))
    assert (record.patient.sex, record.study.patient_age) == ("F", "009D")
    assert (record.study.patient_weight_kg, record.series.number, record.number) == (3.25, 2, 7)
    assert record.caveats == () and record.frames is None and record.frame_count is None


@pytest.mark.parametrize(
    ("tag", "vr", "value", "code"),
    [
        (0x00080020, "DA", b"********", "dicom.date-invalid"),
        (0x00080020, "DA", b"20260231", "dicom.date-invalid"),
        (0x00080021, "DA", b"2026", "dicom.date-invalid"),
        (0x00100030, "DA", b"***", "dicom.date-invalid"),
        (0x00080030, "TM", b"256000", "dicom.time-invalid"),
        (0x00080031, "TM", b"morning", "dicom.time-invalid"),
        (0x00101010, "AS", b"***", "dicom.age-invalid"),
        (0x00101010, "AS", b"9D", "dicom.age-invalid"),
        (0x00100040, "CS", b"X", "dicom.sex-invalid"),
        (0x00101030, "DS", b"0", "dicom.number-invalid"),
        (0x00101030, "DS", b"nan", "dicom.number-invalid"),
        (0x00101020, "DS", b"1_0", "dicom.number-invalid"),
        (0x00200011, "IS", b"1A", "dicom.number-invalid"),
        (0x00200013, "IS", b"99999999999", "dicom.number-invalid"),
    ],
)
def test_what_cannot_be_trusted_is_unknown(tag: int, vr: str, value: bytes, code: str) -> None:
    record = read(file_with({tag: (vr, value)}))
    empty = read(file_with({tag: (vr, b"")}))
    assert codes(record) == {code}
    assert (record.patient, record.study, record.series) == (
        empty.patient,
        empty.study,
        empty.series,
    )
    assert empty.caveats == ()


BROKEN = [
    (b"", "dicom.not-dicom"),
    (b"hello, this is no image", "dicom.not-dicom"),
    (b"\x89PNG\r\n\x1a\n" + bytes(200), "dicom.not-dicom"),
    (file_with()[:140], "dicom.truncated"),
    (file_with()[:-5], "dicom.truncated"),
    (file_with({0x00080016: MISSING}), "dicom.uid-missing"),
    (file_with({0x00080018: MISSING}), "dicom.uid-missing"),
    (file_with({0x0020000D: MISSING}), "dicom.uid-missing"),
    (file_with({0x0020000E: ("UI", b"")}), "dicom.uid-missing"),
    (file_with({0x00080018: ("UI", b"1.2.x")}), "dicom.uid-invalid"),
    (file_with({0x00080018: ("UI", b"1" * 66)}), "dicom.uid-invalid"),
    (file_with({0x0020000D: ("UI", b"../../etc")}), "dicom.uid-invalid"),
    (file_with({0x00041220: ("SQ", b"")}), "dicom.is-dicomdir"),
    (file_with(image(4, 4, bytes(14))), "dicom.pixel-data-short"),
    (file_with(image(4, 4, bytes(32), frames=b"3")), "dicom.pixel-data-short"),
    (file_with(image(4, 4, bytes(32), frames=b"99999999")), "dicom.unreadable"),
    (part10(data_set() + encapsulated([b"ab"])), "dicom.unreadable"),
    (part10(data_set(), "1.2.840.10008.1.2.1.99"), "dicom.unreadable"),
    (file_with({0x00081115: ("SQ", b"\x08\x00\x05\x00CS\0\0")}), "dicom.unreadable"),
]


@pytest.mark.parametrize(("data", "code"), BROKEN, ids=range(len(BROKEN)))
def test_refusals_have_a_code_and_one_sentence(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableDicom) as refusal:
        read(data)
    assert refusal.value.error_code == code
    assert refusal.value.sentence.endswith(".")


def test_deep_nesting_is_refused() -> None:
    nested = b"\x08\0\x15\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    with pytest.raises(UnreadableDicom, match="deeper"):
        read(part10(data_set({0x0020000E: MISSING, 0x0020000D: MISSING}) + nested * 5000))


@pytest.mark.parametrize(
    ("data", "syntax", "caveats"),
    [
        (data_set(), EXPLICIT, {"dicom.no-preamble", "dicom.transfer-syntax-assumed"}),
        (
            implicit(data_set()),
            "1.2.840.10008.1.2",
            {"dicom.no-preamble", "dicom.transfer-syntax-assumed"},
        ),
        (
            big_endian(),
            "1.2.840.10008.1.2.2",
            {"dicom.no-preamble", "dicom.transfer-syntax-assumed"},
        ),
        (part10(big_endian(), "1.2.840.10008.1.2.2"), "1.2.840.10008.1.2.2", set()),
        (bytes(128) + b"DICM" + data_set(), EXPLICIT, {"dicom.transfer-syntax-assumed"}),
        (file_with()[128 + 4 :], EXPLICIT, {"dicom.no-preamble"}),
        (
            part10(implicit(data_set())),
            "1.2.840.10008.1.2",
            {"dicom.transfer-syntax-contradicted"},
        ),
        (file_with() + bytes(500), EXPLICIT, set()),
        (file_with() + element(0xFFFCFFFC, "OB", bytes(20)), EXPLICIT, set()),
    ],
)
def test_tolerated_forms(data: bytes, syntax: str, caveats: set[str]) -> None:
    record = read(data)
    assert (record.transfer_syntax_uid, codes(record)) == (syntax, caveats)
    assert record.sop_instance_uid == "1.2.3.4"


def test_deflated() -> None:
    pixels = random.Random(1).randbytes(200_000)
    squeezer = zlib.compressobj(wbits=-15)
    body = data_set(image(400, 500, pixels))
    data = part10(squeezer.compress(body) + squeezer.flush(), "1.2.840.10008.1.2.1.99")
    record = read(data)
    assert record.frames is not None and record.bulk == {}
    assert record.frames.read(io.BytesIO(data), 1) == pixels


def test_native_frames_and_bulk_lie_where_they_say() -> None:
    pixels, private = bytes(range(48)), b"\1\2" * 1000
    elements = {0x00091010: ("OB", private), **image(4, 4, pixels, frames=b"3")}
    data = file_with(elements)
    record = read(data)
    offset, length = record.bulk["00091010"]
    assert data[offset : offset + length] == private
    offset, length = record.bulk["7FE00010"]
    assert data[offset : offset + length] == pixels
    assert record.frames is not None and record.frame_count == 3
    assert record.frames.read(io.BytesIO(data), 2) == pixels[16:32]


END = b"\xff\xd9"


@pytest.mark.parametrize(
    ("fragments", "offsets", "count", "frames"),
    [
        ([b"aaaa", b"bb"], None, 2, [b"aaaa", b"bb"]),
        ([b"aaaa", b"bb"], [0, 12], 2, [b"aaaa", b"bb"]),
        ([b"aaaa", b"bb", b"cc"], [0, 12], 2, [b"aaaa", b"bbcc"]),
        ([b"aaaa", b"bb"], None, 1, [b"aaaabb"]),
        ([b"aa", b"a" + END + b"\0", b"b" + END + b"\0"], None, 2, None),
        ([b"aaaa", b"bb"], [0, 13], 2, [b"aaaa", b"bb"]),
    ],
)
def test_encapsulated_frames(
    fragments: list[bytes], offsets: list[int] | None, count: int, frames: list[bytes] | None
) -> None:
    elements = image(4, 4, b"", frames=str(count).encode())
    del elements[0x7FE00010]
    data = part10(data_set(elements) + encapsulated(fragments, offsets), JPEG)
    record = read(data)
    table = record.frames
    assert table is not None and table.count == count
    expected = frames or [fragments[0] + fragments[1], fragments[2]]
    assert [table.read(io.BytesIO(data), n + 1) for n in range(count)] == expected
    assert codes(record) == ({"dicom.offset-table-wrong"} if offsets == [0, 13] else set())


@pytest.mark.parametrize(("count", "code"), [(5, "dicom.truncated"), (2, "dicom.frames-unclear")])
def test_fragments_that_fit_no_frames(count: int, code: str) -> None:
    elements = image(4, 4, b"", frames=str(count).encode())
    del elements[0x7FE00010]
    data = part10(data_set(elements) + encapsulated([b"aa", b"bb", b"cc"]), JPEG)
    with pytest.raises(UnreadableDicom) as refusal:
        read(data)
    assert refusal.value.error_code == code


def test_dicomdir_by_its_meta() -> None:
    meta = element(0x00020002, "UI", b"1.2.840.10008.1.3.10") + element(
        0x00020010, "UI", EXPLICIT.encode()
    )
    with pytest.raises(IsDicomdir):
        read(bytes(128) + b"DICM" + meta + data_set())


def test_broken_files_are_read_or_refused_with_a_sentence() -> None:
    outcome = {"read": 0, "refused": 0}
    for path in sorted(shared("broken_dicom").rglob("*")):
        if not path.is_file():
            continue
        with path.open("rb") as source:
            try:
                record = read_instance(source, size=path.stat().st_size)
            except UnreadableDicom as refusal:
                outcome["refused"] += 1
                assert refusal.sentence.endswith(".")
                assert type(refusal.__cause__) is type(None)
            else:
                outcome["read"] += 1
                assert json.loads(record.metadata)
    assert outcome["read"] >= 17 and outcome["refused"] >= 10


def test_mutations_end_in_a_refusal_or_a_record() -> None:
    chance = random.Random(20261122)
    item = element(0x00081150, "UI", b"1.2.3") + element(0x00100010, "PN", "王".encode())
    base = [
        file_with(
            {
                0x00080005: ("CS", b"GB18030"),
                0x00100010: ("PN", "王^小明".encode("gb18030")),
                0x00081115: ("SQ", b"\xfe\xff\x00\xe0" + struct.pack("<L", len(item)) + item),
                0x00091010: ("FD", bytes(16)),
                **image(4, 4, bytes(32), frames=b"2"),
            }
        ),
        part10(data_set(image(4, 4, b""))[:-12] + encapsulated([b"ab", b"cd"], [0]), JPEG),
        implicit(data_set()),
        big_endian(),
    ]
    refused = 0
    for turn in range(600):
        data = bytearray(base[turn % len(base)])
        for _ in range(chance.randint(1, 6)):
            place = chance.randrange(128 if turn % 4 < 2 else 0, len(data))
            kind = chance.randrange(4)
            if kind == 0:
                data[place] = chance.randrange(256)
            elif kind == 1:
                data[place : place + 4] = chance.choice([b"\xff" * 4, bytes(4), b"\xff\xff\0\0"])
            elif kind == 2:
                del data[place : place + chance.randint(1, 20)]
            else:
                data[place:place] = chance.randbytes(chance.randint(1, 8))
        try:
            record = read(bytes(data))
        except UnreadableDicom as refusal:
            refused += 1
            assert refusal.sentence.endswith(".")
        else:
            json.loads(record.metadata)
    assert 100 < refused < 590


def test_random_bytes_are_refused() -> None:
    chance = random.Random(7)
    for _ in range(200):
        with pytest.raises(UnreadableDicom):
            read(bytes(128) + b"DICM" + chance.randbytes(chance.randint(0, 300)))


def test_a_large_multiframe_is_not_loaded() -> None:
    frames, size = 1200, 512 * 512
    head = part10(data_set(image(512, 512, b"", frames=b"1200")))[:-4]
    with tempfile.TemporaryFile() as file:
        file.write(head + struct.pack("<L", frames * size))
        whole = len(head) + 4 + frames * size
        file.truncate(whole)
        tracemalloc.start()
        try:
            record = read_instance(file, size=whole)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert record.frames is not None and record.frames.count == frames
        assert len(record.frames.read(file, 1200)) == size
    assert whole > 300_000_000 and peak < 2_000_000
