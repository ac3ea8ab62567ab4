"""A run as the worker sees it: taken, held against the gate, ended in exactly one way."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F

from tongying import __version__
from tongying.ai.answer_files import canonical
from tongying.ai.backends.protocol import Request, SeriesInput
from tongying.ai.card.definition import ModelCard, Runtime
from tongying.ai.gate.admission import Admission
from tongying.ai.gate.gate import admit
from tongying.archive.arrival import Door
from tongying.dicom.acquisition.facts import StudyFacts
from tongying.kernel.audit import Action
from tongying.kernel.errors import TongyingError
from tongying.web import now as clock
from tongying.web.ai import workitem
from tongying.web.ai.asking import audit, end_cancelled
from tongying.web.ai.badges import card_of
from tongying.web.ai.events import note
from tongying.web.ai.given import given_for
from tongying.web.ai.installing import folder_of
from tongying.web.ai.models import RunRow
from tongying.web.ai.standing import standing_of
from tongying.web.ai.states import OPEN_RUNS, RUNS_IN, RunState
from tongying.web.ai.study_known import facts_of
from tongying.web.records.images import content_store
from tongying.web.records.models import Instance, Study

OUTSIDE: Final = "outside"
"""Stands as the worker of a run that somebody outside performs."""
NOT_SCANNED: Final = ("SR", "SEG", "PR", "KO", "REG", "DOC", "RWV", "M3D", "PLAN", "RTSTRUCT")
"""Modalities of what is said about images: it does not make a study grow."""
CARD_UNREADABLE: Final = "ai.card-unreadable"
STOPPED: Final = "ai.model-stopped"
GREW: Final = "ai.study-grew"
OVERDUE: Final = "ai.overdue"
NO_FILES: Final = "ai.no-files"
WORDS: Final[dict[str, str]] = {
    CARD_UNREADABLE: "The model's card is no longer understood; it was not run.",
    STOPPED: "The model was switched off or stopped before it ran.",
    GREW: "The study received images while the model ran; its result was not kept.",
    OVERDUE: "The run did not end before its deadline.",
    NO_FILES: "The images that were to be read are not in the archive.",
}


@dataclass(frozen=True, slots=True)
class RunTask:
    """What is to be run.

    Attributes
    ----------
    run : int
    code : str
    card : ModelCard
    pack : Path or None
    request : Request
    folder : Path
        Where the answer will lie.
    images : int
        That the study has now; more at the end means that it grew.
    """

    run: int
    code: str
    card: ModelCard
    pack: Path | None
    request: Request
    folder: Path
    images: int


def prepare(number: int) -> RunTask | None:
    """Hold a run that was taken against the gate; None where it has ended thereby.

    Parameters
    ----------
    number : int
        Of the row.
    """
    row = row_of(number)
    if row.state != RunState.RUNNING.value:
        return None
    now = clock.now()
    card = card_of(row.model)
    if row.cancel_asked_at is not None:
        _cancelled(number, now)
        return None
    if card is None:
        end_refused(number, CARD_UNREADABLE, WORDS[CARD_UNREADABLE])
        return None
    if standing_of(row.model, row.hospital_id) not in RUNS_IN:
        end_refused(number, STOPPED, WORDS[STOPPED])
        return None
    try:
        facts, images = _facts(row.study)
    except TongyingError as refusal:
        end_refused(number, refusal.error_code, refusal.sentence)
        return None
    prior = _prior(row, card)
    admission = admit(card, facts, has_prior=bool(prior))
    if not admission.admitted:
        first = admission.refusals[0]
        end_refused(number, first.code, first.english, admission)
        return None
    # A card that asks nothing of a series speaks about the study: it is handed all of it.
    whole = tuple(one.uid for one in facts.series)
    series = _inputs(row.study, admission.series or whole)
    if admission.series and not all(one.files for one in series[:1]):
        end_failed(number, NO_FILES, WORDS[NO_FILES])
        return None
    request = Request(
        facts=facts,
        series=series,
        prior=prior,
        written_at=row.asked_at,
        identity_seed=row.code,
        given=given_for(row),
    )
    outside = card.running.runtime is Runtime.UPS
    with transaction.atomic():
        still = RunRow.objects.select_for_update().filter(pk=number, state=RunState.RUNNING.value)
        if not still.exists():
            return None
        row.admission = admission.as_json()
        row.series_uids = [one.uid for one in series]
        row.input_digest = _digest(request)
        row.code_version = __version__
        if outside:
            row.worker, row.seen_at = OUTSIDE, None
        workitem.make(row, now, claimed=not outside)
        row.save(
            update_fields=[
                *("admission", "series_uids", "input_digest", "code_version"),
                *("worker", "seen_at", "workitem"),
            ]
        )
        if outside:
            return None
        note(row.study, "started", now, run=row, attempt=row.attempt)
    return RunTask(
        number,
        row.code,
        card,
        folder_of(row.model),
        request,
        answer_folder(row.code),
        images,
    )


def answer_folder(code: str) -> Path:
    """Return where the answer of a run lies until it is kept."""
    folder: Path = settings.DATA_DIR / "work" / f"ai-{code}"
    return folder


def tell(number: int, fraction: float, what: str) -> None:
    """Note how far a run is; it is a sign of life as well."""
    RunRow.objects.filter(pk=number, state=RunState.RUNNING.value).update(
        progress={"fraction": round(fraction, 3), "what": what}, seen_at=clock.now()
    )


def is_to_end(number: int) -> bool:
    """Say whether a run is to end: somebody asked, its model was stopped, or its time is up."""
    row = RunRow.objects.filter(pk=number).select_related("model").first()
    if row is None or row.state != RunState.RUNNING.value:
        return True
    if row.cancel_asked_at is not None or clock.now() > row.deadline:
        return True
    return standing_of(row.model, row.hospital_id) not in RUNS_IN


def end_refused(number: int, code: str, sentence: str, admission: Admission | None = None) -> None:
    """End a run as refused: by the gate, or by the model; a result with its reason."""
    _end(number, RunState.REFUSED, code, sentence, admission)


def end_failed(number: int, code: str, sentence: str) -> None:
    """End a run that broke, took too much, or came too late."""
    _end(number, RunState.FAILED, code, sentence, None)


def end_grown(number: int) -> None:
    """End a run whose study grew while it ran; the watch asks again for the whole study."""
    end_refused(number, GREW, WORDS[GREW])


def end_asked(number: int) -> None:
    """End a run that was to end: cancelled, stopped, or overdue."""
    row = row_of(number)
    now = clock.now()
    if row.cancel_asked_at is not None:
        _cancelled(number, now)
    elif now > row.deadline:
        end_failed(number, OVERDUE, WORDS[OVERDUE])
    else:
        end_refused(number, STOPPED, WORDS[STOPPED])


def _end(
    number: int, state: RunState, code: str, sentence: str, admission: Admission | None
) -> None:
    now = clock.now()
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state not in OPEN_RUNS:
            return
        row.state, row.finished_at = state.value, now
        row.refusal_code, row.refusal = code, sentence
        if admission is not None:
            row.admission = admission.as_json()
        row.save(update_fields=["state", "finished_at", "refusal_code", "refusal", "admission"])
        workitem.drop(row, now, sentence)
        note(row.study, state.value, now, run=row, code=code)
        action = Action.REFUSE if state is RunState.REFUSED else Action.UPDATE
        audit(row, action, now, what=state.value, code=code)


def _cancelled(number: int, now: datetime) -> None:
    with transaction.atomic():
        row = row_of(number, lock=True)
        if row.state in OPEN_RUNS:
            end_cancelled(row, now)


def row_of(number: int, *, lock: bool = False) -> RunRow:
    """Return a run's row with what it is about."""
    rows = RunRow.objects.select_related("model", "study__child", "prior", "asked_by")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.get(pk=number)


def _facts(study: Study) -> tuple[StudyFacts, int]:
    """Return a study's facts; read once for as long as its images stay the same."""
    images = count_images(study.pk)
    key = (study.pk, images)
    found = _known.get(key)
    if found is None:
        found = facts_of(study)
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = found
    return found, images


MOST_KNOWN: Final = 32
_known: dict[tuple[int, int], StudyFacts] = {}


def count_images(study: int | None) -> int:
    """Count what a study received from outside that a scanner made."""
    rows = Instance.objects.filter(series__study_id=study).exclude(door=Door.SELF.value)
    return rows.exclude(series__modality__in=NOT_SCANNED).count()


def _inputs(study: Study, series: tuple[str, ...]) -> tuple[SeriesInput, ...]:
    """Return the files of series."""
    store = content_store()
    found = []
    for uid in series:
        digests = Instance.objects.filter(series__study=study, series__uid=uid).order_by(
            F("number").asc(nulls_last=True), "pk"
        )
        paths = tuple(store.path(one) for one in digests.values_list("digest", flat=True))
        found.append(SeriesInput(uid, paths))
    return tuple(found)


def _prior(row: RunRow, card: ModelCard) -> tuple[SeriesInput, ...]:
    """Return the earlier study's series; none where the card does not admit it either."""
    if row.prior is None:
        return ()
    try:
        facts = facts_of(row.prior)
    except TongyingError:
        return ()
    admission = admit(card, facts, has_prior=True)
    return _inputs(row.prior, admission.series[:1])


def _digest(request: Request) -> str:
    """Return the digest of what is read: names of files are digests of their bytes."""
    told: dict[str, Any] = {
        "series": {one.uid: [path.name for path in one.files] for one in request.series},
        "prior": {one.uid: [path.name for path in one.files] for one in request.prior},
        "given": json.loads(canonical(dict(request.given))),
    }
    return hashlib.sha256(canonical(told)).hexdigest()
