"""What can happen to a file on its way: every kind of damage, drawn from the mutant's number."""

from __future__ import annotations

import random
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mutant_bases import Base, Field, bases, packed

SEED = 20261122


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged file. `body` is None where no SCU could send it: its group 0002 is damaged."""

    number: int
    base: Base
    kind: str
    data: bytes
    body: bytes | None

    @property
    def name(self) -> str:
        return f"{self.number:04d}-{self.base.name}-{self.kind}.dcm"


def mutant(number: int) -> Mutant:
    """Return a mutant; the same number is always the same file."""
    chance = random.Random(f"{SEED}/{number}")
    base = bases()[number % len(bases())].numbered(number)
    kind = list(KINDS)[(number // len(bases()) + number) % len(KINDS)]
    damaged = KINDS[kind](chance, base)
    if damaged == base.data:
        damaged = flip_header(chance, base)
    data = packed(base, damaged)
    if base.deflated and chance.random() < 0.3:
        data = flip_bits(chance, base, data)
    sendable = damaged[: base.body_at] == base.data[: base.body_at] and data[base.body_at :]
    return Mutant(number, base, kind, data, data[base.body_at :] if sendable else None)


def mutants(count: int) -> Iterator[Mutant]:
    """Return the first mutants."""
    return (mutant(number) for number in range(count))


def flip_bits(chance: random.Random, base: Base, data: bytes | None = None) -> bytes:
    changed = bytearray(base.data if data is None else data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_header(chance: random.Random, base: Base) -> bytes:
    changed = bytearray(base.data)
    for _ in range(chance.choice((1, 3, 10))):
        changed[chance.randrange(128, base.pixels_at)] ^= 1 << chance.randrange(8)
    return bytes(changed)


def flip_pixels(chance: random.Random, base: Base) -> bytes:
    changed = bytearray(base.data)
    for _ in range(chance.choice((1, 5, 50, 500))):
        changed[chance.randrange(base.pixels_at, len(changed))] = chance.randrange(256)
    return bytes(changed)


def delete_chunk(chance: random.Random, base: Base) -> bytes:
    start, end = _span(chance, base)
    return base.data[:start] + base.data[end:]


def duplicate_chunk(chance: random.Random, base: Base) -> bytes:
    start, end = _span(chance, base)
    return base.data[:end] + base.data[start:]


def insert_noise(chance: random.Random, base: Base) -> bytes:
    start, _ = _span(chance, base)
    return base.data[:start] + chance.randbytes(chance.choice((1, 2, 7, 300))) + base.data[start:]


def blank_chunk(chance: random.Random, base: Base) -> bytes:
    start, end = _span(chance, base)
    return (
        base.data[:start] + chance.choice((b"\0", b"\xff", b" ")) * (end - start) + base.data[end:]
    )


def swap_chunks(chance: random.Random, base: Base) -> bytes:
    cuts = sorted(chance.randrange(len(base.data)) for _ in range(3))
    a, b, c = cuts
    return base.data[:a] + base.data[b:c] + base.data[a:b] + base.data[c:]


def delete_element(chance: random.Random, base: Base) -> bytes:
    place = chance.randrange(len(base.fields) - 1)
    start, end = (_head_at(base.fields[place + one]) for one in (0, 1))
    return base.data[:start] + base.data[end:]


def repeat_element(chance: random.Random, base: Base) -> bytes:
    place = chance.randrange(len(base.fields) - 1)
    start, end = (_head_at(base.fields[place + one]) for one in (0, 1))
    return base.data[:end] + base.data[start:]


def cut_anywhere(chance: random.Random, base: Base) -> bytes:
    return base.data[: chance.randrange(len(base.data))]


def cut_early(chance: random.Random, base: Base) -> bytes:
    """Cut within the preamble, the prefix, group 0002, or just behind it."""
    at = chance.choice(
        (0, 1, 127, 128, 131, 132, 133, 140, 144, 150, base.body_at, base.body_at + 3)
    )
    return base.data[:at]


def cut_element(chance: random.Random, base: Base) -> bytes:
    """Cut in a tag, in a VR, in a length, at a value's start, within it, at its end."""
    field = chance.choice(base.fields)
    head = _head_at(field)
    inside = field.at + max(0, min(field.length, 1 << 20) // 2)
    return base.data[
        : chance.choice((head, head + 2, head + 5, field.length_at + 1, field.at, inside))
    ]


def cut_last(chance: random.Random, base: Base) -> bytes:
    """Cut within the pixels or just before the end."""
    if chance.random() < 0.5:
        return base.data[: -chance.choice((1, 2, 4, 8, 9, 16))]
    return base.data[: chance.randrange(base.pixels_at, len(base.data))]


def lie_about_length(chance: random.Random, base: Base) -> bytes:
    field = chance.choice(base.fields)
    lie = max(0, field.length + chance.choice((-9, -2, -1, 1, 2, 8, 100)))
    return _with_length(base, field, lie)


def huge_length(chance: random.Random, base: Base) -> bytes:
    wide = [field for field in base.fields if field.long or field.implicit] or list(base.fields)
    lie = chance.choice((0x7FFFFFFF, 0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF, 0x10000000))
    return _with_length(base, chance.choice(wide), lie)


def lie_about_item(chance: random.Random, base: Base) -> bytes:
    """Change the length of an item, of a fragment or of a delimiter."""
    marks = [
        place
        for sign in (b"\xfe\xff\x00\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\xdd\xe0")
        for place in _places(base.data, sign)
    ]
    if not marks:
        return huge_length(chance, base)
    at = chance.choice(marks) + 4
    lie = chance.choice((0, 1, 7, 0x1000, 0xFFFFFFFF, 0xFFFFFFF0, 0x7FFFFFFF))
    return base.data[:at] + struct.pack("<L", lie) + base.data[at + 4 :]


def lie_about_meta(chance: random.Random, base: Base) -> bytes:
    lie = chance.choice((0, 2, 10, base.body_at - 143, 5000, 0x7FFFFFFF, 0xFFFFFFFF))
    return base.data[:140] + struct.pack("<L", lie) + base.data[144:]


def lie_about_group(chance: random.Random, base: Base) -> bytes:
    """Put a retired group length before the data set, with a wrong number in it."""
    lie = struct.pack(f"{base.order}L", chance.choice((0, 1, 0x7FFFFFFF, 0xFFFFFFFF)))
    element = _element(base, 0x00080000, "UL", lie)
    return base.data[: base.body_at] + element + base.data[base.body_at :]


def lie_about_syntax(chance: random.Random, base: Base) -> bytes:
    """Name another transfer syntax of the same length, or nonsense."""
    old = base.syntax.encode()
    at = base.data.index(old, 132)
    given = chance.choice(
        (
            b"1.2.840.10008.1.2",
            b"1.2.840.10008.1.2.1",
            b"1.2.840.10008.1.2.2",
            b"1.2.840.10008.1.2.5",
            b"1.2.840.10008.1.2.1.99",
            b"1.2.840.10008.1.2.4.50",
            b"1.2.840.10008.1.2.4.90",
            b"1.2.840.10008.1.2.4.80",
            b"1.2.840.10008.1.2.4.102",
            b"9.9.9",
            b"\xc0\xff..x",
        )
    )
    room = len(old) + len(old) % 2
    return base.data[:at] + given[:room].ljust(room, b"\0") + base.data[at + room :]


def lie_about_image(chance: random.Random, base: Base) -> bytes:
    """Change rows, columns, bits, samples, planar configuration, sign or the number of frames."""
    tags = (
        0x00280010,
        0x00280011,
        0x00280100,
        0x00280101,
        0x00280102,
        0x00280002,
        0x00280006,
        0x00280103,
        0x00280008,
    )
    fields = [field for field in base.fields if field.tag in tags]
    if not fields:
        return flip_header(chance, base)
    field = chance.choice(fields)
    if field.tag == 0x00280008:
        value = chance.choice((b"0", b"-1", b"9", b"99999999", b"x", b"1.5"))[: field.length]
        value = value.ljust(field.length)
    else:
        lie = chance.choice((0, 1, 2, 3, 7, 12, 24, 33, 64, 255, 4096, 32767, 65535))
        value = struct.pack(f"{base.order}H", lie)
    return base.data[: field.at] + value + base.data[field.at + len(value) :]


def nonsense_value(chance: random.Random, base: Base) -> bytes:
    """Fill a text, date, number or UID with what does not belong there, at the same length."""
    texts = [
        field
        for field in base.fields
        if field.tag >> 16 != 2 and 2 <= field.length <= 1024 and not field.long
    ]
    field = chance.choice(texts)
    filling = chance.choice(
        (
            b"***",
            b"\0",
            b"\x1b$)A\xcd",
            b"\xff\xfe",
            b"\\",
            b"^=^=",
            b"9",
            b"-",
            b"\x1b$B",
            b"\xed\xa0\x80",
            b"1e999",
            b"NaN",
            b"../",
            b"<b>",
            b"'\"",
            b"\r\n",
        )
    )
    value = (filling * field.length)[: field.length]
    return base.data[: field.at] + value + base.data[field.at + field.length :]


def nonsense_vr(chance: random.Random, base: Base) -> bytes:
    field = chance.choice(base.fields)
    at = _head_at(field) + 4
    return (
        base.data[:at]
        + chance.choice((b"ZZ", b"\0\0", b"SQ", b"UN", b"OB", b"AT", b"FD"))
        + base.data[at + 2 :]
    )


def nonsense_charset(chance: random.Random, base: Base) -> bytes:
    """Put a character set before the data set that contradicts the text, or does not exist."""
    value = chance.choice(
        (
            b"ISO_IR 999",
            b"\\ISO 2022 IR 58",
            b"GBK",
            b"ISO 2022 IR 149\\ISO 2022 IR 87",
            b"\\\\\\\\",
            b"utf8",
            b"ISO_IR 192\\GB18030",
            b"\0\0\0\0",
        )
    )
    element = _element(base, 0x00080005, "CS", value + b" " * (len(value) % 2))
    return base.data[: base.body_at] + element + base.data[base.body_at :]


def deep_sequences(chance: random.Random, base: Base) -> bytes:
    """Nest sequences of undefined length far deeper than any real object."""
    depth = chance.choice((5, 40, 200, 1200, 6000))
    closed = chance.random() < 0.6
    opening = b"\x09\x00\x10\x10" + (b"" if _is_implicit(base) else b"SQ\0\0") + b"\xff" * 4
    item = b"\xfe\xff\x00\xe0" + b"\xff" * 4
    closing = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    nest = (opening + item) * depth + (closing * depth if closed else b"")
    at = _head_at(chance.choice([f for f in base.fields if f.at > base.body_at]))
    return base.data[:at] + nest + base.data[at:]


def twice_over(chance: random.Random, base: Base) -> bytes:
    """Append the whole file, or only its data set, to itself."""
    return base.data + base.data[chance.choice((0, base.body_at)) :]


def no_prefix(chance: random.Random, base: Base) -> bytes:
    return base.data[chance.choice((128, 132, base.body_at)) :]


def something_else(chance: random.Random, base: Base) -> bytes:
    """Give what is no DICOM at all, with or without the prefix."""
    head = chance.choice(
        (b"", bytes(128) + b"DICM", b"PK\x03\x04", b"\x1f\x8b\x08", b"\x89PNG\r\n", b"%PDF-1.4")
    )
    return head + chance.choice(
        (chance.randbytes(500), b"\0" * 900, b"\xff" * 64, b"id,name\n1,x\n")
    )


KINDS: dict[str, Callable[[random.Random, Base], bytes]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        flip_bits,
        flip_header,
        flip_pixels,
        delete_chunk,
        duplicate_chunk,
        insert_noise,
        blank_chunk,
        swap_chunks,
        delete_element,
        repeat_element,
        cut_anywhere,
        cut_early,
        cut_element,
        cut_last,
        lie_about_length,
        huge_length,
        lie_about_item,
        lie_about_meta,
        lie_about_group,
        lie_about_syntax,
        lie_about_image,
        nonsense_value,
        nonsense_vr,
        nonsense_charset,
        deep_sequences,
        twice_over,
        no_prefix,
        something_else,
    )
}


def _span(chance: random.Random, base: Base) -> tuple[int, int]:
    start = chance.choice((chance.randrange(len(base.data)), chance.randrange(132, base.pixels_at)))
    return start, min(len(base.data), start + chance.choice((1, 2, 3, 16, 200, 5000)))


def _head_at(field: Field) -> int:
    return field.at - (12 if field.long and not field.implicit else 8)


def _with_length(base: Base, field: Field, length: int) -> bytes:
    at = field.length_at
    wide = field.long or field.implicit
    told = (
        struct.pack(f"{base.order}L", length & 0xFFFFFFFF)
        if wide
        else struct.pack(f"{base.order}H", length & 0xFFFF)
    )
    return base.data[:at] + told + base.data[at + len(told) :]


def _is_implicit(base: Base) -> bool:
    return base.fields[-1].implicit


def _element(base: Base, tag: int, vr: str, value: bytes) -> bytes:
    numbers = struct.pack(f"{base.order}HH", tag >> 16, tag & 0xFFFF)
    if _is_implicit(base):
        return numbers + struct.pack(f"{base.order}L", len(value)) + value
    return numbers + vr.encode() + struct.pack(f"{base.order}H", len(value)) + value


def _places(data: bytes, sign: bytes) -> list[int]:
    places, at = [], data.find(sign)
    while at >= 0:
        places.append(at)
        at = data.find(sign, at + 1)
    return places
