"""Packs: a folder with ``card.yaml`` and the files that the card names, and nothing else.

A pack is installed whole or not at all, below a folder, as ``<id>-<version>``.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar, Final

from tongying.ai.backends.pack_files import check_files, file_below
from tongying.ai.backends.protocol import PackBroken
from tongying.ai.card.definition import ModelCard
from tongying.ai.card.reading import digest_of, read_card
from tongying.kernel.errors import Conflict

CARD: Final = "card.yaml"
MOST_FILES: Final = 2000
MOST_BYTES: Final = 16 * 1024**3
"""Of a pack, unpacked; the largest public model of children's brains has a tenth of it."""
LARGEST_CARD: Final = 1 << 20
_PIECE: Final = 1 << 20
_ZIP_ERRORS = (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, ValueError)
"""What zipfile raises for damage, for unsupported packing, and (RuntimeError) for a password."""


class PackThere(Conflict):
    """Another pack of the same id and version is installed already."""

    code: ClassVar[str] = "ai.pack-there"


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that is whole.

    Attributes
    ----------
    folder : Path
    card : ModelCard
    text : str
        Of the card.
    """

    folder: Path
    card: ModelCard
    text: str


def open_pack(folder: Path) -> tuple[ModelCard, str]:
    """Return the card of a pack and its text, after every file was checked.

    Raises
    ------
    CardRefused
        If the card cannot be followed.
    PackBroken
        If the card or a file is missing, or a file is not the one that the card names.
    """
    card, text = read_pack_card(folder)
    check_files(card, folder)
    return card, text


def read_pack_card(folder: Path) -> tuple[ModelCard, str]:
    """Return the card of a pack and its text; the files are not looked at.

    Raises
    ------
    CardRefused
        If the card cannot be followed.
    PackBroken
        If there is no card.
    """
    path = file_below(folder, CARD)
    try:
        if path.stat().st_size > LARGEST_CARD:
            raise PackBroken("The pack's card.yaml is too large for a card.")
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise PackBroken("The pack has no card.yaml.") from None
    except UnicodeDecodeError:
        raise PackBroken("The pack's card.yaml is not written in UTF-8.") from None
    return read_card(text, name=CARD), text


def install_pack(source: Path, into: Path) -> Pack:
    """Install a pack. The same pack again is no fault.

    Parameters
    ----------
    source : Path
        A folder, or a zip of one (with or without one folder around everything).
    into : Path
        Where packs lie; made if it is not there.

    Raises
    ------
    CardRefused
        If the card cannot be followed.
    PackBroken
        If a file is missing, is not the one that the card names, is not named by the card, or a
        name in the zip leads elsewhere.
    PackThere
        If another pack of this id and version is installed.
    """
    into.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(prefix=".part-", dir=into))
    try:
        with _opened(source, part / "zip") as given:
            card, text = read_pack_card(given)
            _check_nothing_else(card, given)
            _copy(card, given, part / "pack")
        check_files(card, part / "pack")
        target = into / f"{card.id}-{card.version}"
        if target.exists():
            _check_same(text, target)
            return Pack(target, card, text)
        _keep(part / "pack")
        try:
            (part / "pack").rename(target)
        except OSError:
            # Somebody else installed it in this moment.
            _check_same(text, target)
        return Pack(target, card, text)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _check_same(text: str, target: Path) -> None:
    """Hold a pack against the one that is installed: the card names every other file's digest.

    Raises
    ------
    PackThere
        If they differ.
    """
    _, there = open_pack(target)
    if digest_of(there) != digest_of(text):
        raise PackThere(
            "Another pack of this id and version is installed; a change needs a new version."
        )


def _check_nothing_else(card: ModelCard, given: Path) -> None:
    named = {CARD, *(str(PurePosixPath(file.name)) for file in card.running.files)}
    for path in _all_files(given):
        name = path.relative_to(given).as_posix()
        if name not in named:
            raise PackBroken(f"The pack's file {name[:80]} is not named by its card.")


def _all_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise PackBroken("The pack has a link in it.")
        if not path.is_dir():
            yield path


def _copy(card: ModelCard, given: Path, target: Path) -> None:
    for name in (CARD, *(file.name for file in card.running.files)):
        source, copy = file_below(given, name), target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(source, copy)
        except OSError:
            raise PackBroken(f"The pack's file {name[:80]} is missing.") from None


def _keep(folder: Path) -> None:
    """Have every file on the disk before the folder gets its name."""
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


@contextmanager
def _opened(source: Path, unpacked: Path) -> Iterator[Path]:
    if source.is_dir():
        yield source
        return
    if not source.is_file() or not zipfile.is_zipfile(source):
        raise PackBroken("A pack is a folder or a zip.")
    unpacked.mkdir()
    try:
        with zipfile.ZipFile(source) as archive:
            _unpack(archive, unpacked)
    except _ZIP_ERRORS:
        raise PackBroken("The zip is damaged, or locked with a password.") from None
    except OSError:
        raise PackBroken("The zip cannot be unpacked: two names collide, or no room.") from None
    inner = list(unpacked.iterdir())
    alone = len(inner) == 1 and inner[0].is_dir()
    yield inner[0] if alone else unpacked


def _unpack(archive: zipfile.ZipFile, folder: Path) -> None:
    members = [one for one in archive.infolist() if not one.is_dir()]
    if len(members) > MOST_FILES:
        raise PackBroken(f"A pack has at most {MOST_FILES} files.")
    left = MOST_BYTES
    for member in members:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise PackBroken("The pack has a link in it.")
        target = file_below(folder, member.orig_filename)
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as packed, target.open("xb") as file:
            # What the zip says of sizes is not believed.
            while piece := packed.read(_PIECE):
                left -= len(piece)
                if left < 0:
                    raise PackBroken("The pack is too large.")
                file.write(piece)
