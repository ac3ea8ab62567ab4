"""A program or container: a folder of DICOM in, a folder of DICOM out.

The card's entry is a command line without a shell. ``{in}``, ``{prior}``, ``{out}``, ``{pack}``,
``{threads}``, ``{memory}`` (MB) and ``{seconds}`` stand for what they say. In ``{in}`` every series
has a folder of its own, the admitted one first (``0001``), and ``given.json`` holds what earlier
steps found. The program ends with 0; with 3 it refuses, and ``refusal.txt`` in ``{out}`` says why
in one sentence. It is ended with the process that started it. A container belongs to a service of
its own and would outlive that: give it ``{memory}`` and ``{seconds}`` on its own command line.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tongying.ai.answer import Answer
from tongying.ai.answer_files import canonical
from tongying.ai.backends.foreign import take_in
from tongying.ai.backends.pack_files import check_files, file_below
from tongying.ai.backends.protocol import (
    PackBroken,
    Request,
    RunRefused,
    RuntimeMissing,
    SeriesInput,
)
from tongying.ai.card.definition import ModelCard
from tongying.imaging.progress import Progress

REFUSES: Final = 3
REFUSAL: Final = "refusal.txt"
GIVEN: Final = "given.json"
LONGEST_SENTENCE: Final = 300
_PACK: Final = "{pack}/"


class CommandBackend:
    """Runs a program of the machine or of the pack."""

    def load(self, card: ModelCard, folder: Path | None) -> CommandSession:
        """Find the program.

        Raises
        ------
        PackBroken
            If the entry is no command line, or a file of the pack is missing or another one.
        RuntimeMissing
            If the program is not there.
        """
        try:
            words = shlex.split(card.running.entry)
        except ValueError:
            words = []
        if not words:
            raise PackBroken("The card's entry is no command line.")
        if folder is not None:
            check_files(card, folder)
        if words[0].startswith(_PACK):
            named = words[0].removeprefix(_PACK)
            if folder is None or named not in {file.name for file in card.running.files}:
                raise PackBroken("The program is not among the pack's files.")
            program = file_below(folder, named)
            # A zip keeps no permissions; its digest was checked.
            program.chmod(0o755)
        elif shutil.which(words[0]) is None:
            raise RuntimeMissing("The program that runs this model is not installed here.")
        return CommandSession(card, folder, tuple(words))


@dataclass(slots=True)
class CommandSession:
    """A program that is started for every request."""

    card: ModelCard
    pack: Path | None
    words: tuple[str, ...]

    def run(self, request: Request, folder: Path, progress: Progress) -> Answer:
        """Lay the files out, run the program, take over what it wrote.

        Raises
        ------
        RunRefused
            If there is no series, or the program refuses or breaks.
        ForeignResult
            If what it wrote cannot be taken.
        """
        if not request.series:
            raise RunRefused("No series was given to read.")
        with tempfile.TemporaryDirectory(prefix="command-") as scratch:
            taken, earlier, out = (Path(scratch, name) for name in ("in", "prior", "out"))
            for place, series in ((taken, request.series), (earlier, request.prior)):
                place.mkdir()
                _lay_out(place, series)
            out.mkdir()
            (taken / GIVEN).write_bytes(canonical(request.given))
            progress(0.1, "program")
            self._call(taken, earlier, out)
            progress(0.9, "taking-in")
            return take_in(self.card, request, out, folder)

    def close(self) -> None:
        """Nothing is held."""

    def _call(self, taken: Path, earlier: Path, out: Path) -> None:
        limits = self.card.running.limits
        stand_for = {
            "{in}": str(taken),
            "{prior}": str(earlier),
            "{out}": str(out),
            "{pack}": "" if self.pack is None else str(self.pack),
            "{threads}": str(limits.threads),
            "{memory}": str(limits.memory_mb),
            "{seconds}": str(limits.seconds),
        }
        done = subprocess.run(
            [_filled(word, stand_for) for word in self.words],
            stdin=subprocess.DEVNULL,
            cwd=out.parent,
            check=False,
        )
        if done.returncode == REFUSES:
            raise RunRefused(_sentence(out / REFUSAL), "ai.program-refused")
        if done.returncode != 0:
            raise RunRefused("The model's program ended with an error.", "ai.program-failed")


def _filled(word: str, stand_for: dict[str, str]) -> str:
    for name, value in stand_for.items():
        word = word.replace(name, value)
    return word


def _sentence(path: Path) -> str:
    try:
        said = " ".join(path.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError):
        said = ""
    return said[:LONGEST_SENTENCE] or "The model's program refused and did not say why."


def _lay_out(place: Path, series: tuple[SeriesInput, ...]) -> None:
    for number, one in enumerate(series, 1):
        own = place / f"{number:04d}"
        own.mkdir()
        for image, file in enumerate(one.files, 1):
            # A container does not see where a link leads, and nobody writes in the archive.
            shutil.copyfile(file, own / f"{image:06d}.dcm")
