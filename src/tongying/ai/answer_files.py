"""An answer in a folder: the same answer gives the same bytes.

``answer.json`` says everything and names every other file with its digest, so that its own digest
is the answer's. Masks are packed bits, maps 32-bit floats, both compressed; their digests are of
what is compressed, so that another version of the compressor changes nothing that counts.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final

import numpy as np

from tongying.ai.answer import Answer, DraftText, Flag, Found, LabelledMask, Told, ValueMap
from tongying.ai.plain import PlainRefused, plain, typed
from tongying.imaging.grid import Grid, GridRefused
from tongying.imaging.volume import Quantity
from tongying.kernel.caveat import Caveat
from tongying.kernel.errors import BadInput

ANSWER: Final = "answer.json"
FORMAT: Final = 1
COMPRESSION: Final = 6
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*")


class AnswerBroken(BadInput):
    """An answer cannot be written, or what lies in the folder is not what was written."""

    code: ClassVar[str] = "ai.answer-broken"


def write_answer(folder: Path, answer: Answer) -> str:
    """Write an answer into a folder that already holds its DICOM objects; return its digest.

    Parameters
    ----------
    folder : Path
    answer : Answer

    Raises
    ------
    AnswerBroken
        If a number is not finite, two parts have one name, a mask does not fit its grid, or an
        object it names is not there.
    """
    _check(answer)
    kept = _Keeper(folder)
    told = {
        "format": FORMAT,
        "findings": [one.as_json() for one in answer.findings],
        "values": [one.as_json() for one in answer.values],
        "flags": [one.as_json() for one in answer.flags],
        "texts": [one.as_json() for one in answer.texts],
        "masks": [kept.mask(number, one) for number, one in enumerate(answer.masks, 1)],
        "maps": [kept.map(number, one) for number, one in enumerate(answer.maps, 1)],
        "objects": [kept.object(name) for name in answer.objects],
        "caveats": [one.as_json() for one in answer.caveats],
    }
    written = canonical(told)
    (folder / ANSWER).write_bytes(written)
    return sha256(written).hexdigest()


def read_answer(folder: Path) -> Answer:
    """Return the answer that lies in a folder.

    Raises
    ------
    AnswerBroken
        If there is none, or a file is missing or not the one that was written.
    """
    told = _told(folder)
    try:
        return Answer(
            findings=typed(tuple[Found, ...], told["findings"]),
            values=typed(tuple[Told, ...], told["values"]),
            flags=typed(tuple[Flag, ...], told["flags"]),
            texts=typed(tuple[DraftText, ...], told["texts"]),
            masks=tuple(_mask(folder, one) for one in told["masks"]),
            maps=tuple(_map(folder, one) for one in told["maps"]),
            objects=tuple(_object(folder, one) for one in told["objects"]),
            caveats=typed(tuple[Caveat, ...], told["caveats"]),
        )
    except (KeyError, TypeError, ValueError, PlainRefused, GridRefused):
        raise AnswerBroken("The answer is not written as answers are.") from None


def answer_digest(folder: Path) -> str:
    """Return the SHA-256 of the answer in a folder; it covers every file of it.

    Raises
    ------
    AnswerBroken
        If there is none.
    """
    try:
        return sha256((folder / ANSWER).read_bytes()).hexdigest()
    except OSError:
        raise AnswerBroken("There is no answer.") from None


def canonical(value: Any) -> bytes:
    """Return JSON in the one form that equal values have.

    Raises
    ------
    AnswerBroken
        If a number is not finite, or something is no JSON value.
    """
    try:
        text = json.dumps(
            plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )
    except (ValueError, PlainRefused):
        raise AnswerBroken("A number of the answer is not finite, or something is none.") from None
    return text.encode()


def _check(answer: Answer) -> None:
    numbered: list[list[int] | list[str]] = [
        [one.number for one in answer.findings],
        [one.name for one in answer.masks],
        [one.name for one in answer.maps],
    ]
    if any(len(set(names)) < len(names) for names in numbered):
        raise AnswerBroken("Two findings have one number, or two masks or maps one name.")
    if {one.mask for one in answer.findings} - {""} - {one.name for one in answer.masks}:
        raise AnswerBroken("A finding names a mask that the answer does not have.")
    if any(
        one.probability is not None and not 0 <= one.probability <= 1 for one in answer.findings
    ):
        raise AnswerBroken("A probability lies between 0 and 1.")
    for drawn in answer.masks:
        if drawn.mask.shape != drawn.grid.shape or drawn.mask.dtype != np.bool_:
            raise AnswerBroken("A mask does not fit its grid.")
    for other in answer.maps:
        if other.array.shape != other.grid.shape or not np.isfinite(other.array).all():
            raise AnswerBroken("A map does not fit its grid, or holds no number somewhere.")


class _Keeper:
    """Writes the files beside ``answer.json``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def mask(self, number: int, mask: LabelledMask) -> dict[str, Any]:
        content = np.packbits(mask.mask).tobytes()
        return {
            "name": mask.name,
            "english": mask.english,
            "chinese": mask.chinese,
            "series_uid": mask.series_uid,
            "grid": mask.grid.as_json(),
            **self._file(f"mask-{number:04d}.bits.z", content),
        }

    def map(self, number: int, value_map: ValueMap) -> dict[str, Any]:
        content = np.ascontiguousarray(value_map.array, dtype="<f4").tobytes()
        return {
            "name": value_map.name,
            "english": value_map.english,
            "chinese": value_map.chinese,
            "series_uid": value_map.series_uid,
            "quantity": value_map.quantity.value,
            "grid": value_map.grid.as_json(),
            **self._file(f"map-{number:04d}.f4.z", content),
        }

    def object(self, name: str) -> dict[str, str]:
        path = _below(self._folder, name)
        try:
            return {"file": name, "sha256": sha256(path.read_bytes()).hexdigest()}
        except OSError:
            raise AnswerBroken("An object that the answer names is not there.") from None

    def _file(self, name: str, content: bytes) -> dict[str, str]:
        (self._folder / name).write_bytes(zlib.compress(content, COMPRESSION))
        return {"file": name, "sha256": sha256(content).hexdigest()}


def _told(folder: Path) -> dict[str, Any]:
    try:
        told = json.loads((folder / ANSWER).read_bytes())
    except (OSError, ValueError):
        raise AnswerBroken("There is no answer, or it cannot be read.") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise AnswerBroken("The answer is not written as answers are.")
    return told


def _mask(folder: Path, told: dict[str, Any]) -> LabelledMask:
    grid = _grid(told["grid"])
    content = _content(folder, told, -(-math.prod(grid.shape) // 8))
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=math.prod(grid.shape))
    return LabelledMask(
        name=str(told["name"]),
        english=str(told["english"]),
        chinese=str(told["chinese"]),
        series_uid=str(told["series_uid"]),
        mask=bits.astype(np.bool_).reshape(grid.shape),
        grid=grid,
    )


def _map(folder: Path, told: dict[str, Any]) -> ValueMap:
    grid = _grid(told["grid"])
    content = _content(folder, told, 4 * math.prod(grid.shape))
    return ValueMap(
        name=str(told["name"]),
        english=str(told["english"]),
        chinese=str(told["chinese"]),
        series_uid=str(told["series_uid"]),
        array=np.frombuffer(content, dtype="<f4").astype(np.float32).reshape(grid.shape),
        grid=grid,
        quantity=Quantity(told["quantity"]),
    )


def _grid(told: dict[str, Any]) -> Grid:
    slices, rows, columns = (int(length) for length in told["shape"])
    return Grid((slices, rows, columns), np.array(told["affine"], dtype=np.float64))


def _object(folder: Path, told: dict[str, Any]) -> str:
    name = str(told["file"])
    _verified(told, lambda: _below(folder, name).read_bytes())
    return name


def _content(folder: Path, told: dict[str, Any], size: int) -> bytes:
    def unpacked() -> bytes:
        opened = zlib.decompressobj()
        # Never more than the grid asks for, whatever a few bytes promise to become.
        return opened.decompress(_below(folder, str(told["file"])).read_bytes(), size + 1)

    content = _verified(told, unpacked)
    if len(content) != size:
        raise AnswerBroken("A file of the answer is not as large as its grid.")
    return content


def _verified(told: dict[str, Any], read: Callable[[], bytes]) -> bytes:
    try:
        content = read()
    except (OSError, zlib.error):
        raise AnswerBroken("A file of the answer is missing or damaged.") from None
    if sha256(content).hexdigest() != told["sha256"]:
        raise AnswerBroken("A file of the answer is not the one that was written.")
    return content


def _below(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise AnswerBroken("A file of the answer has a name that leads elsewhere.")
    return folder / name
