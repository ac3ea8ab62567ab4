"""One model on one study in a folder: the gate first, then the run; both end as a result."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar, Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError

from tongying import __version__
from tongying.ai.backends.protocol import Request, SeriesInput
from tongying.ai.card.reading import digest_of
from tongying.ai.gate.admission import Admission
from tongying.ai.gate.gate import admit
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.dicom.acquisition.reading import read_study_facts
from tongying.kernel.errors import BadInput, TongyingError
from tongying.services.ai_models import Model
from tongying.services.ai_pool import run_in_pool
from tongying.services.fusion_run import Watching

RESULT: Final = "result.json"
ANSWER: Final = "answer"
NOT_ADMITTED: Final = "ai.not-admitted"


class OutTaken(BadInput):
    """Something stands where results shall be written."""

    code: ClassVar[str] = "ai.out-taken"


class StudyMissing(BadInput):
    """There is no DICOM in the folder."""

    code: ClassVar[str] = "ai.study-missing"


class PriorOfAnother(BadInput):
    """The earlier study is of another child."""

    code: ClassVar[str] = "ai.prior-of-another-child"


@dataclass(frozen=True, slots=True)
class FolderStudy:
    """A study in a folder.

    Attributes
    ----------
    facts : StudyFacts
    files : dict of str to tuple of Path
        By series, in the order of instance numbers.
    child : str
        Local patient id.
    """

    facts: StudyFacts
    files: dict[str, tuple[Path, ...]]
    child: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is asked about.

    Attributes
    ----------
    study : FolderStudy
    prior : FolderStudy or None
    given : dict
        Results of earlier steps and what the question says.
    written_at : datetime
    """

    study: FolderStudy
    prior: FolderStudy | None
    given: dict[str, Any]
    written_at: datetime


def read_study(folder: Path) -> FolderStudy:
    """Read the headers of a study.

    Raises
    ------
    StudyMissing
        If there is no DICOM file.
    FactsRefused
        If the files are of several studies.
    """
    found: list[tuple[Path, Dataset]] = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        try:
            header = pydicom.dcmread(path, stop_before_pixels=True)
        except (InvalidDicomError, OSError, EOFError):
            continue
        if "SeriesInstanceUID" in header:
            found.append((path.absolute(), header))
    if not found:
        raise StudyMissing(f"There is no DICOM file in {folder}.")
    series: dict[str, list[tuple[int, Path]]] = {}
    for path, header in found:
        number = header.get("InstanceNumber")
        place = int(number) if isinstance(number, int) else 0
        series.setdefault(str(header.SeriesInstanceUID), []).append((place, path))
    return FolderStudy(
        read_study_facts(header for _, header in found),
        {uid: tuple(path for _, path in sorted(rows)) for uid, rows in series.items()},
        str(found[0][1].get("PatientID", "")).strip(),
    )


def run_model(
    model: Model, asked: Asked, out: Path, tell: Callable[[float, str, float], None]
) -> dict[str, Any]:
    """Run a model where the gate admits it; write and return the result.

    Parameters
    ----------
    model : Model
    asked : Asked
    out : Path
        Folder that is empty or not there; ``result.json``, and ``answer`` if there is one.
    tell : callable
        Takes fraction, stage and seconds.

    Returns
    -------
    dict
        With ``refusal`` (code, sentence, reasons) or ``answer``.

    Raises
    ------
    OutTaken
        If something stands in the folder.
    PriorOfAnother
        If the earlier study is of another child.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutTaken(f"{out} exists; nothing is written over.")
    if asked.prior is not None and asked.prior.child != asked.study.child:
        raise PriorOfAnother("The earlier study is of another child.")
    out.mkdir(parents=True, exist_ok=True)
    admission = admit(model.card, asked.study.facts, has_prior=asked.prior is not None)
    result = {
        "model": model.card.id,
        "version": model.card.version,
        "card_sha256": digest_of(model.text),
        "code_version": __version__,
        "study": asked.study.facts.uid,
        "admission": admission.as_json(),
        "refusal": None,
        "answer": None,
    }
    if not admission.admitted:
        result["refusal"] = {
            "code": NOT_ADMITTED,
            "sentence": " ".join(one.english for one in admission.refusals),
            "reasons": [one.as_json() for one in admission.refusals],
        }
    else:
        result.update(_run(model, asked, admission, out, tell))
    written = json.dumps(result, ensure_ascii=False, indent=1)
    (out / RESULT).write_text(written + "\n", encoding="utf-8")
    return result


def _run(
    model: Model,
    asked: Asked,
    admission: Admission,
    out: Path,
    tell: Callable[[float, str, float], None],
) -> dict[str, Any]:
    # A card that asks nothing of a series speaks about the study: it is handed all of it.
    chosen = admission.series or tuple(asked.study.files)
    series = tuple(SeriesInput(uid, asked.study.files[uid]) for uid in chosen)
    prior = asked.prior.files if asked.prior is not None else {}
    digest = _input_digest(model, series, prior, asked.given)
    request = Request(
        facts=asked.study.facts,
        series=series,
        prior=tuple(SeriesInput(uid, files) for uid, files in prior.items()),
        written_at=asked.written_at,
        identity_seed=digest,
        given=asked.given,
    )
    watching = Watching(tell, lambda: False)
    try:
        done = run_in_pool(model.card, model.folder, request, out / ANSWER, watching)
    except TongyingError as refusal:
        return {
            "input_digest": digest,
            "refusal": {
                "code": refusal.error_code,
                "sentence": refusal.sentence,
                "reasons": [],
            },
        }
    return {
        "input_digest": digest,
        "answer": ANSWER,
        "result_digest": done.digest,
        "seconds": done.seconds,
        "peak_mb": done.peak_mb,
    }


def _input_digest(
    model: Model,
    series: tuple[SeriesInput, ...],
    prior: dict[str, tuple[Path, ...]],
    given: dict[str, Any],
) -> str:
    """Return the SHA-256 over the card, every file that is read, and what is given besides."""
    told = sha256(digest_of(model.text).encode())
    for uid, files in [*((one.uid, one.files) for one in series), *prior.items()]:
        told.update(uid.encode())
        for file in files:
            told.update(sha256(file.read_bytes()).digest())
    told.update(json.dumps(given, sort_keys=True).encode())
    return told.hexdigest()
