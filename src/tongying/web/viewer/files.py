"""The viewer's fetched files: found once, so that a request can only name what is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE: Final = "index.html"

CONTENT_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".ico": "image/x-icon",
        ".js": "text/javascript; charset=utf-8",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
        ".woff2": "font/woff2",
        "": "text/plain; charset=utf-8",
    }
)
"""Suffix -> content type; a file of any other kind is not served."""

HASH_DIGITS: Final = 16
"""OHIF's build names a file that never changes by this many hexadecimal digits."""


@dataclass(frozen=True, slots=True)
class ViewerFile:
    """One file of the viewer.

    Attributes
    ----------
    path : pathlib.Path
        Where it lies.
    content_type : str
        What it is.
    gzipped : pathlib.Path or None
        The same, compressed beforehand.
    is_hashed : bool
        Whether its name carries its content's hash, so that it may be kept for ever.
    etag : str
        Changes when the file does.
    """

    path: Path
    content_type: str
    gzipped: Path | None
    is_hashed: bool
    etag: str


def viewer_files(root: Path) -> Mapping[str, ViewerFile]:
    """Return the files below a directory by their path in the URL.

    Parameters
    ----------
    root : pathlib.Path
        The fetched viewer (``vendor/viewer``).

    Returns
    -------
    mapping of str to ViewerFile
        Empty where nothing was fetched.
    """
    try:
        changed_ns = root.stat().st_mtime_ns
    except FileNotFoundError:
        return MappingProxyType({})
    return _read(root, changed_ns)


@lru_cache(maxsize=4)
def _read(root: Path, changed_ns: int) -> Mapping[str, ViewerFile]:
    """Walk the directory once; `changed_ns` makes a newly fetched one be walked again."""
    found = {}
    for path in root.rglob("*"):
        content_type = CONTENT_TYPES.get(path.suffix)
        if content_type is None or path.is_symlink() or not path.is_file():
            continue
        gzipped = path.with_name(path.name + ".gz")
        status = path.stat()
        found[path.relative_to(root).as_posix()] = ViewerFile(
            path=path,
            content_type=content_type,
            gzipped=gzipped if gzipped.is_file() else None,
            is_hashed=any(_is_hash(part) for part in path.name.split(".")),
            etag=f'"{changed_ns:x}-{status.st_size:x}"',
        )
    return MappingProxyType(found)


def _is_hash(part: str) -> bool:
    return len(part) == HASH_DIGITS and all(digit in "0123456789abcdef" for digit in part)
