"""An instance as the archive has it: the file, its DICOM JSON, its frame table.

Decoding and rendering work from these, so the file's header is not parsed again.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, Self

from tongying.dicom.frame_table import FrameTable
from tongying.dicom.instance import InstanceRecord
from tongying.kernel.errors import BadInput

Json = dict[str, Any]


class NoPixelData(BadInput):
    """The object has no pixel data, or lacks what says how they are arranged."""

    code: ClassVar[str] = "dicom.no-pixel-data"


@dataclass(frozen=True, slots=True)
class StoredImage:
    """One instance with pixel data.

    Attributes
    ----------
    file : BinaryIO
        The stored file, seekable.
    metadata : dict
        The data set in the DICOM JSON model, parsed.
    bulk : dict of str to tuple of int
        Bulk path to offset and length in the file.
    frames : FrameTable
        Where its frames lie.
    transfer_syntax_uid : str
        As stored.
    """

    file: BinaryIO
    metadata: Json
    bulk: dict[str, tuple[int, int]]
    frames: FrameTable
    transfer_syntax_uid: str

    @classmethod
    def of_record(cls, file: BinaryIO, record: InstanceRecord) -> Self:
        """Join a file with what `read_instance` said of it.

        Raises
        ------
        NoPixelData
            If the instance has no frames.
        """
        if record.frames is None:
            raise NoPixelData("The object has no image to show.")
        return cls(
            file,
            json.loads(record.metadata),
            dict(record.bulk),
            record.frames,
            record.transfer_syntax_uid,
        )

    def values(self, tag: str, within: Json | None = None) -> list[Any]:
        """Return an attribute's values, empty if absent.

        Parameters
        ----------
        tag : str
            Eight hexadecimal digits.
        within : dict, optional
            An item to look in; the data set by default.
        """
        source = self.metadata if within is None else within
        found: list[Any] = source.get(tag, {}).get("Value", [])
        return found

    def number(self, tag: str, within: Json | None = None) -> float | None:
        """Return an attribute's first number, None if absent or not a number."""
        first = next(iter(self.values(tag, within)), None)
        return float(first) if isinstance(first, int | float) else None

    def integer(self, tag: str) -> int | None:
        """Return an attribute's first number as a whole number."""
        number = self.number(tag)
        return None if number is None else int(number)

    def text(self, tag: str, within: Json | None = None) -> str:
        """Return an attribute's first text, empty if absent."""
        first = next(iter(self.values(tag, within)), "")
        return first if isinstance(first, str) else ""

    def binary(self, tag: str, within: Json | None = None) -> bytes:
        """Return a binary attribute's bytes, little endian; empty if absent."""
        element = (self.metadata if within is None else within).get(tag, {})
        if "InlineBinary" in element:
            return b64decode(element["InlineBinary"])
        where = self.bulk.get(element.get("BulkDataURI", "").removeprefix("@BULK@/"))
        if where is None:
            return b""
        self.file.seek(where[0])
        return self.file.read(where[1])

    def items_for(self, tag: str, frame: int) -> list[Json]:
        """Return the places where an attribute of a functional group of a frame may be.

        Parameters
        ----------
        tag : str
            The functional group's sequence, such as ``"00289132"``.
        frame : int
            Frame number from 1.

        Returns
        -------
        list of dict
            The per-frame item, the shared one, the data set itself, as far as present.
        """
        places: list[Json] = []
        per_frame = self.values("52009230")
        if frame <= len(per_frame):
            places += self.values(tag, per_frame[frame - 1])[:1]
        for shared in self.values("52009229")[:1]:
            places += self.values(tag, shared)[:1]
        return [*places, self.metadata]
