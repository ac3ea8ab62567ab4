from __future__ import annotations

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongying.dicom.frame_table import FrameOutside, FrameTable, FrameTableDamaged

big = st.integers(0, 2**40)
spans = st.tuples(big, st.integers(0, 2**32))
natives = st.builds(
    lambda offset, frame_bits, count, deflated: FrameTable.native(
        offset=offset, frame_bits=frame_bits, count=count, deflated_at=deflated
    ),
    big,
    big,
    st.integers(0, 2**20),
    st.none() | big,
)
compressed = st.builds(FrameTable.of_fragments, st.lists(st.lists(spans, min_size=1), max_size=20))


@given(natives | compressed)
def test_round_trip(table: FrameTable) -> None:
    assert FrameTable.from_bytes(table.to_bytes()) == table


@given(st.lists(st.lists(spans, min_size=1), min_size=1, max_size=20))
def test_fragments_come_back_by_frame(frames: list[list[tuple[int, int]]]) -> None:
    table = FrameTable.of_fragments(frames)
    assert [list(table.spans(n + 1)) for n in range(table.count)] == frames


@given(st.binary(max_size=80))
def test_damaged_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(FrameTableDamaged):
        FrameTable.from_bytes(data)


def test_a_cut_table_is_refused() -> None:
    data = FrameTable.of_fragments([[(8, 4)], [(20, 4)]]).to_bytes()
    with pytest.raises(FrameTableDamaged):
        FrameTable.from_bytes(data[:-6])


@pytest.mark.parametrize("frame", [-1, 0, 3])
def test_frames_outside(frame: int) -> None:
    with pytest.raises(FrameOutside):
        FrameTable.native(offset=0, frame_bits=8, count=2).spans(frame)


@given(st.integers(1, 40), st.integers(1, 6), st.data())
def test_bit_packed_frames(bits: int, count: int, data: st.DataObject) -> None:
    frames = [data.draw(st.integers(0, 2**bits - 1)) for _ in range(count)]
    whole = sum(value << (bits * place) for place, value in enumerate(frames))
    packed = b"head" + whole.to_bytes((bits * count + 7) // 8, "little")
    table = FrameTable.native(offset=4, frame_bits=bits, count=count)
    read = [int.from_bytes(table.read(io.BytesIO(packed), n + 1), "little") for n in range(count)]
    assert read == frames


def test_deflated_frames() -> None:
    inflated = bytes(range(256)) * 1000
    squeezer = zlib.compressobj(wbits=-15)
    file = io.BytesIO(b"meta" + squeezer.compress(inflated) + squeezer.flush())
    table = FrameTable.native(offset=100, frame_bits=8 * 70_001, count=3, deflated_at=4)
    for frame in (1, 2, 3):
        start = 100 + (frame - 1) * 70_001
        assert table.read(file, frame) == inflated[start : start + 70_001]


def test_a_shortened_file_is_refused() -> None:
    table = FrameTable.native(offset=0, frame_bits=80, count=2)
    with pytest.raises(FrameTableDamaged):
        table.read(io.BytesIO(bytes(19)), 2)
