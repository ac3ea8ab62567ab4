"""Reading a multipart body that arrives in any pieces."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongying.web.dicomweb import multipart
from tongying.web.dicomweb.multipart import (
    MultipartBroken,
    MultipartReader,
    boundary_of,
    new_boundary,
)

BOUNDARY = b"b0undary"
tricky = st.sampled_from(
    [b"", b"\r\n", b"--", b"\r\n--", b"\r\n--b0undar", b"--b0undary", b"\r", b"\n", b"\0" * 40]
)
contents = st.lists(tricky | st.binary(max_size=60), max_size=4).map(b"".join)
bodies = contents.filter(lambda data: b"\r\n--" + BOUNDARY not in b"\r\n" + data)


def in_pieces(body: bytes, sizes: list[int]) -> multipart.Read:
    source = io.BytesIO(body)
    given_sizes = iter(sizes)
    return lambda most: source.read(min(most, next(given_sizes, most)))


def written(parts: list[bytes], preamble: bytes = b"", epilogue: bytes = b"") -> bytes:
    text = preamble + b"\r\n" if preamble else b""
    for part in parts:
        text += b"--" + BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n" + part + b"\r\n"
    return text + b"--" + BOUNDARY + b"--" + epilogue


@settings(max_examples=300, deadline=None)
@given(
    parts=st.lists(bodies, max_size=4),
    sizes=st.lists(st.integers(1, 7) | st.integers(1, 100), max_size=200),
    preamble=st.sampled_from([b"", b"This is a preamble."]),
    epilogue=st.sampled_from([b"", b"\r\n", b"\r\nepilogue"]),
)
def test_any_parts_in_any_pieces(
    parts: list[bytes], sizes: list[int], preamble: bytes, epilogue: bytes
) -> None:
    body = written(parts, preamble, epilogue)
    reader = MultipartReader(in_pieces(body, sizes), BOUNDARY)
    found = []
    for part in reader.parts():
        assert part.headers == {"content-type": "application/dicom"}
        found.append(b"".join(bytes(chunk) for chunk in part.chunks))
    assert found == parts


@settings(max_examples=100, deadline=None)
@given(parts=st.lists(bodies, min_size=1, max_size=3), drawn=st.data())
def test_a_body_that_stops_short_is_refused_after_its_whole_parts(
    parts: list[bytes], drawn: st.DataObject
) -> None:
    body = written(parts)
    cut = drawn.draw(st.integers(0, len(body) - 2))
    found = []
    with pytest.raises(MultipartBroken):
        for part in MultipartReader(io.BytesIO(body[:cut]).read, BOUNDARY).parts():
            data = b"".join(bytes(chunk) for chunk in part.chunks)
            found.append(data)
    assert found == parts[: len(found)]


def test_parts_that_nobody_reads_are_passed_over() -> None:
    reader = MultipartReader(io.BytesIO(written([b"one", b"two"])).read, BOUNDARY)
    assert len(list(reader.parts())) == 2


def test_memory_stays_at_about_two_chunks() -> None:
    total = 40 << 20
    head = b"--" + BOUNDARY + b"\r\nContent-Type: application/dicom\r\n\r\n"
    tail = b"\r\n--" + BOUNDARY + b"--"
    sent = 0

    def read(most: int) -> bytes:
        nonlocal sent
        if sent == 0:
            sent = 1
            return head
        if sent > total:
            return tail
        sent += most
        return b"\0" * most

    reader = MultipartReader(read, BOUNDARY)
    for part in reader.parts():
        for chunk in part.chunks:
            assert len(chunk) <= multipart.CHUNK_BYTES + len(tail)
            assert len(reader._buffer) <= 2 * multipart.CHUNK_BYTES


def test_endless_headers_are_refused() -> None:
    body = b"--" + BOUNDARY + b"\r\n" + b"X: " + b"y" * 100_000
    with pytest.raises(MultipartBroken, match="too long"):
        list(MultipartReader(io.BytesIO(body).read, BOUNDARY).parts())


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ('multipart/related; type="application/dicom"; boundary=abc', b"abc"),
        ('multipart/related; boundary="a b;c"; type="application/dicom"', b"a b;c"),
        ("multipart/related; Boundary=abc; x=y", b"abc"),
    ],
)
def test_the_boundary_of_a_header(header: str, boundary: bytes) -> None:
    assert boundary_of(header) == boundary


def test_a_header_without_boundary_is_refused() -> None:
    with pytest.raises(MultipartBroken, match="boundary"):
        boundary_of("multipart/related")


def test_our_boundaries_are_long_and_new() -> None:
    one, two = new_boundary(), new_boundary()
    assert one != two and re.fullmatch(r"tongying-[0-9a-f]{48}", one)
