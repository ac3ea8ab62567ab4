"""``tongying qc``: what would make a study doubtful or unusable, on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from tongying.kernel.errors import BadInput
from tongying.services.command import Json, refusing, say

if TYPE_CHECKING:
    from tongying.ai.answer import Flag


class NothingToCheck(BadInput):
    """There is no DICOM file in the folder."""

    code: ClassVar[str] = "qc.nothing"


@refusing
def qc(
    folder: Annotated[Path, typer.Argument(help="Folder of one or more studies.")],
    as_json: Json = False,
) -> None:
    """Look studies over: what would make them doubtful or unusable, each with its number.

    The limits need sign-off; a person looks at what is flagged.
    """
    from tongying.ai.quality.check import check_files, read_header

    if not folder.is_dir():
        raise NothingToCheck(f"There is no folder at {folder}.")
    studies: dict[str, list[Path]] = {}
    unreadable: list[str] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        header = read_header(path)
        if header is None:
            unreadable.append(str(path.relative_to(folder)))
        else:
            studies.setdefault(str(header.get("StudyInstanceUID", "")), []).append(path)
    if not studies:
        raise NothingToCheck(f"There is no DICOM file in {folder}.")
    told = [_told(uid, len(files), check_files(files)) for uid, files in studies.items()]
    answer = {"studies": told, "not_dicom": unreadable}
    say(answer, as_json=as_json, words="\n".join(_words(answer)))


def _told(uid: str, count: int, flags: tuple[Flag, ...]) -> dict[str, Any]:
    return {"study": uid, "files": count, "flags": [one.as_json() for one in flags]}


def _words(answer: dict[str, Any]) -> list[str]:
    lines = []
    for study in answer["studies"]:
        lines.append(f"{study['study']}: {study['files']} files, {len(study['flags'])} flags")
        lines += [f"  {one['level']}: {one['english']} {one['chinese']}" for one in study["flags"]]
    if answer["not_dicom"]:
        lines.append(f"{len(answer['not_dicom'])} files are no DICOM, or damaged.")
    return [*lines, "Research use only."]
