"""The files of a pack are the ones that its card names, byte for byte."""

from __future__ import annotations

from hashlib import file_digest
from pathlib import Path, PurePosixPath

from tongying.ai.backends.protocol import PackBroken
from tongying.ai.card.definition import ModelCard


def check_files(card: ModelCard, folder: Path) -> None:
    """Check every file of a pack against the card.

    Raises
    ------
    PackBroken
        If one is missing, leads elsewhere, or is another one.
    """
    for file in card.running.files:
        path = file_below(folder, file.name)
        try:
            with path.open("rb") as opened:
                found = file_digest(opened, "sha256").hexdigest()
        except OSError:
            raise PackBroken(f"The pack's file {file.name[:80]} is missing.") from None
        if found != file.sha256:
            raise PackBroken(f"The pack's file {file.name[:80]} is not the one its card names.")


def entry_file(card: ModelCard, folder: Path | None) -> Path:
    """Return the model file that the card's entry names, after every file was checked.

    Raises
    ------
    PackBroken
        If there is no pack, a file is missing or another one, or the entry is not among them.
    """
    if folder is None:
        raise PackBroken("The model comes as a pack, and none is installed.")
    check_files(card, folder)
    if card.running.entry not in {file.name for file in card.running.files}:
        raise PackBroken("The card's entry is not among the pack's files.")
    return file_below(folder, card.running.entry)


def file_below(folder: Path, name: str) -> Path:
    """Return the path of a pack's file.

    Raises
    ------
    PackBroken
        If the name leads out of the folder, or the file is a link.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise PackBroken(f"The pack's file name {name[:80]!r} leads elsewhere.")
    path = folder.joinpath(*parts)
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise PackBroken(f"The pack's file {name[:80]} leads elsewhere.")
    return path
