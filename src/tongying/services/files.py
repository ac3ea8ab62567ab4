"""Walking the files, folders and zips that somebody wants imported."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from tongying.archive.ingest import Intake
from tongying.kernel.errors import BadInput
from tongying.web.uploads.intake import offer
from tongying.web.uploads.names import member_name


class PathMissing(BadInput):
    """A path to import does not exist."""

    code: ClassVar[str] = "import.path"


class ZipDamaged(BadInput):
    """A zip, or a file in it, cannot be read."""

    code: ClassVar[str] = "import.zip"


_ZIP_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, ValueError)
"""What zipfile raises for damage, for unsupported packing, and (RuntimeError) for a password."""


def import_paths(paths: list[Path], intake: Intake) -> Iterator[int]:
    """Offer every file below the paths to an intake; yields how many were offered so far.

    Raises
    ------
    PathMissing
        If a path does not exist, before anything is taken in.
    """
    for path in paths:
        if not path.exists():
            raise PathMissing(f"There is nothing at {path}.")
    count = 0
    for path in paths:
        for file in _files(path):
            label = str(file.relative_to(path)) if path.is_dir() else file.name
            if zipfile.is_zipfile(file):
                for _ in _offer_members(file, label, intake):
                    count += 1
                    yield count
            else:
                with file.open("rb") as source:
                    offer(intake, label, source)
                count += 1
                yield count


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in sorted(path.rglob("*")) if file.is_file())
    else:
        yield path


def _offer_members(file: Path, label: str, intake: Intake) -> Iterator[None]:
    try:
        archive = zipfile.ZipFile(file)
    except _ZIP_ERRORS:
        intake.refuse(label, ZipDamaged("The zip cannot be read: it is damaged or cut off."))
        yield
        return
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            name = f"{label}/{member_name(info.orig_filename, info.flag_bits, info.extra)}"
            try:
                with archive.open(info) as member:
                    offer(intake, name, member)
            except _ZIP_ERRORS:
                sentence = "The file is damaged inside the zip, or locked with a password."
                intake.refuse(name, ZipDamaged(sentence))
            yield
