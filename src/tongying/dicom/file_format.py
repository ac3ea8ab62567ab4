"""Find the data set in a file: preamble, meta information, transfer syntax, or a guess at them.

References
----------
DICOM PS3.10 section 7.1 (file meta information); PS3.5 section 10 and annex A.
"""

from __future__ import annotations

import tempfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, ClassVar, cast

from pydicom.config import IGNORE
from pydicom.uid import UID

from tongying.dicom.frame_table import inflated_chunks
from tongying.dicom.parsing import (
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    DataSet,
    Encoding,
    NotDicom,
    Parser,
    TruncatedDicom,
    UnreadableDicom,
)
from tongying.dicom.vr import EXPLICIT
from tongying.kernel.caveat import Caveat

IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2"
EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1"
DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99"
EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2"
NATIVE = frozenset(
    {
        IMPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_LITTLE_ENDIAN,
        DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
        EXPLICIT_VR_BIG_ENDIAN,
    }
)
"""Transfer syntaxes whose pixel data are not encapsulated."""
MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
INFLATED_LIMIT = 1 << 30
"""A deflated data set larger than this is refused; deflate expands up to 1,032 times."""

NO_PREAMBLE = Caveat("dicom.no-preamble", "The file lacks the DICOM preamble; it was read anyway.")
SYNTAX_ASSUMED = Caveat(
    "dicom.transfer-syntax-assumed",
    "The file does not say its transfer syntax; it was recognised from the data.",
)
SYNTAX_CONTRADICTED = Caveat(
    "dicom.transfer-syntax-contradicted",
    "The file is not encoded as its transfer syntax says; it was read as it is.",
)

_ENCODINGS = {
    IMPLICIT_VR_LITTLE_ENDIAN: IMPLICIT_LITTLE,
    EXPLICIT_VR_BIG_ENDIAN: EXPLICIT_BIG,
}
_SYNTAX_OF = {
    IMPLICIT_LITTLE: IMPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_LITTLE: EXPLICIT_VR_LITTLE_ENDIAN,
    EXPLICIT_BIG: EXPLICIT_VR_BIG_ENDIAN,
}
_FIRST_GROUPS = range(0x0008, 0x0011)
"""A bare data set begins with the identifying or the patient group."""
_IN_MEMORY = 8 << 20


class IsDicomdir(UnreadableDicom):
    """The file lists other files and is no image or document itself."""

    code: ClassVar[str] = "dicom.is-dicomdir"


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file whose data set was found.

    Attributes
    ----------
    meta : DataSet
        Group 0002, empty where absent.
    start : int
        Where the data set begins, in the file or, if deflated, 0 in the inflated data set.
    encoding : Encoding
        How its elements really are encoded.
    transfer_syntax_uid : str
        As the file says, or recognised.
    parser : Parser
        Positioned on the file or on the inflated data set.
    deflated_at : int or None
        Where the deflated data set begins in the file.
    caveats : tuple of Caveat
    """

    meta: DataSet
    start: int
    encoding: Encoding
    transfer_syntax_uid: str
    parser: Parser
    deflated_at: int | None
    caveats: tuple[Caveat, ...]

    def close(self) -> None:
        """Delete the inflated copy, if there is one; the file itself stays open."""
        if self.deflated_at is not None:
            self.parser.source.close()


def open_data_set(source: BinaryIO, *, size: int) -> OpenedFile:
    """Find the data set of a file.

    Parameters
    ----------
    source : BinaryIO
        Seekable file.
    size : int
        Its length in bytes.

    Raises
    ------
    NotDicom
        If nothing in the file looks like DICOM.
    IsDicomdir
        If it is a DICOMDIR.
    TruncatedDicom
        If it ends before its data set does.
    UnreadableDicom
        If its meta information or its deflated data are damaged.
    """
    parser = Parser(source, size)
    caveats: list[Caveat] = []
    head = parser.bytes_at(0, 140)
    if len(head) < 8:
        raise NotDicom("The file is empty." if not head else "The file is not a DICOM file.")
    at = 0
    if head[128:132] == b"DICM":
        at = 132
    else:
        if head[:4] == b"DICM":
            at = 4
        caveats.append(NO_PREAMBLE)
    meta, at = parser.meta(at)
    if at >= size and meta:
        raise TruncatedDicom("The file ends after its meta information.")
    if not meta and at == 0 and _recognise(parser, 0) is None:
        raise NotDicom("The file is not a DICOM file.")
    if uid_value(meta, 0x00020002) == MEDIA_STORAGE_DIRECTORY:
        raise IsDicomdir("The file is a DICOMDIR: it lists other files; send those instead.")
    syntax = uid_value(meta, 0x00020010)
    deflated_at = None
    if syntax == DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN:
        deflated_at = at
        parser = _inflate(source, at)
        at = 0
    found = _recognise(parser, at)
    said = _ENCODINGS.get(syntax, EXPLICIT_LITTLE) if syntax else None
    if found is None:
        if deflated_at is not None:
            parser.source.close()
        raise UnreadableDicom("The file's data set does not begin as DICOM data do.")
    # IGNORE: a malformed UID is simply unknown; pydicom would warn.
    if said is None or not UID(syntax, IGNORE).is_transfer_syntax:
        caveats.append(SYNTAX_ASSUMED)
        syntax = _SYNTAX_OF[found]
    elif found != said:
        caveats.append(SYNTAX_CONTRADICTED)
        if syntax in NATIVE:
            syntax = _SYNTAX_OF[found]
    return OpenedFile(meta, at, found, syntax, parser, deflated_at, tuple(caveats))


def uid_value(data_set: DataSet, tag: int) -> str:
    """Return a UID of a data set, empty if absent or not plain text.

    Parameters
    ----------
    data_set : DataSet
        Raw elements.
    tag : int
        Of the attribute.
    """
    element = data_set.get(tag)
    if element is None or not element.value:
        return ""
    return element.value.decode("latin-1").strip(" \0")


def _recognise(parser: Parser, at: int) -> Encoding | None:
    """Tell how a data set is encoded from its first element, None if it does not look like one."""
    head = parser.bytes_at(at, 8)
    if len(head) < 8:
        return None
    little, big = int.from_bytes(head[:2], "little"), int.from_bytes(head[:2], "big")
    if head[4:6] in EXPLICIT:
        if little in _FIRST_GROUPS:
            return EXPLICIT_LITTLE
        if big in _FIRST_GROUPS:
            return EXPLICIT_BIG
        return EXPLICIT_LITTLE if little < 0x7FE1 and at else None
    length = int.from_bytes(head[4:8], "little")
    if (little in _FIRST_GROUPS or (at and little < 0x7FE1)) and (
        at + 8 + length <= parser.size or length == 0xFFFFFFFF
    ):
        return IMPLICIT_LITTLE
    return None


def _inflate(source: BinaryIO, at: int) -> Parser:
    # Spooled: a small data set stays in memory, a large one goes to a temporary file, which
    # `OpenedFile.close` deletes.
    inflated = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
    size = 0
    try:
        for piece in inflated_chunks(source, at):
            size += len(piece)
            if size > INFLATED_LIMIT:
                raise UnreadableDicom("The file's deflated data set expands beyond 1 GiB.")
            inflated.write(piece)
    except zlib.error as error:
        inflated.close()
        raise UnreadableDicom("The file's deflated data are damaged.") from error
    except UnreadableDicom:
        inflated.close()
        raise
    inflated.seek(0)
    return Parser(inflated, size)
