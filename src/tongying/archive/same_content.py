"""Whether two DICOM files hold the same data set, whatever their file heads say.

An object that comes once as a file and once over a DICOM association has another head each time
(who wrote it, which software), and yet it is the same object.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

CHUNK_BYTES = 1 << 20
_PREFIX_END = 132
_GROUP_LENGTH = b"\x02\x00\x00\x00UL\x04\x00"
_TRANSFER_SYNTAX = b"\x02\x00\x10\x00UI"
_LONGEST_HEAD_BYTES = 1 << 16


def same_data_set(one: BinaryIO, other: BinaryIO) -> bool:
    """Say whether two files hold the same data set in the same transfer syntax, byte for byte.

    A head that is not as DICOM PS3.10 section 7.1 has it counts as a difference.

    Parameters
    ----------
    one, other : BinaryIO
        Seekable files.
    """
    if _go_to_data_set(one) is None or _go_to_data_set(one) != _go_to_data_set(other):
        return False
    while True:
        ours, theirs = one.read(CHUNK_BYTES), other.read(CHUNK_BYTES)
        if ours != theirs:
            return False
        if not ours:
            return True


def _go_to_data_set(file: BinaryIO) -> bytes | None:
    """Seek to the data set and return the transfer syntax, or None where the head is unusual."""
    file.seek(0)
    head = file.read(_PREFIX_END + len(_GROUP_LENGTH) + 4)
    length_at = _PREFIX_END + len(_GROUP_LENGTH)
    if len(head) < length_at + 4 or head[128:length_at] != b"DICM" + _GROUP_LENGTH:
        return None
    (length,) = struct.unpack_from("<L", head, length_at)
    if length > _LONGEST_HEAD_BYTES:
        return None
    group = file.read(length)
    at = group.find(_TRANSFER_SYNTAX)
    if len(group) < length or at < 0 or at + 8 > len(group):
        return None
    (size,) = struct.unpack_from("<H", group, at + 6)
    return group[at + 8 : at + 8 + size].rstrip(b"\0 ")
