"""What a file's name is worth: a label for people, never a path, and a hint of what it is."""

from __future__ import annotations

import re
import struct
import zlib
from typing import ClassVar, Final

from tongying.kernel.errors import BadInput

LONGEST_NAME: Final = 500

SIDE_FILES: Final = frozenset(
    {"thumbs.db", ".ds_store", "desktop.ini", "autorun.inf", "icon\r", "ehthumbs.db"}
)
PROGRAM_ENDINGS: Final = frozenset(
    {"exe", "dll", "bat", "cmd", "com", "msi", "ocx", "sys", "jar", "app", "ico", "cab", "so"}
)
NOTE_ENDINGS: Final = frozenset(
    {
        "txt",
        "htm",
        "html",
        "css",
        "js",
        "xml",
        "json",
        "ini",
        "inf",
        "cfg",
        "log",
        "md",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "csv",
        "rtf",
        "url",
        "lnk",
        "chm",
        "hlp",
    }
)
PICTURE_ENDINGS: Final = frozenset(
    {"jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "avi", "mp4"}
)

_UTF8_FLAG = 0x800
_CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_UNICODE_PATH = 0x7075
"""Info-ZIP Unicode Path extra field (APPNOTE 4.6.9)."""


class SideFile(BadInput):
    """A file that the system or a viewer program leaves beside the images."""

    code: ClassVar[str] = "upload.side-file"


class NoteFile(BadInput):
    """A note or document that is not DICOM."""

    code: ClassVar[str] = "upload.note"


class PictureFile(BadInput):
    """A plain picture: it has no patient and no study."""

    code: ClassVar[str] = "upload.picture"


def clean_name(given: str) -> str:
    r"""Return a name as a label: no control characters, no climbing, at most 500 characters.

    Examples
    --------
    >>> clean_name("..\\..\\CT\\1.dcm")
    'CT/1.dcm'
    """
    printable = "".join(sign for sign in given if sign.isprintable()).replace("\\", "/")
    parts = [part for part in printable.split("/") if part not in ("", ".", "..")]
    name = "/".join(parts) or "?"
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]


def why_passed_over(name: str) -> BadInput | None:
    """Return why a file of this name is passed over if it is not DICOM inside, or None.

    Examples
    --------
    >>> why_passed_over("CD/autorun.inf").error_code
    'upload.side-file'
    >>> why_passed_over("CT/1-001.dcm") is None
    True
    """
    base = name.rsplit("/", 1)[-1].lower()
    ending = base.rsplit(".", 1)[-1] if "." in base else ""
    if base in SIDE_FILES or base.startswith("._") or name.startswith("__MACOSX/"):
        return SideFile("A file that the system keeps beside others; it holds no image.")
    if ending in PROGRAM_ENDINGS:
        return SideFile("A program that comes with the images; it holds no image.")
    if ending in NOTE_ENDINGS or base in ("readme", "license", "lockfile", "version"):
        return NoteFile("A note or document, not a DICOM file.")
    if ending in PICTURE_ENDINGS:
        return PictureFile("A plain picture or film, not a DICOM file: it names no patient.")
    return None


def member_name(decoded: str, flags: int, extra: bytes) -> str:
    """Return a zip member's name as its writer meant it.

    Zips made by Chinese Windows carry GBK where the format says code page 437; newer ones say
    UTF-8 by a flag or by Info-ZIP's extra field.

    Parameters
    ----------
    decoded : str
        The name as `zipfile` decoded it.
    flags : int
        General purpose bit flags of the member.
    extra : bytes
        Its extra field.

    Examples
    --------
    >>> member_name("头颅/1.dcm".encode("gbk").decode("cp437"), 0, b"")
    '头颅/1.dcm'
    """
    if flags & _UTF8_FLAG:
        return clean_name(decoded)
    try:
        raw = decoded.encode("cp437")
    except UnicodeEncodeError:
        return clean_name(decoded)
    told = _unicode_path(extra, raw)
    if told is not None:
        return clean_name(told)
    readings = []
    for encoding in ("utf-8", "gb18030"):
        try:
            readings.append(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    # A few bytes of GBK may happen to be UTF-8 too: the reading that is Chinese is the meant one.
    best = next(filter(_is_chinese, readings), None) or next(iter(readings), decoded)
    return clean_name(best)


def _is_chinese(text: str) -> bool:
    """Say whether all that is not ASCII is Chinese characters or punctuation."""
    return all(sign.isascii() or _CHINESE.match(sign) for sign in text)


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<HH", extra)
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            (checksum,) = struct.unpack_from("<L", body, 1)
            if checksum == zlib.crc32(raw):
                try:
                    return body[5:].decode("utf-8")
                except UnicodeDecodeError:
                    return None
    return None
